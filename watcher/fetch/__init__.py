"""Fetch pages over HTTP: politely, within limits, conditionally. Nothing that a server does raises an exception."""

import sys
from types import ModuleType

# httpx loads its own command line with itself, and that loads rich and pygments where they are installed.
_COMMAND_LINE = "httpx._main"
if "httpx" not in sys.modules:
    sys.modules[_COMMAND_LINE] = ModuleType(_COMMAND_LINE)
    import httpx  # noqa: F401

    del sys.modules[_COMMAND_LINE]

from watcher.fetch.exchange import Limits  # noqa: E402
from watcher.fetch.fetcher import Fetcher, default_user_agent  # noqa: E402
from watcher.fetch.turns import Book  # noqa: E402

__all__ = ["Book", "Fetcher", "Limits", "default_user_agent"]
