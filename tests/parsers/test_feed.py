"""Feeds of every form, as they should be and as they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.feeds import atom, json_feed, rdf, rss
from tests.parsers.pages import login_page
from watcher.model import ARTICLE, PREPRINT, PUBLISHED, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS
from watcher.parsers.common.text_values import moment, people, shown_text

PARSER = PARSERS["feed"]
URL = "https://lab.example/news/feed.xml"
SOURCE = Source(name="lab", kind="feed", url=URL)
AT = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, SOURCE)


def entries(body: bytes, url: str = URL) -> tuple[Entry, ...]:
    reading = parsed(body, url)
    assert isinstance(reading, Reading), reading
    return reading.entries


def reason(body: bytes) -> str:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    return found.reason


RSS_ITEM = (
    "<title>Kilns &amp; Lanterns</title><link>/posts/kilns</link><guid>https://lab.example/posts/kilns</guid>"
    "<description>&lt;p&gt;Glowing &lt;b&gt;kil&lt;/b&gt;ns.&lt;/p&gt;&lt;p&gt;H&lt;sub&gt;2&lt;/sub&gt;O&lt;/p&gt;"
    "</description><pubDate>Mon, 09 Mar 2026 10:30:00 +0200</pubDate><author>ada@lab.example (Ada Amberg)</author>"
    "<category>fire</category>"
)
ATOM_ENTRY = (
    "<title type='html'>Kilns &amp;amp; Lanterns</title><link rel='edit' href='/edit'/><link href='/posts/kilns'/>"
    "<id>https://lab.example/posts/kilns</id><updated>2026-03-10T00:00:00Z</updated>"
    "<published>2026-03-09T08:30:00Z</published><author><name>Ada Amberg</name></author><category term='fire'/>"
    "<summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Glowing <b>kil</b>ns.</p><p>H<sub>2</sub>O</p>"
    "</div></summary>"
)
RDF_ITEM = (
    "<title>Kilns &amp; Lanterns</title><link>https://lab.example/posts/kilns</link><dc:date>2026-03-09T08:30:00Z</dc:date>"
    "<dc:creator>Ada Amberg</dc:creator><dc:subject>fire</dc:subject>"
    "<description><![CDATA[<p>Glowing kilns.</p><p>H<sub>2</sub>O</p>]]></description>"
)
JSON_ITEM = {
    "id": "https://lab.example/posts/kilns",
    "url": "/posts/kilns",
    "title": "Kilns & Lanterns",
    "content_html": "<p>Glowing kilns.</p><p>H<sub>2</sub>O</p>",
    "date_published": "2026-03-09T08:30:00Z",
    "authors": [{"name": "Ada Amberg"}],
    "tags": ["fire"],
}
PREFIXED = (
    b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>Kilns &amp; Lanterns</a:title>'
    b"<a:link href='/posts/kilns'/><a:published>2026-03-09T08:30:00Z</a:published><a:author><a:name>Ada Amberg</a:name>"
    b"</a:author><a:category term='fire'/><a:summary>Glowing kilns. H2O</a:summary></a:entry></a:feed>"
)


@pytest.mark.parametrize(
    "body",
    [
        rss([RSS_ITEM]),
        rss([RSS_ITEM], version="0.91"),
        rss([RSS_ITEM]).replace(
            b"?>", b'?><!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "http://dtd.example/rss.dtd">', 1
        ),
        b"\n\n" + rss([RSS_ITEM]),
        atom([ATOM_ENTRY]),
        rdf([RDF_ITEM]),
        json_feed([JSON_ITEM]),
        json_feed([{**JSON_ITEM, "authors": None, "author": {"name": "Ada Amberg"}}], version="1"),
        PREFIXED,
    ],
    ids=["rss 2.0", "rss 0.91", "doctype", "blank lines", "atom", "rdf", "json 1.1", "json 1", "prefixed"],
)
def test_every_form_says_the_same(body: bytes) -> None:
    (entry,) = entries(body)
    assert entry.keys[0] == "url:https://lab.example/posts/kilns"
    assert entry.url == "https://lab.example/posts/kilns"
    assert entry.title == "Kilns & Lanterns"
    assert entry.abstract == "Glowing kilns. H2O"
    assert (entry.authors, entry.categories) == (("Ada Amberg",), ("fire",))
    assert (entry.published, entry.listed) == (AT, AT.date())


TEXT = "Žižek, naïve café — Łódź"


@pytest.mark.parametrize(
    ("charset", "declared", "text"),
    [
        ("utf-8", "utf-8", TEXT),
        ("utf-8", None, TEXT),
        ("utf-8-sig", None, TEXT),
        ("utf-8-sig", "iso-8859-1", TEXT),
        ("utf-16", "utf-16", TEXT),
        ("utf-16-le", "utf-16", TEXT),
        ("utf-16-be", "utf-16", TEXT),
        ("iso-8859-2", "iso-8859-2", "Žižek, Łódź"),
        ("cp1252", "iso-8859-1", "“naïve” café — €"),
        ("cp1252", "windows-1252", "“naïve” café"),
        ("cp1252", "utf-8", "“naïve” café"),
        ("cp1252", None, "“naïve” café"),
        ("koi8-r", "koi8-r", "Глубокое обучение"),
        ("shift_jis", "Shift_JIS", "深層学習"),
        ("gb18030", "gb2312", "深度学习"),
        ("euc-kr", "euc-kr", "딥 러닝"),
        ("utf-8", "no-such-charset", TEXT),
        ("utf-8", "rot13", TEXT),
        ("utf-8", "utf-7", TEXT),
    ],
)
def test_charsets(charset: str, declared: str | None, text: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else "<?xml version='1.0'?>"
    body = f"{declaration}<rss><channel><item><title>{text}</title></item></channel></rss>".encode(charset)
    assert [entry.title for entry in entries(body)] == [text]


def test_one_broken_byte_spoils_no_other() -> None:
    body = f"<rss><channel><item><title>{TEXT}".encode() + b"\xff</title></item></channel></rss>"
    assert [entry.title for entry in entries(body)] == [TEXT + "\ufffd"]


@pytest.mark.parametrize(
    ("item", "keys"),
    [
        ("<link>https://arxiv.org/abs/2503.01234v2</link>", ("arxiv:2503.01234",)),
        ("<guid>oai:arXiv.org:2503.01234v1</guid>", ("arxiv:2503.01234",)),
        (
            "<link>https://doi.org/10.48550/arXiv.2503.01234</link>",
            ("arxiv:2503.01234", "doi:10.48550/arxiv.2503.01234"),
        ),
        ("<link>https://doi.org/10.1000/Abc.1</link>", ("doi:10.1000/abc.1",)),
        ("<link>https://journal.example/doi/full/10.1000/Abc.1</link>", ("doi:10.1000/abc.1",)),
        (
            "<link>https://www.biorxiv.org/content/10.1101/2026.01.02.123v3?rss=1</link>",
            ("doi:10.1101/2026.01.02.123",),
        ),
        (
            "<link>/a</link><dc:identifier>doi:10.1000/Abc.1</dc:identifier>",
            ("doi:10.1000/abc.1", "url:https://lab.example/a"),
        ),
        ("<link>/a</link><prism:doi>10.1000/Abc.1</prism:doi>", ("doi:10.1000/abc.1", "url:https://lab.example/a")),
        ("<link>/a?utm_source=rss&amp;b=1</link>", ("url:https://lab.example/a?b=1",)),
        ("<guid>/a</guid>", ("url:https://lab.example/a", "id:lab.example:/a")),
        ('<guid isPermaLink="false">17</guid>', ("id:lab.example:17",)),
        ('<guid isPermaLink="false">tag:x.example,2026:17</guid>', ("id:tag:x.example,2026:17",)),
        ("<link>javascript:alert(1)</link>", ()),
        ("", ()),
        (
            "<link>/a</link><description>See arXiv:2503.01234, https://arxiv.org/abs/2503.01234</description>",
            ("url:https://lab.example/a",),
        ),
        ("<link>/a</link><description>doi:10.1000/abc.1</description>", ("url:https://lab.example/a",)),
    ],
)
def test_what_a_paper_is_known_by(item: str, keys: tuple[str, ...]) -> None:
    (entry,) = entries(rss([f"<title>A</title>{item}"]))
    assert entry.keys == keys


IN_JOURNAL = "<prism:publicationName>Kiln Letters</prism:publicationName>"


@pytest.mark.parametrize(
    ("item", "keys", "forms", "stage"),
    [
        (
            "<link>/doi/10.1000/1</link><guid>arXiv:2503.01234</guid>",
            ("doi:10.1000/1",),
            (OtherForm("arxiv:2503.01234", PREPRINT),),
            None,
        ),
        (f"<link>/doi/10.1000/1</link>{IN_JOURNAL}", ("doi:10.1000/1",), (), PUBLISHED),
        ("<link>/doi/10.1000/1</link><guid>doi:10.1000/1</guid>", ("doi:10.1000/1",), (), None),
        (
            "<link>/doi/10.48550/arXiv.2503.01234</link>",
            ("arxiv:2503.01234", "doi:10.48550/arxiv.2503.01234"),
            (),
            None,
        ),
        (
            "<link>/arxiv/2503.01234</link><dc:identifier>doi:10.1000/1</dc:identifier>",
            ("arxiv:2503.01234",),
            (OtherForm("doi:10.1000/1", ARTICLE),),
            None,
        ),
        # A record of nothing that its address names speaks of no other form.
        (
            "<link>/a</link><guid>arXiv:2503.01234</guid><dc:identifier>doi:10.1000/1</dc:identifier>",
            ("arxiv:2503.01234", "url:https://lab.example/a"),
            (),
            None,
        ),
        # Neither does somebody else's page.
        (
            "<link>https://arxiv.org/abs/2503.01234</link><dc:identifier>doi:10.1000/1</dc:identifier>" + IN_JOURNAL,
            ("arxiv:2503.01234",),
            (),
            None,
        ),
    ],
)
def test_another_form_of_a_paper_is_claimed_by_its_own_record(
    item: str, keys: tuple[str, ...], forms: tuple[OtherForm, ...], stage: str | None
) -> None:
    (entry,) = entries(rss([f"<title>A</title>{item}"]))
    assert (entry.keys, entry.forms, entry.stage) == (keys, forms, stage)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>https://arxiv.org/abs/2503.01234</link>", True),
        ("<link>https://doi.org/10.1000/1</link>", True),
        ("<link>https://www.lab.example/a</link><dc:identifier>doi:10.1000/1</dc:identifier>", False),
        ("<link>https://elsewhere.example/a</link>", False),
    ],
)
def test_what_is_said_of_a_paper_elsewhere_is_second_hand(item: str, expected: bool) -> None:
    assert [entry.is_secondhand for entry in entries(rss([f"<title>A</title>{item}"]))] == [expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Two\r\nlines\u2028and more", "Two lines and more"),
        ("\u202eesrever\u202c \u2066x\u2069", "esrever x"),
        ("A\x00B\x1b[31mred\x1b[0m\x07", "AB[31mred[0m"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("e\u0301" + "\u0301" * 100, "é" + "\u0301" * 29),
        ("x" * 5_000, "x" * 1_000),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Safe", "Safe"),
        ("<![CDATA[<b>Bold</b> & plain]]>", "Bold & plain"),
    ],
)
def test_hostile_titles(title: str, expected: str) -> None:
    (entry,) = entries(rss([f"<title>{title}</title><link>/a</link>"]))
    assert entry.title == expected


def test_links_and_ids_that_several_papers_bear_are_nobodys_unless_fragments_part_them() -> None:
    same = [f"<title>{n}</title><link>https://lab.example/</link><guid isPermaLink='false'>0</guid>" for n in "ABC"]
    assert [entry.keys for entry in entries(rss(same))] == [(), (), ()]
    fragments = [f"<title>{n}</title><link>https://lab.example/log#{n}</link>" for n in "ABC"]
    assert [entry.keys for entry in entries(rss(fragments))] == [(f"url:https://lab.example/log#{n}",) for n in "ABC"]


def test_what_is_listed_twice_counts_once() -> None:
    assert len(entries(rss([RSS_ITEM, RSS_ITEM, "<title>Other</title><link>/other</link>"]))) == 2


def test_relative_links_start_where_the_feed_says() -> None:
    based = atom(["<title>A</title><link href='b'/>"], " xml:base='https://elsewhere.example/x/'")
    assert entries(based)[0].url == "https://elsewhere.example/x/b"
    assert entries(rss(["<title>A</title><link>b</link>"]))[0].url == "https://lab.example/news/b"
    assert entries(rss(["<title>A</title><link>b</link>"]), "")[0].url == "https://lab.example/b"
    own = "<title>A</title><link xml:base='https://elsewhere.example/x/'>b</link>"
    assert entries(rss([own]))[0].url == "https://elsewhere.example/x/b"


def test_an_item_without_link_and_id_is_known_by_the_address_among_its_identifiers() -> None:
    other = "<dc:identifier>ISSN 1234</dc:identifier><dc:identifier>https://lab.example/a</dc:identifier>"
    (found,) = entries(rss([f"<title>A</title>{other}"]))
    assert found.keys == ("url:https://lab.example/a",)
    linked = f"<title>A</title><link>/b</link>{other}"
    assert entries(rss([linked]))[0].keys == ("url:https://lab.example/b",)


def test_entries_without_title() -> None:
    long = "Pebbles " * 30
    body = rss(
        [f"<description>{long}</description><link>/a</link>", "<link>/b</link>", "<description>Short.</description>"]
    )
    reading = parsed(body)
    assert isinstance(reading, Reading)
    assert [entry.title for entry in reading.entries] == ["Pebbles " * 11 + "Pebbles …", "Short."]
    assert reading.warnings == ("1 of 3 entries have neither title nor text and were left out",)


def test_an_empty_feed_is_quiet() -> None:
    for body in (rss([]), atom([]), rdf([]), json_feed([])):
        assert parsed(body) == Reading(entries=())


WHOLE = rss([f"<title>Number {n}</title><link>/{n}</link>" for n in range(4)])


@pytest.mark.parametrize(
    "end", [b"Number 3", b"<title>Number 3", b"</link></item><item><title>Number 3", b"mber 3</ti"]
)
def test_a_cut_feed_gives_its_whole_entries_and_says_so(end: bytes) -> None:
    reading = parsed(WHOLE[: WHOLE.index(end) + len(end)])
    assert isinstance(reading, Reading)
    assert [entry.title for entry in reading.entries] == ["Number 0", "Number 1", "Number 2"]
    assert (reading.whole, reading.warnings) == (False, ("the page is cut off after 3 whole entries",))


@pytest.mark.parametrize(
    "body",
    [
        rss([RSS_ITEM.replace("Kilns &amp; Lanterns", "Kilns & Lanterns")]),
        rss([RSS_ITEM.replace("</guid>", "</guid><br>")]),
        rss([RSS_ITEM + "<unclosed>"]),
        rss([RSS_ITEM]).replace(b"Kilns &amp;", b"Kilns &#8; &amp;"),
    ],
    ids=["ampersand", "unclosed tag", "unclosed element", "no character"],
)
def test_what_is_not_well_formed_is_read_leniently(body: bytes) -> None:
    reading = parsed(body)
    assert isinstance(reading, Reading)
    (entry,) = reading.entries
    assert entry.url == "https://lab.example/posts/kilns"
    assert entry.title.startswith("Kilns") and entry.title.endswith("& Lanterns")
    assert entry.published == AT
    assert "not well-formed" in reading.warnings[0]


def test_undeclared_prefixes_and_html_entities_are_no_fault() -> None:
    body = rss(["<title>Caf&eacute; &mdash; X</title><dc:creator>Ada Amberg</dc:creator><link>/a</link>"])
    reading = parsed(body)
    assert isinstance(reading, Reading) and not reading.warnings
    assert (reading.entries[0].title, reading.entries[0].authors) == ("Café — X", ("Ada Amberg",))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>'.encode() + rss(["<title>&l9;</title>"])[21:]
XXE = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(["<title>a &x; b</title>"])[21:]


@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_entities_are_not_expanded_and_files_not_read() -> None:
    assert [entry.title for entry in entries(BOMB)] == ["&l9;"]
    assert [entry.title for entry in entries(XXE)] == ["a &x; b"]
    assert [entry.title for entry in entries(XXE.replace(b" b</title>", b" b & c</title>"))] == ["a &x; b & c"]
    hidden = b"<?xml version='1.0'?>" + XXE.replace(b"<!ENTITY x", b'<!ENTITY y "]"> <!ENTITY x')
    assert [entry.title for entry in entries(hidden)] == ["a &x; b"]
    assert [entry.title for entry in entries(b"<rss><a></b>" + hidden)] == ["a &x; b"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "the page is empty"),
        (login_page(), "found what looks like a login page"),
        (b"<!doctype html><html><title>My cats</title></html>", 'found HTML titled "My cats"'),
        (b"\x00\x01\x02", "found binary data"),
        (b"plain words", "found text"),
        (b"<?xml version='1.0'?><svg></svg>", "found XML that begins with <svg>"),
        (b"{}", "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "without a list of items"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "not JSON, or cut off"),
        (b"<rss>" + b"<a>" * 300, "nested more than 250 deep"),
        (b"<rss><channel><item>" + b"<a/>" * 30_000, "more than 20,000 elements"),
        (b"<rss><channel>" + b"<a/>" * 30_000, "more than 20,000 elements"),
    ],
)
def test_anything_else_is_broken_and_says_why(body: bytes, expected: str) -> None:
    assert expected in reason(body)


@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_a_feed_of_100_000_items_hangs_nothing() -> None:
    item = "<item><title>T</title><link>/{}</link><description>words &amp; words</description></item>"
    body = b"<rss><channel>" + "".join(map(item.format, range(100_000))).encode() + b"</channel></rss>"
    assert "more than 10,000 entries" in reason(body)
    assert "too large to be read leniently" in reason(body.replace(b"<item>", b"<a></b><item>", 1))
    assert "more than 10,000 entries" in reason(json_feed([{"id": str(n)} for n in range(10_001)]))
    assert (
        len(entries(b"<rss><channel>" + "".join(map(item.format, range(10_000))).encode() + b"</channel></rss>"))
        == 10_000
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<![CDATA[" * 500_000,
        b"<rss><channel><item><title>" + b"&lt;a " * 300_000,
        b"<rss>" + b"<!DOCTYPE " * 500_000,
        b"<?xml " * 500_000,
        b"<!--" * 500_000 + b"<rss>",
        b"<rss><a " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"></rss>",
        b"<rss><channel><item><title>" + b"&lt;!--" * 300_000 + b"</title></item></channel></rss>",
        b"<rss><channel><item><dc:creator>"
        + b"a, " * 300_000
        + b"</dc:creator><title>x</title></item></channel></rss>",
        b"<rss><channel><item><title>x & y " + b"&lt;b " * 300_000,
    ],
    ids=range(9),
)
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_nothing_takes_quadratic_time(body: bytes) -> None:
    parsed(body)


JSON_HEAD = b'{"version": "https://jsonfeed.org/version/1", "items": '


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    for start in (
        b"",
        b"<rss><channel><item><title>",
        b"<feed>",
        b'{"version": "https://jsonfeed.org/version/1", "items": ',
    ):
        assert isinstance(parsed(start + body), Reading | Unreadable)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.text(max_size=30))
def test_any_text_anywhere(text: str, other: str) -> None:
    shown = escape(text)
    item = "".join(
        f"<{name}>{shown}</{name}>" for name in ("title", "link", "guid", "pubDate", "dc:creator", "description")
    )
    for found in (parsed(rss([item])), parsed(json_feed([{"id": text, "url": other, "title": other, "tags": [text]}]))):
        assert isinstance(found, Reading | Unreadable)
        for entry in found.entries if isinstance(found, Reading) else ():
            assert entry.title
            repr(entry).encode()


@given(st.data())
def test_damaged_feeds(data: st.DataObject) -> None:
    body = data.draw(
        st.sampled_from([rss([RSS_ITEM] * 2), atom([ATOM_ENTRY] * 2), rdf([RDF_ITEM]), json_feed([JSON_ITEM])])
    )
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 100)))
    assert isinstance(parsed(body[:start] + data.draw(st.binary(max_size=20)) + body[end:]), Reading | Unreadable)


JSON_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@given(st.sampled_from([*JSON_ITEM, "author", "summary"]), JSON_VALUES)
def test_any_json_in_the_place_of_any_value(key: str, value: object) -> None:
    assert isinstance(parsed(json_feed([{**JSON_ITEM, key: value}])), Reading)
    assert isinstance(
        parsed(json.dumps({"version": "https://jsonfeed.org/version/1", "items": value}).encode()), Reading | Unreadable
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 09 Mar 2026 08:30:00 GMT", AT),
        ("09 Mar 2026 08:30 EST", datetime(2026, 3, 9, 13, 30, tzinfo=UTC)),
        ("Mon, 9 Mar 26 08:30:00 +0000", AT),
        ("2026-03-09T08:30:00Z", AT),
        ("2026-03-09T08:30:00.1234567891Z", AT),
        ("2026-03-09 08:30:00", AT),
        ("2026-03-09", datetime(2026, 3, 9, tzinfo=UTC)),
        ("2026-03", None),
        ("2026", None),
        ("", None),
        ("yesterday", None),
        ("Mon, 99 Mar 2026 08:30:00 GMT", None),
        ("9999-99-99", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Ada Amberg"], ("Ada Amberg",)),
        (["Ada Amberg, Bao Brisk and Chiara Corvin"], ("Ada Amberg", "Bao Brisk", "Chiara Corvin")),
        (["Ada Amberg, Bao Brisk, and Chiara Corvin"], ("Ada Amberg", "Bao Brisk", "Chiara Corvin")),
        (["Amberg, A.; Brisk, B. C."], ("A. Amberg", "B. C. Brisk")),
        (["Amberg, A., van der Brisk, B. C., Étienne, J.-P."], ("A. Amberg", "B. C. van der Brisk", "J.-P. Étienne")),
        (["Amberg, A.", "Brisk, B."], ("A. Amberg", "B. Brisk")),
        (["Sammy Davis, Jr."], ("Sammy Davis, Jr.",)),
        (["Sandy and Sons"], ("Sandy and Sons",)),
        (["pebble"], ("pebble",)),
        (["", "  "], ()),
    ],
)
def test_people(texts: list[str], expected: tuple[str, ...]) -> None:
    assert people(texts) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("for $x<y$ we have &lt;b&gt;", "for $x<y$ we have <b>"),
        ("<p>One</p><p>two<br/>three</p>", "One two three"),
        ("<script>alert(1)</script>x<style>p{}</style><!-- y -->", "x"),
        ("<i>E. coli</i> and CO<sub>2</sub>", "E. coli and CO2"),
        ("AT&T &amp; R&amp;D&nbsp;2", "AT&T & R&D 2"),
        ("<img src=x alt='a'>pic", "pic"),
        ("", ""),
    ],
)
def test_plain(markup: str, expected: str) -> None:
    assert shown_text(markup) == expected


def test_a_feed_needs_an_address() -> None:
    assert [mistake.key for mistake in PARSER.check(Source(name="x", kind="feed"))] == ["url"]
    assert not list(PARSER.check(SOURCE))
    assert PARSER.starts(SOURCE, AT.date()) == (URL,)
