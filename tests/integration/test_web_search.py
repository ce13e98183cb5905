"""The page that tries a rule shows its papers, the share of each term, and the subscription to copy."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.integration.webs import HOSTILE, NOW, TODAY, Web, entry, titles, words
from watcher.model import Entry
from watcher.pipeline.folding import fold_all
from watcher.pipeline.searching import tried
from watcher.rules import compile_rule
from watcher.rules.advice.trial import try_rule
from watcher.store import Store
from watcher.web.views.trying import until_time_is_up


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


@pytest.fixture
def stored(web: Web) -> Web:
    web.list_papers(
        entry(1, "A Lantern for Two", days_ago(0), upvotes=3),
        entry(2, "Lanterns at Sea", days_ago(0), upvotes=30),
        entry(3, "Gardens", days_ago(1), abstract="Of gardens and stones. One lantern and a kite. It ends there."),
        entry(4, "Kites and Lanterns", days_ago(9)),
        entry(5, "An Old Lantern", days_ago(45)),
    )
    return web


def test_matches_with_marks_best_first_and_weak_ones_apart(stored: Web) -> None:
    page = stored.client().get("/search?q=lantern").text
    assert titles(page) == ["Lanterns at Sea", "A Lantern for Two", "Kites and Lanterns"]
    assert "A <mark>Lantern</mark> for Two" in page
    assert "Gardens</a>" in page.split("<h2>Mentions it</h2>")[1]
    said = words(page)
    assert "4 of 4 papers match 3 about it 1 mentions it" in said, said
    assert "would have told 4 papers in the last 30 days: in 3 daily messages, or 2 weekly ones." in said


def test_days_are_in_the_address(stored: Web) -> None:
    page = stored.client().get("/search?q=lantern&days=all").text
    assert titles(page)[-1] == "An Old Lantern" and '<option value="all" selected>' in page
    week = stored.client().get("/search?q=lantern&days=7").text
    assert "3 of 3 papers match" in words(week) and "in the last 7 days" in words(week)
    assert '<option value="30" selected>' in stored.client().get("/search?q=x&days=1e9").text


def test_what_each_term_brings_alone(stored: Web) -> None:
    page = stored.client().get("/search", params={"q": "lantern OR kite OR moss"}).text
    table = words(page).split("term found in alone ")[1]
    assert table.startswith("lantern 4 2 kite 2 0 moss 0 0")


def test_the_subscription_that_it_would_be(stored: Web) -> None:
    page = stored.client().get("/search", params={"q": '"paper lantern" OR title:kite*'}).text
    shown = html.unescape(re.search(r'<pre id="yaml"[^>]*>(.*?)</pre>', page, re.S)[1])  # type: ignore[index]
    assert shown == (
        '- name: paper-lantern-kite\n  rule: >-\n    "paper lantern" OR title:kite*\n  to: ana\n  when: daily at 08:00'
    )


@pytest.mark.parametrize(
    ("rule", "wrong", "what"),
    [
        ("lantern AND OR kite", "OR", "OR has nothing on its left"),
        ("titel:lantern", "titel", "titel"),
        ('"lantern', '"lantern', "closing quote"),
        ("lantern and kite", "and", "and"),
        ("stars>100", "stars", "stars"),
    ],
)
def test_an_error_stands_under_the_word(stored: Web, rule: str, wrong: str, what: str) -> None:
    answer = stored.client().get("/search", params={"q": rule})
    assert answer.status_code == 200
    marked = html.unescape(re.search(r'<mark class="wrong">(.*?)</mark>', answer.text)[1])  # type: ignore[index]
    assert wrong.startswith(marked[:3]) or marked in wrong
    assert what in words(answer.text)


def test_a_rule_without_end_is_not_tried(stored: Web) -> None:
    page = stored.client().get("/search", params={"q": "a" * 5000}).text
    assert "a rule of 5,000 characters is not tried here" in words(page)


def test_what_was_probably_meant_otherwise_is_said(stored: Web) -> None:
    page = stored.client().get("/search", params={"q": "upvotes>=0"}).text
    assert "fits nearly every paper" in words(page)


def test_without_a_rule_three_are_offered(web: Web) -> None:
    page = web.client().get("/search").text
    assert "Three to begin with" in page and page.count('<li><a href="/search?q=') == 3


def test_on_an_empty_database_it_says_what_to_do(web: Web) -> None:
    assert "No paper to try it on." in web.client().get("/search?q=lantern").text


def test_a_rule_that_takes_long_is_cut_with_a_word(
    make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    web = make_web()
    web.list_papers(*(entry(n, f"Lantern {n}", days_ago(n // 50)) for n in range(600)))
    monkeypatch.setattr("watcher.web.views.trying.BUDGET", 0.0)
    said = words(web.client().get("/search?q=lantern&days=all").text)
    assert "400 of 400 papers match" in said
    assert "only the newest 400 papers were looked at, back to 3 Mar 2026" in said
    assert "In what was looked at, it would have told" in said
    again = words(web.client().get("/search?q=lantern&days=all").text)
    assert "600 of 600 papers match" in again and "So far" not in again, "it goes on where it was"
    assert "600 of 600" in words(web.client().get("/search?q=lantern&days=all").text), "and keeps what it found"
    web.list_papers(entry(999, "A new Lantern", days_ago(0)))
    assert "400 of 400" in words(web.client().get("/search?q=lantern&days=all").text), "and begins anew with new papers"


def test_the_next_page_of_what_was_found_tries_no_paper_again(
    make_web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    web = make_web()
    web.list_papers(*(entry(n, f"Lantern {n}", days_ago(0)) for n in range(30)))
    first = web.client().get("/search?q=lantern").text
    monkeypatch.delattr("watcher.pipeline.searching.Search")
    second = web.client().get("/search?q=lantern&page=2").text
    assert len(titles(first)) == 20 and len(titles(second)) == 10
    assert not set(titles(first)) & set(titles(second))


def test_a_rule_that_nobody_waits_for_is_not_tried_to_its_end(stored: Web) -> None:
    gone = Event()
    gone.set()
    with stored.store.reading() as tx:
        bounded = tried(tx, compile_rule("lantern"), days_ago(30), until_time_is_up(gone))
    assert bounded.trial.papers == 0


def test_what_is_listed_under_days_to_come_was_not_told_in_the_last_ones(web: Web) -> None:
    days = [TODAY, *(TODAY + timedelta(days=n) for n in (1, 20, 30, 31)), date.min]
    web.list_papers(*(entry(n, f"Lantern {n}", day) for n, day in enumerate(days, 1)))
    page = web.client().get("/search?q=lantern&days=all").text
    assert len(titles(page)) == 6, "all are found"
    assert "It would have told 1 paper in the last 30 days: in 1 daily message, or 1 weekly one." in words(page)
    assert page.count("<rect") < 10 and "7.0 a week" in words(page), "and no bars are drawn through all years"


RULES = st.sampled_from(
    [
        *(
            "lantern",
            "lantern OR kite",
            "-moss lantern",
            "upvotes>3",
            "title:lantern kite",
            "lant*",
            '"kites and"',
            "=A",
        ),
        *("title:/Gard.*/", 'author:"A Fern"', '"lantern kite"~6', "about:lantern", "summary:x OR org:y", "nowhere"),
    ]
)
DAYS = st.sampled_from([date(1900, 1, 1), days_ago(3), days_ago(20), days_ago(30)])


@settings(max_examples=times(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=RULES, since=DAYS)
def test_it_finds_what_the_rules_find(rich: Web, text: str, since: date) -> None:
    """The papers of each day, and the trial over them, are those of reading all papers from the database."""
    rule = compile_rule(text)
    with rich.store.reading() as tx:
        ours, theirs = tried(tx, rule, since), try_rule(rule, tx.papers.all(since))
    assert {paper.id for paper, _ in ours.trial.matches} == {paper.id for paper, _ in theirs.matches}
    assert (ours.trial.papers, ours.trial.days) == (theirs.papers, theirs.days)
    assert sorted(ours.trial.terms, key=str) == sorted(theirs.terms, key=str)
    assert ours.until is None


@pytest.fixture
def rich(stored: Web) -> Web:
    """Also a paper without a dated listing, and one that is listed again."""
    moss = Entry(title="Moss Lantern", keys=("url:https://l.example/1",), published=stored.now - timedelta(days=2))
    stored.list_papers(moss, source="lab-blog")
    stored.list_papers(entry(1, "A Lantern for Two", days_ago(20), upvotes=9))
    return stored


def test_a_paper_whose_text_has_changed_is_read_anew(stored: Web) -> None:
    client = stored.client()
    fold_all(stored.store)
    assert titles(client.get("/search?q=meadow").text) == []
    stored.list_papers(entry(1, "A Meadow for Two", days_ago(0), version=2))
    stored.list_papers(entry(2, "Lanterns at Sea", days_ago(0), keywords=("heath",)))
    assert titles(client.get("/search?q=meadow").text) == ["A Meadow for Two"]
    assert titles(client.get("/search?q=keyword:heath").text) == ["Lanterns at Sea"]


def test_a_rule_never_becomes_markup(stored: Web) -> None:
    for text in (HOSTILE, f'"{HOSTILE}', f"title:{HOSTILE}", "</textarea><script>x</script>"):
        page = stored.client().get("/search", params={"q": text}).text
        assert "<script>alert" not in page and "<img src=x" not in page and "<script>x" not in page


def test_a_trial_begins_anew_once_a_paper_has_changed(store: Store) -> None:
    stamps = []
    for one in (entry(1, "Kites"), entry(1, "Kites", abstract="Of paper."), entry(1, "Kites", upvotes=3)):
        with store.transaction() as tx:
            tx.papers.record_entries([one], "daily", NOW)
        with store.reading() as tx:
            stamps += [tx.browsing.stamp(), tx.browsing.stamp()]
    assert stamps[0::2] == stamps[1::2] and len(set(stamps)) == 3
