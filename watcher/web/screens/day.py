"""The papers of one digest day, best first, and the way to other days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from watcher.store import Transaction
from watcher.web.frame import address, shown, site_of
from watcher.web.views.cards import RankedPaper, card_of, ranked

MOST = 50
"""Papers on one page."""

WEEK = timedelta(days=7)
FILTERS = ("subscription", "source", "strength")


@dataclass(frozen=True, slots=True)
class DayLink:
    """A day of the week that is shown, and how many papers it has."""

    day: date
    papers: int


def day_screen(request: Request) -> Response:
    """Show the papers of ``day``, or of the newest digest day that has any."""
    site = site_of(request)
    today, names = site.clock().astimezone(UTC).date(), site.config().display_names
    asked = {name: request.query_params.get(name, "") for name in FILTERS}
    with site.store.reading() as tx:
        day = day_named(request.query_params.get("day", ""))
        if day is None:
            day = tx.browsing.day_before(today + timedelta(days=1)) or today
        papers = ranked(tx, tx.papers.get(tx.browsing.papers_on(day)))
        found = [one for one in papers if _fits(one, asked)]
        before, after = tx.browsing.day_before(day), tx.browsing.day_after(day)
        page = page_named(request.query_params.get("page", ""), len(found))
        return shown(
            request,
            tx,
            "day.html",
            day=day,
            today=today,
            week=_week(tx, day),
            before=before,
            after=after,
            week_before=tx.browsing.day_before(_monday(day)),
            week_after=tx.browsing.day_after(_monday(day) + WEEK - timedelta(days=1)),
            cards=[card_of(one.paper, one.matches, names) for one in found[(page - 1) * MOST : page * MOST]],
            count=len(found),
            of=len(papers),
            asked=asked,
            page=page,
            pages=-(-len(found) // MOST),
            subscriptions=_by_label(
                {match.subscription: match.shown_as or match.subscription for one in papers for match in one.matches}
            ),
            sources=_by_label(
                {listing.source: names.of_source(listing.source) for one in papers for listing in one.paper.listings}
            ),
            is_empty=not papers and before is None and after is None,
            to_day=lambda other: address("/", [("day", other), *asked.items()]),
            to_page=lambda other: address("/", [("day", day), *asked.items(), ("page", other)]),
        )


def _fits(one: RankedPaper, asked: Mapping[str, str]) -> bool:
    """Return whether a paper is among those that are asked for."""
    matches = [match for match in one.matches if asked["subscription"] in ("", match.subscription)]
    if asked["subscription"] and not matches:
        return False
    if asked["source"] and asked["source"] not in {listing.source for listing in one.paper.listings}:
        return False
    match asked["strength"]:
        case "strong":
            return any(match.strong for match in matches)
        case "matched":
            return bool(matches)
    return True


def _by_label(shown: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return names and what people are shown of them, by the latter."""
    return sorted(shown.items(), key=lambda one: (one[1].casefold(), one[0]))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(tx: Transaction, day: date) -> Sequence[DayLink]:
    days = [_monday(day) + timedelta(days=n) for n in range(7)]
    return [DayLink(one, len(tx.browsing.papers_on(one))) for one in days]


def day_named(text: str) -> date | None:
    """Return the day that an address names, None if it names none; no year that weeks would lead out of."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2999 else None


def page_named(text: str, count: int, most: int = MOST) -> int:
    """Return the number of the page that an address names, from 1; the last one for larger numbers."""
    last = max(1, -(-count // most))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(number, 1), last)
