"""arXiv, played day by day: feeds and lists of a day's announcement, some of them stale, and a search for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss
from tests.parsers.pages import sample_papers
from watcher.model import NotModified, Page, Unreachable, Validators

DAY = timedelta(days=1)
CATEGORIES = ("cs.AI", "cs.CL")


@dataclass
class Arxiv:
    """Stands for the network. ``stale`` has the categories that show the announcement of an earlier day, and
    ``redated`` whether they call it that of today; ``fault`` is of the feeds, ``search_fault`` of the search;
    ``spoilt`` is what becomes of a feed on the way; ``quiet`` are days without an announcement."""

    clock: Callable[[], datetime]
    each_has: int = 4
    stale: dict[str, date] = field(default_factory=dict)
    redated: bool = False
    fault: str = ""
    search_fault: str = ""
    spoilt: Callable[[bytes], bytes] = lambda body: body
    quiet: set[date] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def get(
        self, url: str, validators: Callable[[str], Validators | None], *, robots: bool = True
    ) -> Page | NotModified | Unreachable:
        self.asked.append(url)
        place, now = urlsplit(url), self.clock()
        is_search = place.hostname == "export.arxiv.org"
        if fault := self.search_fault if is_search else self.fault:
            return Unreachable(url=url, reason=fault, fetched_at=now)
        if is_search:
            body = self.found(parse_qs(place.query)["search_query"][0])
        elif "/rss/" in place.path:
            body = self.spoilt(self.feed(place.path.rpartition("/")[2].split("+")))
        else:
            body = self.spoilt(self.list(place.path.split("/")[2]))
        etag = sha256(body).hexdigest()
        known = validators(url)
        if known and known.etag == etag:
            return NotModified(url=url, fetched_at=now)
        return Page(url=url, body=body, fetched_at=now, validators=Validators(etag))

    def close(self) -> None: ...

    @property
    def searches(self) -> list[str]:
        return [url for url in self.asked if "export.arxiv.org" in url]

    def ids(self, day: date, *categories: str) -> set[str]:
        return {paper["id"] for one in categories or CATEGORIES for paper in self.papers(day, one)}

    def papers(self, day: date, category: str) -> list[dict[str, Any]]:
        """What is announced in a category on a day: submitted the day before."""
        if day.weekday() >= 5 or day in self.quiet:
            return []
        n = day.toordinal() % 1000
        papers = sample_papers(self.each_has, seed=2 * n + CATEGORIES.index(category))
        place = CATEGORIES.index(category)
        return [
            {**paper, "id": f"{day:%y%m}.{day:%d}{place}{at:02}", "published": f"{day - DAY}T12:00:00Z"}
            for at, paper in enumerate(papers)
        ]

    def shown(self, category: str) -> tuple[date, list[dict[str, Any]]]:
        today = self.clock().date()
        day = self.stale.get(category, today)
        return (today if self.redated else day), self.papers(day, category)

    def feed(self, categories: Sequence[str]) -> bytes:
        items: list[str] = []
        for category in categories:
            day, papers = self.shown(category)
            body = arxiv_rss(papers, day).decode().replace("<category>cs.YY</category>", "").replace("cs.XX", category)
            items += re.findall("<item>.*?</item>", body, re.DOTALL)
        head, _, _ = arxiv_rss([], self.clock().date()).decode().partition("</channel>")
        return f"{head}{''.join(items)}</channel></rss>".encode()

    def list(self, category: str) -> bytes:
        day, papers = self.shown(category)
        return arxiv_list({"New submissions": papers}, day).replace(b"cs.XX", category.encode())

    def found(self, query: str) -> bytes:
        asked = [date.fromisoformat(at[:8]) for at in re.findall(r"\d{12}", query)]
        first, last = asked or (date(2026, 3, 2), self.clock().date())
        entries: list[str] = []
        for n in range((last - first).days + 2):
            for category in CATEGORIES:
                if f"cat:{category}" in query and first + n * DAY <= self.clock().date():
                    papers = self.papers(first + n * DAY, category)
                    body = arxiv_api(papers).decode().replace("cs.XX", category).replace("cs.YY", category)
                    entries += re.findall("<entry>.*?</entry>", body, re.DOTALL)
        total = re.sub("(totalResults>)0", rf"\g<1>{len(entries)}", arxiv_api([]).decode())
        return total.replace("</feed>", f"{''.join(entries)}</feed>").encode()
