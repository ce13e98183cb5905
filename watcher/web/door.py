"""Open the web pages, or say what is missing. Only this file knows whether the extra ``web`` is installed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from watcher.config import Config, WebSettings
from watcher.errors import WatcherError
from watcher.files.broken_pages import KeptPages
from watcher.files.kept_rules import KeptPhrasesFile
from watcher.links.addresses import LinkMaker
from watcher.store import Store
from watcher.web.site import Buttons, WebSite

if TYPE_CHECKING:
    from watcher.pipeline.context import Tally
    from watcher.web.serving import WebServer

NEEDED = ("starlette", "uvicorn", "prometheus_client")
HOW = f"the web pages need more than is installed: pip install {' '.join(NEEDED).replace('_', '-')}"


def open_web(
    settings: WebSettings,
    token: str,
    store: Store,
    config: Callable[[], Config],
    *,
    clock: Callable[[], datetime] | None = None,
    buttons: Buttons | None = None,
    kept: KeptPages | None = None,
    phrases: KeptPhrasesFile | None = None,
    links: Callable[[], LinkMaker | None] = lambda: None,
    tally: Tally | None = None,
) -> WebServer:
    """Return a server that has its address already, and serves when it is started.

    ``token``: as ``token_of`` reads it from the settings' file.
    ``config``: returns the config in force.
    ``buttons``: None for pages that only show.
    ``kept``: where bodies of broken pages are kept, None for nowhere.
    ``phrases``: where it is kept how rare phrases are, None for nowhere.
    ``links``: returns what made the signed links in messages, None to accept none.
    ``tally``: what the process has done, None if it does nothing but serve pages.

    Raises ``WatcherError`` if the extra ``web`` is not installed, or the address is taken.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise WatcherError(HOW)
    from watcher.pipeline.liking.profiles import SimilarPapers
    from watcher.web.serving import WebServer

    similar = SimilarPapers(file=phrases)
    clock = clock or store.clock
    return WebServer(WebSite(store, config, clock, settings, token, buttons, kept, links, tally, similar=similar))
