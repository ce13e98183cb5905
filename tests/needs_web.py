"""Skip what needs the extra ``web`` where it is not installed; imported before what needs it."""

from __future__ import annotations

import pytest

from watcher.web.door import NEEDED

for _name in NEEDED:
    pytest.importorskip(_name, reason="the extra `web` is not installed")
