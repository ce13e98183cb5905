"""Skip the tests of the extra ``web`` if it is not installed. Imported before anything that needs it."""

from __future__ import annotations

import pytest

from watcher.web.door import NEEDED

for _name in NEEDED:
    pytest.importorskip(_name, reason="the extra `web` is not installed")
