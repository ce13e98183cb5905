"""What the steps work with: everything that touches the world, handed in once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from watcher.config import Config
from watcher.fetch import Fetcher
from watcher.files.broken_pages import KeptPages
from watcher.model import Tuning
from watcher.notify import Notifier, forms_of
from watcher.pipeline.rulebook import RuleBook
from watcher.store import Store


@dataclass
class Context:
    """The parts of one process; ``config`` is replaced as a whole when it is reloaded.

    ``clock`` gives the instant in UTC, ``jitter`` a number between 0 and 1, ``env`` the environment that secrets
    come from. ``tuning`` has the sizes, intervals and leases of the process; ``kept`` is where bodies of broken pages
    go, None for nowhere.
    """

    config: Config
    store: Store
    fetcher: Fetcher
    notifier: Notifier
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    env: Mapping[str, str]
    rules: RuleBook
    forms_of: Callable[[str], Collection[str]] = forms_of
    stopping: Event = field(default_factory=Event)
    tuning: Tuning = field(default_factory=Tuning)
    kept: KeptPages | None = None
