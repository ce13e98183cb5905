"""The kind html reads only visible text, and quotes dates that it does not know."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.sources import make_source
from watcher.model import Reading
from watcher.parsers import PARSERS
from watcher.parsers.common.dates import instant_in


def read(items: str, **selectors: str) -> Reading:
    keys = {"item": "li", "title": "h3", "url": "https://lab.example/"} | selectors
    page = f"<!doctype html><html><body><ul>{items}</ul></body></html>".encode()
    parsed = PARSERS["html"].parse(page, "https://lab.example/", make_source(kind="html", **keys))
    assert isinstance(parsed, Reading), parsed
    return parsed


KATEX = (
    '<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>x</mi></mrow>'
    '<annotation encoding="application/x-tex">x</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true">x</span></span>'
)

MATHJAX = (
    '<mjx-container jax="CHTML"><mjx-math aria-hidden="true"><mjx-mi><mjx-c class="mjx-c1D465"></mjx-c></mjx-mi>'
    "</mjx-math>"
    "<mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container>"
)
"""A formula as it is drawn: what is seen has its letters in the style sheet."""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"On {KATEX}-rays", "On x-rays"),
        ("Kilns<span hidden> and more</span>", "Kilns"),
        ("Kilns<span style='color:red; display: none'>!</span>", "Kilns"),
        ("Kilns <mjx-assistive-mml><math><mi>k</mi></math></mjx-assistive-mml>again", "Kilns again"),
        ("<span style='color:red'>Kilns</span>", "Kilns"),
        (f"On {MATHJAX}-rays", "On x-rays"),
        ("<ruby>\u7aaf<rp>(</rp><rt>kama</rt><rp>)</rp></ruby>", "\u7aaf"),
        ("Kilns<span class='sr-only'> in a new window</span>", "Kilns"),
        ("Kilns<span class='u-visually-hidden'> (external)</span>", "Kilns"),
        ("Kilns<span class='not-sr-only'> and more</span>", "Kilns and more"),
        ("Kilns<span style='--display:none; top:0'> and more</span>", "Kilns and more"),
        ("Kilns<span style='opacity: 0'>!</span>", "Kilns"),
        ("Kilns<span style='opacity: 0.8'> and more</span>", "Kilns and more"),
        ("Kilns<span style='visibility:collapse'>!</span>", "Kilns"),
        ("Kilns<dialog>Cite this</dialog><textarea>@article</textarea><canvas>none</canvas>", "Kilns"),
        ("Kilns<a class='headerlink' href='#kilns'>\u00b6</a>", "Kilns"),
        ("Kilns<math><mphantom><mi>x</mi></mphantom></math>", "Kilns"),
    ],
)
def test_what_nobody_sees_is_not_read(written: str, shown: str) -> None:
    assert read(f"<li><h3><a href='/1'>{written}</a></h3></li>").entries[0].title == shown


def test_an_element_that_is_selected_is_read_though_the_page_hides_it() -> None:
    page = "<li><h3>Kilns</h3><p hidden>The whole abstract.</p></li>"
    assert read(page, abstract="p").entries[0].abstract == "The whole abstract."


@pytest.mark.parametrize(
    ("text", "day"),
    [
        *((text, (2026, 3, 9)) for text in ("9. März 2026", "9 mars 2026", "9 de marzo de 2026", "2026年3月9日")),
        *((text, (2026, 3, 9)) for text in ("2026. 3. 9.", "Sonntag, 9. März 2026", "9th of March 2026", "9-Mar-2026")),
        *((text, (2026, 1, 17)) for text in ("17/01/2026", "17.01.2026", "17 janvier 2026", "17 gennaio 2026")),
        *((text, None) for text in ("03/04/2026", "9–12 March 2026", "9 March 2026 and 10 March 2026", "v1.2.2026")),
        *((text, None) for text in ("30 March – 2 April 2026", "9. bis 12. März 2026", "9 to 12 March 2026")),
        *((text, (2026, 3, 9)) for text in ("9 maart 2026", "9 marca 2026", "9 марта 2026 г.", "2026년 3월 9일")),
        *((text, (2026, 5, 12)) for text in ("12 mei 2026", "12 maj 2026", "12 maja 2026", "12 мая 2026")),
        *((text, None) for text in ("9 and 12 March 2026", "March 9 to April 2, 2026", "9. und 10. März 2026")),
        *((text, None) for text in ("March 9–12, 2026", "9 listopadu 2026")),
        *((text, (2026, 3, 9)) for text in ("9 March 2026, 10-12 CET", "9. März 2026, 10-12 Uhr")),
    ],
)
def test_a_day_in_words_of_several_languages(text: str, day: tuple[int, int, int] | None) -> None:
    assert instant_in(text) == (datetime(*day, tzinfo=UTC) if day else None)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "Ann Bee<sup>1,2</sup>, Cy Dee<sup>*</sup>",
            "Ann Bee<sup>a,b</sup> and Cy Dee<sup>c</sup>",
            "By: Ann Bee, Cy Dee",
        ),
        *(
            "Ann Bee¹, Cy Dee²*",
            "Ann Bee† & Cy Dee‡",
            "Ann Bee [1], Cy Dee [2]",
            "Ann Bee | Cy Dee",
            "Ann Bee · Cy Dee",
        ),
        *(
            "Ann Bee, PhD, Cy Dee, MD",
            "Ann Bee, Cy Dee et al.",
            "Ann Bee und Cy Dee",
            "Dr. Ann Bee; Cy Dee, and 3 others",
        ),
        *("<b>Ann Bee</b><sup>1</sup>, <b>Cy Dee</b><sup>2</sup>",),
    ],
)
def test_authors_are_people(written: str) -> None:
    page = f"<li><h3>Kilns</h3><p>{written}</p></li>"
    assert read(page, authors="p").entries[0].authors == ("Ann Bee", "Cy Dee")


def test_a_date_that_is_not_known_is_quoted() -> None:
    page = "<li><h3>A</h3><i>9 Maaliskuu 2026</i></li><li><h3>B</h3><i></i></li>"
    assert read(page, date="i").warnings == ('date: `i` finds "9 Maaliskuu 2026", which is no date that is known',)
    assert read("<li><h3>A</h3></li>", date="i").warnings == ("date: `i` finds nothing in any of 1 items",)
