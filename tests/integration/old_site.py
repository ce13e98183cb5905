"""The site that the older release read before its database was kept: a digest, a feed, a page of text; all invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.parsers.feeds import rss
from tests.parsers.pages import make_page, sample_papers
from tests.parsers.renderings import RENDERED_HEAD

DIGEST = "http://site.example/papers"
FEED = "http://news.example/feed.xml"
DAYS = (date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10))
PAPERS = {day: sample_papers(count, seed=n) for n, (day, count) in enumerate(zip(DAYS, (1, 2, 1), strict=True))}

FEED_TITLES = (
    "Kilns at \u03b1-Zero: na\u00efve caf\u00e9s, Part F0",
    "O&#8217;Hara&#x2014;Tides of $L_2$ &amp;amp; \\'Etienne, Part F1",
    "R\u00e9sum\u00e9 \U0001f9ea of the Multi\u2011Modal  Compost, Part F2",
)
SHOWN_TITLES = (
    "Kilns at \u03b1-Zero: na\u00efve caf\u00e9s, Part F0",
    "O\u2019Hara\u2014Tides of $L_2$ & \\'Etienne, Part F1",
    "R\u00e9sum\u00e9 \U0001f9ea of the Multi\u2011Modal Compost, Part F2",
)
"""As they are stored."""

TEXT_TITLE = "Lanterns: $\\alpha$-Rehearsing the Orchards of \u00c9tienne's Na\u00efve Kiln, Part T0"


def digest(days: Sequence[date]) -> dict[str, bytes]:
    """The digest pages of these days, by address; the newest is also the front page."""
    pages = {}
    for n, day in enumerate(days):
        before = days[n - 1] if n else None
        after = days[n + 1] if n + 1 < len(days) else None
        pages[f"{DIGEST}/date/{day}"] = make_page(day, PAPERS[day], before, after)
    return pages | {DIGEST: pages[f"{DIGEST}/date/{days[-1]}"]}


def feed(count: int) -> bytes:
    """The feed's first ``count`` items, the newest first: a link of a campaign, ids of its own, one without any."""
    return rss([_item(n) for n in reversed(range(count))])


def _item(n: int) -> str:
    names = (
        "<link>https://lab.example/a?utm_source=rss&amp;id=1</link><guid isPermaLink='false'>lab-1</guid>",
        "<link>https://Lab.example/b#top</link><guid>https://lab.example/b</guid>",
        "<link>https://doi.org/10.5555/PEBBLE.3</link>",
    )
    return (
        f"<title>{FEED_TITLES[n]}</title>{names[n]}<pubDate>Tue, 10 Mar 2026 0{n}:00:00 GMT</pubDate>"
        f"<description>We study item {n} on many islands.</description>"
    )


def text_page() -> bytes:
    """A digest page as rendered text: one paper that only its title identifies."""
    body = "We measure it at length, on many islands and in many tides, and find that pebbles do what pebbles do. " * 4
    return f"{RENDERED_HEAD}{TEXT_TITLE}\n\n{body}\n".encode()


def titles() -> list[str]:
    """Every title, as it is stored; messages show it without its TeX."""
    made: list[dict[str, Any]] = [paper for papers in PAPERS.values() for paper in papers]
    return [*(paper["title"] for paper in made), *SHOWN_TITLES, TEXT_TITLE]
