"""Keep what this process makes signed links with: a key, made when first needed, and its pages' public address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from watcher.config import Config
from watcher.errors import WatcherError
from watcher.files.link_key import link_key_in
from watcher.links.addresses import LinkMaker

log = logging.getLogger(__name__)


class LinkDesk:
    """Makes links by the config in force.

    ``state_dir``: where the key is kept, None to make no links.
    """

    def __init__(self, config: Callable[[], Config], state_dir: Path | None) -> None:
        self._config, self._state_dir = config, state_dir
        self._key, self._problem = b"", ""
        self._lock = Lock()

    def maker(self) -> LinkMaker | None:
        """Return what makes links, None if the web pages are not public. A missing key is logged, and gives None."""
        web = self._config().web
        if self._state_dir is None or web is None or not web.public_url:
            return None
        with self._lock:
            if not self._key:
                self._read(self._state_dir)
            return LinkMaker(web.public_url, self._key) if self._key else None

    def _read(self, state_dir: Path) -> None:
        try:
            self._key, self._problem = link_key_in(state_dir), ""
        except WatcherError as error:
            if str(error) != self._problem:
                log.error("messages have no links to unsubscribe: %s", error)
            self._problem = str(error)
