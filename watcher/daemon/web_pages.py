"""Open, change and close the daemon's web pages. If they fail, that is logged and stops nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from watcher.config import Config, WebSettings
from watcher.config.saving import ReadConfig, SavedLines, SubscriptionFile
from watcher.errors import UsageError, WatcherError
from watcher.outbox.direct import send_rule_test
from watcher.pipeline.context import Context

if TYPE_CHECKING:
    from watcher.web.serving import WebServer

log = logging.getLogger(__name__)

AGAIN = 60.0
"""Seconds after which pages that could not be served are tried again."""


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """Reads configs for the web pages.

    ``read``: reads the config at a path, without effect, with other bytes in place of those of some files.
    ``read_again``: makes the daemon reload its config soon.
    """

    read: ReadConfig
    read_again: Callable[[], None]


class WebPages:
    """The web pages of a daemon. Their code is imported only if a config asks for them.

    ``poll``: polls the source of a name as soon as possible.
    ``wake``: says that there is something to tell or send.
    ``again``: seconds after which what failed is tried again.
    ``files``: reads configs; None if the pages cannot save subscriptions.
    """

    def __init__(
        self,
        context: Context,
        poll: Callable[[str], None],
        wake: Callable[[], None],
        again: float = AGAIN,
        files: ConfigFiles | None = None,
    ) -> None:
        self._context, self._poll, self._wake, self._again, self._files = context, poll, wake, again, files
        self._saving = Lock()
        self._lock = Lock()
        """Held while pages are opened or closed: reloads and the end come from another thread than the tick."""
        self._server: WebServer | None = None
        self._is_for: tuple[WebSettings, str] | None = None
        self._tried_at = 0.0
        self._problem = ""
        self._is_stopped = False

    def take_up(self) -> None:
        """Serve pages as the config says; begin anew if settings or token have changed, and serve none without
        ``web:``.
        """
        with self._lock:
            if not self._is_stopped:
                self._try()

    def mend(self) -> None:
        """Try again to serve pages, from time to time, as long as they are not served as the config says."""
        with self._lock:
            served = None if self._is_for is None else self._is_for[0]
            is_well = served == self._context.config.web and not self._is_over()
            if not (is_well or self._is_stopped) and time.monotonic() - self._tried_at >= self._again:
                self._try()

    def stop(self) -> None:
        """Close the pages for good, if there are any."""
        with self._lock:
            self._is_stopped = True
            self._close()

    def _try(self) -> None:
        self._tried_at = time.monotonic()
        try:
            self._serve(self._context.config)
            self._problem = ""
        except WatcherError as error:
            self._report(str(error))
        except Exception as error:
            self._report(f"{type(error).__name__}: {error}")

    def _close(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server, self._is_for = None, None

    def _serve(self, config: Config) -> None:
        """Serve as the config says. If its token cannot be read, serve nothing: readers may have been shut out."""
        try:
            wanted = self._wanted(config)
        except Exception:
            self._close()
            raise
        if wanted != self._is_for or self._is_over():
            self._close()
            if wanted is not None:
                self._open(*wanted)

    def _wanted(self, config: Config) -> tuple[WebSettings, str] | None:
        if config.web is None:
            return None
        from watcher.web.site import token_of

        return config.web, token_of(config.web, config.folder, self._context.env)

    def _is_over(self) -> bool:
        """Return whether the server ended by itself."""
        return self._server is not None and not self._server.is_serving

    def _open(self, settings: WebSettings, token: str) -> None:
        from watcher.web.door import open_web
        from watcher.web.site import Buttons

        context = self._context
        self._server = open_web(
            settings,
            token,
            context.store,
            lambda: context.config,
            clock=context.clock,
            buttons=Buttons(
                self._poll,
                self._wake,
                partial(send_rule_test, context=context),
                None if self._files is None or context.config.path is None else self._save,
            ),
            kept=context.kept,
            phrases=context.phrases,
            links=context.links,
            tally=context.tally,
        )
        self._server.start()
        self._is_for = settings, token
        log.info("web pages at %s", self._server.url)

    def _save(self, file: str, lines: Sequence[str], dry_run: bool) -> SavedLines:
        """Write a subscription into a file of the config and reload it; with ``dry_run`` only try that.

        ``file``: an included file as people write it, "" for the main file.
        """
        config = self._context.config
        path = config.includes.get(file) if file else config.path
        if self._files is None or path is None:
            raise UsageError("the config in force has no such file to write into")
        with self._saving:  # the second of two at once finds the first in the file
            saved = SubscriptionFile(config, path, self._files.read).save(lines, dry_run=dry_run)
            if not dry_run:
                self._files.read_again()
        return saved

    def _report(self, problem: str) -> None:
        """Log why there are no pages; the same reason only once."""
        if problem != self._problem:
            log.error("no web pages: %s", problem)
        self._problem = problem
