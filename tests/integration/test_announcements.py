"""arXiv's feeds and lists that show an earlier announcement, or were not looked at: all is told, once; on real
databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.announcements import CATEGORIES, DAY, Arxiv
from tests.integration.outages import Play
from tests.parsers.feeds import arxiv_api
from tests.parsers.pages import sample_papers
from tests.sources import having, make_source
from watcher.model import Entry, IncidentKind, Judged, NotModified, Page, Source, Verdict
from watcher.parsers.arxiv.keys import own
from watcher.pipeline.polling.missed import source_past
from watcher.store import Store

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)
ONE = make_source(name="arxiv", kind="arxiv", categories=("cs.CL",))
BOTH = having(ONE, categories=CATEGORIES)
HOUR = timedelta(hours=1)


def played(store: Store, source: Source, begin: date = date(2026, 3, 2)) -> tuple[Play, Arxiv]:
    play = Play(store, source, begin)
    arxiv = Arxiv(lambda: play.now)
    play.context.fetcher = arxiv  # type: ignore[assignment]
    return play, arxiv


def until(play: Play, day: date) -> list[Judged]:
    """One look a day at nine, up to a day and with it."""
    found = [play.look()]
    while play.now.date() < day:
        found.append(play.look(DAY))
    return found


def weekdays(first: date, last: date) -> list[date]:
    every = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in every if day.weekday() < 5]


def listed(arxiv: Arxiv, source: Source, first: date, last: date) -> list[str]:
    return sorted(id for day in weekdays(first, last) for id in arxiv.ids(day, *own(source).categories))


@pytest.mark.parametrize("redated", [False, True])
@pytest.mark.parametrize("via", [None, "listing"])
def test_a_day_on_which_the_announcement_of_the_day_before_stands_is_noticed_and_told(
    store: Store, via: str | None, redated: bool
) -> None:
    play, arxiv = played(store, having(ONE, via=via))
    assert {one.verdict for one in until(play, MONDAY)} == {Verdict.NEW, Verdict.QUIET}
    arxiv.stale, arxiv.redated = {"cs.CL": MONDAY}, redated
    judged = play.look(DAY)
    assert judged.verdict is Verdict.PARTIAL
    says = "shows just the papers of the announcement before" if redated else "shows the announcement of 9 March 2026"
    assert judged.reason.startswith(says)
    assert play.look(HOUR).verdict is Verdict.PARTIAL and not arxiv.searches
    arxiv.stale = {}
    assert play.look(DAY - HOUR).verdict is Verdict.NEW
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), WEDNESDAY)
    assert len(arxiv.searches) == 1
    assert play.look(HOUR).verdict is Verdict.UNCHANGED and len(arxiv.searches) == 1


def test_the_operator_hears_of_it_after_a_day_and_of_its_end(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, MONDAY)
    arxiv.stale = {"cs.CL": MONDAY}
    for _ in range(26):
        play.look(2 * HOUR)
    arxiv.stale = {}
    play.look(DAY)
    began, ended = play.texts("ops")
    assert "arxiv shows only a part of its papers" in began and "shows the announcement of 9 March 2026" in began
    assert "arxiv is complete again" in ended and "There is nothing to do." in ended
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), play.now.date())


def test_one_category_of_several_is_stale(store: Store) -> None:
    play, arxiv = played(store, BOTH)
    until(play, MONDAY)
    arxiv.stale = {"cs.AI": MONDAY}
    judged = play.look(DAY)
    assert judged == Judged(Verdict.PARTIAL, "cs.AI: shows the announcement of 9 March 2026")
    assert arxiv.ids(TUESDAY, "cs.CL") <= set(play.told())
    arxiv.stale = {}
    play.look(DAY)
    assert sorted(play.told()) == listed(arxiv, BOTH, date(2026, 3, 2), WEDNESDAY)


def test_one_list_of_several_is_stale(store: Store) -> None:
    source = having(BOTH, via="listing")
    play, arxiv = played(store, source)
    until(play, MONDAY)
    arxiv.stale = {"cs.AI": MONDAY}
    assert play.look(DAY - 4 * HOUR).verdict is Verdict.NEW, "before the site's day begins nothing is due"
    assert play.look(4 * HOUR) == Judged(Verdict.PARTIAL, "cs.AI: shows the announcement of 9 March 2026, unchanged")
    arxiv.stale = {}
    play.look(DAY)
    assert sorted(play.told()) == listed(arxiv, source, date(2026, 3, 2), WEDNESDAY)


def test_a_feed_that_is_fresh_later_in_the_day_is_whole(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, MONDAY)
    arxiv.stale = {"cs.CL": MONDAY}
    play.look(DAY)
    arxiv.stale = {}
    assert play.look(HOUR).verdict is Verdict.NEW
    assert play.look(DAY).verdict is Verdict.NEW and not arxiv.searches
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), WEDNESDAY)


def test_what_stands_all_friday_is_made_up_for_on_saturday(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, date(2026, 3, 12))
    arxiv.stale = {"cs.CL": date(2026, 3, 12)}
    assert play.look(DAY).verdict is Verdict.PARTIAL
    arxiv.stale = {}
    assert play.look(DAY).verdict is Verdict.NEW
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), date(2026, 3, 13))


@pytest.mark.parametrize("via", [None, "listing"])
@pytest.mark.parametrize(
    ("spoilt", "verdict"),
    [(lambda body: body[: len(body) // 2], "partial"), (lambda body: b"<html><title>Log in</title>", "broken")],
)
def test_what_a_spoilt_page_did_not_show_is_made_up_for(
    store: Store, via: str | None, spoilt: Callable[[bytes], bytes], verdict: str
) -> None:
    source = having(ONE, via=via)
    play, arxiv = played(store, source)
    until(play, MONDAY)
    arxiv.spoilt = spoilt
    assert play.look(DAY).verdict == verdict
    arxiv.spoilt = lambda body: body
    play.look(DAY)
    assert sorted(play.told()) == listed(arxiv, source, date(2026, 3, 2), WEDNESDAY)


def test_a_search_that_fails_is_made_again(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, MONDAY)
    arxiv.stale = {"cs.CL": MONDAY}
    play.look(DAY)
    arxiv.stale, arxiv.search_fault = {}, "HTTP 503 Service Unavailable"
    assert play.look(DAY).verdict is Verdict.UNREACHABLE
    assert play.look(DAY).verdict is Verdict.UNREACHABLE
    arxiv.search_fault = ""
    play.look(HOUR)
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), date(2026, 3, 12))


def test_an_empty_feed_on_a_day_with_an_announcement_is_made_up_for(store: Store) -> None:
    play, arxiv = played(store, ONE)
    play.look()
    arxiv.stale = {"cs.CL": date(2026, 3, 1)}  # a Sunday: nothing
    play.look(DAY)
    arxiv.stale = {}
    play.look(DAY)
    assert set(listed(arxiv, ONE, date(2026, 3, 2), date(2026, 3, 4))) <= set(play.told())


@pytest.mark.parametrize("trouble", ["away", "off"])
@pytest.mark.parametrize(
    ("via", "days"),
    [*((via, days) for via in (None, "listing") for days in (1, 5, 15, 60)), ("api", 15), ("api", 60)],
)
def test_what_was_announced_during_an_outage_is_told(store: Store, via: str | None, trouble: str, days: int) -> None:
    source = having(ONE, via=via)
    play, arxiv = played(store, source)
    until(play, date(2026, 3, 4))
    arxiv.fault = arxiv.search_fault = "connection refused"
    play.pass_by(days, looks=trouble == "away")
    arxiv.fault = arxiv.search_fault = ""
    play.look(HOUR)
    play.look(HOUR)
    assert set(listed(arxiv, source, date(2026, 3, 2), play.now.date())) <= set(play.told())
    assert len(play.told()) == len(set(play.told()))
    assert play.incident() is None


def test_an_outage_that_is_too_long_is_named_and_made_up_for_when_asked(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, date(2026, 3, 4))
    play.now += 110 * DAY
    play.look()
    incident = play.incident()
    assert incident is not None
    assert incident.reason == (
        "what was listed from 2026-03-04 to 2026-03-30 was not asked for: it lies too far back; "
        "`watcher once --source arxiv --since 2026-03-04` reads what the site still has"
    )
    assert "what was listed from 2026-03-04 to 2026-03-30 was not asked for" in play.texts("me")[-1]
    assert len(play.texts("ops")) == 1
    play.look(HOUR, since=date(2026, 3, 4))
    assert play.incident() is None
    assert set(listed(arxiv, ONE, date(2026, 3, 2), play.now.date())) <= set(play.told())
    assert len(play.told()) == len(set(play.told())), "those of the week before, too: it was asked for"


@pytest.mark.parametrize(("more", "what"), [
    ({"url": "https://mirror.example/rss/cs.CL"}, "what was announced on 2026-03-05 to 2026-03-09 may be missing"),
    ({"announce": ("new", "replace")}, "replacements announced on 2026-03-05 to 2026-03-09 may be missing"),
])  # fmt: skip
def test_what_nobody_can_be_asked_for_is_named(store: Store, more: dict[str, object], what: str) -> None:
    play, arxiv = played(store, having(ONE, **more))
    until(play, date(2026, 3, 4))
    arxiv.fault = "connection refused"
    play.pass_by(5)
    arxiv.fault = ""
    play.look(DAY)
    incident = play.incident()
    assert incident is not None and incident.reason.startswith(what)
    end = play.texts("ops")[-1]
    assert "can be reached again" in end and what in end and "nothing to do" not in end
    assert what in play.texts("me")[-1]
    play.now += 50 * DAY
    for _ in range(2):
        play.look(DAY)
    assert play.incident(IncidentKind.SOURCE_UNREACHABLE) is None


def test_the_first_look_at_a_stale_feed_says_so(store: Store) -> None:
    play, arxiv = played(store, ONE, TUESDAY)
    arxiv.stale = {"cs.CL": MONDAY}
    assert play.look() == Judged(Verdict.PARTIAL, "shows the announcement of 9 March 2026")
    assert sorted(play.told()) == sorted(arxiv.ids(MONDAY, "cs.CL"))


def test_before_the_site_renews_its_feeds_nothing_is_said(store: Store) -> None:
    play, arxiv = played(store, ONE)
    until(play, MONDAY)
    arxiv.stale = {"cs.CL": MONDAY}
    play.now = datetime(2026, 3, 10, 5, tzinfo=UTC)
    assert play.look().verdict is Verdict.UNCHANGED
    play.now = datetime(2026, 3, 10, 7, tzinfo=UTC)
    assert play.look() == Judged(Verdict.PARTIAL, "shows the announcement of 9 March 2026, unchanged")


def test_a_day_without_an_announcement_that_nobody_knew_of_costs_one_search(store: Store) -> None:
    play, arxiv = played(store, ONE)
    arxiv.quiet = {TUESDAY}
    until(play, WEDNESDAY)
    play.look(HOUR)
    assert len(arxiv.searches) == 1 and play.incident() is None
    assert sorted(play.told()) == listed(arxiv, ONE, date(2026, 3, 2), WEDNESDAY)


class Endless(Arxiv):
    """A search with more results than anybody reads."""

    def found(self, query: str) -> bytes:
        start = int(parse_qs(urlsplit(self.asked[-1]).query)["start"][0])
        papers = [one | {"published": f"{MONDAY}T08:00:00Z"} for one in sample_papers(1, seed=start + 1)]
        return arxiv_api(papers, start, total=9_999)


def test_what_lies_beyond_the_pages_that_are_read_is_named_once(store: Store) -> None:
    play = Play(store, having(ONE, via="api"), MONDAY)
    play.context.fetcher = Endless(lambda: play.now)  # type: ignore[assignment]
    play.look()
    assert play.incident() is None, "nothing is missed yet"
    for _ in range(3):
        play.look(HOUR)
    incident = play.incident()
    assert incident is not None
    assert incident.reason.startswith("of a list that has more than 61 pages the rest was not read; ")
    assert len(play.texts("ops")) == 1


@pytest.mark.parametrize(("verdict", "listed_until"), [(Verdict.NEW, TUESDAY), (Verdict.PARTIAL, None)])
def test_a_day_that_was_listed_in_part_does_not_count_as_read(
    store: Store, verdict: Verdict, listed_until: date | None
) -> None:
    """Its papers are known up to Tuesday then, but the rest of Tuesday's announcement has to be asked for."""
    monday = datetime(2026, 3, 9, 9, tzinfo=UTC)
    entry = Entry(title="Kilns", keys=("arxiv:2603.00001",), listed=TUESDAY)
    with store.transaction() as tx:
        tx.pages.record_poll(ONE.name, Judged(Verdict.NEW), 3, 1, monday)
        tx.pages.record_poll(ONE.name, Judged(verdict), 1, 1, monday + DAY)
        tx.papers.record_entries([entry], ONE.name, monday + DAY, whole=True)
        assert source_past(tx, ONE).listed == listed_until


@pytest.mark.parametrize(("verdict", "answer"), [(Verdict.UNCHANGED, NotModified), (Verdict.PARTIAL, Page)])
def test_after_a_poll_that_missed_something_pages_are_asked_for_without_conditions(
    store: Store, verdict: Verdict, answer: type[object]
) -> None:
    """An answer that nothing has changed would hide what is missing."""
    play, arxiv = played(store, ONE)
    play.look()
    answers, get = list[object](), arxiv.get
    play.context.fetcher.get = lambda *asked, **more: answers.append(get(*asked, **more)) or answers[-1]  # type: ignore
    play.now += HOUR
    with store.transaction() as tx:
        tx.pages.record_poll(ONE.name, Judged(verdict), 0, 1, play.now)
    play.look(HOUR)
    assert [type(one) for one in answers] == [answer]
