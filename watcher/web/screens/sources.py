"""The pages of sources: verdicts of thirty days, papers a day and what is usual, the last polls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from watcher.files.broken_pages import SIZE
from watcher.files.read import NotRead, read_regular
from watcher.model import Judged, Source, Verdict
from watcher.model.masking import starred
from watcher.pipeline.report import next_look
from watcher.policy.polls.rhythm import Look
from watcher.policy.polls.verdict import worst
from watcher.store import Transaction
from watcher.store.sources.pages import Poll
from watcher.web.frame import feed_links, shown, site_of
from watcher.web.views.drawing import Chart, bars_of

DAYS = 30
WEEKS = 8
"""Weeks before a day by which the usual number of papers on its weekday is found."""

ENOUGH = 3
POLLS = 30
LONGEST_BODY = 200_000
"""Most bytes of a kept page that are shown."""


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day of a source.

    ``verdict``: the worst of the day, "" if the source was not polled.
    """

    verdict: str
    title: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source in the list.

    ``read``: when it was last polled without trouble, None if never.
    ``next``: when it is polled next.
    """

    source: Source
    strip: tuple[StripDay, ...]
    last: Poll | None
    read: datetime | None
    next: datetime


def sources_screen(request: Request) -> Response:
    """Show all sources of the config."""
    site = site_of(request)
    now = site.clock()
    with site.store.reading() as tx:
        rows = [source_row(tx, one, now) for one in site.config().sources.values()]
        return shown(request, tx, "sources.html", rows=rows, verdicts=[*Verdict], days=DAYS)


def source_row(tx: Transaction, source: Source, now: datetime) -> SourceRow:
    """Return how a source has been doing."""
    last = tx.pages.last_poll(source.name)
    first = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    looks = tx.pages.looks(source.name, datetime(first.year, first.month, first.day, tzinfo=UTC))
    strip = _strip(looks, first)
    return SourceRow(source, strip, last, tx.browsing.last_read(source.name), next_look(source, last, now))


def _strip(looks: Iterable[Look], first: date) -> tuple[StripDay, ...]:
    by_day: dict[date, list[Verdict]] = {}
    for look in looks:
        by_day.setdefault(look.at.astimezone(UTC).date(), []).append(look.verdict)
    return tuple(_strip_day(day, by_day.get(day, ())) for day in (first + timedelta(days=n) for n in range(DAYS)))


def _strip_day(day: date, verdicts: Sequence[Verdict]) -> StripDay:
    name = f"{day:%a} {day.day} {day:%b}"
    if not verdicts:
        return StripDay("", f"{name}: not polled")
    verdict = worst(Judged(one) for one in verdicts).verdict
    times = f"{verdicts.count(verdict)} of {len(verdicts)} polls" if len(verdicts) > 1 else "the one poll"
    return StripDay(verdict.value, f"{name}: {verdict.value} ({times})")


def source_screen(request: Request) -> Response:
    """Show the source ``name``. With ``kept``, show the body of a broken page that was kept."""
    site = site_of(request)
    name, now = request.query_params.get("name", ""), site.clock()
    source = site.config().sources.get(name)
    with site.store.reading() as tx:
        polls = tx.pages.polls(name, POLLS)
        if source is None and not polls:
            raise HTTPException(404, "There is no such source in the config, nor was there one.")
        today = now.astimezone(UTC).date()
        counts = tx.browsing.listed_by_day(name, today - timedelta(weeks=WEEKS, days=DAYS))
        kept = site.kept.of(name) if site.kept and source else []
        return shown(
            request,
            tx,
            "source.html",
            name=name,
            feeds=feed_links(request, "source", name),
            row=source_row(tx, source or Source(name=name, kind=""), now),
            in_config=source is not None,
            url=starred(source.url) if source and source.url else "",
            polls=polls,
            chart=_volume(counts, today) if counts else None,
            pages=tx.pages.shown(name, now),
            kept=[path.name for path in kept],
            body=_body(kept, request.query_params.get("kept", "")),
            open_page=request.query_params.get("kept", ""),
            verdicts=[*Verdict],
            days=DAYS,
        )


def _volume(counts: Mapping[date, int], today: date) -> Chart:
    """Return bars of the papers of the last days, with the usual number on each weekday."""
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    usual: dict[date, float] = {}
    for day in days:
        before = [counts.get(day - timedelta(weeks=n)) for n in range(1, WEEKS + 1)]
        known = [one for one in before if one is not None]
        if len(known) >= ENOUGH:
            usual[day] = median(known)
    return bars_of({day: counts.get(day, 0) for day in days}, unit="paper", usual=usual)


def _body(kept: Sequence[Path], name: str) -> str:
    """Return the text of a kept page, "" if no page of that name is kept."""
    path = next((one for one in kept if one.name == name), None)
    if path is None:
        return ""
    data = read_regular(path, 2 * SIZE, follow_links=False)
    if isinstance(data, NotRead):
        return f"(cannot be read: {data.what})"
    text = data[:LONGEST_BODY].decode("utf-8", "replace")
    return text.replace("\0", "␀") + ("\n…" if len(data) > LONGEST_BODY else "")
