"""Validators and redirects are courtesies of a server, no evidence: a page is known by what the config calls it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from tests.integration.outages import Play
from tests.integration.sites import Site, raw, say, serving
from tests.parsers.feeds import rss
from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.fetch import Fetcher
from watcher.model import Judged, NotModified, Page, Reading, Source, Validators, Verdict
from watcher.policy.polls.verdict import DayHistory
from watcher.store import Store

BEGIN = date(2026, 2, 2)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOTHING = DayHistory()
FUTURE = "Sat, 16 Nov 2041 19:11:00 GMT"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def items(first: int, last: int) -> bytes:
    return rss([f"<title>Part {n}</title><link>https://lab.example/{n}</link>" for n in range(first, last)])


def watching(store: Store, site: Site) -> Play:
    """A watcher that asks a site over the network for a feed, at the hours of the play."""
    play = Play(store, Source(name="lab", kind="feed", url=f"{site.url}/feed.xml"), BEGIN)
    play.context.fetcher = Fetcher(clock=lambda: play.now)
    return play


def told(play: Play) -> set[str]:
    texts = " ".join(play.texts("me"))
    return {f"Part {n}" for n in range(1000) if f"Part {n} " in texts}


# --- 304 ---


@dataclass
class Stubborn:
    """A server with five new papers a day that answers 304 to whoever sends a validator."""

    site: Site
    play: Play
    whole: list[datetime] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        request = self.site.asked[-1]
        if "If-None-Match" in request or "If-Modified-Since" in request:
            raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")(connection)
            return
        self.whole.append(self.play.now)
        day = (self.play.now.date() - BEGIN).days
        now = f"{self.play.now:%a, %d %b %Y %H:%M:%S} GMT"
        body = items(5 * day, 5 * day + 20)
        say(body=body, ETag='"x"', Last_Modified="Mon, 02 Feb 2026 08:00:00 GMT", Date=now)(connection)


def test_a_server_that_answers_304_for_ever_hides_no_paper_longer_than_a_day(store: Store, site: Site) -> None:
    play = watching(store, site)
    site.answers["/feed.xml"] = server = Stubborn(site, play)
    verdicts = [play.look()]
    for _ in range(4 * 9):
        verdicts.append(play.look(6 * HOUR))
    days = {at.date() for at in server.whole}
    assert len(server.whole) == len(days) == 10, "once a day without conditions"
    assert told(play) == {f"Part {n}" for n in range(5 * 9 + 20)}
    assert [one.verdict for one in verdicts].count(Verdict.NEW) == 10


@pytest.mark.parametrize(
    ("modified", "sent", "kept"),
    [
        (FUTURE, "Tue, 10 Mar 2026 12:00:00 GMT", False),
        (FUTURE, "", False),
        (FUTURE, "Sat, 16 Nov 2041 19:11:00 GMT", True),
        ("Tue, 10 Mar 2026 12:00:00 GMT", "Tue, 10 Mar 2026 12:00:00 GMT", True),
        ("Tue, 10 Mar 2026 12:00:01 GMT", "Tue, 10 Mar 2026 12:00:00 GMT", False),
        ("Mon, 09 Mar 2026 12:00:00 GMT", "", True),
        ("yesterday", "Tue, 10 Mar 2026 12:00:00 GMT", True),
    ],
)
def test_a_page_that_was_changed_after_it_was_sent_was_not(site: Site, modified: str, sent: str, kept: bool) -> None:
    site.answers["/p"] = say(body=b"x", Last_Modified=modified, ETag='"x"', Date=sent)
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    found = Fetcher(clock=lambda: now).get(f"{site.url}/p", lambda url: None)
    assert isinstance(found, Page)
    assert found.validators == Validators('"x"', modified if kept else None)


# --- redirects ---


def session(site: Site, play: Play, body: Callable[[], bytes], at: str = "/feed.xml?error=cookies&code={n}") -> None:
    """Let the feed redirect to another address at each look."""
    numbers = count(1)

    def redirect(connection: socket.socket) -> None:
        target = at.format(n=next(numbers))
        site.answers = {"/feed.xml": redirect, target: answer}
        say("302 Found", Location=target)(connection)

    def answer(connection: socket.socket) -> None:
        if f'If-None-Match: "{len(body())}' in site.asked[-1]:
            raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")(connection)
        else:
            say(body=body(), ETag=f'"{len(body())}"')(connection)

    site.answers = {"/feed.xml": redirect}


TARGETS = ["/feed.xml?error=cookies&code={n}", "/feed.xml;jsessionid={n}", "/{n}/feed.xml"]


@pytest.mark.parametrize("at", TARGETS)
def test_a_feed_whose_redirect_changes_at_every_look_is_one_page(store: Store, site: Site, at: str) -> None:
    play = watching(store, site)
    shown = [b""]
    session(site, play, lambda: shown[0], at)
    for day in range(14):
        is_weekday = play.now.weekday() < 5
        shown[0] = items(20 * day, 20 * day + 20) if is_weekday else items(0, 0)
        assert play.look().verdict is (Verdict.NEW if is_weekday else Verdict.QUIET)
        play.now += DAY
    shown[0] = items(0, 0)
    judged = play.look()
    assert judged.verdict is Verdict.PARTIAL, "a Monday without papers"
    assert judged.reason == "shows no papers; the last 10 weekdays had 20 at least"
    with store.reading() as tx:
        assert list(tx.pages.known("lab")) == [f"{site.url}/feed.xml"]


def test_addresses_of_long_ago_are_forgotten_once_the_list_was_read(store: Store, site: Site) -> None:
    play = watching(store, site)
    old = [f"{site.url}/feed.xml?code={n}" for n in range(3)]
    with store.transaction() as tx:
        for url in old:
            page = Page(url=url, body=b"", fetched_at=play.now)
            tx.pages.record("lab", page, Reading(entries=()), 1, Judged(Verdict.QUIET), frozenset(), NOTHING, play.now)
    play.now += 61 * DAY
    assert play.look().verdict is Verdict.UNREACHABLE
    with store.reading() as tx:
        assert sorted(tx.pages.known("lab")) == old, "else the next look would be the first"
    site.answers["/feed.xml"] = say(body=items(0, 3))
    assert play.look().verdict is Verdict.NEW
    with store.reading() as tx:
        assert list(tx.pages.known("lab")) == [f"{site.url}/feed.xml"]


def test_its_validators_go_to_wherever_it_leads(store: Store, site: Site) -> None:
    play = watching(store, site)
    session(site, play, lambda: items(0, 20))
    assert play.look().verdict is Verdict.NEW
    assert play.look(HOUR).verdict is Verdict.UNCHANGED
    assert 'If-None-Match: "' in site.asked[-1]
    found = play.context.fetcher.get(f"{site.url}/feed.xml", lambda url: Validators(f'"{len(items(0, 20))}"'))
    assert isinstance(found, NotModified)


def test_a_digest_day_that_a_redirect_decorates_is_that_day(store: Store, site: Site) -> None:
    source = make_source(name="hf", url=f"{site.url}/papers", look_back=1)
    play = Play(store, source, date(2026, 3, 10))
    play.context.fetcher = Fetcher(clock=lambda: play.now)
    body = make_page(date(2026, 3, 10), sample_papers(4))
    for n in range(3):
        target = f"/papers/date/2026-03-10?session={n}"
        site.answers = {"/papers": say("302 Found", Location=target), target: say(body=body)}
        play.look(HOUR)
    with store.reading() as tx:
        assert list(tx.pages.known("hf")) == [f"{site.url}/papers/date/2026-03-10"]
