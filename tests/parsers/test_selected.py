"""Digest pages of any site, by selectors: what they find, and what they must not take for papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources import having, make_source
from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers import PARSERS
from watcher.parsers.common.names import names_in
from watcher.parsers.html.keys import Selectors

PARSER = PARSERS["html"]
URL = "https://lab.example/digest/today"
SELECTORS = Selectors(item="li.paper", title="h3", abstract=".abs", link="h3 a", date="time", authors=".who")
SOURCE = make_source(name="lab", kind="html", url=URL, own=SELECTORS)

PAGE = """<!doctype html><html lang=en><head><title>Lab digest</title><style>.abs {color: red}</style></head><body>
<nav><a href="/">Home</a></nav>
<ul class="papers">
 <li class="paper"><h3><a href="https://arxiv.org/abs/2503.01234v2">Borrowed <i>Lanterns</i>
  for H<sub>2</sub>O &amp; Co</a></h3>
  <p class="who">Ada Amberg, Júlia Brisk and Bao Corvin</p><time datetime="2026-03-09T10:00:00Z">yesterday</time>
  <div class="abs"><b>Abstract:</b><p>First line.</p><p>Second   line.</p><script>alert(1)</script></div></li>
 <li class="paper first"><h3><a href="../papers/kiln?utm_source=digest#top">Noisy Kilns</a></h3>
  <p class="who">Holm, Hana; Jansky, Ivo</p><time>March 8, 2026</time><div class="abs">Abstractions of kilns.</div></li>
 <li class="paper"><h3><a href="https://doi.org/10.1000/XYZ.3">Quiet Tides</a></h3><time>soon</time></li>
</ul></body></html>"""


def read(page: str | bytes = PAGE, **selectors: str | None) -> Reading:
    parsed = parse(page, **selectors)
    assert isinstance(parsed, Reading), parsed
    return parsed


def refusal(page: str | bytes = PAGE, **selectors: str | None) -> str:
    parsed = parse(page, **selectors)
    assert isinstance(parsed, Unreadable), parsed
    return parsed.reason


def parse(page: str | bytes, **selectors: str | None) -> Reading | Unreadable:
    source = having(SOURCE, own=replace(SELECTORS, **selectors))
    return PARSER.parse(page if isinstance(page, bytes) else page.encode(), URL, source)


# --- what is read ---


def test_all_that_the_selectors_find() -> None:
    assert read() == Reading(
        entries=(
            Entry(
                title="Borrowed Lanterns for H2O & Co",
                keys=("arxiv:2503.01234",),
                abstract="First line. Second line.",
                authors=("Ada Amberg", "Júlia Brisk", "Bao Corvin"),
                arxiv_id="2503.01234",
                version=2,
                url="https://arxiv.org/abs/2503.01234v2",
                published=datetime(2026, 3, 9, 10, tzinfo=UTC),
                rank=1,
            ),
            Entry(
                title="Noisy Kilns",
                keys=("url:https://lab.example/papers/kiln",),
                abstract="Abstractions of kilns.",
                authors=("Holm, Hana", "Jansky, Ivo"),
                url="https://lab.example/papers/kiln?utm_source=digest#top",
                published=datetime(2026, 3, 8, tzinfo=UTC),
                rank=2,
            ),
            Entry(
                title="Quiet Tides",
                keys=("doi:10.1000/xyz.3",),
                doi="10.1000/xyz.3",
                url="https://doi.org/10.1000/XYZ.3",
                rank=3,
            ),
        )
    )


def test_a_title_is_enough() -> None:
    reading = read(abstract=None, link=None, date=None, authors=None)
    assert [entry.keys[0] for entry in reading.entries] == [entry.keys[0] for entry in read().entries]
    assert not any(entry.abstract or entry.authors or entry.published for entry in reading.entries)
    assert (reading.whole, reading.warnings) == (True, ())


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ('<a class=p href="/x"><h3>Kilns</h3></a>', ("url:https://lab.example/x",)),
        ('<div class=p><a href="/x"><h3>Kilns</h3></a><a href="/tag">tag</a></div>', ("url:https://lab.example/x",)),
        ('<div class=p><h3>Kilns</h3><a href="/x">more</a></div>', ("url:https://lab.example/x",)),
        ('<div class=p><h3>Kilns</h3><a href="/x">more</a><a href="/y">tag</a></div>', ()),
        ('<div class=p><h3 id=k>Kilns</h3><a href="#k">¶</a></div>', (f"url:{URL}#k",)),
        ('<div class=p><h3><a href="#k">#</a><a href="/x">Kilns</a></h3></div>', ("url:https://lab.example/x",)),
        (f'<div class=p><h3>Kilns</h3><a href="{URL}">today</a></div>', ()),
        ('<div class=p><h3><a href="javascript:x()">Kilns</a></h3></div>', ()),
        ('<div class=p><h3><a href="http://[">Kilns</a></h3></div>', ()),
    ],
)
def test_the_link_is_the_titles_own_where_no_selector_says_so(item: str, key: tuple[str, ...]) -> None:
    (entry,) = read(item, item=".p", link=None, abstract=None).entries
    assert (entry.title, entry.keys) == ("Kilns", key)


PARTS = {
    "all.html": ("all.html#p0", "all.html#p1"),
    "#!": ("https://one.example/#!/paper/0", "https://one.example/#!/paper/1"),
    "#/": ("https://one.example/#/0", "https://one.example/#/1"),
    "asked": ("all.html?year=2026#p0", "all.html?year=2026#p1"),
    "whence": ("all.html?utm_source=x#p0", "all.html#p1"),
    "a page": ("proceedings.pdf#page=3", "proceedings.pdf#page=17"),
    "words": ("all.html#:~:text=Kilns", "all.html#:~:text=Tides"),
    "letters": ("all.html#A", "all.html#a"),
    "one is the whole": ("all.html", "all.html#p1"),
}


@pytest.mark.parametrize("links", PARTS.values(), ids=PARTS)
def test_papers_that_are_parts_of_one_page_are_told_apart(links: tuple[str, str]) -> None:
    titled = zip(links, ("Kilns", "Tides"), strict=True)
    items = "".join(f'<p><a href="{link}">{title}</a></p>' for link, title in titled)
    entries = read(f"<html><body>{items}</body></html>", item="p", title="a", link=None, abstract=None).entries
    assert [entry.title for entry in entries] == ["Kilns", "Tides"]
    assert not set(entries[0].keys) & set(entries[1].keys)


def test_a_place_on_a_page_of_its_own_is_known_with_it_and_without() -> None:
    page = '<html><body><p><a href="/1#comments">Kilns</a></p><p><a href="/2#comments">Tides</a></p></body></html>'
    entries = read(page, item="p", title="a", link=None, abstract=None).entries
    urls = [f"url:https://lab.example/{n}" for n in (1, 2)]
    assert [entry.keys for entry in entries] == [(url, f"{url}#comments") for url in urls]


def test_links_start_where_the_page_says() -> None:
    page = PAGE.replace("<style>", '<base href="https://mirror.example/a/b/"><style>')
    assert read(page).entries[1].keys == ("url:https://mirror.example/a/papers/kiln",)


@pytest.mark.parametrize(
    ("encode", "head"),
    [
        (lambda text: text.encode("utf-8-sig"), ""),
        (lambda text: text.encode("utf-16"), ""),
        (lambda text: text.encode("latin-1"), '<meta charset="iso-8859-1">'),
        (lambda text: text.encode("cp1252"), ""),
        (
            lambda text: text.encode("cp1250"),
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
        ),
        (lambda text: text.encode(), '<meta charset="no-such-charset">'),
        (lambda text: text.encode(), '<meta charset="rot13">'),
    ],
)
def test_charsets(encode: object, head: str) -> None:
    assert callable(encode)
    page = encode(PAGE.replace("<title>", f"{head}<title>"))
    assert read(page).entries[0].authors == ("Ada Amberg", "Júlia Brisk", "Bao Corvin")


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Ada Amberg"], ("Ada Amberg",)),
        (["by Ada Amberg & Bao Brisk, et al."], ("Ada Amberg", "Bao Brisk")),
        (["Authors: Ada Amberg, Bao Brisk, and Eun-ji Corvin"], ("Ada Amberg", "Bao Brisk", "Eun-ji Corvin")),
        (["Amberg, Ada, Brisk, Bao"], ("Ada Amberg", "Bao Brisk")),
        (["Amberg, Ada; Brisk, Bao"], ("Amberg, Ada", "Brisk, Bao")),
        (["Ada Amberg,", "Bao Brisk,", "and", "Holm, Hana"], ("Ada Amberg", "Bao Brisk", "Holm, Hana")),
        (["Byron Anderson"], ("Byron Anderson",)),
        ([], ()),
        ([""], ()),
    ],
)
def test_names(texts: list[str], names: tuple[str, ...]) -> None:
    assert names_in(texts) == names


def test_a_paper_that_stands_there_twice_is_listed_once() -> None:
    item = PAGE[PAGE.index(" <li") : PAGE.index("</ul>")]
    reading = read(PAGE.replace("</ul>", item + "</ul>"))
    assert [entry.rank for entry in reading.entries] == [1, 2, 3]


# --- what is refused ---


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"item": "li.papr"}, "item: `li.papr` finds nothing; there are li (3), .paper (3), .papers (1), "),
        ({"item": "li.papers"}, "item: `li.papers` finds nothing; there are li (3), .papers (1), "),
        ({"item": "ul.papers > li.entry"}, "finds nothing; there are ul.papers (1), "),
        (
            {"item": "ul"},
            'title: `h3` finds 3 elements within one item ("Borrowed Lanterns for H2O & Co", …): let `item`',
        ),
        ({"item": "ul, li"}, "item: `ul, li` finds elements within each other"),
        ({"title": "h4"}, "title: `h4` finds nothing in any of 3 items; there are div.abs (1), p.who (1), h3 (1), "),
        ({"title": "time, h3"}, "title: `time, h3` finds 2 elements within one item"),
        ({"title": "h3", "item": "nav, li.paper, style, script"}, "within each other"),
        ({"title": "[class]:not(li)", "item": "ul > li"}, "elements within one item"),
        ({"title": ".who"}, ""),
    ],
)
def test_selectors_that_do_not_fit(change: dict[str, str], reason: str) -> None:
    if reason:
        assert reason in refusal(**change)
    else:
        assert read(**change).warnings[0] == "1 of 3 items have no title"


def test_one_word_for_every_paper_is_no_title() -> None:
    items = "".join(f"<li class=paper><h3><a href=/p/{n}>Read more</a></h3></li>" for n in range(4))
    assert 'title: 4 items have 1 different titles, such as "Read more"' in refusal(items)


def test_one_link_for_several_papers_is_none() -> None:
    items = "".join(f"<li class=paper><h3><a href=/all>Part {n}</a></h3></li>" for n in range(4))
    assert 'link: "Part 0" and "Part 1" both lead to https://lab.example/all' in refusal(items)


def test_titles_in_few_items_only() -> None:
    items = "<li class=paper><h3>Kilns</h3></li>" + "<li class=paper><b>x</b></li>" * 3
    assert "finds something in 1 of 4 items only" in refusal(items)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "the page is empty"),
        (b"%PDF-1.7", "found a PDF"),
        ('{"papers": []}', 'found JSON: "{"papers": []}"'),
        (PAGE[: len(PAGE) // 2], "the page is cut off"),
        ("<html><title>Log in</title><form action=/login></form></html>", 'looks like a login page (titled "Log in")'),
        ("<html><title>Lab digest</title><p>We have moved.</p></html>", "item: `li.paper` finds nothing"),
        ("<div>" * 300, "nested more than"),
        (PAGE.replace("Noisy Kilns", "x" * 600), "finds a text of 600 characters"),
    ],
)
def test_pages_that_do_not_fit(page: str | bytes, reason: str) -> None:
    assert reason in refusal(page)


def test_a_page_without_end_tags_is_whole() -> None:
    assert len(read(PAGE.replace("</body></html>", "").replace("<head>", "").replace("</head>", "")).entries) == 3


def test_abstracts_that_are_gone_make_a_page_partial() -> None:
    reading = read(abstract=".abstract")
    assert not reading.whole
    assert reading.warnings == ("abstract: `.abstract` finds nothing in any of 3 items",)
    assert read(date=".when", authors="i.x").whole
    assert len(read(date=".when", authors="i.x").warnings) == 2


# --- what try-source shows ---


def test_findings() -> None:
    found = PARSER.find(PAGE.encode(), having(SOURCE, own=replace(SELECTORS, authors=".whom")))
    assert [(one.key, one.elements, one.items) for one in found] == [
        ("item", 3, 3),
        ("title", 3, 3),
        ("abstract", 2, 2),
        ("link", 3, 3),
        ("date", 3, 3),
        ("authors", 0, 0),
    ]
    assert found[-1].near[0] == ".who (1)"
    assert PARSER.find(b"%PDF", SOURCE) == ()


# --- config ---


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        (Source(name="lab", kind="html"), ["url", "item", "title"]),
        (having(SOURCE, own=Selectors(item="li[", title="h3")), ["item"]),
        (having(SOURCE, own=Selectors(item="li", title="h3", date="")), ["date"]),
        (having(SOURCE, own=Selectors(item="li", title="h3", authors="a," * 400 + "a")), ["authors"]),
        (having(SOURCE, own=Selectors(item="li")), ["title"]),
        (SOURCE, []),
    ],
)
def test_mistakes(source: Source, keys: list[str]) -> None:
    assert [mistake.key for mistake in PARSER.check(source)] == keys


# --- whatever comes ---

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4), st.sampled_from(["li", "li.paper", "*", "li > *", "h3, li"]))
def test_any_texts(papers: list[tuple[str, str, str]], item: str) -> None:
    items = "".join(
        f'<li class="paper"><h3><a href="{escape(link)}">{escape(title)}</a></h3><p class=abs>{escape(text)}</p></li>'
        for title, link, text in papers
    )
    parsed = parse(f"<html><ul>{items}</ul></html>", item=item)
    if isinstance(parsed, Reading):
        assert all(entry.title for entry in parsed.entries)
        assert len({entry.keys or entry.title for entry in parsed.entries}) <= len(papers)
    else:
        assert parsed.reason


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_and_any_selector(body: bytes, selector: str) -> None:
    source = having(SOURCE, own=replace(SELECTORS, item=selector, title=selector))
    if not list(PARSER.check(source)):
        for page in (body, b"<html><li class=paper>" + body + b"</html>"):
            assert isinstance(PARSER.parse(page, URL, source), Reading | Unreadable)
            PARSER.find(page, source)
