from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.parsers.common import clean

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("Two  lines\n  of a\r\ntitle ", "Two lines of a title"),
        ("tab\tvertical\x0bform\x0cnext\x85line\u2028para\u2029graph", "tab vertical form next line para graph"),
        ("no\u00a0break", "no break"),
        ("e\u0301tude", "étude"),
        ("nul\x00 bell\x07 delete\x7f c1\x9f", "nul bell delete c1"),
        ("\x1b[1;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1bM\x9b2Jup", "red link up"),
        ("a\u202eb\u2066c\u200fd\u061ce", "abcde"),
        ("\ufeffbom\u200bzero\u2060join", "bomzerojoin"),
        ("tag\U000e0041s lone\ud800 \udfff\ufffe", "tags lone\ufffd \ufffd"),
        (
            "soft\u00adhyphen and \U0001f469\u200d\U0001f52c stay",
            "soft\u00adhyphen and \U0001f469\u200d\U0001f52c stay",
        ),
        ("<b> & <!channel> stay too", "<b> & <!channel> stay too"),
        (None, ""),
        (7, ""),
        (["x"], ""),
    ],
)
def test_lines(raw: object, line: str) -> None:
    assert clean.line(raw) == line


@given(ANY_TEXT, st.integers(1, 50))
def test_every_line_is_bounded_composed_and_harmless(raw: str, limit: int) -> None:
    line = clean.line(raw, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert {unicodedata.category(char) for char in line} <= CATEGORIES
    assert line.isprintable() or any(unicodedata.category(char) in ("Cf", "Cn", "Co", "Zs") for char in line)
    line.encode()


CATEGORIES = {
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No"),
    *("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Cf", "Co", "Cn"),
}
"""All but controls, surrogates and separators of lines and paragraphs."""


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    assert clean.line(clean.line(raw)) == clean.line(raw)


@pytest.mark.parametrize("part", ["x", "\u0301\u0323", "\x1b[", "\x1b]", " ", "\ud800", "é "])
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_the_longest_texts_are_cut_in_no_time(part: str) -> None:
    assert len(clean.abstract("a" + part * 5_000_000)) <= clean.ABSTRACT_CHARS


def test_marks_pile_up_only_so_far() -> None:
    assert len(clean.line("x" + "\u0323" * 500)) <= 1 + clean.MARKS_IN_A_ROW


@pytest.mark.parametrize(
    ("raw", "number"),
    [(0, 0), (7, 7), (2**31 - 1, 2**31 - 1), (2**31, None), (-1, None), (True, None), (7.0, None), ("7", None)],
)
def test_numbers(raw: object, number: int | None) -> None:
    assert clean.number(raw) == number


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2025-03-04T05:06:07.890Z", datetime(2025, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)),
        ("2025-03-04T05:06:07+02:00", datetime(2025, 3, 4, 3, 6, 7, tzinfo=UTC)),
        ("2025-03-04T05:06:07", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2025-03-04", datetime(2025, 3, 4, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("2025-13-04", None),
        ("soon", None),
        ("2" * 5000, None),
        (20250304, None),
        (None, None),
    ],
)
def test_instants(raw: object, at: datetime | None) -> None:
    assert clean.instant(raw) == at


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (" HTTP://Example.org ", "http://Example.org"),
        ("https://example.org/käse", "https://example.org/käse"),
        ("http://[::1]:8099/papers", "http://[::1]:8099/papers"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org/x", None),
        ("/avatars/x.svg", None),
        ("https://", None),
        ("https://[", None),
        ("https://good.example@evil.example/", None),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ('https://example.org/"onclick="x', "https://example.org/%22onclick=%22x"),
        ("https://example.org/<script>", "https://example.org/%3Cscript%3E"),
        ("https://example.org/don't", "https://example.org/don't"),
        ("https:/example.org\\a\n/b", "https://example.org/a/b"),
        ("https://example.org/\u202egnp.exe", None),
        ("https://example.org/\x00", None),
        ("https://example.org/" + "a" * 2000, None),
        (7, None),
    ],
)
def test_urls(raw: object, url: str | None) -> None:
    assert clean.url(raw) == url


@pytest.mark.parametrize(
    ("raw", "doi"),
    [
        ("10.1000/ABC.1", "10.1000/abc.1"),
        ("https://doi.org/10.1000/abc", "10.1000/abc"),
        ("http://dx.doi.org/10.1000/abc", "10.1000/abc"),
        ("doi:10.1000/abc", "10.1000/abc"),
        ("10.1000/", None),
        ("10.1/abc", None),
        ("10.1000/a b", None),
        (10.1, None),
    ],
)
def test_dois(raw: object, doi: str | None) -> None:
    assert clean.doi(raw) == doi


@given(st.lists(st.one_of(ANY_TEXT, st.none(), st.integers(), st.lists(st.text()))))
def test_names_are_clean_and_none_is_empty(values: list[object]) -> None:
    assert all(name and name == clean.line(name, clean.NAME_CHARS) for name in clean.names(values))


def test_lists_are_bounded() -> None:
    assert len(clean.names(["x"] * 100_000)) == clean.LONGEST_LIST
    assert clean.names("xyz") == clean.names({"x": 1}) == ()
