"""Pages that can be read and are odd all the same, by what their source has shown before; on real databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_pipeline import DAYS, SITE, Pages, World, subscription
from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss
from tests.parsers.pages import login_page, make_page, sample_papers
from tests.sources import make_source
from watcher.files.broken_pages import PAGES, SIZE, KeptPages
from watcher.model import Entry, Judged, Page, Unreachable, Verdict
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.polling.polled import next_poll, polled_before
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

DAY = timedelta(days=1)
OVER = DAYS[-2]


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    world = World(store)
    world.context.kept = KeptPages(tmp_path / "broken")
    apply_config(world.context)
    return world


def look(world: World) -> Judged:
    return poll_pages(world.source, world.context).judged


def test_a_paper_that_is_replaced_after_its_day_is_noticed_and_after_a_day_believed(world: World) -> None:
    look(world)
    world.papers[OVER][2] = sample_papers(1, seed=77)[0]
    world.publish()
    judged = look(world)
    assert judged == Judged(
        Verdict.PARTIAL, f"{OVER}: shows 4 papers, though the day is over; 1 that it showed before is gone"
    )
    world.tell()
    assert world.told() == 12, "what it shows is told"
    world.now += DAY
    assert look(world).verdict is Verdict.PARTIAL, "the operator hears first"
    world.now += timedelta(hours=1)
    assert look(world).verdict is Verdict.UNCHANGED
    assert look(world).verdict is Verdict.UNCHANGED


def test_ids_that_change_at_every_look_are_broken_and_nothing_is_told_twice(world: World) -> None:
    look(world)
    assert world.tell() == 1
    for n in range(2):
        world.now += timedelta(hours=1)
        for day, papers in world.papers.items():
            world.papers[day] = [{**one, "id": f"9{n}{day:%d}.{at:05}"} for at, one in enumerate(papers)]
        world.publish()
        judged = look(world)
        assert judged.verdict is Verdict.BROKEN
        assert "4 of 4 papers are known under other ids: the page changes them" in judged.reason
    world.tell()
    assert world.told() == 12
    with world.context.store.reading() as tx:
        assert tx.papers.count() == 12


def test_papers_without_ids_may_be_given_some(world: World) -> None:
    """A saved page as text counts as the source's own."""
    titles = [Entry(title=one["title"], abstract=one["abstract"]) for one in world.papers[DAYS[-1]]]
    with world.context.store.transaction() as tx:
        tx.papers.record_entries(titles, "hf", world.now)
    assert look(world).verdict is Verdict.NEW


def test_a_list_in_pages_is_whole_in_all_of_them(world: World) -> None:
    source = make_source(name="list", kind="arxiv", categories=("cs.XX",), via="listing")
    papers = sample_papers(7, seed=5)
    first = "https://arxiv.org/list/cs.XX/new"
    world.network.pages[first] = arxiv_list({"New submissions": papers[:5]}, total=7)
    world.network.pages[f"{first}?skip=5&show=7"] = arxiv_list({"New submissions": papers[5:]}, total=7)
    for verdict in (Verdict.NEW, Verdict.UNCHANGED):
        assert poll_pages(source, world.context).judged == Judged(verdict)
    with world.context.store.reading() as tx:
        assert tx.papers.count() == 7


def test_a_new_day_with_the_papers_of_the_day_before_is_not_there_yet(world: World) -> None:
    look(world)
    tomorrow = DAYS[-1] + DAY
    page = f"{SITE}/papers/date/{tomorrow}"
    world.network.pages[page] = make_page(tomorrow, world.papers[DAYS[-1]], DAYS[-1], None)
    world.network.pages[f"{SITE}/papers"] = world.network.pages[page]
    assert look(world) == Judged(Verdict.PARTIAL, f"{tomorrow}: shows just the papers of the digest day before")
    with world.context.store.reading() as tx:
        assert tx.pages.history("hf", page, tomorrow).known == frozenset()
    papers = sample_papers(5, seed=9)
    world.network.pages[f"{SITE}/papers"] = make_page(tomorrow, papers, DAYS[-1], None)
    assert look(world).verdict is Verdict.NEW


def test_a_page_that_lost_its_abstracts_is_partial_and_its_papers_wait(world: World) -> None:
    look(world)
    tomorrow = DAYS[-1] + DAY
    bare = [{**one, "abstract": ""} for one in sample_papers(4, seed=9)]
    world.network.pages[f"{SITE}/papers"] = make_page(tomorrow, bare, DAYS[-1], None)
    judged = look(world)
    assert judged.verdict is Verdict.PARTIAL
    assert judged.reason == f"{tomorrow}: 4 of 4 papers have no abstract in the embedded JSON"
    with world.context.store.reading() as tx:
        assert len(tx.papers.waiting(before=world.now + timedelta(seconds=1))) == 4


def test_what_an_outage_of_days_missed_is_read_and_told_once(world: World) -> None:
    world.source = replace(world.source, look_back=1)
    newest = world.network.pages[f"{SITE}/papers"]
    world.network.pages = {f"{SITE}/papers": make_page(DAYS[0], world.papers[DAYS[0]], None, None)}
    assert look(world).verdict is Verdict.NEW
    world.network.pages = {}
    for _ in range(3):
        world.now += DAY
        assert look(world).verdict is Verdict.UNREACHABLE
    world.publish()
    assert world.network.pages[f"{SITE}/papers"] == newest
    assert look(world).verdict is Verdict.NEW
    world.tell()
    with world.context.store.reading() as tx:
        assert tx.papers.count() == 12


def test_a_broken_page_is_kept_and_the_operator_told_where(world: World, tmp_path: Path) -> None:
    look(world)
    world.tell()
    world.network.pages[f"{SITE}/papers"] = b"<title>Log in</title><form action=/login></form>"
    judged = look(world)
    (kept,) = (tmp_path / "broken" / "hf").iterdir()
    assert kept.read_bytes() == world.network.pages[f"{SITE}/papers"]
    assert judged.reason.endswith(f"(the page is kept as {kept})")
    world.tell()
    assert kept.name in world.receivers.sent[-1][1].text
    assert look(world).reason == judged.reason, "the same body is kept once"


def test_few_bodies_are_kept_and_none_beyond_its_bound(tmp_path: Path, world: World) -> None:
    kept = KeptPages(tmp_path / "k")
    for n in range(PAGES + 2):
        assert kept.keep("hf", bytes([65 + n]) * (SIZE + 1), world.now + n * DAY)
    left = kept.of("hf")
    assert [path.read_bytes()[:1] for path in left] == [b"E", b"D", b"C"]
    assert {path.stat().st_size for path in left} == {SIZE}
    assert {path.stat().st_mode & 0o777 for path in left} == {0o640}


def test_a_folder_that_cannot_be_written_spoils_no_look(world: World, tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("in the way")
    world.network.pages[f"{SITE}/papers"] = b"<p>"
    assert look(world).verdict is Verdict.BROKEN


class Searched(Pages):
    """Stands for the network with a search at arXiv that finds nothing."""

    def get(self, url: str, validators: Callable[[str], Any], *, robots: bool = True) -> Page | Unreachable:
        if url.startswith("https://export.arxiv.org/api/query"):
            return Page(url=url, body=arxiv_api([]), fetched_at=self.world.now)
        return super().get(url, validators, robots=robots)


def arxiv_days(world: World, first: datetime, counts: list[int]) -> list[Judged]:
    """What becomes of arXiv's feed that shows so many papers on the days from ``first`` on, at noon."""
    source = make_source(name="arxiv", kind="arxiv", categories=("cs.XX",))
    world.context.fetcher = Searched(world, world.network.pages)  # type: ignore[assignment]
    found = []
    for n, count in enumerate(counts):
        world.now = first + n * DAY
        papers = [{**one, "id": f"2611.{100 * n + at:05}"} for at, one in enumerate(sample_papers(count, seed=n + 1))]
        world.network.pages["https://rss.arxiv.org/rss/cs.XX"] = arxiv_rss(papers, world.now.date())
        found.append(poll_pages(source, world.context).judged)
        world.now += DAY / 2  # looked at so often that nothing can have been missed
        poll_pages(source, world.context)
    return found


MONDAY = datetime(2026, 11, 9, 12, tzinfo=UTC)


def test_arxiv_is_quiet_at_weekends_and_after_holidays_and_at_no_other_time(world: World) -> None:
    weeks = [6, 7, 8, 7, 6, 0, 0, 7, 6, 6, 8, 7, 0, 0, 7, 7, 7, 6, 0, 0, 0, 7, 0]
    judged = arxiv_days(world, MONDAY, weeks)  # the nineteenth day is the Friday after Thanksgiving
    verdicts = [one.verdict for one in judged]
    assert verdicts == [*([Verdict.NEW if n else Verdict.QUIET for n in weeks[:-1]]), Verdict.PARTIAL]
    assert judged[-1].reason == "shows no papers; the last 10 weekdays had 6 at least"


def test_a_source_finds_its_own_rhythm(world: World) -> None:
    world.source = replace(world.source, is_auto=True)
    world.apply(subscription())
    for _ in range(8 * 24):
        polled = poll_pages(world.source, world.context)
        world.now += timedelta(hours=1)
    assert polled.wait and polled.wait.time == timedelta(hours=4)
    with world.context.store.reading() as tx:
        last = tx.pages.last_poll("hf")
    assert last and last.wait == polled.wait and polled_before(last).wait == polled.wait
    assert next_poll(world.source, polled_before(last), last.at, jitter=0.5) == last.at + timedelta(hours=4.2)


def test_a_list_that_gets_shorter_for_good_is_short_for_a_day(world: World) -> None:
    counts = [8, 8, 8, 8, 8, 0, 0, 8, 8, 8, 8, 8, 0, 0, 3, 3, 3]
    verdicts = [one.verdict for one in arxiv_days(world, MONDAY, counts)]
    assert verdicts[-3:] == [Verdict.PARTIAL, Verdict.NEW, Verdict.NEW]


def test_what_another_choice_of_announcements_shows_is_not_compared(world: World) -> None:
    arxiv_days(world, MONDAY, [8, 8, 8, 8, 8, 0, 0, 8, 8, 8, 8, 8])
    source = make_source(name="arxiv", kind="arxiv", categories=("cs.XX",), announce=("new",))
    world.now += 3 * DAY
    world.network.pages["https://rss.arxiv.org/rss/cs.XX"] = arxiv_rss(sample_papers(2, seed=77), world.now.date())
    assert poll_pages(source, world.context).judged.verdict is Verdict.NEW


def test_a_site_that_shows_nothing_but_a_login_is_broken_for_one_reason(world: World) -> None:
    """The days are named only where the newest page can be read: then they are what is broken."""
    older, newest = [f"{SITE}/papers/date/{day}" for day in DAYS[:2]], f"{SITE}/papers"
    world.network.pages |= dict.fromkeys(older, login_page())
    first = look(world)
    assert first.verdict is Verdict.BROKEN and all(
        f"{day}: looks like a login page" in first.reason for day in DAYS[:2]
    )
    world.network.pages[newest] = login_page()
    both = look(world)
    assert both.verdict is Verdict.BROKEN and both.reason.count("looks like a login page") == 1
