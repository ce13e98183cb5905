"""Hold what the steps of a process work with: config, database, network, clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from watcher.config import Config
from watcher.fetch import Fetcher
from watcher.files.broken_pages import KeptPages
from watcher.files.kept_rules import KeptPhrasesFile
from watcher.keeping.keeper import PaperKeeper
from watcher.links.addresses import LinkMaker
from watcher.model import Tuning
from watcher.notify import Notifier, forms_of
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.tally import Tally
from watcher.sandbox.here import ParseHere, Parsing
from watcher.store import Store


@dataclass
class Context:
    """The parts of a process.

    ``config``: a reload replaces it as a whole.
    ``clock``: returns the time in UTC.
    ``jitter``: returns a number between 0 and 1.
    ``env``: the environment that secrets are read from.
    ``rules``: the index of all rules.
    ``parsing``: runs the parsers.
    ``forms_of``: returns which forms of a message a service needs, given its URL.
    ``stopping``: set when the process is asked to stop.
    ``tuning``: sizes, intervals and leases.
    ``kept``: where bodies of broken pages are kept, None for nowhere.
    ``phrases``: where it is kept how rare phrases are, None for nowhere.
    ``links``: returns what makes signed links, None if the web pages are not public.
    ``keeper``: keeps papers at the places of the config's ``keep``.
    ``tally``: counts what the process does.
    """

    config: Config
    store: Store
    fetcher: Fetcher
    notifier: Notifier
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    env: Mapping[str, str]
    rules: RuleBook
    parsing: Parsing = field(default_factory=ParseHere)
    forms_of: Callable[[str], Collection[str]] = forms_of
    stopping: Event = field(default_factory=Event)
    tuning: Tuning = field(default_factory=Tuning)
    kept: KeptPages | None = None
    phrases: KeptPhrasesFile | None = None
    links: Callable[[], LinkMaker | None] = lambda: None
    keeper: PaperKeeper = field(default_factory=PaperKeeper)
    tally: Tally = field(default_factory=Tally)
