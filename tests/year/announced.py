"""arXiv and Hugging Face over a year: what is announced on one day stands in the digest of the next, and some of it
there alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.announcements import Arxiv
from tests.integration.outages import weekdays
from tests.parsers.pages import make_page, sample_papers
from tests.year.papers import BEGIN, DAY
from tests.year.sites import PlayedSite

CATEGORY = "cs.CL"
PART = re.compile(r"Part (\d+)$")


def number_of(paper: dict[str, Any]) -> int:
    found = PART.search(paper["title"])
    assert found
    return int(found[1])


@dataclass
class ArxivSite(PlayedSite):
    """The feed of a category, or its list, and the search; ``at`` is the instant of the play."""

    at: datetime = field(default=BEGIN)
    arxiv: Arxiv = field(init=False)

    def __post_init__(self) -> None:
        self.arxiv = Arxiv(lambda: self.at, each_has=3)

    def body(self, url: str, at: datetime) -> bytes:
        self.at = at
        if self.is_asked(url):
            return self.arxiv.found(parse_qs(urlsplit(url).query)["search_query"][0])
        return self.arxiv.feed([CATEGORY]) if "/rss/" in url else self.arxiv.list(CATEGORY)

    def bare(self, url: str, at: datetime) -> bytes:
        """The feed of a Sunday."""
        return self.body(url, at + (6 - at.weekday()) * DAY)

    def is_asked(self, url: str) -> bool:
        return "export.arxiv.org" in url

    def due(self, until: datetime) -> set[int]:
        days = weekdays(self.first.date(), until.date())
        return {number_of(paper) for day in days for paper in self.arxiv.papers(day, CATEGORY)}


@dataclass
class DigestSite(PlayedSite):
    """A page for each weekday: papers that arXiv announced the day before, and one of its own."""

    arxiv: Arxiv = field(kw_only=True)

    def papers(self, day: date) -> list[dict[str, Any]]:
        before = day - (3 if day.weekday() == 0 else 1) * DAY
        n = day.toordinal() % 1000
        own = [{**paper, "id": f"2599.{n:05}"} for paper in sample_papers(1, seed=5000 + n)]
        return [*self.arxiv.papers(before, CATEGORY)[:2], *own]

    def days(self, at: datetime) -> list[date]:
        return weekdays(self.first.date() - 5 * DAY, at.date())

    def body(self, url: str, at: datetime) -> bytes | None:
        days = self.days(at)
        day = date.fromisoformat(url[-10:]) if "/date/" in url else days[-1]
        if day not in days:
            return None
        n = days.index(day)
        after = days[n + 1] if n + 1 < len(days) else None
        return make_page(day, self.papers(day), days[n - 1] if n else None, after, json=self.trouble(at) != "no JSON")

    def bare(self, url: str, at: datetime) -> bytes | None:
        days = self.days(at)
        day = date.fromisoformat(url[-10:]) if "/date/" in url else days[-1]
        return make_page(day, [], days[-2], None)

    def located(self, url: str, at: datetime) -> str:
        return url if "/date/" in url else f"{url}/date/{self.days(at)[-1]}"

    def due(self, until: datetime) -> set[int]:
        return {number_of(paper) for day in weekdays(self.first.date(), until.date()) for paper in self.papers(day)}
