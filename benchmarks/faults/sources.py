"""What APIs of literature do wrong, and what becomes of their works: real sockets, a real database, a made clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.faults.apis import FIRST, Api, at, serving
from benchmarks.faults.forms import FORMS, SITES
from tests.sources import make_source
from watcher.config import Address, Config, Receiver
from watcher.fetch import Fetcher
from watcher.model import Endpoint, Fetched, Judged, Message, Outcome, Result, Source, Subscription, Verdict
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting, poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, open_store

BEGIN = date(2026, 3, 2)
_NUMBER = re.compile(
    r"(?:10\.5555/(?:kelp|reef|tide|shell)\.|2026\.tides-long\.|forum\?id=pOnD_0*)(\d+)", re.IGNORECASE
)


@dataclass(frozen=True)
class ApiFault:
    """A fault of an API: what it does, and the verdict that each kind of source gives, with words of its reason.

    ``other``: verdict and words of those kinds that give another one.
    """

    name: str
    says: str
    verdict: Verdict
    words: str
    other: Mapping[str, tuple[Verdict, str]] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Verdict, str]:
        """The verdict and the words of a kind."""
        return self.other.get(kind, (self.verdict, self.words))


FAULTS = (
    ApiFault("html", "answers with a login page, with 200", Verdict.BROKEN, "a login page"),
    ApiFault(
        "error",
        "answers with an error, with 200",
        Verdict.BROKEN,
        " answers: The ",
        {"aclanthology": (Verdict.BROKEN, "looked for the feed or a collection of the ACL Anthology, found JSON")},
    ),
    ApiFault(
        "cut",
        "ends the answer in the middle",
        Verdict.BROKEN,
        "broken or cut off",
        {"aclanthology": (Verdict.PARTIAL, "the page is cut off")},
    ),
    ApiFault(
        "empty",
        "says that it has 300 works, and shows none",
        Verdict.BROKEN,
        "says that it has 300",
        {"aclanthology": (Verdict.BROKEN, "of the ACL Anthology has no papers")},
    ),
    ApiFault("round", "has a cursor that comes round for ever", Verdict.PARTIAL, "shows papers of earlier pages only"),
    ApiFault("short", "ends its list after the first page", Verdict.PARTIAL, "by its own account"),
    ApiFault(
        "yesterday",
        "loses the works of yesterday",
        Verdict.PARTIAL,
        "that it showed before are gone",
        # Which works of the one are of yesterday nobody can see; the other shows what fits best, which may be others.
        dict.fromkeys(("dblp", "openreview"), (Verdict.NEW, "")),
    ),
    ApiFault(
        "field",
        "calls a field otherwise",
        Verdict.PARTIAL,
        "which was asked for",
        {
            "crossref": (Verdict.BROKEN, "works have no DOI"),
            "dblp": (Verdict.BROKEN, "publications have no key of DBLP"),
            "openreview": (Verdict.BROKEN, "submissions has a title"),
            "aclanthology": (Verdict.BROKEN, "papers have no id of the ACL Anthology"),
        },
    ),
    ApiFault(
        "backwards",
        "runs from old to new",
        Verdict.PARTIAL,
        "the oldest stand first",
        # They ask for no order of days.
        dict.fromkeys(("crossref", "dblp", "openreview", "aclanthology"), (Verdict.NEW, "")),
    ),
    ApiFault("500", "answers 500 from the second page on", Verdict.UNREACHABLE, "500"),
    ApiFault(
        "403", "answers 403, and says why", Verdict.UNREACHABLE, 'which says: "A challenge has to be passed first"'
    ),
    ApiFault("429", "answers 429 with `Retry-After`", Verdict.UNREACHABLE, "asks to be left alone for 1800 s"),
)


OF_PAGES = frozenset({"round", "short", "500"})
"""Faults between the pages of a list."""

PLAYED = tuple(
    (kind, fault) for kind, form in FORMS.items() for fault in FAULTS if not (form.is_whole and fault.name in OF_PAGES)
)
"""Each kind of source with each fault that its API can have."""


@dataclass(frozen=True)
class ApiEnding:
    """What became of a fault: the verdict on a known list, its reason, works that were lost and told twice.

    ``heard``: messages to the operator.
    """

    judged: Judged
    lost: int
    twice: int
    heard: int


class Detour:
    """Fetches from the API on loopback what is asked of the real site; everything else sees the site's address."""

    def __init__(self, api: Api, clock: Callable[[], datetime]) -> None:
        self._api, self._site = api, SITES[api.kind]
        self._fetcher = Fetcher(clock=clock, sleep=lambda seconds: None)

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Fetched:
        """Fetch an address of the site."""
        found = self._fetcher.get(url.replace(self._site, self._api.url), lambda at: None, robots=robots)
        return replace(found, url=found.url.replace(self._api.url, self._site))

    def close(self) -> None:
        """End every request."""
        self._fetcher.close()


class _Inbox:
    """Stands for apprise: what each receiver got."""

    def __init__(self) -> None:
        self.got: dict[str, list[str]] = {}

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.got.setdefault(url, []).append(message.text)
        return Outcome(Result.SENT)

    def of(self, name: str) -> list[str]:
        return self.got.get(f"json://{name}.example/", [])


class ApiWorld:
    """A watcher over an API, with a reader of every work and an operator."""

    def __init__(self, store: Store, api: Api, source: Source) -> None:
        self.api, self.now, self.inbox, self.source = api, at(BEGIN), _Inbox(), source
        names = ("me", "ops")
        self.context = Context(
            config=Config(
                operator=(Endpoint("ops"),),
                sources={source.name: source},
                receivers={
                    name: Receiver(name=name, urls={"": Address(text=f"json://{name}.example/")}) for name in names
                },
                subscriptions=(
                    Subscription(
                        name="all", rule="everything", to=("me",), endpoints=(Endpoint("me"),), tells_updates=True
                    ),
                ),
            ),
            store=store,
            fetcher=Detour(api, lambda: self.now),  # type: ignore[arg-type]
            notifier=self.inbox,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        apply_config(self.context)

    def look(self, later: timedelta = timedelta(0)) -> Judged:
        """Look at the source after some time, and tell what is due."""
        self.now += later
        self.api.day = self.now.astimezone(UTC).date()
        # A site that asked to be left alone is asked again all the same: what it asked for is tried elsewhere.
        self.context.fetcher.close()
        self.context.fetcher = Detour(self.api, lambda: self.now)  # type: ignore[assignment]
        judged = poll_pages(self.source, self.context).judged
        match_waiting(self.context)
        tell_due(self.context)
        deliver_all(self.context)
        return judged

    def told(self) -> list[int]:
        """The numbers of the works that the reader was told of, in all messages."""
        return [int(found) for text in self.inbox.of("me") for found in dict.fromkeys(_NUMBER.findall(text))]

    def due(self, since: date) -> set[int]:
        """The numbers of the works that came from a day on."""
        begin = FIRST if FORMS[self.api.kind].is_undated else since
        works = replace(self.api, fault="").works(begin, self.api.day)
        return {int(found) for one in works for found in _NUMBER.findall(str(FORMS[self.api.kind].doi(one)))}


@contextmanager
def worlds(kind: str, folder: Path, **keys: Any) -> Iterator[ApiWorld]:
    """A watcher on a database of its own, and the API that it reads. A database that lies there already is taken."""
    source, path = make_source(name=kind, kind=kind, **(keys or FORMS[kind].asks)), folder / "w.db"
    with serving(Api(kind)) as api, open_store(path, mode="write" if path.exists() else "create") as store:
        yield ApiWorld(store, api, source)


def play(fault: ApiFault, kind: str, folder: Path) -> ApiEnding:
    """Let a fault happen for a day at a list known for a few days; mend it, and count the outcome."""
    with worlds(kind, folder) as world:
        for _ in range(2):
            world.look(timedelta(days=1))
        known = world.now.date()
        world.api.fault = fault.name
        judged = world.look(timedelta(days=1))
        for _ in range(2):
            world.look(timedelta(hours=6))
        world.api.fault = ""
        for _ in range(2):
            world.look(timedelta(hours=13))
        told = world.told()
        return ApiEnding(
            judged, len(world.due(known) - set(told)), len(told) - len(set(told)), len(world.inbox.of("ops"))
        )


def is_right(fault: ApiFault, kind: str, ended: ApiEnding) -> bool:
    """The verdict that it should have, nothing lost, nothing twice."""
    verdict, words = fault.of(kind)
    is_said = ended.judged.verdict is verdict and words in ended.judged.reason
    return is_said and (ended.lost, ended.twice) == (0, 0)
