"""Import everything that watcher's commands need, before the first fork is asked for."""

from __future__ import annotations

import importlib
import pkgutil

import watcher
from watcher.notify.services.table import plugins

for _info in pkgutil.walk_packages(watcher.__path__, "watcher."):
    if _info.name != "watcher.__main__" and "._migrations" not in _info.name:
        importlib.import_module(_info.name)
plugins()
