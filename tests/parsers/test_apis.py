"""What answers of APIs have in common: JATS, ids with their check digits, the order of a page."""

from datetime import UTC, datetime, timedelta

import pytest

from watcher.parsers.apis.answers import number_of
from watcher.parsers.apis.cursors import next_address, parameter_of, with_defaults
from watcher.parsers.apis.issn import issn_in
from watcher.parsers.apis.jats import jats_text
from watcher.parsers.apis.missing import field_that_is_gone
from watcher.parsers.apis.order import runs_upwards
from watcher.parsers.apis.relations import openalex_in, orcid_in, ror_in, several

NOW = datetime(2026, 3, 13, 12, tzinfo=UTC)
SECTION = "<jats:sec><jats:title>{}</jats:title><jats:p>{}</jats:p></jats:sec>"
MATH = '<mml:math xmlns:mml="m"><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:math>'
FORMULA = f"<jats:inline-formula><jats:tex-math>$$x^2$$</jats:tex-math>{MATH}</jats:inline-formula>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:p>Kelp grows.</jats:p>", "Kelp grows."),
        ("<jats:title>Abstract</jats:title>\n  <jats:p>Kelp grows.</jats:p>", "Kelp grows."),
        ("<title>SUMMARY.</title><p>Kelp.</p><p>Tanks.</p>", "Kelp. Tanks."),
        (
            SECTION.format("Background", "Kelp.") + SECTION.format("Methods:", "Tanks."),
            "Background: Kelp. Methods: Tanks.",
        ),
        ("Abstract: Kelp grows.", "Kelp grows."),
        ("Abstract art in tanks.", "Abstract art in tanks."),
        ("<jats:p>H<jats:sub>2</jats:sub>O &amp; <jats:italic>M. pyrifera</jats:italic></jats:p>", "H2O & M. pyrifera"),
        ("&lt;jats:p&gt;Quoted once too often.&lt;/jats:p&gt;", "Quoted once too often."),
        ("<jats:p>where p &lt; 0.05 and q &gt; 2</jats:p>", "where p < 0.05 and q > 2"),
        (
            f"<jats:p>of {FORMULA} tanks</jats:p>",
            "of x2 tanks",
        ),
        ("<jats:p>of <jats:tex-math>$x$</jats:tex-math></jats:p>", "of $x$"),
        ("", ""),
    ],
)
def test_abstracts_in_jats(markup: str, text: str) -> None:
    assert jats_text(markup) == text


@pytest.mark.parametrize(
    ("text", "orcid"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("http://orcid.org/0000-0002-1825-0098", None),
        ("0000000218250097", None),
        (7, None),
        (None, None),
    ],
)
def test_orcids_are_held_to_their_check_digit(text: object, orcid: str | None) -> None:
    assert orcid_in(text) == orcid


@pytest.mark.parametrize(
    ("text", "issn"),
    [
        ("2049-3630", "2049-3630"),
        ("20493630", "2049-3630"),
        (" 0000-006x ", "0000-006X"),
        ("2049-3631", None),
        ("x", None),
    ],
)
def test_issns_are_held_to_their_check_digit(text: str, issn: str | None) -> None:
    assert issn_in(text) == issn


def test_ids_of_sites_are_told_by_their_form() -> None:
    assert openalex_in("https://openalex.org/W2741809807") == "W2741809807"
    assert openalex_in("https://api.openalex.org/works/w2741809807") == "W2741809807"
    assert [openalex_in(one) for one in ("W", "X123", "W12 ", None)] == [None, None, "W12", None]
    assert ror_in("https://ror.org/03YRM5C26") == "03yrm5c26"
    assert [ror_in(one) for one in ("03yrm5c2", "13yrm5c26", 7)] == [None, None, None]


def test_several_names_are_cut_between_names() -> None:
    assert several([]) is None
    assert several(["A", "A", "B"]) == "A; B"
    assert several(["A" * 290, "B" * 290]) == "A" * 290


def test_a_cursor_that_is_no_text_leads_nowhere() -> None:
    for cursor in ("\ud800", "a\udfffb", "", None, 7, ["*"], "a" * 5_000):
        assert next_address("https://a.example/?q=1&cursor=*", cursor) is None


def test_a_cursor_is_put_where_one_stood() -> None:
    assert (
        next_address("https://a.example/?q=${K}&cursor=*&x=%2F", "a b/")
        == "https://a.example/?q=${K}&cursor=a%20b%2F&x=%2F"
    )
    for cursor in (None, "", 7, "x" * 5_000):
        assert next_address("https://a.example/?cursor=*", cursor) is None
    assert next_address("https://a.example/?q=1", "x") is None
    assert next_address("", "x") is None


def test_an_address_keeps_what_it_has() -> None:
    assert (
        with_defaults("https://a.example/w?rows=5", {"rows": "9", "cursor": "*"})
        == "https://a.example/w?rows=5&cursor=*"
    )
    assert with_defaults("https://a.example/w", {"rows": "9"}) == "https://a.example/w?rows=9"
    assert parameter_of("https://a.example/w?a=%2A&b=", "a") == "*"
    assert parameter_of("", "a") == ""


def test_a_field_is_gone_where_no_record_has_it() -> None:
    records: list[dict[str, object]] = [{"a": None, "b": 1}, {"a": 2}, {"a": 3}]
    assert field_that_is_gone(records, "a,b") == ""
    assert field_that_is_gone(records, "a,c,d") == "none of 3 records has c and d, which were asked for"
    assert field_that_is_gone(records[:2], "c") == ""
    assert field_that_is_gone(records, "") == ""


def test_numbers_may_be_written_as_text() -> None:
    assert [number_of({"n": one}, "n") for one in (7, "7", -1, "x", True, 10**12)] == [7, 7, None, None, None, None]


def test_an_order_is_told_from_three_times_on() -> None:
    days = [NOW + timedelta(days=n) for n in (0, 1, 2)]
    assert runs_upwards(days)
    assert not runs_upwards(days[::-1])
    assert not runs_upwards(days[:2])
    assert not runs_upwards([days[0]] * 5)
    assert not runs_upwards([days[2], days[0], days[1]])
