"""A source takes back what it said of a paper's other form: what was joined by it stays joined, the rest apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.integration.test_forms import EDITED, Desk, article, arxiv, every_form, preprint, subscription
from watcher.model import Entry, OtherForm
from watcher.store import Store

TOLD = replace(arxiv(1), names_forms=True)
TAKEN_BACK = replace(TOLD, forms=(), doi=None, stage=None, venue=None)
ITS_ARTICLE = replace(article(1), names_forms=True)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, [subscription()])


def claims(desk: Desk) -> list[tuple[str, str]]:
    """(key, source) of all claims that stand."""
    with desk.store.reading() as tx:
        return [(form.key, source) for paper in tx.papers.all() for form, source in tx.papers.forms(paper.id)]


def test_a_claim_that_is_taken_back_joins_nothing_any_more(desk: Desk) -> None:
    desk.read(TOLD, source="arxiv")
    assert claims(desk) == [("doi:10.1/1", "arxiv")]
    desk.read(TAKEN_BACK, source="arxiv")
    assert claims(desk) == []
    desk.read(ITS_ARTICLE, source="journal")
    assert desk.papers() == 2 and len(desk.tell()) == 1 and EDITED in desk.sent[0].text


def test_it_is_taken_back_on_the_page_that_shows_the_other_paper(desk: Desk) -> None:
    desk.read(TOLD, source="arxiv")
    desk.read(ITS_ARTICLE, TAKEN_BACK, source="arxiv")
    assert desk.papers() == 2 and claims(desk) == []


def test_another_form_is_named_in_its_place(desk: Desk) -> None:
    desk.read(TOLD, source="arxiv")
    desk.read(replace(TOLD, forms=(OtherForm("doi:10.1/2"),), doi="10.1/2"), source="arxiv")
    assert claims(desk) == [("doi:10.1/2", "arxiv")]
    desk.read(ITS_ARTICLE, source="journal")
    assert desk.papers() == 2


@pytest.mark.parametrize(
    ("shown", "source"),
    [
        (preprint(1), "arxiv"),  # a page that does not tell
        (TAKEN_BACK, "mirror"),  # somebody else's page
        (replace(TAKEN_BACK, is_secondhand=True, names_forms=False), "arxiv"),
        (replace(ITS_ARTICLE, keys=("doi:10.1/7",), doi="10.1/7"), "arxiv"),  # another record
        (Entry(title="", keys=("arxiv:2603.00001",), note="12 pages", is_follow_up=True, names_forms=True), "arxiv"),
    ],
)
def test_who_says_nothing_of_it_takes_nothing_back(desk: Desk, shown: Entry, source: str) -> None:
    desk.read(TOLD, source="arxiv")
    desk.read(shown, source=source)
    assert ("doi:10.1/1", "arxiv") in claims(desk)


def test_what_two_sources_claim_stands_until_both_have_taken_it_back(desk: Desk) -> None:
    for source in ("arxiv", "mirror"):
        desk.read(TOLD, source=source)
    desk.read(TAKEN_BACK, source="arxiv")
    assert claims(desk) == [("doi:10.1/1", "mirror")]
    desk.read(ITS_ARTICLE, source="journal")
    assert desk.papers() == 1


def test_what_was_joined_stays_joined_and_is_told_once_in_every_order(desk: Desk) -> None:
    count = iter(range(1, 10_000))

    @settings(max_examples=times(10))
    @given(order=st.permutations(sorted(every_form(0))), back=st.permutations(["arxiv", "openalex", "crossref"]))
    def play(order: list[str], back: list[str]) -> None:
        n, before = next(count), desk.papers()
        forms = {source: replace(entry, names_forms=True) for source, entry in every_form(n).items()}
        for source in order:
            desk.read(forms[source], source=source)
        assert len(desk.tell()) == 1 and desk.papers() == before + 1
        for source in [*back, *order]:
            desk.read(replace(forms[source], forms=()), source=source)
            assert desk.tell() == [] and desk.papers() == before + 1, source
        with desk.store.reading() as tx:
            found = {tx.papers.find(key) for key in (f"arxiv:2603.{n:05}", f"doi:10.1/{n}", f"id:pubmed:{n}")}
            (paper,) = filter(None, found)
            assert tx.papers.forms(paper.id) == []

    play()
