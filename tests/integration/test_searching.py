"""A search answers as the rules do, on both databases, whichever words of papers are stored by then."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from watcher.model import Entry, Paper
from watcher.pipeline.folding import TOGETHER, fold_all, fold_some
from watcher.pipeline.searching import MOST_UNFOLDED, RunningTrial, Search, tried
from watcher.rules import compile_rule
from watcher.rules.advice.trial import try_rule
from watcher.rules.match.packed import FOLDING
from watcher.store import Store

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORDS = ("lantern", "Lanterns", "kite", "moss", "GPT-4o", "multi-modal", "C++", "it's", "β-VAE", "naïve", "'quoted'")
RULES = (
    *("lantern", "lantern kite", "lantern OR moss", "moss -kite", "lant*", '"moss kite"', '"moss lantern"~3', "C++"),
    *(
        "title:kite",
        "about:lantern",
        "=Lanterns",
        "title:/[Kk]ite/",
        'author:"A Fern"',
        "author:mos*",
        "category:cs.CL",
    ),
    *("category:cs.* moss", "upvotes>=5", "lantern upvotes>=5", "source:blog kite", "multimodal", "it's", "quoted*"),
    *("beta-vae OR naive", "keyword:garden", "summary:moss OR kite", "published>=2026-01-01", "id:arxiv:2601.00005"),
    *("listed>=2026-03-01 kite", "gpt-4o", "nowhere", "has:code", "has:code kite", "has:summary -has:code"),
    *("author:hf:moss", "author:hf:fern OR org:hf:moss", "author:orcid:0000-0002-1825-0097 kite"),
    *("kite OR has:doi", "has:abstract has:published", "NOT has:keyword AND lantern"),
)


def some_entry(chance: random.Random, n: int, **more: Any) -> Entry:
    def some(most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))

    facts: dict[str, Any] = {
        "title": f"{some(4)} {n}",
        "abstract": some(12) + ". " + some(5),
        "authors": tuple(chance.sample(["Ada Fern", "Bo Moss", "A. Fern"], 2)),
        "categories": tuple(chance.sample(["cs.CL", "cs.LG", "math.AG"], chance.randint(0, 2))),
        "keywords": tuple(chance.sample(["garden", "moss"], chance.randint(0, 2))),
        "summary": chance.choice([None, some(3)]),
        "upvotes": chance.choice([None, 1, 9]),
        "listed": chance.choice([None, *(NOW.date() - timedelta(days=d) for d in (0, 1, 30, 200))]),
        "published": chance.choice([None, NOW - timedelta(days=100)]),
        "author_ids": tuple(
            chance.sample(["hf:moss Bo Moss", "orcid:0000-0002-1825-0097 A. Fern"], chance.randint(0, 2))
        ),
        "org_ids": chance.choice([(), ("hf:moss Moss Lab",)]),
        "cited_ids": chance.choice([(), (), ("arxiv:2601.00001 On Moss", "doi:10.5555/moss On Moss")]),
        "code_url": chance.choice([None, None, "https://code.example/kite"]),
    }
    return Entry(keys=(f"arxiv:2601.{n:05}",), **(facts | more))


def fill(store: Store, papers: int, seed: int = 1) -> random.Random:
    chance = random.Random(seed)
    with store.transaction() as tx:
        for source, share in (("daily", 0.7), ("blog", 0.3)):
            some = [some_entry(chance, n) for n in range(papers) if chance.random() < share]
            tx.papers.record_entries(some, source, NOW)
    return chance


def answers_are_those_of_the_rules(store: Store) -> None:
    for n, rule in enumerate(RULES):
        wanted, since = compile_rule(rule), (date.min, NOW.date() - timedelta(days=30))[n % 2]
        with store.reading() as tx:
            ours, theirs = tried(tx, wanted, since), try_rule(wanted, tx.papers.all(since))
        assert {found.id: hit for found, hit in ours.trial.matches} == {
            paper.id: hit for paper, hit in theirs.matches
        }, rule
        places = sorted(((paper.digest_day, paper.id, paper.upvotes) for paper, _ in theirs.matches), reverse=True)
        assert [(one.digest_day, one.id, one.upvotes) for one, _ in ours.trial.matches] == places, rule
        assert (ours.trial.papers, ours.trial.days) == (theirs.papers, theirs.days), rule
        assert sorted(ours.trial.terms, key=str) == sorted(theirs.terms, key=str), rule


def test_answers_do_not_depend_on_what_is_stored(store: Store) -> None:
    chance = fill(store, 36)
    answers_are_those_of_the_rules(store)  # no words at all
    assert fold_some(store, 15) == 15
    answers_are_those_of_the_rules(store)  # of some
    fold_all(store)
    answers_are_those_of_the_rules(store)
    with store.transaction() as tx:  # new ones, other texts, other days, other numbers
        tx.papers.record_entries([some_entry(chance, n, version=2, listed=NOW.date()) for n in range(10)], "daily", NOW)
        tx.papers.record_entries([some_entry(chance, n) for n in range(200, 210)], "blog", NOW)
    answers_are_those_of_the_rules(store)
    fold_all(store)
    answers_are_those_of_the_rules(store)
    with store.reading() as tx:
        assert tx.words.stale(1) == {}


def test_two_papers_that_become_one(store: Store) -> None:
    with store.transaction() as tx:
        apart = [
            Entry(title="A lantern of moss", keys=("arxiv:2601.00001",), listed=NOW.date()),
            Entry(title="Of kites", keys=("doi:10.1/kites",), listed=NOW.date()),
        ]
        tx.papers.record_entries(apart, "daily", NOW)
    fold_all(store)
    with store.transaction() as tx:
        both = Entry(title="A lantern of moss", keys=("arxiv:2601.00001", "doi:10.1/kites"), listed=NOW.date())
        tx.papers.record_entries([both], "blog", NOW)
    answers_are_those_of_the_rules(store)
    fold_all(store)
    answers_are_those_of_the_rules(store)


def test_a_paper_that_changes_while_its_words_are_stored_is_not_taken_for_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 5)
    fold_all(store)
    with store.transaction() as tx:
        tx.papers.record_entries([Entry(title="A lantern", keys=("arxiv:2699.00001",), listed=NOW.date())], "x", NOW)

    def change(paper: Paper) -> Any:
        monkeypatch.undo()
        with store.transaction() as tx:
            changed = Entry(title="A meadow", keys=("arxiv:2699.00001",), version=2, listed=NOW.date())
            tx.papers.record_entries([changed], "x", NOW)
        return before(paper)

    from watcher.pipeline import folding

    before = folding._folded
    monkeypatch.setattr(folding, "_folded", change)
    assert fold_some(store) == 1
    with store.reading() as tx:
        assert len(tx.words.stale(10)) == 1, "it is stored another time"
        assert [hit for _, hit in tried(tx, compile_rule("meadow"), date.min).trial.matches]
        assert not tried(tx, compile_rule('title:"a lantern"'), date.min).trial.matches


def test_words_of_another_folding_are_made_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 10)
    fold_all(store)
    with store.transaction() as tx:
        tx.connection.execute(text(f"ALTER TABLE words_{FOLDING} RENAME TO words_0"))
    with store.reading() as tx:
        assert not tx.words.are_there
    answers_are_those_of_the_rules(store)
    fold_all(store)
    answers_are_those_of_the_rules(store)
    with store.reading() as tx:
        assert tx.words.are_there


def test_with_many_papers_to_be_stored_all_are_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.pipeline.searching.MOST_UNFOLDED", 5)
    fill(store, 40)
    assert fold_some(store, 8)
    answers_are_those_of_the_rules(store)
    assert MOST_UNFOLDED > 5 and TOGETHER > 5


@pytest.mark.parametrize("rule", ["lantern", "moss -kite", "upvotes>=5", "=Lanterns", "title:/[Kk]ite/"])
def test_a_search_that_is_cut_goes_on_behind_its_place(store: Store, rule: str) -> None:
    fill(store, 60)
    fold_some(store, 45)
    wanted, found, place = compile_rule(rule), list[int](), None
    with store.reading() as tx:
        whole = try_rule(wanted, tx.papers.all())
        first = Search(tx, wanted, date.min, stop=lambda looked: looked >= 7)
        assert len(list(first)) == 7
        assert 7 <= sum(first.counted().values()) < whole.papers and first.cut_at
        while True:
            search = Search(tx, wanted, date.min, after=place, stop=lambda looked: looked >= 4)
            found += [paper.id for paper, _ in search.matches(wanted)]
            place = search.cut_at
            if place is None:
                break
    assert found == [id for _, id in sorted(((p.digest_day, p.id) for p, _ in whole.matches), reverse=True)]


@pytest.mark.parametrize("rule", ["lantern", "=Lanterns", "upvotes>=5 -kite"])
def test_a_trial_in_steps_finds_what_it_finds_at_once(store: Store, rule: str) -> None:
    fill(store, 60)
    fold_some(store, 45)
    wanted = compile_rule(rule)
    running = RunningTrial(wanted, date.min)
    with store.reading() as tx:
        whole = tried(tx, wanted, date.min).trial
    steps = 0
    while True:
        with store.reading() as tx:
            bounded = running.go_on(tx, lambda looked: looked >= 6)
        steps += 1
        assert bounded.trial.matches == whole.matches[: len(bounded.trial.matches)]
        if bounded.until is None:
            break
    assert steps > 1 and bounded.trial == whole


def test_where_words_are_enough_no_paper_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 30)
    fold_all(store)
    read: list[int] = []

    def get(ids: Iterable[int]) -> list[Paper]:
        read.extend(ids)
        return []

    with store.reading() as tx:
        monkeypatch.setattr(tx.papers, "get", get)
        assert tried(tx, compile_rule("lantern OR moss"), date.min).trial.matches
    assert read == []
