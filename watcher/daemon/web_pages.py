"""The daemon's web pages: opened, changed by a reload, closed. Their failure is logged and ends nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from watcher.config import Config, WebSettings
from watcher.errors import WatcherError
from watcher.pipeline.context import Context

if TYPE_CHECKING:
    from watcher.web.serving import WebServer

log = logging.getLogger(__name__)


class WebPages:
    """The pages of a daemon; nothing of them is imported before a config asks for them.

    ``poll``: polls the source of this name as soon as possible.
    ``wake``: says that there is something to tell or send.
    """

    def __init__(self, context: Context, poll: Callable[[str], None], wake: Callable[[], None]) -> None:
        self._context, self._poll, self._wake = context, poll, wake
        self._server: WebServer | None = None
        self._is_for: tuple[WebSettings, str] | None = None

    def take_up(self, config: Config) -> None:
        """Serve the pages as a config wants them: anew if it or the token has changed, not at all without ``web:``."""
        try:
            wanted = self._wanted(config)
            if wanted == self._is_for:
                return
            self.stop()
            if wanted is not None:
                self._open(wanted)
        except WatcherError as error:
            log.error("no web pages: %s", error)
        except Exception:
            log.exception("no web pages, for a reason that nobody foresaw")

    def _wanted(self, config: Config) -> tuple[WebSettings, str] | None:
        if config.web is None:
            return None
        from watcher.web.site import token_of

        return config.web, token_of(config.web, config.folder, self._context.env)

    def _open(self, wanted: tuple[WebSettings, str]) -> None:
        from watcher.web.door import open_web
        from watcher.web.site import Buttons

        context = self._context
        self._server = open_web(
            wanted[0],
            context.store,
            lambda: context.config,
            context.env,
            clock=context.clock,
            buttons=Buttons(self._poll, self._wake),
            kept=context.kept,
        )
        self._server.start()
        self._is_for = wanted
        log.info("web pages at %s", self._server.url)

    def stop(self) -> None:
        """Close the pages, if there are any."""
        if self._server is not None:
            self._server.stop()
        self._server, self._is_for = None, None
