"""Find what is wrong and what to do, from the same facts as `watcher status`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.config import Config
from watcher.model import IncidentKind, Verdict
from watcher.model.clocks import utc_midnight
from watcher.model.words import counted, listed
from watcher.pipeline.report import LASTING, daemon_runs
from watcher.render.notice import headline_of
from watcher.store import Store, Transaction
from watcher.store.history.browsing import NextTold
from watcher.store.history.checks import find_lost

LEAST = timedelta(hours=1)

SORRY = timedelta(days=7)
"""For how long a message that was given up is something wrong. After that, nobody will send it again."""

MOST_GIVEN_UP = 100
MOST_UNSENT = 1_000

UNREAD = (Verdict.BROKEN, Verdict.UNREACHABLE)

_DO: Mapping[IncidentKind, str] = {
    IncidentKind.SOURCE_BROKEN: "see what it shows now: `watcher try-source {}`",
    IncidentKind.SOURCE_UNREACHABLE: "open its address from this machine; it is tried again by itself",
    IncidentKind.SOURCE_PARTIAL: "compare with the site; a smaller page that stands for a day is taken as true",
    IncidentKind.SOURCE_GAP: "what was missed is read by `watcher import`, from saved pages",
    IncidentKind.ENDPOINT_FAILING: "mend its address or service, then press Test",
    IncidentKind.INCLUDE_BROKEN: "`watcher check-config` shows what is wrong in it",
    IncidentKind.CONFIG_BROKEN: "`watcher check-config` shows what is wrong; then reload",
    IncidentKind.TEMPLATE_BROKEN: "`watcher preview` shows where it fails",
    IncidentKind.STEP_FAILED: "the daemon's log has the error; the others go on",
    IncidentKind.DATABASE_LOST: "restore it (docs/operations.md), or take what is there: `watcher migrate --accept`",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong.

    ``do``: what to do, in words; a command stands between backquotes.
    ``url``: the page that says more.
    ``since``: None if not known.
    """

    what: str
    do: str
    url: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overall:
    """Whether all is well.

    ``sources``: number of sources.
    ``unread``: names of sources that were not read by their last poll, or never polled.
    ``polled``: when any source was last polled, None before the first poll.
    ``new``: number of papers first seen since midnight UTC.
    ``next_told``: the next digest, None if nothing is held.
    ``unsent``: number of messages that wait to be sent, ``MOST_UNSENT`` at most.
    """

    wrongs: tuple[Wrong, ...]
    sources: int
    unread: tuple[str, ...]
    polled: datetime | None
    new: int
    next_told: NextTold | None
    unsent: int = 0

    @property
    def read(self) -> int:
        """Number of sources whose last poll went well."""
        return self.sources - len(self.unread)

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrongs


def overall_of(store: Store, tx: Transaction, config: Config, now: datetime) -> Overall:
    """Return whether all is well at ``now``, and if not, what is wrong."""
    polls = {name: tx.pages.last_poll(name) for name in config.sources}
    polled = max((poll.at for poll in polls.values() if poll), default=None)
    lives = daemon_runs(store, tx, now)
    silent = () if lives else _of_silence(config, polled, now)
    return Overall(
        wrongs=(
            *silent,
            *_of_config(tx, config),
            *_of_incidents(tx, config),
            *_of_late(tx, now, lives),
            *_of_given_up(tx, now),
        ),
        sources=len(config.sources),
        unread=tuple(name for name, poll in polls.items() if poll is None or poll.judged.verdict in UNREAD),
        polled=polled,
        new=tx.papers.count(utc_midnight(now)),
        next_told=tx.browsing.next_told(),
        unsent=tx.deliveries.unsent(MOST_UNSENT),
    )


def _of_silence(config: Config, polled: datetime | None, now: datetime) -> Iterator[Wrong]:
    """Yield that nobody polls: no daemon runs, and `watcher once` is not run as often as the sources ask for."""
    slowest = max((source.every for source in config.sources.values()), default=LEAST)
    if config.sources and (polled is None or now - polled > 2 * max(slowest, LEAST)):
        yield Wrong(
            "no daemon runs: nothing is polled and nobody is told", "start it: `watcher run`", "/sources", polled
        )


def _of_config(tx: Transaction, config: Config) -> Iterator[Wrong]:
    if not config.sources:
        yield Wrong("no source is watched", "write one under `sources:` in the config", "/sources")
    if not config.subscriptions and not tx.subscriptions.count():
        yield Wrong("nobody has a subscription", "try a rule, and copy what it becomes into the config", "/search")


def _of_incidents(tx: Transaction, config: Config) -> Iterator[Wrong]:
    """Yield the open incidents that the operator is told of."""
    for one in tx.incidents.all_open():
        incident = one.incident
        if one.told_at and incident.kind in LASTING:
            what = f"{headline_of(incident, config.display_names)}: {incident.reason}"
            yield Wrong(
                what, _DO.get(incident.kind, "").format(incident.subject), _page_of(incident.kind), incident.began
            )


def _page_of(kind: IncidentKind) -> str:
    if kind is IncidentKind.ENDPOINT_FAILING:
        return "/receivers"
    return "/sources" if kind.value.startswith("source") else "/incidents"


def _of_late(tx: Transaction, now: datetime, lives: bool) -> Iterator[Wrong]:
    for lost in find_lost(tx.connection, now) if lives else ():
        do = "look at the daemon's log; restart it if it hangs"
        yield Wrong(f"{lost.count:,} {lost.what}, for {lost.subject}", do, "/receivers", lost.since)


def _of_given_up(tx: Transaction, now: datetime) -> Iterator[Wrong]:
    """Yield, for each endpoint, that messages to it were given up and their papers not sent again."""
    lost: dict[str, list[tuple[str, datetime]]] = {}
    for endpoint, reason, at in tx.deliveries.given_up(now - SORRY, MOST_GIVEN_UP):
        lost.setdefault(str(endpoint), []).append((reason, at))
    for name, some in lost.items():
        was = "was" if len(some) == 1 else "were"
        what = f"{counted(len(some), 'message')} to {name} {was} given up: {some[0][0] or 'no reason is known'}"
        do = "mend its address or service, then press Send again, or `watcher replay`"
        yield Wrong(what, do, "/receivers?state=dead#deliveries", some[-1][1])


def next_words(told: NextTold) -> str:
    """Return, in words, whom the next digest goes to and how much is in it so far."""
    names = [str(endpoint) for endpoint in told.endpoints]
    to = listed(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"to {to or 'nobody'} ({counted(told.matches, 'paper')} so far)"
