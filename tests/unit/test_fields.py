"""Every place that treats a paper's fields separately knows all fields of the table."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

import pytest

from tests.unit.rules_reference import answer
from watcher.cli import try_source
from watcher.errors import RuleError
from watcher.model import ACCEPTED, PUBLISHED, Entry, Hit, Listing, Paper, PaperFacts
from watcher.model.fields import (
    BY_RULE,
    FACTS,
    HAS,
    ID,
    IDENTIFIED,
    KNOWN_BY_HAS,
    LISTED,
    SEARCHED,
    SOURCE,
    Field,
    FieldKind,
    Merge,
)
from watcher.model.objects import paper_json
from watcher.rules import Index, compile_rule, document_of, evaluate
from watcher.rules.match.explain import explain_match
from watcher.store.identity.candidates import Candidate, absorb, learn, new_values

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HINTS = get_type_hints(PaperFacts)


def value_of(fact: Field, word: str = "Zanzibar") -> Any:
    """A value of a fact's type; another one for another word."""
    if fact.attribute == "stage":
        return ACCEPTED if word == "Bali" else PUBLISHED
    if fact.rule == "cites":
        return (f"arxiv:2603.{len(word):05} Ada {word}", "openalex:W123 Bo")
    if fact.rule in IDENTIFIED:
        return (f"hf:{word.lower()} Ada {word}", f"openalex:{'A' if fact.rule == 'author_id' else 'I'}123 Bo")
    if fact.is_several:
        return (f"Ada {word}", "Other")
    if HINTS[fact.attribute] == int | None:
        return len(word)
    return NOW - timedelta(days=len(word)) if HINTS[fact.attribute] == datetime | None else f"Old {word}"


def paper_with(field: Field) -> Paper:
    """Make a paper with this field alone, beside the required ones."""
    plain = Paper(id=1, key="url:x", title="Kites", first_seen=NOW)
    if field is HAS:
        return replace(plain, code_url="https://zanzibar.example/")
    if field is ID:
        return replace(plain, key="url:zanzibar")
    if field in FACTS:
        return replace(plain, **{field.attribute: value_of(field)})
    listing = Listing(source="zanzibar", day=None, read_at=NOW)
    if field is not SOURCE:
        value: Any = date(2026, 3, 9) if field.kind is FieldKind.DAY else 9
        listing = replace(listing, **{field.attribute: value})
    return replace(plain, listings=(listing,))


RULES = {
    FieldKind.TEXT: ["{}:zanzibar", '{}:"zanzi*"', "{}:=Zanzibar", "{}:/Z.nz/", "{}:zanzibar AND NOT {}:kiwi"],
    FieldKind.PEOPLE: ["{}:zanzibar", '{}:"A Zanzibar"', "{}:zanzi*"],
    FieldKind.LABEL: ["{}:zanzi*", "{}:ada*"],
    FieldKind.NUMBER: ["{}>=9", "{}=9", "NOT {}>9 AND {}>8"],
    FieldKind.DAY: ["{}>=2026-01-31", "{}<2026-03-10"],
}
"""Rules of which each kind of field fulfils one at least, and a paper without it none."""


def rules_of(field: Field) -> list[str]:
    if field is HAS:
        return ["has:code", "has:code AND NOT has:venue"]
    if field.rule == "cites":
        return ["cites:arxiv:2603.00008", "cites:arxiv:2603.00008v2 AND NOT cites:doi:10.5555/kiwi"]
    if named := IDENTIFIED.get(field.rule):
        return [f"{named}:hf:zanzibar", f"{field.rule}:hf:Zanzibar AND NOT {named}:hf:kiwi"]
    return [rule.replace("{}", field.rule) for rule in RULES[field.kind or FieldKind.TEXT]]


ASKED = [pytest.param(field, rule, id=rule) for field in SEARCHED for rule in rules_of(field)]


@pytest.mark.parametrize(("field", "text"), ASKED)
def test_every_field_is_found_by_all_readers_or_by_none(field: Field, text: str) -> None:
    paper, rule = paper_with(field), compile_rule(text)
    hit = evaluate(rule, document_of(paper))
    for most_few in (0, 100):
        index = Index(most_few)
        index.add(7, rule)
        assert dict(index.match(document_of(paper))) == ({} if hit is None else {7: hit})
    assert answer(rule, paper) == (None if hit is None else hit.score)
    assert explain_match(rule, document_of(paper)).score == (None if hit is None else hit.score)
    if field.attribute != "title":
        assert evaluate(rule, document_of(Paper(id=1, key="url:x", title="Kites", first_seen=NOW))) is None


@pytest.mark.parametrize("field", SEARCHED, ids=lambda field: field.rule)
def test_every_field_has_a_rule_that_finds_it(field: Field) -> None:
    paper = paper_with(field)
    texts = rules_of(field)
    found = [hit for text in texts if (hit := evaluate(compile_rule(text), document_of(paper)))]
    assert found and {place.field for hit in found for place in hit.places} == {field.rule}
    assert len(found) == len(texts) or field.kind is FieldKind.LABEL


@pytest.mark.parametrize("field", [one for one in SEARCHED if one.kind is FieldKind.TEXT], ids=lambda field: field.rule)
def test_places_of_text_are_shown_where_they_stand(field: Field) -> None:
    paper = paper_with(field)
    hit = evaluate(compile_rule(f"{field.rule}:zanzibar"), document_of(paper))
    assert hit is not None
    reasons = explain_match(compile_rule(f"{field.rule}:zanzibar"), document_of(paper)).reasons
    shown = [place.text[place.start : place.end] for reason in reasons for place in reason.places]
    assert shown == ["Zanzibar"] * len(hit.places) != []


def test_names_are_given_once() -> None:
    assert len(BY_RULE) == len(SEARCHED)
    assert {one.name for one in fields(PaperFacts)} == {fact.attribute for fact in FACTS}
    assert all(fact.merge for fact in FACTS)
    assert not any(one.merge for one in (*LISTED, SOURCE, ID, HAS))


@pytest.mark.parametrize("name", KNOWN_BY_HAS)
def test_what_is_known_of_a_paper_can_be_asked_for(name: str) -> None:
    fact = KNOWN_BY_HAS[name]
    plain = Paper(id=1, key="url:x", title="Kites", first_seen=NOW)
    for paper, expected in ((plain, False), (replace(plain, **{fact.attribute: value_of(fact)}), True)):
        assert (evaluate(compile_rule(f"has:{name}"), document_of(paper)) is not None) is expected
        assert (evaluate(compile_rule(f"kites -has:{name}"), document_of(paper)) is None) is expected


@pytest.mark.parametrize("text", ["has:title", "has:models", "has:co*", 'has:"the code"', "has:*", "has:/c/", "has:=x"])
def test_nothing_else_can_be_asked_for(text: str) -> None:
    with pytest.raises(RuleError, match="has:"):
        compile_rule(text)


def test_only_what_may_be_missing_can_be_asked_for() -> None:
    asked = [fact.attribute for fact in KNOWN_BY_HAS.values()]
    optional = {fact.attribute for fact in OPTIONAL}
    assert {fact.attribute for fact in FACTS if fact.rule} - {"title"} <= {*asked} <= optional


# --- merging ---


def entry(**given: Any) -> Entry:
    return Entry(**{"title": "Kites", "keys": ("url:x",)} | given)


def stored(one: Entry) -> Candidate:
    return Candidate(1, new_values(one, "url:x", NOW) | {"id": 1})


def kept(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


OPTIONAL = [fact for fact in FACTS if fact.attribute != "title"]


@pytest.mark.parametrize("fact", OPTIONAL, ids=lambda fact: fact.attribute)
def test_every_fact_fills_a_gap(fact: Field) -> None:
    known = stored(entry())
    learn(known, entry(**{fact.attribute: value_of(fact)}))
    assert known.values[fact.attribute] == kept(value_of(fact))


@pytest.mark.parametrize("fact", OPTIONAL, ids=lambda fact: fact.attribute)
def test_no_fact_is_lost_to_a_page_that_does_not_show_it(fact: Field) -> None:
    known = stored(entry(**{fact.attribute: value_of(fact)}))
    learn(known, entry())
    assert known.values[fact.attribute] == kept(value_of(fact))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.attribute)
def test_of_two_values_stays_the_one_that_the_table_says(fact: Field) -> None:
    old, new = value_of(fact, "Bali"), value_of(fact, "Zanzibar")
    known = stored(entry(**{fact.attribute: old}))
    learn(known, entry(**{fact.attribute: new}))
    if fact.merge is Merge.IDS:
        assert known.values[fact.attribute] == [old[0], *new]
    else:
        assert known.values[fact.attribute] == kept(old if fact.merge is Merge.FIRST else new)


@pytest.mark.parametrize("fact", OPTIONAL, ids=lambda fact: fact.attribute)
def test_text_goes_with_its_version(fact: Field) -> None:
    if fact.attribute == "version":
        return
    known = stored(entry(version=2, **{fact.attribute: value_of(fact, "Bali")}))
    learn(known, entry(version=1, **{fact.attribute: value_of(fact, "Zanzibar")}))
    if fact.merge is Merge.IDS:
        return
    is_newer = fact.merge in (Merge.NEWEST, Merge.STAGE)
    assert known.values[fact.attribute] == kept(value_of(fact, "Zanzibar" if is_newer else "Bali"))


@pytest.mark.parametrize("fact", OPTIONAL, ids=lambda fact: fact.attribute)
def test_a_paper_that_turns_out_to_be_another_gives_it_every_fact(fact: Field) -> None:
    known, other = stored(entry()), stored(entry(**{fact.attribute: value_of(fact)}))
    absorb(known, other)
    assert known.values[fact.attribute] == kept(value_of(fact))


STAGED = [fact for fact in FACTS if fact.merge is Merge.STAGE]


@pytest.mark.parametrize("fact", STAGED, ids=lambda fact: fact.attribute)
@pytest.mark.parametrize("stage", [None, ACCEPTED])
def test_what_is_said_of_the_furthest_stage_stays(fact: Field, stage: str | None) -> None:
    late = {fact.attribute: value_of(fact, "Bali")} | {"stage": PUBLISHED}
    known = stored(entry(**late))
    learn(known, entry(**{fact.attribute: value_of(fact)} | {"stage": stage}))
    assert known.values[fact.attribute] == late[fact.attribute]
    known = stored(entry(**{fact.attribute: value_of(fact)} | {"stage": stage}))
    absorb(known, stored(entry(**late)))
    assert known.values[fact.attribute] == late[fact.attribute]


# --- lists ---


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.attribute)
def test_papers_as_json_have_every_fact(fact: Field) -> None:
    shown = paper_json(paper_with(fact), Hit(score=0.9))
    assert shown[fact.attribute] == value_of(fact)


@pytest.mark.parametrize("number", LISTED, ids=lambda number: number.attribute)
def test_papers_as_json_have_every_number(number: Field) -> None:
    listings = paper_json(paper_with(number), None)["listings"]
    assert isinstance(listings, list) and len(listings) == 1
    assert listings[0][number.attribute] == 9


def test_try_source_as_json_has_every_field_of_an_entry() -> None:
    assert set(try_source.FIELDS) == {field.name for field in fields(Entry)}
    assert {one.attribute for one in LISTED} <= {field.name for field in fields(Entry)}
