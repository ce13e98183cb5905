"""Papers on real databases: recorded once whatever lists them, merged, found and listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from watcher.model import Entry, Listing, Paper
from watcher.model.fields import FACTS
from watcher.store import Store
from watcher.store.database import schema
from watcher.store.papers.recording import Recorded

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TUESDAY, MONDAY, FRIDAY = date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 6)

ABSTRACTS = {
    "kites": "We map the rivers of a made-up continent with seven kites and a bag of string. Each kite carries a small "
    "camera, and each camera a smaller clock. Our maps are wrong by less than the length of a boat.",
    "mills": "Windmills forget. This paper measures how long a windmill remembers the storm before the last one by "
    "asking its miller. Of forty millers thirty answered, and nine of their windmills remembered anything.",
    "bells": "A bell rung under water is heard by nobody, or so it was thought. Nineteen divers, four lakes and one "
    "very patient carp show that the opposite holds wherever the water is colder than the bell.",
}


def kites(number: int | None = 1, **more: Any) -> Entry:
    """An entry with an arXiv id, or one that only its title identifies."""
    arxiv_id = None if number is None else f"2603.{number:05}"
    shown: dict[str, Any] = {
        "title": "Kites over Rivers",
        "abstract": ABSTRACTS["kites"],
        "arxiv_id": arxiv_id,
        "keys": (f"arxiv:{arxiv_id}",) if arxiv_id else (),
        "listed": TUESDAY if arxiv_id else None,
    }
    return Entry(**shown | more)


def record(store: Store, *entries: Entry, source: str = "hf", now: datetime = NOW, whole: bool = True) -> Recorded:
    with store.transaction() as tx:
        return tx.papers.record_entries(entries, source, now, whole=whole)


def stored(store: Store) -> list[Paper]:
    with store.reading() as tx:
        return list(tx.papers.all())


def test_every_field_comes_back(store: Store) -> None:
    entry = Entry(
        title="Kites over Rivers",
        keys=("arxiv:2603.00001", "doi:10.1/x"),
        abstract=ABSTRACTS["kites"],
        authors=("Ana Lund", "Bo Weir"),
        arxiv_id="2603.00001",
        version=2,
        doi="10.1/x",
        stage="published",
        retraction="10.1/notice",
        url="https://example.org/1",
        organization="Kite Institute",
        published=datetime(2026, 3, 8, 23, 30, tzinfo=UTC),
        listed=TUESDAY,
        rank=1,
        upvotes=12,
        comments=3,
        submitter="bo",
        summary="Kites map rivers.",
        note="9 pages",
        venue="Kites 2026",
        keywords=("kites", "maps"),
        categories=("cs.CV",),
        code_url="https://example.org/code",
        project_url="https://example.org/project",
        thumbnail="https://example.org/1.png",
        author_ids=("orcid:0000-0002-1825-0097 Ana Lund",),
        org_ids=("ror:03yrm5c26 Kite Institute",),
        cited_ids=("arxiv:2603.00002 Kites", "doi:10.5555/kites Kites"),
    )
    recorded = record(store, entry)
    [paper] = stored(store)
    assert recorded == Recorded(new=(paper.id,), touched=(paper.id,), ids=(paper.id,))
    assert (paper.key, paper.first_seen) == ("arxiv:2603.00001", NOW)
    facts = {fact.attribute: getattr(entry, fact.attribute) for fact in FACTS}
    assert all(facts.values()) and {name: getattr(paper, name) for name in facts} == facts
    assert paper.listings == (Listing(source="hf", day=TUESDAY, rank=1, upvotes=12, comments=3, read_at=NOW),)


def test_the_same_page_again_changes_nothing(store: Store) -> None:
    entries = [kites(1, upvotes=3), kites(2, title="Mills", abstract=ABSTRACTS["mills"]), kites(None, title="Bells")]
    first = record(store, *entries)
    before = stored(store)
    again = record(store, *entries)
    assert again == Recorded(new=(), touched=(), ids=first.ids)
    assert stored(store) == before


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(kites(upvotes=4), id="upvotes"),
        pytest.param(kites(upvotes=3, comments=1), id="comments"),
        pytest.param(kites(upvotes=3, listed=MONDAY), id="another day"),
        pytest.param(kites(upvotes=3, title="Kites above Rivers"), id="title"),
        pytest.param(kites(upvotes=3, organization="Kite Institute"), id="a fact"),
    ],
)
def test_touched_are_papers_with_something_new(store: Store, later: Entry) -> None:
    first = record(store, kites(upvotes=3), kites(2, title="Mills", abstract=ABSTRACTS["mills"]))
    recorded = record(store, later, now=NOW + HOUR)
    assert recorded == Recorded(new=(), touched=first.ids[:1], ids=first.ids[:1])


def test_another_source_lists_it_too(store: Store) -> None:
    first = record(store, kites())
    recorded = record(store, kites(listed=None), source="feed")
    assert recorded == Recorded(new=(), touched=first.ids, ids=first.ids)
    [paper] = stored(store)
    assert {(listing.source, listing.day) for listing in paper.listings} == {("hf", TUESDAY), ("feed", None)}


def test_what_says_something_of_a_known_paper_makes_none(store: Store) -> None:
    gone = Entry(title="", keys=("arxiv:2603.00001",), note="This paper has been withdrawn.", is_follow_up=True)
    assert record(store, gone, kites(1, is_follow_up=True)) == Recorded((), (), ())
    (paper,) = record(store, kites(1)).new
    told = record(store, gone, Entry(title="Of nobody", keys=("arxiv:2603.00002",), is_follow_up=True), source="oai")
    assert (told.new, told.ids, told.updates) == ((), (paper,), {paper: ("withdrawn",)})
    (after,) = stored(store)
    assert (after.title, after.note) == (kites(1).title, gone.note)
    assert [listing.source for listing in after.listings] == ["hf"]


def test_numbers_are_those_read_last_and_their_history_is_kept(store: Store) -> None:
    numbers = [(3, 0, 7), (3, 0, 2), (5, None, 1), (None, None, 9)]
    for hour, (upvotes, comments, rank) in enumerate(numbers):
        record(store, kites(upvotes=upvotes, comments=comments, rank=rank), now=NOW + hour * HOUR)
    [paper] = stored(store)
    [listing] = paper.listings
    assert (listing.upvotes, listing.comments, listing.rank) == (5, 0, 9)
    assert listing.read_at == NOW + 3 * HOUR
    assert history(store) == [(NOW, 3, 0), (NOW + 2 * HOUR, 5, 0)]


def test_of_two_readings_at_one_instant_the_last_counts(store: Store) -> None:
    record(store, kites(upvotes=1), now=NOW - HOUR)
    record(store, kites(upvotes=3))
    record(store, kites(upvotes=4))
    assert history(store) == [(NOW - HOUR, 1, None), (NOW, 4, None)]


def history(store: Store) -> list[tuple[datetime, int | None, int | None]]:
    metric = schema.metric
    with store.reading() as tx:
        rows = tx.connection.execute(select(metric.c.at, metric.c.upvotes, metric.c.comments).order_by(metric.c.at))
        return [(row.at, row.upvotes, row.comments) for row in rows]


def test_a_page_may_show_one_paper_twice(store: Store) -> None:
    recorded = record(store, kites(rank=1), kites(rank=2), kites(listed=MONDAY))
    assert len(recorded.new) == 1
    assert recorded.ids == recorded.new * 3
    [paper] = stored(store)
    assert [(listing.day, listing.rank) for listing in paper.listings] == [(MONDAY, None), (TUESDAY, 2)]


# --- waiting for an abstract ---


def test_a_paper_without_abstract_waits_where_the_page_is_not_whole(store: Store) -> None:
    cards = record(store, kites(abstract=""), kites(2, title="Mills"), whole=False)
    waits, ready = cards.ids
    assert cards.new == (waits, ready)
    with store.reading() as tx:
        assert tx.papers.waiting(before=NOW) == [waits]
        assert tx.papers.waiting(before=NOW - HOUR) == []
        assert tx.papers.ready(cards.ids, waited_since=NOW - HOUR) == [ready]
        assert tx.papers.ready(cards.ids, waited_since=NOW) == [waits, ready]


@pytest.mark.parametrize("abstract", [ABSTRACTS["kites"], ""])
def test_a_whole_page_ends_the_waiting(store: Store, abstract: str) -> None:
    cards = record(store, kites(abstract=""), whole=False)
    assert record(store, kites(abstract=""), now=NOW + HOUR, whole=False).touched == ()
    whole = record(store, kites(abstract=abstract), now=NOW + 2 * HOUR)
    assert whole == Recorded(new=(), touched=cards.ids, ids=cards.ids)
    with store.reading() as tx:
        assert tx.papers.waiting(before=NOW + HOUR) == []


def test_who_stopped_waiting_does_not_begin_again(store: Store) -> None:
    cards = record(store, kites(abstract=""), whole=False)
    with store.transaction() as tx:
        tx.papers.stop_waiting(cards.ids)
    assert record(store, kites(abstract=""), now=NOW + HOUR, whole=False).touched == ()
    with store.reading() as tx:
        assert tx.papers.waiting(before=NOW + HOUR) == []


# --- finding and listing ---


@pytest.fixture
def shelf(store: Store) -> Store:
    """Five papers: two with days, an old paper, a paper with a date of publication alone, a paper without dates."""
    record(store, kites(1), kites(2, title="Mills", abstract=ABSTRACTS["mills"], listed=MONDAY))
    record(store, kites(3, title="Bells", abstract=ABSTRACTS["bells"], listed=date(2025, 1, 2)), source="lab")
    published = datetime(2026, 3, 7, 23, 59, tzinfo=UTC)
    record(store, kites(4, title="Looms", abstract="Weaving.", listed=None, published=published), source="lab")
    record(store, kites(None, title="Clocks", abstract="Ticking."), source="import")
    return store


def titles(papers: Sequence[Paper]) -> list[str]:
    return [paper.title for paper in papers]


def test_all_come_newest_digest_first(shelf: Store) -> None:
    expected = ["Clocks", "Kites over Rivers", "Mills", "Looms", "Bells"]
    with shelf.reading() as tx:
        assert titles(list(tx.papers.all())) == expected
        assert titles(list(tx.papers.all(since=MONDAY))) == expected[:3]
        assert titles(list(tx.papers.all(since=date(2026, 3, 7)))) == expected[:4]
        assert [paper.digest_day for paper in tx.papers.all()] == sorted(
            (paper.digest_day for paper in tx.papers.all()), reverse=True
        )
        assert tx.papers.count() == 5


def test_all_come_in_pieces(store: Store) -> None:
    entries = [kites(n, title=f"Kite {n}", abstract=f"Number {n}.") for n in range(1200)]
    record(store, *entries)
    with store.reading() as tx:
        first = next(iter(tx.papers.all()))
        assert first.title == "Kite 1199"
        assert sorted(titles(list(tx.papers.all()))) == sorted(entry.title for entry in entries)


def test_listed_in_and_since(shelf: Store) -> None:
    def names(ids: list[int]) -> set[str]:
        with shelf.reading() as tx:
            return set(titles(tx.papers.get(ids)))

    with shelf.reading() as tx:
        papers = tx.papers
        assert names(papers.listed_in("hf", [TUESDAY])) == {"Kites over Rivers"}
        assert names(papers.listed_in("hf", [MONDAY, TUESDAY])) == {"Kites over Rivers", "Mills"}
        assert names(papers.listed_in("lab", [MONDAY, TUESDAY])) == set()
        assert names(papers.listed_in(None, [MONDAY, date(2025, 1, 2)])) == {"Mills", "Bells"}
        assert names(papers.listed_in(None, [])) == set()
        assert names(papers.listed_since(MONDAY)) == {"Kites over Rivers", "Mills", "Clocks"}
        assert names(papers.listed_since(date(2026, 3, 7))) == {"Kites over Rivers", "Mills", "Clocks", "Looms"}
        assert names(papers.listed_since(date(2025, 1, 1), "lab")) == {"Bells", "Looms"}


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("arxiv:2603.00001", "Kites over Rivers"),
        ("2603.00001", "Kites over Rivers"),
        ("2603.00001v3", "Kites over Rivers"),
        ("arXiv:2603.00001v3", "Kites over Rivers"),
        (" 2603.00002 ", "Mills"),
        ("title:clocks", "Clocks"),
        ("clocks", "Clocks"),
        ("title:clo", "Clocks"),
        ("2603.0000", None),
        ("2603.%", None),
        ("2603_00001", None),
        ("2604.00001", None),
        ("", None),
    ],
)
def test_find(shelf: Store, key: str, title: str | None) -> None:
    with shelf.reading() as tx:
        found = tx.papers.find(key)
    assert (found and found.title) == title


def test_get_keeps_the_order_asked_for(shelf: Store) -> None:
    with shelf.reading() as tx:
        ids = [paper.id for paper in tx.papers.all()]
        assert [paper.id for paper in tx.papers.get(ids)] == ids
        assert [paper.id for paper in tx.papers.get(ids[::-1])] == ids[::-1]
        assert tx.papers.get([]) == tx.papers.get([987_654]) == []


def test_many_entries_take_few_statements(store: Store) -> None:
    """A page of a thousand costs about as many statements as one of ten."""
    counted: list[int] = []
    for n in (10, 1000):
        entries = [kites(n * 10_000 + i, title=f"Kite {n} {i}", abstract=f"No. {i}", upvotes=1) for i in range(n)]
        for _ in ("new", "again"):
            with store.transaction() as tx:
                statements: list[str] = []
                event.listen(tx.connection, "before_cursor_execute", lambda *args, to=statements: to.append(args[2]))
                tx.papers.record_entries(entries, "hf", NOW)
                counted.append(len(statements))
    assert max(counted) < 40


def test_nothing_is_stored_where_the_transaction_fails(store: Store) -> None:
    with pytest.raises(KeyError), store.transaction() as tx:
        tx.papers.record_entries([kites()], "hf", NOW)
        raise KeyError("a mistake")
    with store.reading() as tx:
        tables = (schema.paper, schema.paper_key, schema.listing)
        assert [tx.connection.scalar(select(func.count()).select_from(table)) for table in tables] == [0, 0, 0]
