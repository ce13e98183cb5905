"""Hold what the steps of a process work with: config, database, network, clock, and the tally of what they did."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from threading import Event, Lock

from watcher.config import Config
from watcher.fetch import Fetcher
from watcher.files.broken_pages import KeptPages
from watcher.files.kept_rules import KeptPhrasesFile
from watcher.keeping.keeper import PaperKeeper
from watcher.links.addresses import LinkMaker
from watcher.model import Tuning
from watcher.notify import Notifier, forms_of
from watcher.pipeline.rulebook import RuleBook
from watcher.sandbox.here import ParseHere, Parsing
from watcher.store import Store


class LabelledCount:
    """How often something has happened, by labels. It never falls. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock, self._found = Lock(), Counter[tuple[str, ...]]()

    def add(self, *labels: str, by: int = 1) -> None:
        """Add ``by`` to the count with these labels."""
        with self._lock:
            self._found[labels] += by

    def read(self) -> dict[tuple[str, ...], int]:
        """Return labels → count."""
        with self._lock:
            return dict(self._found)


class Spread:
    """How long something took, each time it was done. Safe to use from several threads.

    ``bounds``: upper bounds (seconds), in ascending order, below which times are counted together.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._lock, self._bounds, self._total = Lock(), tuple(bounds), 0.0
        self._found = [0] * (len(self._bounds) + 1)

    def note(self, seconds: float) -> None:
        """Count one time."""
        with self._lock:
            self._found[bisect_left(self._bounds, seconds)] += 1
            self._total += seconds

    def read(self) -> tuple[list[tuple[float, int]], float]:
        """Return (bound, number of times up to it) with infinity as the last bound, and the sum of all times."""
        with self._lock:
            up_to = accumulate(self._found)
            return list(zip((*self._bounds, float("inf")), up_to, strict=True)), self._total


@dataclass(frozen=True, slots=True)
class Tally:
    """What a process has done since it began. Figures show it; nothing is decided by it.

    ``polls``: by source and verdict.
    ``new_papers``: papers that polls saw first, by source.
    ``matches``: new matches.
    ``match_seconds``: of matching up to 128 papers with all rules.
    ``attempts``: by receiver's name and result.
    ``delays``: from a message being made to being sent.
    ``reloads``: of the config, by what became of it.
    ``workers_ended``: by why they ended.
    """

    polls: LabelledCount = field(default_factory=LabelledCount)
    new_papers: LabelledCount = field(default_factory=LabelledCount)
    matches: LabelledCount = field(default_factory=LabelledCount)
    match_seconds: Spread = field(default_factory=lambda: Spread((0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)))
    attempts: LabelledCount = field(default_factory=LabelledCount)
    delays: Spread = field(default_factory=lambda: Spread((1, 5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)))
    reloads: LabelledCount = field(default_factory=LabelledCount)
    workers_ended: LabelledCount = field(default_factory=LabelledCount)


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
