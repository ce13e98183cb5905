"""Find which lists must be read after an outage, in addition to those that every poll reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import partial

from watcher.model import Entry, IncidentKind, NotModified, Reading, Source
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.policy.polls import gaps
from watcher.policy.polls.days import Visit
from watcher.policy.polls.gaps import Gap
from watcher.policy.polls.walk import LONGEST
from watcher.store import Transaction
from watcher.store.sources.missing import whole_verdicts


@dataclass(frozen=True, slots=True)
class SourcePast:
    """What is known of earlier polls of a source.

    ``last``: the last poll that missed nothing, None if there was none.
    ``looks``: times of the latest polls, newest first.
    ``listed``: the last digest day that it listed papers on; None if unknown, or if the latest poll missed something.
    """

    last: datetime | None = None
    looks: Sequence[datetime] = ()
    listed: date | None = None

    @property
    def was_short(self) -> bool:
        """Whether the latest poll missed something."""
        return self.last is not None and any(at > self.last for at in self.looks)


def source_past(tx: Transaction, source: Source) -> SourcePast:
    """Return what is known of earlier polls of a source.

    It is empty for a source with a page for each digest day: there, missed days are found by their pages, not by time.
    """
    parser = PARSERS[source.kind]
    if parser.day_url(source):
        return SourcePast()
    looks, with_papers = tx.missing.last_looks(source.name, gaps.LAST_LOOKS), parser.announces(source)
    last = next((look.at for look in looks if look.verdict in whole_verdicts(with_papers=with_papers)), None)
    past = SourcePast(
        last or tx.missing.last_whole(source.name, with_papers=with_papers), tuple(look.at for look in looks)
    )
    if with_papers and past.last and not past.was_short:
        return replace(past, listed=tx.missing.last_day(source.name))
    return past


@dataclass
class MissedLists:
    """Decides which further lists to read, given the first pages of a source's lists.

    ``past``: what is known of earlier polls.
    ``since``: read everything from this day on, None if nobody asked for that.
    ``gap``: set by a call: what cannot be read any more, None if nothing is missing.
    """

    source: Source
    context: Context
    past: SourcePast
    since: date | None
    now: datetime
    gap: Gap | None = field(default=None, init=False)

    def __call__(self, firsts: Sequence[Visit]) -> Sequence[str]:
        """Return the addresses of lists with papers that were listed after the last poll that missed nothing."""
        self.gap = None
        parser, last = PARSERS[self.source.kind], self.past.last
        if self.since is not None:
            return self._since(self.since, last)
        if last is None or not all(_is_good(visit) for visit in firsts):
            return ()
        readings = [visit.parsed for visit in firsts if isinstance(visit.parsed, Reading)]
        if parser.announces(self.source):
            return self._announced(last, readings)
        return self._listed(last, readings)

    def _since(self, day: date, last: datetime | None) -> Sequence[str]:
        """Return the addresses of lists from a requested day on, or from the last whole poll if that is earlier."""
        begin = datetime.combine(day, time(), UTC)
        if last is None or begin <= last:
            return self._asked(begin)
        if self.now - last > LONGEST:
            self.gap = gaps.of_longest(self.source.name, last, min(begin, self.now - LONGEST))
        return self._asked(min(begin, max(last, self.now - LONGEST)))

    def _announced(self, last: datetime, readings: Sequence[Reading]) -> Sequence[str]:
        """Return the addresses for missed announcements, of lists that show one announcement at a time."""
        rests = partial(PARSERS[self.source.kind].rests, self.source)
        read = gaps.announced_by(last, self.past.listed)
        days = gaps.missed_announcements(read, readings, rests, self.now)
        if not days:
            return ()
        lists = self._asked(max(last, self.now - LONGEST))
        if not lists:
            self.gap = gaps.of_announcements(self.source.name, days)
        elif self.now - last > LONGEST:
            self.gap = gaps.of_longest(self.source.name, last, self.now - LONGEST)
        elif what := PARSERS[self.source.kind].unfound(self.source):
            self.gap = gaps.of_announcements(self.source.name, days, what)
        return lists

    def _listed(self, last: datetime, readings: Sequence[Reading]) -> Sequence[str]:
        """Return the addresses for missed papers, of lists that show the newest papers."""
        since = self._unseen_since(last, [entry for reading in readings for entry in reading.entries])
        if any(reading.next or reading.total is not None for reading in readings):
            since = None  # its further pages are read until they are old, or to its end
        lists: Sequence[str] = ()
        if since is not None or self.now - last > gaps.A_DAY:
            lists = self._asked(max(since or last, self.now - LONGEST))
        if lists and self.now - (since or last) > LONGEST:
            self.gap = gaps.of_longest(self.source.name, since or last, self.now - LONGEST)
        elif not lists and since is not None:
            self.gap = gaps.of_list(self.source.name, since, self.now)
        return lists

    def _unseen_since(self, last: datetime, entries: Sequence[Entry]) -> datetime | None:
        """Return the instant from which papers may have come and gone unseen, None if the lists reach back far enough.

        That is the last poll that missed nothing if it was long ago, or if all entries are new on a list that never
        changed so fast. It is an earlier instant if the list had not changed for long before that poll.
        """
        is_outage = gaps.is_outage(last, self.past.looks, self.source.every, self.now)
        with self.context.store.reading() as tx:
            is_known = tx.missing.known_by(self.source.name, entries, last)
            if gaps.goes_back(entries, is_known, looked=last):
                return None
            unchanged = gaps.unchanged_since(tx.missing.shown_last(self.source.name), last)
            if not is_outage and (unchanged is None or self._is_named(tx)):
                return None
            since = unchanged or last
            is_known = tx.missing.known_by(self.source.name, entries, since)
        return None if gaps.goes_back(entries, is_known, since, looked=last) else since

    def _is_named(self, tx: Transaction) -> bool:
        known = tx.incidents.open_one(IncidentKind.SOURCE_GAP, self.source.name)
        return known is not None and known.incident.reason.count(gaps.NOT_FROM_BEFORE) >= gaps.MOST_NAMED

    def _asked(self, since: datetime) -> Sequence[str]:
        missed = PARSERS[self.source.kind].missed
        return missed(self.source, since, self.now) if missed else ()


def _is_good(visit: Visit) -> bool:
    """Return whether a visit tells what is on the list now."""
    return isinstance(visit.fetched, NotModified) or (isinstance(visit.parsed, Reading) and visit.parsed.whole)
