"""Sites that list papers by searches and by tokens, right or wrong: PubMed, and a repository; both on a made clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.parsers import pubmed, repositories
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import Page, Source, Unreachable, Verdict

DAY = timedelta(days=1)
BEGIN = datetime(2026, 2, 2, 9, tzinfo=UTC)
"""When paper 100 comes."""

PUBMED = make_source(name="site", kind="pubmed", query="kilns", email="you@lab.example")
REPOSITORY = make_source(name="site", kind="oai", url="https://repository.example/oai")


def say(says: str) -> bytes:
    """A page that says something in place of what was asked for."""
    return f"<!doctype html><html><title>{says}</title><h1>{says}</h1></html>".encode()


@dataclass
class ListSite:
    """Papers by their numbers, ``a_day`` every day and evenly.

    ``fault``: what it does wrong.
    ``gone``: numbers of papers that were retracted or deleted, each with the day of that.
    """

    clock: Callable[[], datetime]
    a_day: int = 4
    fault: str = ""
    gone: dict[int, date] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return 100 + int((self.clock() - BEGIN) / DAY * self.a_day)

    def day(self, n: int) -> date:
        return (BEGIN + (n - 100) * DAY / self.a_day).date() if self.a_day else date(2025, 1, 1)

    def between(self, first: date, last: date) -> list[int]:
        return [n for n in range(40, self.count + 1) if first <= self.day(n) <= last]

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        self.asked.append(url)
        given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if self.fault == "away":
            return Unreachable(url=url, reason="connection refused", fetched_at=self.clock())
        body = {"login": login_page(), "page": say("Search is down for maintenance"), "nothing": b""}.get(self.fault)
        return Page(url=url, body=self.body(url, given) if body is None else body, fetched_at=self.clock())

    def body(self, url: str, given: dict[str, str]) -> bytes:
        raise NotImplementedError

    def close(self) -> None: ...


class PubmedSite(ListSite):
    """ESearch and EFetch."""

    def body(self, url: str, given: dict[str, str]) -> bytes:
        return self.search(given) if "/esearch.fcgi" in url else self.records(given["id"].split(","))

    def search(self, given: dict[str, str]) -> bytes:
        today = self.clock().date()
        first = today - int(given["reldate"]) * DAY if "reldate" in given else _day(given["mindate"])
        last = _day(given["maxdate"]) if "maxdate" in given else today
        if given["datetype"] == "mdat":
            return pubmed.search([n for n, day in self.gone.items() if first <= day <= last])
        found = self.between(first, last)[::-1]
        match self.fault:
            case "error":
                return b"<?xml version='1.0'?><eSearchResult><ERROR>Search Backend failed</ERROR></eSearchResult>"
            case "JSON error":
                return b'{"error": "API rate limit exceeded", "count": "11"}'
            case "field":
                return pubmed.search(found).replace(b"IdList>", b"UidList>")
            case "none of yesterday":
                return pubmed.search([n for n in found if self.day(n) != today - DAY], len(found))
            case "cut":
                return pubmed.search(found)[:-90]
        return pubmed.search(found)

    def records(self, ids: Sequence[str]) -> bytes:
        found = [pubmed.article(int(n), self.day(int(n)), types=self.types(int(n)), title="Part {n}.") for n in ids]
        match self.fault:
            case "lost records":
                return pubmed.records(found[::2])
            case "other records":
                return pubmed.records([pubmed.article(9, date(2001, 1, 1), title="Part {n}.")])
            case "no records":
                return b"<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>"
            case "record's field":
                return pubmed.records(found).replace(b"ArticleTitle>", b"Title>")
            case "cut records":
                return pubmed.records(found)[:-2_000]
        return pubmed.records(found)

    def types(self, n: int) -> str:
        return pubmed.RETRACTED if n in self.gone and self.gone[n] <= self.clock().date() else ""


class Repository(ListSite):
    """A repository with pages of three records, each but the last with a token."""

    LONG = 3

    def body(self, url: str, given: dict[str, str]) -> bytes:
        match self.fault:
            case "error":
                return repositories.error("badArgument", "from may not be so")
            case "JSON error":
                return b'{"error": "down"}'
        token = given.get("resumptionToken", "")
        if token and self.fault == "expired":
            return repositories.error("badResumptionToken", "expired")
        first, last, start = token.split("|") if token else (given["from"], given.get("until", "2100-01-01"), "0")
        found = self.numbers(date.fromisoformat(first), date.fromisoformat(last))
        return self.page(found, first, last, int(start)) if found else repositories.error("noRecordsMatch")

    def numbers(self, first: date, last: date) -> list[int]:
        if self.fault == "backwards":
            return self.between(date(2000, 1, 1), last)
        if self.fault == "none of yesterday":
            return [n for n in self.between(first, last) if self.day(n) != self.clock().date() - DAY]
        return self.between(first, last) + [n for n, day in self.gone.items() if first <= day <= last]

    def page(self, found: list[int], first: str, last: str, start: int) -> bytes:
        if self.fault == "for ever":
            start = 0
        shown, end = found[start : start + self.LONG], start + self.LONG
        size = len(found) + (100 if self.fault == "size" else 0)
        token = f"{first}|{last}|{end}" if end < len(found) or self.fault == "for ever" else ""
        body = repositories.records([self.record(n) for n in shown], token, size, start)
        match self.fault:
            case "field":
                return body.replace(b"dc:title>", b"dc:heading>")
            case "cut":
                return body[:-900]
            case "size ends":
                return body.replace(token.encode(), b"") if token else body
        return body

    def record(self, n: int) -> str:
        if n in self.gone and self.gone[n] <= self.clock().date():
            return repositories.record(f"oai:repository.example:2000/{n}", "", self.gone[n])
        return repositories.thesis(n, self.day(n), title="Part {n}")


def _day(text: str) -> date:
    return date.fromisoformat(text.replace("/", "-"))


def numbers_in(texts: Sequence[str]) -> list[int]:
    """The numbers of the papers that are told in messages, in each message once."""
    return [n for text in texts for n in sorted({int(found) for found in re.findall(r"\bPart (\d+)\b", text)})]


KINDS: dict[str, tuple[Source, type[ListSite]]] = {"pubmed": (PUBMED, PubmedSite), "oai": (REPOSITORY, Repository)}
"""Kind of source → a source, and the site that it reads."""

FAULTS: dict[str, dict[str, tuple[Verdict, str]]] = {
    "pubmed": {
        "away": (Verdict.UNREACHABLE, "connection refused"),
        "login": (Verdict.BROKEN, "login page"),
        "page": (Verdict.BROKEN, "Search is down for maintenance"),
        "nothing": (Verdict.BROKEN, "the page is empty"),
        "error": (Verdict.BROKEN, "PubMed answers with an error: Search Backend failed"),
        "JSON error": (Verdict.BROKEN, "PubMed answers with an error: API rate limit exceeded"),
        "field": (Verdict.BROKEN, "looked for the number of records and their ids"),
        "none of yesterday": (Verdict.PARTIAL, "and gives the ids of"),
        "cut": (Verdict.BROKEN, "the answer is cut off"),
        "lost records": (Verdict.PARTIAL, "records that were asked for are not there"),
        "other records": (Verdict.BROKEN, "is there that were asked for, but 1 others"),
        "no records": (Verdict.BROKEN, "is there that were asked for, but 0 others"),
        "record's field": (Verdict.BROKEN, "records have no PMID or no title"),
        "cut records": (Verdict.PARTIAL, "the page is cut off after"),
    },
    "oai": {
        "away": (Verdict.UNREACHABLE, "connection refused"),
        "login": (Verdict.BROKEN, "login page"),
        "page": (Verdict.BROKEN, "Search is down for maintenance"),
        "nothing": (Verdict.BROKEN, "the page is empty"),
        "error": (Verdict.BROKEN, "badArgument: from may not be so); mend `set` and `metadata`"),
        "JSON error": (Verdict.BROKEN, "looked for a repository's answer, found"),
        "field": (Verdict.BROKEN, "records have no identifier or no title"),
        "cut": (Verdict.PARTIAL, "the page is cut off after"),
        "none of yesterday": (Verdict.PARTIAL, "that it showed before are gone"),
        "expired": (Verdict.BROKEN, "badResumptionToken: expired); the rest of the list is asked for anew"),
        "for ever": (Verdict.PARTIAL, "shows papers of earlier pages only: it does not go on"),
        "backwards": (Verdict.BROKEN, "the repository does not heed `from`"),
        "size": (Verdict.PARTIAL, "by its own account"),
        "size ends": (Verdict.PARTIAL, "by its own account"),
    },
}
"""Kind of source → fault of its site → the verdict on each look meanwhile, and what its reason says."""
