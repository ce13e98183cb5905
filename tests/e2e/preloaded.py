"""Import everything that watcher's commands need, before the first fork is asked for."""

from __future__ import annotations

import gc
import importlib
import pkgutil
from pathlib import Path
from tempfile import TemporaryDirectory

import watcher
from tests.compiled import compile_once
from tests.remembering import RememberedTables
from watcher.notify.services.table import plugins
from watcher.store import open_store
from watcher.store.database import migrate

for _info in pkgutil.walk_packages(watcher.__path__, "watcher."):
    if _info.name != "watcher.__main__" and "._migrations" not in _info.name:
        importlib.import_module(_info.name)
plugins()

compile_once()

# Each has its tables by the statements of the first time; what `Home.fresh` runs works them out itself.
migrate._upgrade = RememberedTables(migrate._upgrade)
with TemporaryDirectory() as _folder:
    open_store(Path(_folder) / "watcher.db", mode="create").close()

gc.collect()
gc.freeze()  # what is here stays: no fork looks through it again, and its pages are shared
