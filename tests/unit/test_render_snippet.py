"""What a message shows of an abstract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messages import places
from watcher.model import MatchedSpan
from watcher.render.escape import markdown_marked, text_marked
from watcher.render.snippet import WIDTH, Segment, snippet, spans_in, whole_text

SENTENCES = " ".join(f"Sentence number {n} speaks of some leaves and of a few stones." for n in range(40))


def shown(text: str, term: str) -> str:
    return text_marked(snippet(text, spans_in(text, places(text, term), "abstract")))


def test_a_short_text_is_whole() -> None:
    assert shown("All of it, with roses.", "roses") == "All of it, with *roses*."


def test_a_long_text_is_cut_at_sentences_around_the_first_hit() -> None:
    text = shown(SENTENCES.replace("number 20", "with roses"), "roses")
    assert "*roses*" in text
    assert text.startswith("Sentence with *roses*") and text.endswith("stones."), "whole sentences need no ellipsis"
    assert len(text) <= WIDTH + 10


def test_the_sentence_with_most_hits_is_shown() -> None:
    text = SENTENCES.replace("number 10", "with a rose").replace("number 20", "with a rose, a rose and a rose")
    assert shown(text, "rose").startswith("Sentence with a *rose*, a *rose*")


def test_no_sentence_ends_at_an_abbreviation() -> None:
    text = f"{SENTENCES} We follow Fern et al. 2024, cf. Moss, and find roses."
    assert shown(text, "roses") == "We follow Fern et al. 2024, cf. Moss, and find *roses*."


def test_a_long_sentence_is_cut_before_its_first_hit() -> None:
    text = shown("One short. " + "and so on " * 60 + "with roses. The end.", "roses")
    assert text.startswith("… ") and "*roses*" in text and len(text) <= WIDTH + 10


def test_without_a_hit_it_is_the_beginning() -> None:
    assert shown(SENTENCES, "roses").startswith("Sentence number 0")


def test_a_text_without_blanks_is_cut_anyway() -> None:
    assert len(shown("x" * 5000, "roses")) <= WIDTH + 2


def test_overlapping_hits_are_one() -> None:
    text = "a continual learning method"
    spans = spans_in(
        text, [MatchedSpan("abstract", 2, 20, "continual learning"), MatchedSpan("abstract", 12, 20, "x")], "abstract"
    )
    assert spans == [(2, 20)]


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 4), (0, 0), (4, 2), (10, 99), (999, 1002), (5, 9), (3, 6)],
    ids=["before", "empty", "backwards", "past the end", "beyond", "inside a word", "begins with a blank"],
)
def test_stale_places_mark_nothing(start: int, end: int) -> None:
    assert spans_in("The old text is gone.", [MatchedSpan("abstract", start, end, "term")], "abstract") == []


def test_places_of_other_fields_do_not_count() -> None:
    assert spans_in("roses", places("roses", "roses", "title"), "abstract") == []


def test_chinese_is_marked_inside_a_run() -> None:
    text = "我们研究持续学习方法"
    assert (
        text_marked(whole_text(text, spans_in(text, places(text, "持续学习"), "abstract"), 99))
        == "我们研究*持续学习*方法"
    )


def test_brackets_stay_outside_of_bold() -> None:
    assert whole_text("the (KV) cache", [(4, 14)], 99) == (Segment("the ("), Segment("KV) cache", hit=True))
    assert markdown_marked(whole_text("see [roses] now", [(4, 11)], 99)) == "see \\[**roses**\\] now"


@given(st.text(max_size=800), st.lists(st.tuples(st.integers(-5, 900), st.integers(-5, 900))))
def test_whatever_the_places_the_text_is_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    found = [MatchedSpan("abstract", start, end, "term") for start, end in spans]
    segments = snippet(text, spans_in(text, found, "abstract"))
    assert "".join(one.text for one in segments) == "".join(
        one.text for one in snippet(text, [(s, e) for s, e in spans_in(text, found, "abstract")][:1])
    )
    assert all(one.text for one in segments)
    assert all(one.text[0].isalnum() or one.text[0] == "_" for one in segments if one.hit)
