"""One paper in several forms, a preprint and an article, by whatever source names both: one paper, told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.examples import times
from tests.integration.worlds import begun
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import (
    ARTICLE,
    PREPRINT,
    PUBLISHED,
    Decision,
    Endpoint,
    Entry,
    Fate,
    Message,
    OtherForm,
    Outcome,
    Paper,
    Result,
    Subscription,
)
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.record import Intake
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store
from watcher.store.database import schema
from watcher.store.papers.marks import MarkKind

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
TITLE, EDITED = "Lanterns over quiet rivers", "Lanterns over rivers at night"
TEXT = (
    "We light lanterns over seven quiet rivers and count the fish that rise. More fish rise to green lanterns than to "
    "red ones, and none to a lantern that nobody lit. The effect stays for three nights and is gone on the fourth."
)
AUTHORS = ("Ana Lund", "Bo Weir", "Cy Dee")
OTHER = (
    "Windmills forget. This paper measures how long a windmill remembers the storm before the last one, by asking its "
    "miller. Of forty millers thirty answered, and nine of their windmills remembered anything that could be checked."
)


def preprint(n: int, **more: object) -> Entry:
    """As Hugging Face shows it."""
    values = {"title": TITLE, "abstract": TEXT, "authors": AUTHORS, "arxiv_id": f"2603.{n:05}", "listed": NOW.date()}
    return Entry(**{"keys": (f"arxiv:2603.{n:05}",)} | values | more)  # type: ignore[arg-type]


def arxiv(n: int, **more: object) -> Entry:
    """As arXiv shows it, with the article's DOI."""
    claims = {"forms": (OtherForm(f"doi:10.1/{n}", ARTICLE),), "doi": f"10.1/{n}", "stage": PUBLISHED, "version": 2}
    return preprint(n, **{"venue": "River J. 7"} | claims | more)


def article(n: int, **more: object) -> Entry:
    """As the publisher shows it."""
    values = {"title": EDITED, "abstract": TEXT.replace("count", "watched"), "authors": AUTHORS, "stage": PUBLISHED}
    named = {"keys": (f"doi:10.1/{n}",), "doi": f"10.1/{n}", "venue": "River Journal", "listed": NOW.date()}
    return Entry(**values | named | more)  # type: ignore[arg-type]


def every_form(n: int) -> dict[str, Entry]:
    """The paper as six sources list it; three of them name both forms."""
    named = {"forms": (OtherForm(f"arxiv:2603.{n:05}", PREPRINT),)}
    return {
        "hf": preprint(n),
        "arxiv": arxiv(n),
        "openalex": article(n, **named),
        "crossref": article(n, abstract="", **named),
        "pubmed": article(n, keys=(f"doi:10.1/{n}", f"id:pubmed:{n}"), authors=("Lund A", "Weir BC", "Dee C")),
        "feed": article(n, abstract="", keys=(f"doi:10.1/{n}", f"url:https://river.example/{n}")),
    }


NAMES_BOTH = {"arxiv", "openalex", "crossref"}
IS_PREPRINT = {"hf", "arxiv"}


@dataclass
class Desk:
    """A database with subscriptions; ``sent``: what was sent, by its subscriptions."""

    store: Store
    subscriptions: Sequence[Subscription]
    now: datetime = NOW
    sent: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        config = Config(
            sources={},
            receivers={"me": Receiver(name="me", urls={"": Address(text="json://me.example/")})},
            subscriptions=tuple(self.subscriptions),
        )
        self.context = begun(self, config, self.store)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.sent.append(message)
        return Outcome(Result.SENT)

    def read(self, *entries: Entry, source: str = "hf", fate: Fate = Fate.HELD) -> tuple[int, ...]:
        """Store and match what a page lists, and what became of its papers; return their ids."""
        self.now += timedelta(minutes=1)
        with self.store.transaction() as tx:
            intake = Intake(tx, self.context.rules, self.now)
            recorded = intake.add(entries, source, whole=True)
            intake.match(lambda *_: Decision(fate))
            record_updates(tx, intake.updates, self.now, heirs=intake.heirs)
        return recorded.ids

    def tell(self) -> list[str]:
        """Tell what is due; return the subjects."""
        before = len(self.sent)
        self.now += timedelta(minutes=1)
        tell_due(self.context)
        deliver_all(self.context)
        return [one.subject for one in self.sent[before:]]

    def known(self) -> list[Paper]:
        with self.store.reading() as tx:
            return [*tx.papers.all()]

    def papers(self) -> int:
        with self.store.reading() as tx:
            return tx.papers.count()


def subscription(name: str = "fish", rule: str = "lanterns", **more: object) -> Subscription:
    return Subscription(name=name, rule=rule, to=("me",), endpoints=(Endpoint("me"),), **more)  # type: ignore[arg-type]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, [subscription()])


def test_in_every_order_of_six_sources_it_is_one_paper_and_told_once(desk: Desk) -> None:
    """Papers told as two, before anybody said that they are the same, are not told again."""
    count = iter(range(1, 10_000))

    @settings(max_examples=times(12))
    @given(order=st.permutations(sorted(every_form(0))), at_once=st.booleans(), again=st.lists(st.integers(0, 5)))
    def play(order: list[str], at_once: bool, again: list[int]) -> None:
        n, before, seen = next(count), desk.papers(), []
        forms = every_form(n)
        told = 0
        for source in [*order, *(order[at] for at in again)]:
            desk.read(forms[source], source=source)
            seen.append(source)
            if at_once:
                told += len(desk.tell())
        told += len(desk.tell())
        first = min(order.index(name) for name in NAMES_BOTH)
        apart = {name in IS_PREPRINT for name in order[:first]}
        assert desk.papers() == before + 1
        assert told == (2 if at_once and len(apart) == 2 else 1), (order, at_once)
        with desk.store.reading() as tx:
            found = {tx.papers.find(key) for key in (f"arxiv:2603.{n:05}", f"doi:10.1/{n}", f"id:pubmed:{n}")}
        assert len(found) == 1 and {one.doi for one in found if one} == {f"10.1/{n}"}

    play()


def test_texts_of_both_forms_do_not_take_turns(desk: Desk) -> None:
    forms = every_form(1)
    ids = {desk.read(entry, source=source) for source, entry in forms.items()}
    assert len(ids) == 1
    for _ in range(2):
        for source, entry in forms.items():
            with desk.store.transaction() as tx:
                assert tx.papers.record_entries([entry], source, desk.now).touched == (), source
    with desk.store.reading() as tx:
        (paper,) = tx.papers.get(next(iter(ids)))
        assert (paper.title, paper.abstract, paper.key) == (TITLE, TEXT, "arxiv:2603.00001")
        assert (paper.doi, paper.stage, paper.venue) == ("10.1/1", PUBLISHED, "River J. 7")


def test_two_that_stood_apart_are_joined_with_all_that_hangs_on_them(desk: Desk) -> None:
    ((old,), (young,)) = desk.read(preprint(1)), desk.read(article(1), source="journal")
    assert old != young and len(desk.tell()) == 1
    with desk.store.transaction() as tx:
        tx.marks.add(young, MarkKind.STAR, "", desk.now)
    assert desk.read(arxiv(1), source="arxiv") == (old,)
    assert desk.tell() == [] and desk.papers() == 1
    with desk.store.reading() as tx:
        assert tx.marks.papers(MarkKind.STAR, "") == [old]
        assert {row.source for row in tx.papers.get([young])[0].listings} == {"hf", "journal", "arxiv"}
        alerts = tx.connection.execute(select(schema.alert.c.delivery_id).where(schema.alert.c.dropped.is_(None)))
        assert len(alerts.all()) == 1


def joined(desk: Desk, *entries: tuple[Entry, str]) -> bool:
    ids = {id for entry, source in entries for id in desk.read(entry, source=source)}
    return len(ids) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"title": TITLE}, True),
        ({"abstract": ""}, True),
        ({"authors": ("A. Lund", "Weir, Bo", "Dee C", "Eva Nox")}, True),
        ({"authors": (), "title": TITLE, "abstract": ""}, False),
        ({"authors": (), "title": TITLE}, True),
        ({"authors": ()}, False),
        ({"authors": ("Eva Nox",)}, False),
        ({"authors": ("Eva Nox",), "title": TITLE}, False),
        ({"abstract": OTHER}, False),
        ({"abstract": "", "title": "Windmills forget"}, False),
    ],
)
@pytest.mark.parametrize("first", ["article", "preprint"])
def test_a_claim_joins_only_what_speaks_of_the_same_work(
    desk: Desk, changed: dict[str, object], expected: bool, first: str
) -> None:
    both = [(article(1, **changed), "journal"), (arxiv(1), "arxiv")]
    assert joined(desk, *(both if first == "article" else both[::-1])) is expected


def test_a_suffix_of_the_only_author_s_name_parts_no_forms(desk: Desk) -> None:
    """Crossref and PubMed have it, arXiv mostly not."""
    named = article(1, authors=("Ana Lund Jr.",), title=TITLE)
    assert joined(desk, (named, "journal"), (arxiv(1, authors=("Ana Lund",)), "arxiv"))


def test_a_long_title_is_enough_where_nobody_names_the_authors(desk: Desk) -> None:
    long = {"title": "Lanterns over seven quiet rivers at night", "abstract": ""}
    assert joined(desk, (article(1, authors=(), **long), "journal"), (arxiv(1, **long), "arxiv"))


def stranger(**more: object) -> Entry:
    """The record of somebody who claims that their own paper is another form of a paper of others."""
    values = {"title": "Buy lanterns", "abstract": OTHER, "authors": ("Mal Ory",), "keys": ("doi:10.66/bad",)}
    return Entry(**values | {"listed": NOW.date()} | more)  # type: ignore[arg-type]


CLAIMS = (OtherForm("arxiv:2603.00001", PREPRINT), OtherForm("doi:10.1/1", ARTICLE))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (0, 2, 1)])
def test_who_claims_a_paper_of_others_swallows_none(desk: Desk, order: Iterable[int]) -> None:
    """Neither before it is there nor after; the two are joined all the same: the preprint's own record says so."""
    bad = stranger(title="Lanterns for sale", forms=CLAIMS)
    shown = [(bad, "bad"), (arxiv(1), "arxiv"), (article(1), "journal")]
    ids = Counter(desk.read(shown[at][0], source=shown[at][1]) for at in order)
    assert sorted(ids.values()) == [1, 2] and desk.papers() == 2
    assert sum("Lanterns" in line for one in (desk.tell(), desk.sent) for line in map(str, one))
    with desk.store.reading() as tx:
        own, theirs = tx.papers.find("doi:10.66/bad"), tx.papers.find("doi:10.1/1")
        assert own and theirs and own.title == "Lanterns for sale" and theirs.key == "arxiv:2603.00001"


def test_who_copies_one_paper_and_names_another_joins_nothing(desk: Desk) -> None:
    """It shows the article's words under the preprint's id; each of the two keeps its own."""
    mill = preprint(2, title="Windmills forget", abstract=OTHER, authors=("Dan Eck",))
    (first,), (second,) = desk.read(mill), desk.read(article(1), source="journal")
    copied = replace(article(1), keys=mill.keys, arxiv_id=mill.arxiv_id, forms=(OtherForm("doi:10.1/1", ARTICLE),))
    assert desk.read(copied, source="bad") == (first,)
    assert desk.read(article(1), source="journal") == (second,) and desk.papers() == 2


def test_what_stands_on_somebody_elses_page_claims_nothing(desk: Desk) -> None:
    desk.read(replace(arxiv(1), is_secondhand=True), source="blog")
    assert not joined(desk, (article(1), "journal"), (preprint(1), "hf"))


def test_two_arxiv_ids_stay_two_though_both_claim_one_article(desk: Desk) -> None:
    one, two = arxiv(1), replace(arxiv(1), keys=("arxiv:2603.00002",), arxiv_id="2603.00002")
    assert not joined(desk, (one, "arxiv"), (two, "arxiv"), (article(1), "journal"))
    assert desk.papers() == 2


def test_a_paper_is_found_by_the_doi_that_it_claims(desk: Desk) -> None:
    (id,) = desk.read(arxiv(1), source="arxiv")
    with desk.store.reading() as tx:
        found = tx.papers.find("10.1/1")
        assert found and found.id == id
        assert tx.papers.forms(id) == [(OtherForm("doi:10.1/1", ARTICLE), "arxiv")]
