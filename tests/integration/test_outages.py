"""Troubles of a digest site that last longer than anything is followed, on real databases: all is told, late and once,
or named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.integration.outages import DAY, FIRST, IDS, SITE, Play, weekdays
from tests.integration.test_pipeline import subscription
from tests.sources import make_source
from watcher.model import IncidentKind, Judged, Verdict
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.policy.polls.days import CATCH_UP
from watcher.store import Store

BEGIN = date(2026, 2, 2)
LOOK_BACK = [date(2026, 1, 29), date(2026, 1, 30), BEGIN]
HOUR = timedelta(hours=1)


@pytest.fixture
def play(store: Store) -> Play:
    return Play(store)


def due(play: Play, first: date = LOOK_BACK[0]) -> list[str]:
    """What the site has listed since a day, by now."""
    return sorted(id for day in weekdays(first, play.now.date()) for id in play.site.ids(day))


@pytest.mark.parametrize("days", [5, 15, 60])
@pytest.mark.parametrize("trouble", ["broken", "away", "503", "off"])
def test_what_a_trouble_of_days_missed_is_told_late_and_once(play: Play, trouble: str, days: int) -> None:
    assert play.look().verdict is Verdict.NEW
    play.site.fault = "" if trouble == "off" else trouble
    play.pass_by(days, looks=trouble != "off")
    play.site.fault = ""
    assert play.look(HOUR).verdict is Verdict.NEW
    assert play.look(HOUR).verdict is Verdict.UNCHANGED
    assert sorted(play.told()) == due(play)
    assert play.incident() is None
    ends = [text for text in play.texts("ops") if text.partition(" Since: ")[0].endswith(" again")]
    assert len(ends) == len(play.texts("ops")) / 2 == (trouble != "off")
    assert all("There is nothing to do." in text for text in ends)


def test_a_short_look_back_and_a_short_follow_lose_nothing(store: Store) -> None:
    play = Play(store, make_source(name="hf", url=f"{SITE}/papers", look_back=1, follow=3))
    play.look()
    play.site.fault = "broken"
    play.pass_by(7)
    play.site.fault = ""
    play.look(HOUR)
    assert sorted(play.told()) == due(play, BEGIN)


@pytest.mark.parametrize("look_back", [1, 3])
def test_what_came_to_a_day_after_its_last_look_is_told(store: Store, look_back: int) -> None:
    """The machine goes off at nine; the day goes on."""
    play = Play(store, make_source(name="hf", url=f"{SITE}/papers", look_back=look_back))
    play.look()
    play.site.grown[BEGIN] = 5
    play.now += 9 * DAY
    play.look()
    play.look(HOUR)
    assert set(play.site.ids(BEGIN)) <= set(play.told()) and len(set(play.told())) == len(play.told())


def test_a_look_that_ends_in_the_middle_goes_on_next_time(play: Play) -> None:
    play.look()
    play.now += 40 * DAY
    stuck = date(2026, 2, 25)
    play.site.faults = dict.fromkeys((stuck, stuck - DAY, stuck - 2 * DAY), "503")
    judged = play.look()
    assert judged.verdict is Verdict.PARTIAL and "2026-02-25: HTTP 503" in judged.reason
    assert f"{SITE}/papers/date/2026-02-20" not in play.site.asked
    play.site.faults = {}
    assert play.look(HOUR / 4).verdict is Verdict.NEW
    assert sorted(play.told()) == due(play)


def test_one_day_that_cannot_be_read_does_not_hide_those_before_it(play: Play) -> None:
    play.look()
    play.now += 25 * DAY
    broken = date(2026, 2, 18)
    play.site.faults[broken] = "broken"
    judged = play.look()
    assert judged.verdict is Verdict.BROKEN and judged.reason.startswith("2026-02-18: looks like a login page")
    assert sorted(play.told()) == sorted(set(due(play)) - set(play.site.ids(broken)))
    play.site.faults = {}
    play.look(HOUR)
    assert sorted(play.told()) == due(play)


# --- what lies too far back ---


@pytest.fixture
def forgotten(play: Play) -> Play:
    """The machine was off for so long that not everything is read when it is back."""
    play.look()
    play.now += 100 * DAY
    play.look()
    return play


def test_days_that_lie_too_far_back_are_named_to_the_operator_and_the_reader(forgotten: Play) -> None:
    days = weekdays(BEGIN + DAY, forgotten.now.date())
    lost = days[:-CATCH_UP]
    assert lost, "the play is long enough"
    assert sorted(forgotten.told()) == sorted(
        id for day in [*LOOK_BACK, *days[-CATCH_UP:]] for id in forgotten.site.ids(day)
    )
    incident = forgotten.incident()
    assert incident is not None
    what = f"the digest days {lost[0]} to {lost[-1]} were not read whole"
    command = f"`watcher once --source hf --since {lost[0]}` reads what the site still has"
    # The page of Monday was read at nine in the morning, before its day was over.
    what = what.replace(str(lost[0]), str(BEGIN))
    assert incident.reason == f"{what}; {command.replace(str(lost[0]), str(BEGIN))}"
    (text,) = forgotten.texts("ops")
    assert text.startswith("papers of hf may be missing") and incident.reason in text
    assert f"hf: {what}" in forgotten.texts("me")[-1]


def test_the_command_reads_them_and_ends_the_incident(forgotten: Play) -> None:
    judged = forgotten.look(HOUR, since=BEGIN)
    assert judged.verdict is Verdict.NEW
    assert sorted(forgotten.told()) == due(forgotten)
    assert forgotten.incident() is None
    assert "what was missing of hf is read" in forgotten.texts("ops")[-1]
    assert "hf:" not in forgotten.texts("me")[-1]


def test_the_operator_is_told_once_and_readers_for_some_days_or_in_their_first_message(forgotten: Play) -> None:
    forgotten.look(HOUR)
    forgotten.pass_by(3)
    assert len(forgotten.texts("ops")) == 1
    assert all("were not read whole" in text for text in forgotten.texts("me")[1:])
    forgotten.pass_by(12)
    assert "were not read whole" not in forgotten.texts("me")[-1]
    assert forgotten.incident() is not None


def test_a_second_outage_that_is_too_long_is_told_with_the_first(forgotten: Play) -> None:
    forgotten.now += 100 * DAY
    forgotten.look()
    incident = forgotten.incident()
    assert incident is not None and len(forgotten.texts("ops")) == 2
    assert incident.reason.startswith(f"the digest days {BEGIN} to ") and incident.reason.count(" to ") == 2


def test_the_end_of_a_trouble_names_what_was_not_read(play: Play) -> None:
    play.look()
    play.site.fault = "broken"
    play.pass_by(100)
    play.site.fault = ""
    play.look(HOUR)
    _, end = play.texts("ops")
    assert end.startswith("hf can be read again")
    assert "nothing to do" not in end
    assert "were not read whole; `watcher once --source hf --since 2026-02-02`" in end


# --- a day that is not there, or cannot be read ---


def test_an_older_day_that_is_not_there_is_named_and_the_rest_told(play: Play) -> None:
    gone = LOOK_BACK[1]
    play.site.faults[gone] = "404"
    assert play.look() == Judged(Verdict.PARTIAL, "2026-01-30: HTTP 404")
    play.pass_by(3)
    assert play.look().verdict is Verdict.UNCHANGED, "after a day it is taken as true"
    began, ended = play.texts("ops")
    assert "shows only a part" in began and "2026-01-30: HTTP 404" in began
    assert "2026-01-30 has no page: that has stood for a day" in ended and "nothing to do" not in ended


def test_a_day_that_is_not_there_hides_no_other_of_the_look_back(play: Play) -> None:
    play.site.faults[LOOK_BACK[1]] = "404"
    play.look()
    assert sorted(play.told()) == sorted([*play.site.ids(LOOK_BACK[0]), *play.site.ids(BEGIN)])


def test_a_day_of_the_first_look_back_that_stays_broken_is_named(play: Play) -> None:
    play.site.faults[LOOK_BACK[0]] = "broken"
    play.look()
    play.pass_by(30)
    incident = play.incident()
    assert incident is not None and incident.reason.startswith("the digest day 2026-01-29 was not read whole")


@pytest.mark.parametrize(("fault", "verdict"), [("404", "partial"), ("410", "partial"), ("500", "partial"),
                                                ("away", "partial"), ("broken", "broken")])  # fmt: skip
def test_the_trouble_of_one_day_is_that_days(play: Play, fault: str, verdict: str) -> None:
    play.look()
    play.site.faults[BEGIN] = fault
    judged = play.look(DAY)
    assert judged.verdict == verdict and judged.reason.startswith("2026-02-02: ")
    assert set(play.site.ids(BEGIN + DAY)) <= set(play.told())


def test_a_day_that_leads_to_an_earlier_one_has_no_page(play: Play) -> None:
    play.look()
    play.now += 4 * DAY
    play.site.faults[date(2026, 2, 4)] = "leads to 2026-02-03"
    assert play.look().verdict is Verdict.NEW
    play.site.asked.clear()
    assert play.look(5 * DAY).verdict is Verdict.NEW
    assert f"{SITE}/papers/date/2026-02-04" not in play.site.asked


def test_a_day_that_leads_to_a_later_one_is_not_read(play: Play) -> None:
    play.look()
    play.now += 4 * DAY
    play.site.faults[date(2026, 2, 4)] = "leads to 2026-02-06"
    assert play.look() == Judged(Verdict.PARTIAL, "2026-02-04: its address shows a later day")
    play.site.faults = {}
    play.look(HOUR)
    assert sorted(play.told()) == due(play)


def test_a_day_that_stays_broken_is_named_when_it_is_given_up(play: Play) -> None:
    play.look()
    broken = BEGIN + DAY
    play.site.faults[broken] = "broken"
    play.pass_by(30)
    incident = play.incident()
    assert incident is not None
    assert incident.reason == (
        "the digest day 2026-02-03 was not read whole; "
        "`watcher once --source hf --since 2026-02-03` reads what the site still has"
    )
    assert play.incident(IncidentKind.SOURCE_BROKEN) is None
    play.site.faults = {}
    play.look(HOUR, since=broken)
    assert play.incident() is None and sorted(play.told()) == due(play)


def test_a_day_that_was_given_up_is_read_when_it_can_be(play: Play) -> None:
    play.look()
    play.site.faults[BEGIN + DAY] = "broken"
    play.pass_by(30)
    assert play.incident() is not None
    play.site.faults = {}
    play.pass_by(2)
    assert play.incident() is None and sorted(play.told()) == due(play)
    assert "what was missing of hf is read" in play.texts("ops")[-1]


def test_pages_without_abstracts_for_weeks_are_read_when_these_are_back(store: Store) -> None:
    play = Play(store, rule="abstract:islands")
    play.look()
    play.site.fault = "no JSON"
    play.pass_by(35)
    assert len(play.told()) == len(LOOK_BACK) * 2
    play.site.fault = ""
    play.look(DAY / 2)
    assert sorted(play.told()) == due(play)
    assert play.incident() is None
    assert [text.partition(" Since")[0] for text in play.texts("ops")] == [
        "hf shows only a part of its papers",
        "hf is complete again",
    ]


# --- who is told ---


def test_what_was_missed_is_the_past_of_who_subscribed_meanwhile(play: Play) -> None:
    play.look()
    play.now += 20 * DAY
    play.context.config = play.config(
        subscription(rule="title:part"), replace(subscription(name="late", rule="title:part", to="you"))
    )
    apply_config(play.context)
    play.look()
    told_of = [*LOOK_BACK, *weekdays(FIRST, play.now.date())[-3:]]  # as it was known then, and as it is now
    (text,) = play.texts("you")
    assert sorted(set(IDS.findall(text))) == sorted(id for day in told_of for id in play.site.ids(day))
    assert sorted(play.told()) == due(play)


def test_the_day_stands_beside_each_paper(play: Play) -> None:
    play.look()
    play.now = datetime(2026, 2, 20, 9, tzinfo=UTC)
    play.look()
    assert "hf, 4 Feb 2026" in play.texts("me")[-1]


# --- a day that shows too little, and more later ---


def empty_days(play: Play, faults: list[date]) -> None:
    """Let the newest days be empty until they are taken as true."""
    play.look()
    play.pass_by(36)  # so many that it is known how many papers each weekday has
    for day in faults:
        play.site.grown[day] = 0
    play.pass_by(9)


def test_days_that_were_empty_when_they_were_new_are_told_when_they_fill(store: Store) -> None:
    play = Play(store)
    days = weekdays(BEGIN + 38 * DAY, BEGIN + 40 * DAY)
    empty_days(play, days)
    assert any("2026-03-12 shows no papers: that has stood for a day" in text for text in play.texts("ops"))
    play.site.grown.clear()
    play.pass_by(1)
    assert sorted(play.told()) == due(play)


def test_days_that_were_empty_for_weeks_are_told_when_the_site_fills_again(play: Play) -> None:
    """All its pages are empty, and no page of an older day names the one after it."""
    play.look()
    play.pass_by(38)
    told = len(play.told())
    play.site.fault = "empty"
    play.pass_by(3, looks=False)
    play.pass_by(40)
    assert len(play.told()) == told
    play.site.fault = ""
    play.pass_by(2)
    assert sorted(play.told()) == due(play)


def test_days_that_stay_empty_are_looked_at_again_once_a_day_for_a_while_and_when_asked_for(store: Store) -> None:
    play = Play(store)
    day = BEGIN + 38 * DAY
    empty_days(play, [day])
    url = f"{SITE}/papers/date/{day}"
    play.site.asked.clear()
    play.pass_by(4)
    assert play.site.asked.count(url) == 4
    assert play.look().verdict is Verdict.UNCHANGED, "it is no trouble any more"
    play.pass_by(30)
    play.site.asked.clear()
    play.pass_by(2)
    assert url not in play.site.asked
    play.site.grown.clear()
    play.look(since=day)
    assert sorted(play.told()) == due(play)
