"""Poll lists of the newest papers after an outage: missing papers are asked for, or else named."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.outages import DAY, Play
from tests.integration.test_pipeline import subscription
from tests.parsers.feeds import rss
from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.model import IncidentKind, Judged, Page, Source, Unreachable, Verdict
from watcher.parsers import PARSERS
from watcher.parsers.html.keys import Selectors
from watcher.pipeline.inbox import poll_inbox
from watcher.pipeline.polling.source import poll_source
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 2, 2, 9, tzinfo=UTC)
FEED = Source(name="lab", kind="feed", url="https://lab.example/feed.xml")
HTML = make_source(
    name="lab", kind="html", url="https://lab.example/list", own=Selectors(item="li", title="h3", link="a")
)


@dataclass
class Lab:
    """Stands for the network: a list of the newest ``shows`` papers, of which ``a_day`` come every day, evenly.

    ``still``: since when the site shows what it showed then; ``is_bare``: no papers; ``pinned`` stands above all.
    """

    clock: Callable[[], datetime]
    a_day: int = 4
    shows: int = 10
    dated: bool = False
    fault: str = ""
    still: datetime | None = None
    is_bare: bool = False
    pinned: int | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return 100 + int(((self.still or self.clock()) - BEGIN) / DAY * self.a_day)

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        self.asked.append(url)
        if self.fault:
            return Unreachable(url=url, reason=self.fault, fetched_at=self.clock())
        numbers = [] if self.is_bare else list(range(self.count, self.count - self.shows, -1))
        pinned = [self.pinned] if self.pinned is not None else []
        return Page(url=url, body=self.body(url, [*pinned, *numbers]), fetched_at=self.clock())

    def body(self, url: str, numbers: list[int]) -> bytes:
        if url == HTML.url:
            items = "".join(f'<li><h3>Part {n}</h3><a href="/{n}">more</a></li>' for n in numbers)
            return f"<!doctype html><html><body><ul>{items}</ul></body></html>".encode()
        return rss([f"<title>Part {n}</title><link>https://lab.example/{n}</link>{self.date(n)}" for n in numbers])

    def date(self, n: int) -> str:
        at = BEGIN + (n - 100) * DAY / self.a_day
        return f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if self.dated else ""

    def close(self) -> None: ...


def played(store: Store, source: Source = FEED, **more: Any) -> tuple[Play, Lab]:
    play = Play(store, source, BEGIN.date())
    lab = Lab(lambda: play.now, **more)
    play.context.fetcher = lab  # type: ignore[assignment]
    return play, lab


def looks(play: Play, n: int, each: timedelta = HOUR) -> None:
    for _ in range(n):
        play.look(each)


def outage(play: Play, lab: Lab, time: timedelta, *, off: bool) -> None:
    lab.fault = "connection refused"
    if off:
        play.now += time
    else:
        looks(play, time // (6 * HOUR), 6 * HOUR)
    lab.fault = ""


@pytest.mark.parametrize("off", [False, True])
@pytest.mark.parametrize("source", [FEED, HTML])
@pytest.mark.parametrize("earlier", [0, 5])
def test_a_list_that_shows_nothing_known_says_that_papers_may_be_missing(
    store: Store, source: Source, off: bool, earlier: int
) -> None:
    play, lab = played(store, source)
    play.look()
    looks(play, earlier)
    last = play.now
    outage(play, lab, 5 * DAY, off=off)
    assert play.look(HOUR).verdict is Verdict.NEW
    incident = play.incident()
    assert incident is not None
    what = f"what it listed between {last:%Y-%m-%d %H:%M} and {play.now:%Y-%m-%d %H:%M} UTC may be missing"
    assert incident.reason.startswith(what) and "`watcher import`" in incident.reason
    assert f"lab: {what}" in play.texts("me")[-1]
    end = play.texts("ops")[-1]
    assert what in end and "nothing to do" not in end
    assert len(play.texts("ops")) == (1 if off else 2)


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("off", [False, True])
def test_a_list_that_goes_back_to_what_is_known_misses_nothing(store: Store, off: bool, dated: bool) -> None:
    play, lab = played(store, dated=dated)
    play.look()
    looks(play, 5)
    outage(play, lab, 2 * DAY, off=off)
    play.look(HOUR)
    assert play.incident() is None
    assert off or "There is nothing to do." in play.texts("ops")[-1]


def test_a_list_that_was_missed_for_some_hours_only(store: Store) -> None:
    play, lab = played(store, a_day=96)
    play.look()
    looks(play, 5)
    outage(play, lab, 6 * HOUR, off=True)
    play.look()
    assert play.incident() is not None


@pytest.mark.parametrize(("every", "n"), [(HOUR, 50), (DAY, 5)])
def test_a_list_that_is_new_at_every_usual_look_is_not_suspected(store: Store, every: timedelta, n: int) -> None:
    play, _ = played(store, a_day=24 * 12 if every == HOUR else 12)
    play.look()
    looks(play, n, every)
    assert play.incident() is None


def test_two_gaps_are_named_together_and_forgotten_after_a_while(store: Store) -> None:
    play, lab = played(store)
    play.look()
    looks(play, 5)
    for _ in range(2):
        outage(play, lab, 5 * DAY, off=True)
        looks(play, 5)
    incident = play.incident()
    assert incident is not None and incident.reason.count("may be missing") == 2
    assert len(play.texts("ops")) == 2
    looks(play, 46, DAY)
    assert play.incident() is None and len(play.texts("ops")) == 2


def test_a_gap_is_told_to_those_who_have_a_message_later(store: Store) -> None:
    play, lab = played(store)
    weekly = replace(subscription(name="weekly", rule="title:part", to="you"))
    play.look()
    outage(play, lab, 5 * DAY, off=True)
    play.look()
    looks(play, 20, DAY)
    play.context.config = play.config(subscription(rule="title:part"), weekly)
    apply_config(play.context)
    play.look(DAY)
    assert "may be missing" in play.texts("you")[0] and "may be missing" not in play.texts("me")[-1]


# --- a site that answers, and shows what is old, or nothing ---


def settled(store: Store, source: Source = FEED, **more: Any) -> tuple[Play, Lab]:
    """A list that was looked at twice a day for some days, so that it is known how it changes."""
    play, lab = played(store, source, **more)
    play.look()
    looks(play, 10, DAY / 2)
    return play, lab


def between(play: Play) -> tuple[datetime, datetime]:
    """The span that the incident, the operator's message and the reader's name."""
    incident = play.incident()
    assert incident is not None
    assert incident.reason in play.texts("ops")[-1] and incident.reason.partition(";")[0] in play.texts("me")[-1]
    found = re.findall(r"between (\S+ \S+) and (\S+ \S+) UTC", incident.reason)
    first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in found[-1])
    return first, last


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("source", [FEED, HTML])
@pytest.mark.parametrize("trouble", ["stands still", "is empty"])
def test_a_list_that_stood_still_or_empty_for_days_says_what_it_may_have_missed(
    store: Store, source: Source, trouble: str, dated: bool
) -> None:
    play, lab = settled(store, source, dated=dated)
    began = play.now
    if trouble == "is empty":
        lab.is_bare = True
    else:
        lab.still = play.now
    looks(play, 10, DAY / 2)
    lab.still, lab.is_bare = None, False
    play.look(DAY / 2)
    first, last = between(play)
    assert began - DAY <= first <= began + DAY / 2 and last == play.now
    reason = play.incident()
    looks(play, 4, DAY / 2)
    assert play.incident() == reason, "it is named once"


def test_a_list_that_stood_still_before_the_machine_was_off_names_all_of_that_time(store: Store) -> None:
    play, lab = settled(store)
    lab.still = began = play.now
    looks(play, 10, DAY / 2)
    play.now += 15 * DAY
    lab.still = None
    play.look()
    assert between(play)[0] <= began


def test_a_list_of_which_all_is_new_though_it_never_was_before_says_so(store: Store) -> None:
    play, lab = settled(store)
    lab.a_day = 7
    assert play.look(DAY / 2).verdict is Verdict.NEW
    assert play.incident() is not None


@pytest.mark.parametrize("dated", [False, True])
def test_a_pinned_paper_hides_no_gap(store: Store, dated: bool) -> None:
    play, lab = settled(store, pinned=3, dated=dated)
    assert play.incident() is None
    outage(play, lab, 5 * DAY, off=True)
    play.look()
    assert play.incident() is not None


def test_a_first_answer_that_is_cut_off_hides_no_gap(store: Store) -> None:
    play, lab = settled(store)
    outage(play, lab, 5 * DAY, off=False)
    whole = lab.body
    lab.body = lambda url, numbers: whole(url, numbers)[:-100]  # type: ignore[method-assign]
    assert play.look(HOUR).verdict is Verdict.PARTIAL
    lab.body = whole  # type: ignore[method-assign]
    play.look(HOUR)
    assert play.incident() is not None


def test_a_list_that_changes_seldom_and_goes_on_from_what_it_showed_misses_nothing(store: Store) -> None:
    play, lab = settled(store)
    lab.still = play.now
    for days in (20, 40):
        looks(play, days, DAY)
        lab.still += DAY  # four new ones of ten
        assert play.look(DAY).verdict is Verdict.NEW
    assert play.incident() is None


# --- where somebody can be asked ---


class Biorxiv(Lab):
    """Its feed shows the newest posts; the API has them all."""

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        if "/details/" not in url:
            return super().get(url, validators, robots=robots)
        self.asked.append(url)
        first, last = (date.fromisoformat(at) for at in url.split("/details/biorxiv/")[1].split("/")[:2])
        days = {n: (BEGIN + (n - 100) * DAY / self.a_day).date() for n in range(60, self.count + 1)}
        records = [
            {"doi": f"10.1101/{n}", "title": f"Part {n}", "version": "1", "date": str(day), "abstract": "An islet."}
            for n, day in days.items()
            if first <= day <= last
        ]
        about = {"status": "ok" if records else "no posts found", "cursor": 0, "total": len(records)}
        body = json.dumps({"messages": [about], "collection": records}).encode()
        return Page(url=url, body=body, fetched_at=self.clock())

    def body(self, url: str, numbers: list[int]) -> bytes:
        head = "<title>bioRxiv</title><link>https://connect.biorxiv.org/</link>"
        items = [
            f"<title>Part {n}</title><link>https://www.biorxiv.org/content/10.1101/{n}v1</link>"
            f"<description>An islet.</description><dc:identifier>doi:10.1101/{n}</dc:identifier>"
            for n in numbers
        ]
        body = rss(items, head=head)
        return body.replace(b"<rss ", b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/" ')


@pytest.mark.parametrize(("time", "a_day"), [(5 * HOUR, 240), (60 * DAY, 40)])
def test_what_a_short_feed_of_a_server_with_an_api_missed_is_asked_for(
    store: Store, time: timedelta, a_day: int
) -> None:
    play = Play(store, make_source(name="bio", kind="biorxiv", via="rss"), BEGIN.date())
    bio = Biorxiv(lambda: play.now, a_day=a_day)
    play.context.fetcher = bio  # type: ignore[assignment]
    play.look()
    looks(play, 3, HOUR / 2)
    began = bio.count
    assert not [url for url in bio.asked if "/details/" in url]
    play.now += time
    assert play.look().verdict is Verdict.NEW
    assert play.incident() is None
    with play.context.store.reading() as tx:
        assert all(tx.papers.find(f"doi:10.1101/{n}") for n in range(began, bio.count + 1, 17))


def test_weeks_that_were_missed_are_read(store: Store) -> None:
    source = make_source(name="hf", url="https://site.example/papers", listing="weekly")
    play = Play(store, source, BEGIN.date())
    asked: list[str] = []

    class Weeks(Lab):
        def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
            asked.append(url.rpartition("/")[2])
            papers = sample_papers(3, seed=int(url[-2:]))
            page = make_page(BEGIN.date(), papers).replace(b"&quot;day&quot;", b"&quot;week&quot;")
            return Page(url=url, body=page, fetched_at=self.clock())

    play.context.fetcher = Weeks(lambda: play.now)  # type: ignore[assignment]
    play.look()
    asked.clear()
    assert play.look(30 * DAY).verdict is Verdict.NEW
    assert sorted(asked) == [f"2026-W{n:02}" for n in range(6, 11)]
    asked.clear()
    play.look(HOUR)
    assert asked == ["2026-W10", "2026-W09"]


# --- files that are dropped ---


@pytest.fixture
def inbox(store: Store, tmp_path: Path) -> Play:
    return Play(store, make_source(name="dropped", kind="inbox", folder=str(tmp_path)), BEGIN.date())


def drop(play: Play, name: str, body: bytes) -> None:
    path = Path(PARSERS[play.source.kind].folder(play.source) or "") / name
    path.write_bytes(body)
    at = (play.now - HOUR).timestamp()
    os.utime(path, (at, at))


def looked(play: Play) -> Judged:
    judged = poll_inbox(play.source, play.context).judged
    play.tell()
    return judged


def test_what_was_dropped_while_the_machine_was_off_is_told(inbox: Play) -> None:
    looked(inbox)
    inbox.now += 15 * DAY
    days = [BEGIN.date() + n * DAY for n in (-1, 1, 8, 15)]
    papers = {day: sample_papers(1, seed=n) for n, day in enumerate(days)}
    for day, some in papers.items():
        drop(inbox, f"{day}.html", make_page(day, some))
    old = sample_papers(1, seed=9)
    drop(inbox, "old.html", make_page(BEGIN.date() - 30 * DAY, old))
    assert looked(inbox).verdict is Verdict.NEW
    assert sorted(inbox.told()) == sorted(paper["id"] for some in papers.values() for paper in some)


def test_the_end_of_a_broken_file_says_that_it_was_not_read(inbox: Play) -> None:
    looked(inbox)
    drop(inbox, "odd.bin", b"\x00\x01")
    assert looked(inbox).verdict is Verdict.BROKEN
    inbox.now += HOUR
    assert poll_source(inbox.source, inbox.context).judged.verdict is Verdict.QUIET
    inbox.tell()
    end = inbox.texts("ops")[-1]
    assert "dropped can be read again" in end and "lies in failed/ of its folder" in end
    assert "nothing to do" not in end
    assert inbox.incident(IncidentKind.SOURCE_BROKEN) is None
