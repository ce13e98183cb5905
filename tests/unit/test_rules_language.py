"""Rules are read to trees, mistakes are placed, and texts are matched."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import RuleError
from watcher.model import Listing, Paper
from watcher.rules import Index, compile_rule, document_of, evaluate, fold_title, rule_from_lists

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def paper(title: str = "", abstract: str = "", **more: object) -> Paper:
    return Paper(id=1, key="arxiv:2603.00001", title=title, abstract=abstract, first_seen=NOW, **more)  # type: ignore[arg-type]


def holds(rule: str, title: str = "", abstract: str = "", **more: Any) -> bool:
    return evaluate(compile_rule(rule), document_of(paper(title, abstract, **more))) is not None


@pytest.mark.parametrize(
    ("rule", "place", "what"),
    [
        ('agent "tool use', (6, 15), "closing quote"),
        ("a OR", (2, 4), "nothing on its right"),
        ("OR a", (0, 2), "nothing on its left"),
        ("a AND OR b", (6, 8), "nothing on its left"),
        ("a b OR c", (0, 3), "two ways"),
        ("a OR b c", (5, 8), "two ways"),
        ("(a OR b", (0, 1), "closing parenthesis"),
        ("a OR b)", (6, 7), "without an opening"),
        ("()", (0, 2), "empty parentheses"),
        ("titel:agent", (0, 6), "no field"),
        ("title:(a b)", (6, 7), "one term"),
        ("", (0, 0), "empty"),
        ("NOT a", (0, 5), "nothing but NOT"),
        ("a OR -b", (5, 7), "nothing but NOT"),
        ("a*", (0, 2), "too short"),
        ("quant*x", (0, 7), "end a term"),
        ("/x/", (0, 3), "needs a field"),
        ("title:/(?=x)/", (0, 13), "cannot be read"),
        ("a or b", (2, 4), "not an operator"),
        ("upvotes>many", (0, 12), "no comparison"),
        ("published>=2026", (0, 15), "no comparison"),
        ('"a b"~', (0, 6), "distance"),
        ("author:Y", (0, 8), "needs a name"),
        ("a\0b", (1, 2), "cannot be read"),
        ("a \ud800", (2, 3), "cannot be read"),
    ],
)
def test_mistakes_are_placed_and_named(rule: str, place: tuple[int, int], what: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(rule)
    assert what in caught.value.what and caught.value.hint
    assert (caught.value.start, caught.value.end) == place


def test_an_ambiguous_row_is_shown_both_ways() -> None:
    with pytest.raises(RuleError, match=r"write \(a b\) OR c or a \(b OR c\)"):
        compile_rule("a b OR c")


@pytest.mark.parametrize(
    "rule",
    [
        " OR ".join(f"word{n}" for n in range(10_000)),
        "x " * 9_000,
        "(" * 1_000 + "a" + ")" * 1_000,
        "NOT " * 1_000 + "a",
        "-" * 5_000 + "a",
        "a" * 1_000_000,
        "title:/" + "a" * 15_000 + "/",
        '"' * 9_999,
    ],
)
def test_what_is_too_much_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        compile_rule(rule)


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_an_error_with_a_place(text: str) -> None:
    try:
        compile_rule(text)
    except RuleError as error:
        assert 0 <= error.start <= error.end <= max(len(text), error.start)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a  b", "a AND b", True),
        ("b a", "a b", True),
        ('"agent"', "agent", True),
        ("agent", "agents", False),
        ("a OR b", "b OR a", True),
        ("a", "title:a", False),
        ("=RAG", "RAG", False),
        ("upvotes>=5", "upvotes>=6", False),
    ],
)
def test_the_digest_is_of_the_meaning(one: str, other: str, same: bool) -> None:
    assert (compile_rule(one).digest == compile_rule(other).digest) is same


def test_lists_stand_for_a_rule() -> None:
    rule = rule_from_lists(any=["agent", "search and rescue", "=MCP"], none=["survey"], where="upvotes >= 50")
    assert rule == '("agent" OR "search and rescue" OR ="MCP") AND (upvotes >= 50) AND NOT "survey"'
    assert compile_rule(rule).uses_numbers


@pytest.mark.parametrize("item", ["", " ", "-survey", "upvotes>=5", 'a "b'])
def test_what_is_no_term_of_a_list(item: str) -> None:
    with pytest.raises(RuleError):
        rule_from_lists(any=[item])


def test_only_exclusions_are_no_rule() -> None:
    with pytest.raises(RuleError):
        rule_from_lists(none=["survey"])


# --- finding ---


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("GANs", "A GAN"), ("gan", "GANs"), ("C", "in C++ code"), ("F#", "F# and more"), (".NET", "the .NET runtime"),
        ("k-NN", "kNN"), ("m3vit", "$M^3$ViT"), ('"m 3 vit"', "$M^3$ViT"), ("L_2", "$L_2$ loss"), ("strasse", "Straße"),
        ("istanbul", "İstanbul"), ("모델", "이 모델을"), ("model", "model's"), ("schrodinger", 'Schr{\\"o}dinger'),
        ("DeepSeek-R1", "DeepSeekR1"), ("soft", "so\u00adft"), ("ab", "a\u200bb"), ("fi", "ﬁ"), ("caches", "a cache"),
        ("corpus", "corpora"), ("hypothesis", "hypotheses"), ("movie", "movies"), ("box", "boxes"), ("L2", "L_2"),
    ],
)  # fmt: skip
def test_finds(rule: str, title: str) -> None:
    assert holds(rule, title)


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("GP", "GPS"), ("a symmetric", "asymmetric"), ("net", "a .NET"), (".NET", "foo.net"), ("rag", "storage"),
        ("thi", "this"), ("clas", "class"), ("statistic", "statistics of"), ("doe", "does"), ("specie", "species"),
        ("len", "lens"), ("A", "As"), ("AW", "AWS"), ("=rag", "RAG"), ('"multi modal"', "multimodal"),
    ],
)  # fmt: skip
def test_does_not_find(rule: str, title: str) -> None:
    assert not holds(rule, title)


def test_hyphens_within_quotes_nest_nothing() -> None:
    phrase = f'"{"a-" * 500}b"'
    assert evaluate(compile_rule(phrase), document_of(paper(phrase, "")))


@pytest.mark.parametrize(
    ("rule", "everything", "word"),
    [
        ("everything", True, True),
        ("Everything -survey", True, True),
        ("everything upvotes<5", False, False),
        ("everything org:lab", False, False),
        ('"everything"', False, True),
        ("title:everything", False, True),
        ("kite OR everything", False, True),
        ("segment everything", False, False),
        ("everything -everything", False, False),
    ],
)
def test_everything_is_every_paper_or_a_word(rule: str, everything: bool, word: bool) -> None:
    assert holds(rule, "A Kite" if "kite" not in rule else "A Lamp") is everything
    assert holds(rule, "Watch Everything") is word
    hit = evaluate(compile_rule("everything"), document_of(paper("A Kite")))
    assert hit is not None and (hit.score, hit.places) == (1.0, ())
    index = Index()
    index.add_many([(1, compile_rule(rule))])
    papers = [document_of(paper("A Kite" if "kite" not in rule else "A Lamp")), document_of(paper("Watch Everything"))]
    assert [1 in found for found in index.match_page(papers)] == [everything, word]


def test_a_phrase_never_runs_from_the_title_into_the_abstract() -> None:
    assert not holds('"KV cache"', "On KV", "cache sizes")
    assert holds("KV cache", "On KV", "cache sizes")


@pytest.mark.parametrize(
    ("rule", "authors", "expected"),
    [
        ('author:"Y Bengio"', ("Yoshua Bengio",), True),
        ('author:"Bengio Yoshua"', ("Yoshua Bengio",), True),
        ('author:"Yoshua Bengio"', ("Y. Bengio",), True),
        ("author:bengio", ("Samy Bengio", "A B"), True),
        ('author:"Y Bengio"', ("Samy Bengio", "Yann Other"), False),
        ("author:benz", ("Bengio",), False),
    ],
)
def test_authors(rule: str, authors: tuple[str, ...], expected: bool) -> None:
    assert holds(rule, "x", authors=authors) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("category:cs.CL", True), ("category:cs.*", True), ("category:cs.C", False), ("id:2603.00001", True),
        ("id:arxiv:2603.00001", True), ("source:hf", True), ("source:arxiv", False), ("org:lab", True),
        ("keyword:pebble", True), ('keyword:"pebble kiln"', False), ("summary:short", True), ("pebble", False),
        ("note:accepted", True), ("note:pebble", False),
    ],
)  # fmt: skip
def test_fields(rule: str, expected: bool) -> None:
    one: dict[str, Any] = {
        "arxiv_id": "2603.00001",
        "categories": ("cs.CL", "stat.ML"),
        "organization": "Lantern Lab",
        "keywords": ("pebble", "kiln"),
        "summary": "A short one.",
        "note": "Accepted at KilnConf",
        "listings": (Listing(source="hf", day=date(2026, 3, 10), read_at=NOW),),
    }
    assert holds(rule, "x", **one) is expected


def listing(source: str, upvotes: int | None, hours: int, day: int = 10) -> Listing:
    return Listing(source=source, day=date(2026, 3, day), upvotes=upvotes, read_at=NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("rule", "sources", "expected"),
    [
        ("upvotes>=50", (), True),
        ("upvotes>=50", ("a",), False),
        ("upvotes>=50", ("b",), True),
        ("x NOT upvotes>=50", ("a",), True),
        ("x upvotes>=50", ("c",), False),
        ("x NOT upvotes>=50", ("c",), False),
        ("x OR upvotes>=50", ("c",), True),
        ("comments>0", (), False),
        ("listed>=2026-03-10", (), True),
        ("listed>=2026-03-11", (), False),
        ("x published>=2020-01-01", (), False),
        ("x", ("elsewhere",), False),
    ],
)
def test_numbers_of_the_sources_that_count_and_unknown_ones(
    rule: str, sources: tuple[str, ...], expected: bool
) -> None:
    listings = (listing("a", 10, 0), listing("b", 60, 1), listing("c", None, 2))
    document = document_of(paper("x", listings=listings))
    assert (evaluate(compile_rule(rule, sources), document) is not None) is expected


@pytest.mark.parametrize(
    ("rule", "title", "abstract", "strong"),
    [
        ("cache", "A Cache", "", True),
        ("cache", "Other", "one cache", False),
        ("cache", "Other", "a cache and caches", True),
        ("cache -survey", "Other", "a cache and caches", True),
        ("cache title:other", "Other", "one cache", False),
        ("title:other", "Other", "", True),
    ],
)
def test_strength(rule: str, title: str, abstract: str, strong: bool) -> None:
    hit = evaluate(compile_rule(rule), document_of(paper(title, abstract)))
    assert hit is not None and hit.strong is strong
    about = evaluate(compile_rule(f"about:{rule}"), document_of(paper(title, abstract)))
    assert (about is not None) is strong or "title:" in rule


@pytest.mark.parametrize(
    ("rule", "abstract", "found"),
    [
        ("multi-modal", "We like Multi-Modal maps", ["Multi-Modal"]),
        ("strasse", "in der Straße, in der Strasse", ["Straße", "Strasse"]),
        ("naive", 'a na\\"{\\i}ve way', ['na\\"{\\i}ve']),
        ('"KV cache"', "the (KV) caches", ["KV) caches"]),
        ("quanti*", "quantized, quantity", ["quantized", "quantity"]),
        ("m3vit", "our $M^3$ViT is", ["M^3$ViT"]),
    ],
)
def test_places_are_of_the_original(rule: str, abstract: str, found: list[str]) -> None:
    hit = evaluate(compile_rule(rule), document_of(paper("t", abstract)))
    assert hit is not None
    assert [abstract[place.start : place.end] for place in hit.places] == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Multi-Modal X: a study", "multi modal x a study", True),
        ('Na\\"{\\i}ve Bayes', "Naïve Bayes", True),
        ("Agents", "Agent", False),
    ],
)
def test_the_identity_of_titles(one: str, other: str, same: bool) -> None:
    assert (fold_title(one) == fold_title(other)) is same


def test_a_paper_of_a_megabyte_is_matched_in_bounded_time() -> None:
    document = document_of(paper("x", "lorem ipsum-dolor " * 60_000))
    assert evaluate(compile_rule('"ipsum dolor" "lorem dolor"~3'), document) is not None
