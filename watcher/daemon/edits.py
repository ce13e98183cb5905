"""Notice when the config's files are edited while the daemon runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from watcher.config import Config, FileStamps, lost_since, stamps_of, with_kept_files
from watcher.errors import ConfigError, StoreError, WatcherError
from watcher.model import Source
from watcher.pipeline.context import Context
from watcher.pipeline.subscriptions.apply import foresee
from watcher.policy.subscriptions.effects import summed

log = logging.getLogger(__name__)

CALM = timedelta(seconds=30)
"""How long files must be unchanged before ``reload: auto`` applies them, since people save several times."""


class ConfigEdits:
    """Compares the config's files with those that were read last, by their times and sizes.

    ``read``: reads the edited config without effect. Raises ``WatcherError`` and ``OSError``.
    ``says``: log what an edit would do.
    """

    def __init__(self, context: Context, read: Callable[[], Config], *, says: bool) -> None:
        self._context, self._read, self._says = context, read, says
        self._in_force = self._seen = self.stamps()
        self._since: datetime | None = None
        self._is_looked_at = self._has_said = False

    @property
    def is_wanted(self) -> bool:
        """Whether an edit has any effect before somebody reloads: it is applied, or logged."""
        return self._says or self._context.config.reloads_itself

    def stamps(self) -> FileStamps:
        """Return the stamps of the files as they are now; they differ after an edit."""
        return stamps_of(self._context.config)

    def taken_up(self, stamps: FileStamps) -> None:
        """Remember that the files were read with these stamps, whether they were applied or refused."""
        self._in_force = self._seen = stamps
        self._since, self._has_said = None, False

    def look(self, now: datetime) -> bool:
        """Look at the files once, and log what an edit would do; return whether to reload now.

        A file that has changed since the last look may be half written, so that it is read at the next look.
        """
        stamps = self.stamps()
        if stamps != self._seen:
            self._seen, self._since, self._is_looked_at = stamps, now, False
            return False
        if self._since is None:
            return False
        if self._says and not self._is_looked_at:
            self._is_looked_at = True
            if not self._say():
                self._since = None
                return False
        if not self._context.config.reloads_itself or timedelta(0) <= now - self._since < CALM:
            return False
        self._since = None
        return stamps != self._in_force

    def _say(self) -> bool:
        """Log what the edited config would do, or why it is broken; return whether there is anything to apply."""
        before = self._context.config
        try:
            config = self._read()
            if problem := lost_since(before, config):
                raise ConfigError([problem])
            if config.digest == before.digest:
                if self._has_said:
                    log.info("the config is again as it is in force")
                    self._has_said = False
                return False
            effects = foresee(self._context, with_kept_files(before, config))
        except StoreError as error:
            log.warning("the config was edited; what that would do cannot be said now: %s", error)
            return True
        except (WatcherError, OSError) as error:
            self._has_said = True
            log.error("the edited config is broken, the old one stays:\n%s", error)
            return False
        self._has_said = True
        for name, problems in config.broken_includes.items():
            log.warning("the edited file %s is broken, and is not taken up: %s", name, problems[0])
        what = ", ".join([*summed(effects), *_others(before, config)]) or "nothing of it changes what is told"
        following = "it counts in half a minute" if before.reloads_itself else "`watcher reload` takes it up"
        log.info("the config was edited: %s: %s", what, following)
        return True


_SETTINGS = {
    "receivers": "receivers",
    "operator": "operator",
    "templates": "templates",
    "unsubscribe": "unsubscribe",
    "retain": "retain",
    "web": "web",
    "proxy_text": "proxy",
    "heartbeat": "heartbeat",
    "way": "the way out",
    "reloads_itself": "reload",
}
"""Field of ``Config`` whose change has an effect → what people call it."""


def _others(before: Config, after: Config) -> list[str]:
    """Return what has changed apart from subscriptions: names of sources, and settings in words."""
    found = [f"source {name} {what}" for name, what in _sources(before.sources, after.sources)]
    settings = [name for field, name in _SETTINGS.items() if getattr(before, field) != getattr(after, field)]
    return [*found, *([f"{' and '.join(settings)} changed"] if settings else [])]


def _sources(before: Mapping[str, Source], after: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield name, "gone"
        elif name not in before:
            yield name, "new"
        elif before[name] != after[name]:
            yield name, "changed"
