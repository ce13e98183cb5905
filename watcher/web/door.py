"""Open the pages, or say what they need; only here is known whether the extra is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from watcher.config import Config, WebSettings
from watcher.errors import WatcherError
from watcher.files.broken_pages import KeptPages
from watcher.store import Store
from watcher.web.site import Buttons, WebSite, token_of

if TYPE_CHECKING:
    from watcher.web.serving import WebServer

NEEDED = ("starlette", "uvicorn", "prometheus_client")
HOW = "the web pages need more than is installed: pip install 'paper-watcher[web]'"


def open_web(
    settings: WebSettings,
    store: Store,
    config: Callable[[], Config],
    env: Mapping[str, str],
    *,
    clock: Callable[[], datetime] | None = None,
    buttons: Buttons | None = None,
    kept: KeptPages | None = None,
) -> WebServer:
    """Return a server that listens, and serves once it is started.

    Raises ``WatcherError`` where the extra ``web`` is not installed, the token cannot be read, or the address is taken.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise WatcherError(HOW)
    token = token_of(settings, config().folder, env)
    from watcher.web.serving import WebServer

    return WebServer(WebSite(store, config, clock or store.clock, settings, token, buttons, kept))
