"""A site that spells or names its addresses otherwise tells nothing twice; what only looks alike stays two papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watcher.model import Entry
from watcher.store import Store
from watcher.store.identity.addresses import spellings

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
WORDS = "graphs of kilns and of lanterns are read at length in many tides on islands where pebbles do what pebbles do"


def entry(n: int, url: str, **changes: object) -> Entry:
    one = Entry(
        title=f"Paper {n} on graphs",
        keys=(f"url:{url}",),
        abstract=f"Number {n} of {n * 7}: {WORDS}, {n} times {n + 1} of {n * 3}.",
        authors=("Ann Bee", "Cy Dee"),
        url=url,
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def new(store: Store, entries: Sequence[Entry], hours: int = 0, source: str = "lab") -> int:
    with store.transaction() as tx:
        return len(tx.papers.record_entries(list(entries), source, NOW + timedelta(hours=hours)).new)


OTHERWISE = {
    "https": "https://lab.example/p/{n}",
    "www": "http://www.lab.example/p/{n}",
    "a slash": "http://lab.example/p/{n}/",
    "the port": "http://lab.example:80/p/{n}",
    "another path": "https://lab.example/papers/2026/{n}.html",
    "another host": "https://new.example/{n}",
}


@pytest.mark.parametrize("form", OTHERWISE.values(), ids=OTHERWISE)
@pytest.mark.parametrize("changed", [2, 4, 10])
def test_a_site_that_renames_its_addresses_has_the_same_papers(store: Store, form: str, changed: int) -> None:
    before = [entry(n, f"http://lab.example/p/{n}") for n in range(10)]
    assert new(store, before) == 10
    after = [entry(n, form.format(n=n)) if n < changed else before[n] for n in range(10)]
    with store.reading() as tx:
        assert tx.pages.past("lab", after).renamed == 0, "no doubt about the page"
    assert new(store, after, hours=1) == 0
    assert new(store, after, hours=2, source="another") == 0, "by another source"


TITLE = "Kilns {n} on many quiet islands"


def titled(n: int, url: str, **changes: object) -> Entry:
    """An entry with a title and an address, and nothing else unless it is given."""
    return replace(entry(n, url, title=TITLE.format(n=n), abstract="", authors=()), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("changed", [3, 4, 10])
@pytest.mark.parametrize("words", ["", "Ten words on kilns and tides, the same as before"], ids=["bare", "brief"])
def test_a_list_of_titles_that_renames_its_addresses_has_the_same(store: Store, words: str, changed: int) -> None:
    before = [titled(n, f"http://lab.example/p/{n}", abstract=words) for n in range(10)]
    assert new(store, before) == 10
    after = [titled(n, f"http://lab.example/q/{n}", abstract=words) if n < changed else before[n] for n in range(10)]
    with store.reading() as tx:
        assert tx.pages.past("lab", after).renamed == 0, "no doubt about the page"
    assert new(store, after, hours=1) == 0
    assert new(store, after, hours=2) == 0


OTHERS = {
    "two alone": {"n": 2},
    "short titles": {"title": "Kilns {n}"},
    "other people": {"authors": ("Ed Foo",)},
    "other words": {"abstract": "Of " + WORDS[::-1]},
    "a DOI": {"keys": ("doi:10.5555/q{n}",)},
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_titles_that_come_again_otherwise_are_other_papers(store: Store, change: dict[str, Any]) -> None:
    n = change.get("n", 6)
    change = {name: value for name, value in change.items() if name != "n"}
    was: dict[str, Any] = {"title": change.get("title", TITLE), "abstract": WORDS[:50]}
    was["authors"] = () if "abstract" in change else ("Ann Bee",)
    was["keys"] = ("doi:10.5555/p{n}",) if "keys" in change else ()

    def listed(values: dict[str, Any], path: str) -> list[Entry]:
        every = []
        for one in range(n):
            own = {name: value.format(n=one) if isinstance(value, str) else value for name, value in values.items()}
            own["keys"] = tuple(key.format(n=one) for key in own["keys"]) or (f"url:http://lab.example/{path}/{one}",)
            every.append(titled(one, f"http://lab.example/{path}/{one}", **own))
        return every

    assert new(store, listed(was, "p")) == n
    assert new(store, listed(was | change, "q"), hours=1) == n


def test_two_papers_of_one_title_stay_two(store: Store) -> None:
    one = entry(1, "http://lab.example/1", title="An Editorial on the Year in Graphs", abstract="")
    other = replace(one, keys=("url:http://lab.example/2",), authors=("Ed Foo",))
    assert new(store, [one]) == 1 and new(store, [other]) == 1
    short = entry(3, "http://lab.example/3", title="Editorial", abstract="")
    assert new(store, [short]) == 1
    assert new(store, [replace(short, keys=("url:http://lab.example/4",))]) == 1, "the same people write each month"
    assert new(store, [entry(5, "http://lab.example/5")]) == 1
    assert (
        new(store, [entry(5, "http://lab.example/6", abstract=f"Of something else. {WORDS[::-1]}", authors=("G H",))])
        == 1
    )


def test_two_ids_never_become_one(store: Store) -> None:
    one = entry(1, "http://lab.example/1", keys=("doi:10.5555/1",))
    assert new(store, [one]) == 1
    assert new(store, [replace(one, keys=("doi:10.5555/2",))]) == 1
    assert new(store, [replace(one, keys=("arxiv:2603.00001",), arxiv_id="2603.00001")]) == 1


def test_an_address_that_changes_at_every_look_adds_few_keys(store: Store) -> None:
    for look in range(30):
        one = entry(
            1, "http://lab.example/1", keys=("doi:10.5555/1", f"url:http://lab.example/1?at={look}", f"id:lab:{look}")
        )
        assert new(store, [one], hours=look) == (1 if look == 0 else 0)
    with store.reading() as tx:
        (paper,) = tx.papers.all()
        assert len(tx.papers.keys(paper.id)) <= 6


@pytest.mark.parametrize("id", ["urn:uuid:{look}", "tag:lab.example,2026:{look}"])
def test_an_identifier_that_changes_at_every_look_adds_few_keys(store: Store, id: str) -> None:
    for look in range(30):
        one = entry(1, "http://lab.example/1", keys=("url:http://lab.example/1", f"id:{id.format(look=look)}"))
        assert new(store, [one], hours=look) == (1 if look == 0 else 0)
    with store.reading() as tx:
        (paper,) = tx.papers.all()
        assert len(tx.papers.keys(paper.id)) <= 6


def test_spellings_of_an_address_know_each_other() -> None:
    one = "url:https://www.lab.example/p/1/"
    assert all(one in spellings(other) for other in spellings(one))
    assert len(spellings(one)) == 7 and one not in spellings(one)
    assert spellings("doi:10.5555/1") == () and spellings("url:mailto:x") == ()
    assert "url:https://lab.example/p?id=2" not in spellings("url:https://lab.example/p?id=1")


def test_a_paper_in_which_an_older_version_saw_no_address_is_not_new(store: Store) -> None:
    one = Entry(title="Kilns", keys=())
    other = Entry(title="Lanterns", keys=(), abstract=WORDS)
    assert new(store, [one, other]) == 2
    now = [replace(one, keys=("url:http://lab.example/all#1",)), replace(other, keys=("url:http://lab.example/all#2",))]
    assert new(store, now, hours=1) == 0 and new(store, now, hours=2) == 0
