"""Sites of the year, each with its troubles: they answer like servers, at the instant of the play."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import urlsplit

from tests.parsers.feeds import atom, json_feed, rss
from tests.parsers.pages import login_page
from tests.year.papers import DAY, Laboratory, LabPaper, is_of_its_own
from watcher.model import NotModified, Page, Source, Unreachable, Validators

DC = "http://purl.org/dc/elements/1.1/"
Answer = Page | NotModified | Unreachable

UNREACHABLE = {
    "503": ("HTTP 503 Service Unavailable", 503),
    "429": ("HTTP 429 Too Many Requests", 429),
    "404": ("HTTP 404 Not Found", 404),
    "timeout": ("no answer within 20 s", None),
    "refused": ("connection refused", None),
}
SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "login": lambda body: login_page(),
    "blank": lambda body: b"",
    "cut": lambda body: body[: len(body) // 2],
}


@dataclass(frozen=True, slots=True)
class TroubleOfSite:
    """What a site does wrong from ``begin`` until ``end``: see :meth:`PlayedSite.answer`."""

    kind: str
    begin: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.kind} {self.begin:%m-%d}..{self.end:%m-%d}"


@dataclass
class PlayedSite(ABC):
    """One source and what answers for it. ``first``: from when on its papers are counted."""

    source: Source
    first: datetime
    troubles: Sequence[TroubleOfSite] = ()
    asked: list[str] = field(default_factory=list)

    @abstractmethod
    def body(self, url: str, at: datetime) -> bytes | None:
        """Return the page as it is at an instant, None if there is none."""

    def bare(self, url: str, at: datetime) -> bytes | None:
        """Return the page without its papers."""
        raise NotImplementedError

    @abstractmethod
    def due(self, until: datetime) -> set[int]:
        """Return the numbers of the papers that stood on its pages up to an instant."""

    def archive(self, begin: datetime, end: datetime) -> bytes | None:
        """Return a page of what was listed between two instants, as a person finds it on the site; None if nothing."""
        return None

    def located(self, url: str, at: datetime) -> str:
        """Return where redirects lead."""
        return url

    def is_asked(self, url: str) -> bool:
        """Whether an address is a question to the site's search, which shows what there is though lists do not."""
        return False

    def trouble(self, at: datetime) -> str:
        return next((one.kind for one in self.troubles if one.begin <= at < one.end), "")

    def answer(self, url: str, validators: Callable[[str], Validators | None], at: datetime) -> Answer:
        """Answer a request: ``stale`` shows the page of the trouble's first instant, ``304`` says so to whoever sends
        a validator, ``bare`` has no papers; the others as they are called."""
        self.asked.append(url)
        kind = self.trouble(at)
        if kind in UNREACHABLE:
            reason, status = UNREACHABLE[kind]
            return Unreachable(url=url, reason=reason, fetched_at=at, status=status)
        known = validators(self.located(url, at))
        if kind == "304" and known:
            return NotModified(url=url, fetched_at=at)
        body = self._body(url, at, kind)
        if body is None:
            return Unreachable(url=url, reason="HTTP 404 Not Found", fetched_at=at, status=404)
        etag = sha256(body).hexdigest()
        if known and known.etag == etag:
            return NotModified(url=url, fetched_at=at)
        return Page(url=self.located(url, at), body=body, fetched_at=at, validators=Validators(etag))

    def _body(self, url: str, at: datetime, kind: str) -> bytes | None:
        if kind in ("bare", "stale") and self.is_asked(url):
            return self.body(url, at)
        if kind == "bare":
            return self.bare(url, at)
        if kind == "stale":
            return self.body(url, next(one.begin for one in self.troubles if one.begin <= at < one.end))
        body = self.body(url, at)
        return SPOILT[kind](body) if body is not None and kind in SPOILT else body


@dataclass
class LabFeed(PlayedSite):
    """The laboratory's feed, or a mirror of it in another form, which shows the same papers a day later."""

    lab: Laboratory = field(kw_only=True)
    form: str = "rss"
    shows: int = 20

    @property
    def is_mirror(self) -> bool:
        return self.form != "rss"

    @property
    def delay(self) -> timedelta:
        return DAY if self.is_mirror else timedelta(0)

    def located(self, url: str, at: datetime) -> str:
        """The feed moves with the laboratory; the mirror's redirect ends elsewhere at every look."""
        if self.is_mirror:
            return f"{url}?session={at:%m%d%H%M}"
        place = urlsplit(self.lab.link(self.lab.papers[0], at))
        return f"{place.scheme}://{place.netloc}/feed.xml"

    def papers(self, at: datetime) -> list[LabPaper]:
        there = self.lab.newest(at - self.delay, 2 * self.shows)
        return [paper for paper in there if not self._is_left_out(paper)][: self.shows]

    def due(self, until: datetime) -> set[int]:
        first, last = self.first - self.delay, until - self.delay
        return {one.number for one in self.lab.papers if first < one.came <= last and not self._is_left_out(one)}

    def _is_left_out(self, paper: LabPaper) -> bool:
        """A page of links has no place for papers that share one."""
        return self.is_mirror and (is_of_its_own(paper.number) or (self.form == "html" and bool(paper.issue)))

    def body(self, url: str, at: datetime) -> bytes:
        return self._listed(self.papers(at), at)

    def bare(self, url: str, at: datetime) -> bytes:
        return self._listed([], at)

    def archive(self, begin: datetime, end: datetime) -> bytes | None:
        papers = [one for one in self.lab.papers if begin <= one.came + self.delay <= end]
        wanted = [one for one in papers if not self._is_left_out(one)]
        return self._listed(wanted, end) if wanted else None

    def _listed(self, papers: Sequence[LabPaper], at: datetime) -> bytes:
        if self.form == "json":
            return json_feed([self._json_item(paper) for paper in papers])
        if self.form == "html":
            items = "".join(self._html_item(paper, at) for paper in papers)
            return f"<!doctype html><html><title>Group</title><body><ul>{items}</ul></body></html>".encode()
        if self.form == "atom":
            return atom([self._atom_entry(paper, at) for paper in papers])
        body = rss([self._rss_item(paper, at) for paper in papers])
        return body.replace(b"<rss ", f'<rss xmlns:dc="{DC}" '.encode())

    def _rss_item(self, paper: LabPaper, at: datetime) -> str:
        guid, doi, abstract = self.lab.guid(paper, at), paper.doi_at(at), paper.abstract
        if paper.is_withdrawn(at):
            abstract = f"This paper has been withdrawn by the authors. {abstract}"
        return (
            f"<title>{escape(paper.title_at(at))}</title><link>{escape(self.lab.link(paper, at))}</link>"
            f"<description>{abstract}</description><pubDate>{_rfc822(self.lab.date(paper, at))}</pubDate>"
            + "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in paper.authors)
            + (f'<guid isPermaLink="false">{guid}</guid>' if guid else "")
            + (f"<dc:identifier>doi:{doi}</dc:identifier>" if doi else "")
        )

    def _atom_entry(self, paper: LabPaper, at: datetime) -> str:
        """A mirror that dates an entry anew at every build."""
        link = f"https://mirror.example/{paper.number}?utm_source=feed&amp;utm_campaign={at:%m%d}"
        authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
        return (
            f"<title>{escape(paper.title)}.</title><id>mirror-{paper.number}</id><updated>{at:%FT%TZ}</updated>"
            f'<link href="{link}"/><summary>{paper.abstract}</summary>{authors}'
        )

    def _json_item(self, paper: LabPaper) -> dict[str, Any]:
        """A mirror that cuts abstracts and tells no date."""
        cut = " ".join(paper.abstract.split()[:30])
        names = [{"name": name} for name in paper.authors]
        link = f"https://copy.example/show?id={paper.number}"
        return {"id": link, "url": link, "title": paper.title.upper(), "content_text": f"{cut} …", "authors": names}

    def _html_item(self, paper: LabPaper, at: datetime) -> str:
        """A page of links to wherever the laboratory has its papers."""
        link = self.lab.link(paper, at)
        return f'<li><a href="{escape(link)}">{escape(paper.title)}</a> <i>{escape(", ".join(paper.authors))}</i></li>'


def _rfc822(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT"
