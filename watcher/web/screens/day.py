"""The page of one digest day: its papers, best first, and links to other days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from watcher.store import Transaction
from watcher.web.frame import address, number_named, shown, site_of
from watcher.web.views.cards import MatchedPaper, card_of, marked_cards, ranked

MOST = 50
"""Most papers on one page."""

FILTERS = ("subscription", "source", "strength")


@dataclass(frozen=True, slots=True)
class DayLink:
    """A day of the week that is shown, and its number of papers."""

    day: date
    papers: int


def day_screen(request: Request) -> Response:
    """Show the papers of ``day``, or of the newest digest day with papers."""
    site = site_of(request)
    today, names = site.clock().astimezone(UTC).date(), site.config().display_names
    asked = {name: request.query_params.get(name, "") for name in FILTERS}
    with site.store.reading() as tx:
        day = day_named(request.query_params.get("day", ""))
        if day is None:
            day = tx.browsing.day_before(today + timedelta(days=1)) or today
        papers = ranked(tx, tx.papers.get(tx.browsing.papers_on(day)))
        found = [one for one in papers if _fits(one, asked)]
        before, after, week = tx.browsing.day_before(day), tx.browsing.day_after(day), _week(tx, day)
        page = page_named(request.query_params.get("page", ""), len(found))
        on_page = found[(page - 1) * MOST : page * MOST]
        cards = [card_of(one.paper, one.matches, names) for one in on_page]
        return shown(
            request,
            tx,
            "day.html",
            day=day,
            today=today,
            week=week,
            before=before,
            after=after,
            week_before=tx.browsing.day_before(week[0].day),
            week_after=tx.browsing.day_after(week[-1].day),
            cards=marked_cards(tx, [one.paper for one in on_page], cards),
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


def _fits(one: MatchedPaper, asked: Mapping[str, str]) -> bool:
    """Return whether a paper belongs to those that are asked for."""
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
    """Return (name, display name) pairs, sorted by display name."""
    return sorted(shown.items(), key=lambda one: (one[1].casefold(), one[0]))


def _week(tx: Transaction, day: date) -> Sequence[DayLink]:
    """Return the days of the week that contains ``day``, Monday to Sunday, or to the last day that a calendar has."""
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7) if n <= (date.max - monday).days]
    return [DayLink(one, len(tx.browsing.papers_on(one))) for one in days]


def day_named(text: str) -> date | None:
    """Return the day that a text means, None if it means none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def page_named(text: str, count: int, most: int = MOST) -> int:
    """Return the number of the page that a text means, from 1; the last page for larger numbers.

    ``count``: number of things on all pages.
    ``most``: most things on one page.
    """
    last = max(1, -(-count // most))
    return min(number_named(text, 999_999) or 1, last)
