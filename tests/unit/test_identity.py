"""Who an entry is: agreement of abstracts and authors, and the order of identities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from watcher.model import Entry
from watcher.rules import fold_title
from watcher.store.identity.candidates import Candidate, absorb, learn, new_values, strongest
from watcher.store.identity.catalogue import Catalogue
from watcher.store.identity.keys import content_key, title_key
from watcher.store.identity.sameness import agree, same_authors

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)

RIVERS = (
    "We map the rivers of a made-up continent with seven kites and a bag of string. Each kite carries a small camera, "
    "and each camera a smaller clock. Our maps are wrong by less than a boat's length, which is what boats need."
)
MILLS = (
    "Windmills forget. This paper measures how long a windmill remembers the storm before the last one, by asking its "
    "miller. Of forty millers thirty answered, and of their windmills nine remembered anything that could be checked."
)
CUT = RIVERS[:130]
RETOLD = RIVERS.replace("seven", "$7$").replace("small", "tiny").replace("bag", "box")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (RIVERS, RIVERS, True),
        (RIVERS, RIVERS.upper() + "!", True),
        (RIVERS, CUT, True),
        (RIVERS, CUT + "…", True),
        (RIVERS, RETOLD, True),
        (
            RIVERS,
            RIVERS + " A dataset and all kites are given away with the boats, and the string with the maps.",
            True,
        ),
        (RIVERS, MILLS, False),
        (RIVERS, "We map the rivers", False),
        ("Kites.", "Kites.", True),
        ("Kites.", "Mills.", False),
        (RIVERS, "", False),
        ("", "", False),
        ("…", "!", False),
    ],
)
def test_abstracts_agree(one: str, other: str, expected: bool) -> None:
    one, other = fold_title(one), fold_title(other)
    assert agree(one, other) is agree(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["Ana Lund", "Bo Weir"], ["Ana Lund", "Bo Weir"], True),
        (["Ana Lund", "Bo Weir"], ["B. Weir", "Lund, Ana"], True),
        (["Ana Lund", "Bo Weir"], ["Ana Lund", "Cy Weir"], False),
        (["Ana Lund", "Bo Weir"], ["Ana Lund"], False),
        (["A B", "C D", "E F", "G H", "I J"], ["A B", "C D", "E F", "G H"], True),
        (["陳大文"], ["陳大文"], True),
        (["?"], ["!"], False),
        ([], ["Ana Lund"], False),
        ([], [], False),
    ],
)
def test_authors_agree(one: list[str], other: list[str], expected: bool) -> None:
    assert same_authors(one, other) is same_authors(other, one) is expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["doi:10.1/x", "arxiv:2603.00001"], "arxiv:2603.00001"),
        (["url:https://a.example/1", "doi:10.1/x"], "doi:10.1/x"),
        (["title:kites", "url:https://a.example/1"], "url:https://a.example/1"),
        (["url:https://a.example/1", "url:https://b.example/1"], "url:https://a.example/1"),
        (["title:kites", "title:kites#00"], "title:kites"),
    ],
)
def test_the_strongest_key(keys: list[str], expected: str) -> None:
    assert strongest(keys) == expected


def entry(*keys: str, title: str = "Kites over Rivers", abstract: str = RIVERS, **more: Any) -> Entry:
    return Entry(title=title, keys=keys, abstract=abstract, **more)


def known(order: int, *keys: str, **more: Any) -> Candidate:
    shown = entry(*keys, **more)
    return Candidate(order, {"id": order} | new_values(shown, keys[0] if keys else title_key(shown.title), NOW))


Stored = tuple[Candidate, tuple[str, ...]]


def stored(order: int, *keys: str, **more: Any) -> Stored:
    return known(order, *keys, **more), keys or (TITLE,)


ARXIV, OTHER_ARXIV, DOI, LINK = "arxiv:2603.00001", "arxiv:2603.00002", "doi:10.1/x", "url:https://a.example/1"
TITLE = title_key("Kites over Rivers")


@pytest.mark.parametrize(
    ("papers", "shown", "same", "adds"),
    [
        pytest.param([], entry(ARXIV, DOI), [], (ARXIV, DOI), id="unknown"),
        pytest.param([stored(1, ARXIV)], entry(ARXIV, DOI), [1], (DOI,), id="known by its strongest key"),
        pytest.param([stored(1, DOI)], entry(ARXIV, DOI), [1], (ARXIV,), id="known by a weaker key"),
        pytest.param([stored(2, ARXIV), stored(1, DOI)], entry(ARXIV, DOI), [1, 2], (), id="two papers are one"),
        pytest.param([stored(1, OTHER_ARXIV)], entry(ARXIV), [], (ARXIV,), id="one title, two arXiv ids"),
        pytest.param([stored(1, OTHER_ARXIV, DOI)], entry(ARXIV, DOI), [], (ARXIV,), id="one DOI, two arXiv ids"),
        pytest.param(
            [stored(1, ARXIV, DOI), stored(2, OTHER_ARXIV, LINK)], entry(DOI, LINK), [1], (), id="keys of two arXiv ids"
        ),
        pytest.param([stored(1)], entry(ARXIV), [1], (ARXIV,), id="known by its title, abstract agrees"),
        pytest.param([stored(1, abstract=CUT)], entry(ARXIV), [1], (ARXIV,), id="known by its title, abstract cut"),
        pytest.param([stored(1, abstract=MILLS)], entry(ARXIV), [], (ARXIV,), id="known title, other abstract"),
        pytest.param([stored(1)], entry(ARXIV, abstract=""), [], (ARXIV,), id="known title, no abstract yet"),
        pytest.param([stored(1), stored(2, abstract=RETOLD)], entry(ARXIV), [], (ARXIV,), id="two of that title agree"),
        pytest.param([stored(2, ARXIV), stored(1)], entry(ARXIV), [1, 2], (), id="the older one stays"),
        pytest.param([stored(1, LINK)], entry(ARXIV), [1], (ARXIV,), id="an address alone, and the title and abstract"),
        pytest.param([stored(1, DOI)], entry(ARXIV), [], (ARXIV,), id="two ids, and the same title and abstract"),
        pytest.param(
            [stored(1, ARXIV)], entry(), [1], (TITLE, content_key(entry())), id="title only, known by its abstract"
        ),
        pytest.param(
            [stored(1, ARXIV, abstract="", authors=("Ana Lund",))],
            entry(authors=("A. Lund",)),
            [1],
            (TITLE, content_key(entry(authors=("A. Lund",)))),
            id="title only, known by its authors",
        ),
        pytest.param(
            [stored(1, ARXIV), stored(2, OTHER_ARXIV)],
            entry(),
            [],
            (TITLE, content_key(entry())),
            id="title only, two of that title agree",
        ),
        pytest.param(
            [stored(1, abstract=MILLS)], entry(), [], (content_key(entry()),), id="title only, two papers of one title"
        ),
    ],
)
def test_identify(papers: list[Stored], shown: Entry, same: list[int], adds: tuple[str, ...]) -> None:
    by_key = {key: paper for paper, keys in papers for key in keys}
    identity = Catalogue(by_key, [paper for paper, _ in papers]).identify(shown)
    assert [paper.order for paper in identity.same] == same
    assert identity.keys == adds


def test_exactly_the_same_page_text_is_the_same_paper() -> None:
    first, second = known(1), known(2, abstract=RETOLD)
    catalogue = Catalogue({content_key(entry()): first}, [first, second])
    assert catalogue.identify(entry()).same == (first,)


def test_an_older_known_paper_takes_over_a_better_identity() -> None:
    kept, other = known(1, abstract=CUT), known(2, ARXIV, arxiv_id="2603.00001", organization="Kite Institute")
    absorb(kept, other)
    assert other.final is kept
    assert kept.values | {"id": 0} == other.values | {"id": 0}
    assert not kept.is_title_only


def test_an_older_known_paper_keeps_what_it_knows() -> None:
    kept, other = known(1, ARXIV, organization="Kite Institute"), known(2, DOI, organization="Mill", submitter="bo")
    absorb(kept, other)
    assert (kept.values["organization"], kept.values["submitter"]) == ("Kite Institute", "bo")
    assert kept.values["key"] == ARXIV


@pytest.mark.parametrize(
    ("before", "shown", "changed"),
    [
        pytest.param(known(1, ARXIV), entry(ARXIV), {}, id="the same"),
        pytest.param(
            known(1, ARXIV, organization="Mill"),
            entry(ARXIV, organization="Kite Institute"),
            {"organization": "Kite Institute"},
            id="newer facts win",
        ),
        pytest.param(known(1, ARXIV, organization="Mill"), entry(ARXIV), {}, id="empty facts do not"),
        pytest.param(known(1, ARXIV), entry(ARXIV, abstract=""), {}, id="an abstract is never emptied"),
        pytest.param(known(1, ARXIV, abstract=""), entry(ARXIV), {"abstract": RIVERS}, id="an abstract arrives"),
        pytest.param(
            known(1, ARXIV), entry(ARXIV, abstract=CUT + "…"), {}, id="a cut abstract does not replace a whole"
        ),
        pytest.param(
            known(1, ARXIV, abstract=CUT), entry(ARXIV), {"abstract": RIVERS}, id="a whole one replaces a cut"
        ),
        pytest.param(
            known(1, ARXIV, version=1),
            entry(ARXIV, version=2, abstract=MILLS),
            {"abstract": MILLS, "version": 2},
            id="a newer version's text wins",
        ),
        pytest.param(
            known(1, ARXIV, version=2),
            entry(ARXIV, version=2, abstract=MILLS),
            {"abstract": MILLS},
            id="the same version's text as it is shown now wins",
        ),
        pytest.param(
            known(1, ARXIV, version=2), entry(ARXIV, version=1, abstract=MILLS), {}, id="an older one's does not"
        ),
        pytest.param(known(1, ARXIV, version=2), entry(ARXIV, abstract=MILLS), {}, id="nor one's without a version"),
        pytest.param(
            known(1, ARXIV, version=2, abstract=""),
            entry(ARXIV, version=1),
            {"abstract": RIVERS},
            id="but it fills a gap",
        ),
        pytest.param(
            known(1, ARXIV),
            entry(title="KITES over RIVERS", abstract=MILLS, submitter="bo"),
            {"submitter": "bo"},
            id="an entry without identity only fills gaps",
        ),
        pytest.param(known(1, abstract=CUT), entry(), {"abstract": RIVERS}, id="but for papers without identity"),
        pytest.param(
            known(1, LINK, url="https://a.example/1"),
            entry(DOI, LINK, url="https://b.example/1"),
            {"key": DOI},
            id="a better key; the first link stays",
        ),
        pytest.param(
            known(1),
            entry(ARXIV, arxiv_id="2603.00001", keywords=("kites",)),
            {"key": ARXIV, "arxiv_id": "2603.00001", "keywords": ["kites"]},
            id="an identity arrives",
        ),
    ],
)
def test_learn(before: Candidate, shown: Entry, changed: dict[str, Any]) -> None:
    expected = before.values | changed
    learn(before, shown)
    assert before.values == expected
    assert before.is_changed is bool(changed)
