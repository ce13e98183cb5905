"""Ids of people and places: how they are read, kept beside names, merged, and asked for in rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import RuleError
from watcher.model import Paper
from watcher.model.fields import SCHEMES, id_of, identity, kept_id, kept_name, merged_ids
from watcher.rules import Index, compile_rule, document_of, evaluate
from watcher.rules.match.explain import explain_match

NOW = datetime(2026, 3, 10, tzinfo=UTC)
ORCID, OTHER = "0000-0002-1825-0097", "0000-0001-5109-3700"


@pytest.mark.parametrize(
    ("field", "scheme", "text", "kept"),
    [
        ("author", "orcid", ORCID, f"orcid:{ORCID}"),
        ("author", "orcid", f"https://orcid.org/{ORCID}", f"orcid:{ORCID}"),
        ("author", "orcid", f" http://www.orcid.org/{ORCID}/ ", f"orcid:{ORCID}"),
        ("author", "orcid", "0000000218250097", f"orcid:{ORCID}"),
        ("author", "orcid", "0000-0002-1694-233x", "orcid:0000-0002-1694-233x"),
        ("author", "orcid", "0000-0002-1825-0098", None),
        ("author", "orcid", "0000-0002-1825", None),
        ("author", "orcid", "", None),
        ("author", "openalex", "A5023888391", "openalex:a5023888391"),
        ("author", "openalex", "https://openalex.org/a5023888391", "openalex:a5023888391"),
        ("author", "openalex", "https://api.openalex.org/authors/A5023888391", "openalex:a5023888391"),
        ("author", "openalex", "I27837315", None),
        ("author", "hf", "Ada-Fern", "hf:ada-fern"),
        ("author", "hf", "two words", None),
        ("org", "ror", "https://ror.org/03yrm5c26", "ror:03yrm5c26"),
        ("org", "ror", "13yrm5c26", None),
        ("org", "openalex", "https://openalex.org/I27837315", "openalex:i27837315"),
    ],
)
def test_ids_are_read_in_every_spelling(field: str, scheme: str, text: str, kept: str | None) -> None:
    assert identity(field, scheme, text) == kept
    assert kept_id(field, scheme, text, " Ada\n Fern ") == ((f"{kept} Ada Fern",) if kept else ())


@given(st.text(max_size=60) | st.none() | st.integers())
def test_anything_may_stand_where_an_id_should(text: object) -> None:
    for field, schemes in SCHEMES.items():
        for scheme in schemes:
            for kept in kept_id(field, scheme, text, "Ada"):
                assert (
                    identity(field, scheme, id_of(kept).partition(":")[2]) == id_of(kept) and kept_name(kept) == "Ada"
                )


@pytest.mark.parametrize(
    ("known", "read", "merged"),
    [
        ([], ["orcid:1 Ada"], ["orcid:1 Ada"]),
        (["orcid:1 Ada"], [], ["orcid:1 Ada"]),
        (["orcid:1 Ada"], ["orcid:2 Ada"], ["orcid:2 Ada"]),  # told anew: the source had mistaken somebody for her
        (["orcid:1 Ada"], ["orcid:1 A. Fern"], ["orcid:1 A. Fern"]),
        (["orcid:1 Ada"], ["openalex:a1 Ada"], ["orcid:1 Ada", "openalex:a1 Ada"]),
        (["orcid:1 Ada", "hf:a Ada"], ["hf:a Ada", "orcid:1 Ada"], ["orcid:1 Ada", "hf:a Ada"]),
        ([], ["orcid:1 Wei", "orcid:2 Wei"], ["orcid:1 Wei", "orcid:2 Wei"]),  # two of one name on one paper
        (["openalex:w1"], ["openalex:w2"], ["openalex:w1", "openalex:w2"]),  # cited papers, asked for by two sources
        (["orcid:1 Wei", "orcid:2 Wei"], ["orcid:2 Wei", "orcid:1 Wei"], ["orcid:1 Wei", "orcid:2 Wei"]),
    ],
)
def test_ids_of_several_sources_stand_beside_each_other(known: list[str], read: list[str], merged: list[str]) -> None:
    assert merged_ids(known, read) == merged


NAMES = st.sampled_from(["Ada Fern", "A. Fern", "Fern, Ada", "Ada FERN"])
IDS = st.sampled_from([ORCID, OTHER, "0000-0002-1694-233X"])


def paper_of(*authors: tuple[str, str]) -> Paper:
    ids = tuple(one for name, id in authors if id for one in kept_id("author", "orcid", id, name))
    names = tuple(name for name, _ in authors)
    return Paper(id=1, key="url:x", title="Kites", first_seen=NOW, authors=names, author_ids=ids)


@given(st.lists(st.tuples(NAMES, IDS | st.just("")), max_size=4), IDS)
def test_two_of_one_name_and_other_ids_are_two(authors: list[tuple[str, str]], asked: str) -> None:
    """Whatever their names: the rule holds for a paper just where an author of it has that id."""
    paper, rule = paper_of(*authors), compile_rule(f"author:orcid:{asked}")
    expected = asked in [id for _, id in authors]
    assert (evaluate(rule, document_of(paper)) is not None) is expected
    for most_few in (0, 100):
        index = Index(most_few)
        index.add(1, rule)
        assert (1 in index.match(document_of(paper))) is expected


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("author:orcid:0000-0002-1825-0098", "author:orcid:0000-0002-1825-0097"),
        ("author:orcid:Fern", "author:orcid:0000-0002-1825-0097"),
        ("author:openalex:I27837315", "author:openalex:A5023888391"),
        ("org:ror:kiln", "org:ror:03yrm5c26"),
        ('author_id:"Ada Fern"', "author:orcid:"),
    ],
)
def test_what_is_no_id_is_refused(rule: str, hint: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule(rule)
    assert hint in (refused.value.hint or "")


def test_every_spelling_of_an_id_is_one_rule() -> None:
    spelled = (f"author:ORCID:{ORCID}", f"author:orcid:https://orcid.org/{ORCID}", f'author:"orcid:{ORCID}"')
    assert {compile_rule(one).tree for one in (*spelled, f"author_id:orcid:{ORCID}")} == {
        compile_rule(f"author:orcid:{ORCID}").tree
    }


def reason(rule: str, paper: Paper) -> tuple[str, str]:
    found = explain_match(compile_rule(rule), document_of(paper))
    (one,) = found.reasons or found.missing[0].reasons
    return one.value, one.weak


def test_why_says_what_the_data_can_tell() -> None:
    bare, known = paper_of(("Ada Fern", "")), paper_of(("Ada Fern", OTHER))
    asked = f"author:orcid:{ORCID}"
    assert reason(asked, bare) == ("not known: no source tells the orcid ids of its authors", "")
    assert reason(asked, known) == (f"another one: orcid:{OTHER} (Ada Fern)", "")
    assert reason("author:fern", bare) == ("", "by name alone: no source tells an id")
    assert reason("author:fern", known) == ("", f"by name; known as orcid:{OTHER}")
    assert reason(f"author:orcid:{OTHER}", known) == ("", "")
