"""What programs and people write into feeds is read as a reader would see it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import pytest

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.feed.kind import parse

URL = "https://lab.example/feed.xml"
DAY = datetime(2026, 3, 9, tzinfo=UTC)
TEN = datetime(2026, 3, 9, 10, tzinfo=UTC)


def rss(item: str) -> bytes:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
    )
    head = "<title>L</title><link>https://lab.example/</link>"
    return f'<rss version="2.0" {spaces}><channel>{head}<item>{item}</item></channel></rss>'.encode()


def atom(entry: str) -> bytes:
    head = "<title>L</title><id>urn:l</id><updated>2026-03-10T00:00:00Z</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{entry}</entry></feed>'.encode()


def only(body: bytes) -> Entry:
    read = parse(body, URL)
    assert isinstance(read, Reading), read
    (entry,) = read.entries
    return entry


TITLES = [
    ("Where <meta> elements belong", "Where <meta> elements belong"),
    ("Faster Vec<T> in Rust", "Faster Vec<T> in Rust"),
    ("When a<b and c>d hold", "When a<b and c>d hold"),
    ("The &amp; entity", "The &amp; entity"),
]


@pytest.mark.parametrize(("written", "shown"), TITLES)
def test_a_title_of_atom_without_a_type_is_text(written: str, shown: str) -> None:
    assert only(atom(f'<id>urn:1</id><title>{escape(written)}</title><link href="/1"/>')).title == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("f<T> for all T", "f<T> for all T"),
        ("<p>First.</p><p>Second.</p>", "First. Second."),
        ("one<br>two", "one two"),
    ],
)
def test_a_summary_of_atom_without_a_type_is_text_unless_it_is_html(written: str, shown: str) -> None:
    entry = only(atom(f'<id>urn:1</id><title>T</title><link href="/1"/><summary>{escape(written)}</summary>'))
    assert entry.abstract == shown


@pytest.mark.parametrize("empty", ["<summary/>", '<summary type="text"> </summary>', "<summary><![CDATA[]]></summary>"])
def test_an_empty_text_stands_before_none(empty: str) -> None:
    shown = (
        f'<id>urn:1</id><title>T</title><link href="/1"/>{empty}<content type="html">&lt;p&gt;Long.&lt;/p&gt;</content>'
    )
    assert only(atom(shown)).abstract == "Long."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Faster Vec<T> in Rust", "Faster Vec<T> in Rust"),
        ("When a<b and c>d hold", "When a<b and c>d hold"),
        ("Circulating mi<scp>RNA</scp>s", "Circulating miRNAs"),
        (
            "In <mml:math><mml:msub><mml:mi>MoS</mml:mi><mml:mn>2</mml:mn></mml:msub></mml:math> sheets",
            "In MoS2 sheets",
        ),
        ("<jats:styled-content>anti</jats:styled-content>bodies", "antibodies"),
        ("<jats:sc>l</jats:sc>-DOPA", "l-DOPA"),
        ("<math><mi>x</mi><annotation>\\mathrm{x}</annotation></math>-rays", "x -rays"),
        ("one<p>two</p>three<br/>four", "one two three four"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<b>Bold</b>ly, <blink>a</blink>new", "Boldly, anew"),
        ("<a href='x'>Link</a>ed", "Linked"),
        ("Open<svg viewBox='0 0 9 9'><path d='M1'/><text>i</text></svg> kilns", "Open kilns"),
        ("Kilns <svg><path d='M1'> that are cut off", "Kilns that are cut off"),
        ("<site-term data-id='4'>Kilns</site-term> and <x-em>bees</x-em>", "Kilns and bees"),
        ("<kbd-hint key='k'>Kilns", "Kilns"),
        ("Between <think> and </think>, up to <end-of-text>", "Between <think> and </think>, up to <end-of-text>"),
    ],
)
def test_only_blocks_part_words_and_only_tags_are_taken_out(written: str, shown: str) -> None:
    assert only(rss(f"<title>{escape(written)}</title><link>/1</link>")).title == shown


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://lab.example/don't-stop", "https://lab.example/don't-stop"),
        ("https://lab.example/a b", "https://lab.example/a%20b"),
        ("https://lab.example/one\n/two", "https://lab.example/one/two"),
        ("https:/lab.example/q", "https://lab.example/q"),
        ("//lab.example/y", "https://lab.example/y"),
        ("doi:10.1000/Kilns", "https://doi.org/10.1000/kilns"),
        ("10.1000/kilns", "https://doi.org/10.1000/kilns"),
        ("arXiv:2603.01234v2", "https://arxiv.org/abs/2603.01234"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(written: str, url: str) -> None:
    assert only(rss(f"<title>T</title><link>{written}</link>")).url == url


def test_an_entry_without_a_link_is_where_its_content_or_its_id_is() -> None:
    assert only(atom('<id>urn:1</id><title>T</title><content src="/full/1" type="text/html"/>')).url == (
        "https://lab.example/full/1"
    )
    assert only(atom("<id>https://lab.example/2</id><title>T</title>")).url == "https://lab.example/2"


def test_an_id_that_is_no_address_makes_no_link() -> None:
    head = b'{"version":"https://jsonfeed.org/version/1.1","items":['
    for name in (b'"42"', b"42", b'"issue 42"'):
        assert only(head + b'{"title":"T","id":' + name + b"}]}").url is None
    assert only(head + b'{"id":"https://lab.example/2","title":"T"}]}').url == "https://lab.example/2"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        *((day, DAY) for day in ("Mon, 9 Mar 2026", "Mar 9, 2026", "March 9, 2026", "9th March 2026", "2026-3-9")),
        *((day, DAY) for day in ("2026/03/09", "2026/3/9 15:07:41", "2026-03-09T24:00:00Z", "20260309")),
        *((time, TEN) for time in ("2026-03-09 10:00:00 +0000 UTC", "Mon, 09 Mar 2026 10:00:00 GMT", "1773050400")),
        *((time, TEN) for time in ("2026-03-09T11:00:00+01:00[Europe/Paris]", "1773050400000")),
        ("Mon, 09 Sept 2026 10:00:00 GMT", datetime(2026, 9, 9, 10, tzinfo=UTC)),
        ("Mon, 09 Mar 2026 00:30:00 +01:00", datetime(2026, 3, 8, 23, 30, tzinfo=UTC)),
        *((time, TEN) for time in ("Mon Mar 09 2026 11:00:00 GMT+0100 (CET)", "Mon, 09 Mar 2026 11:00:00 UTC+1")),
        *((time, TEN) for time in ("1773050400.5", "2026-03-09T09:00:00 GMT-01:00")),
        *((none, None) for none in ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT")),
        *((none, None) for none in ("17730504", "0000-00-00 00:00:00")),
        ("Tue, 10 Mar 2026 2:17:57 PM CEST", datetime(2026, 3, 10, 12, 17, 57, tzinfo=UTC)),
        ("Tue, 10 Mar 2026 05:00:00 JST", datetime(2026, 3, 9, 20, tzinfo=UTC)),
        ("Mon, 09 Mar 2026 11:00:00 CET", TEN),
        ("2026-03-09 11:00:00 BST", TEN),
        ("Mon, 09 Mar 2026 10:00:00 IST", TEN),
        *((none, None) for none in ("2026", "2026-03", "17", "123456789012345", "Lok 2026", "03/04/2026")),
    ],
)
def test_a_date_is_read_as_it_is_meant_or_not_at_all(written: str, at: datetime | None) -> None:
    entry = only(rss(f"<title>T</title><link>/1</link><pubDate>{written}</pubDate>"))
    assert (entry.published, entry.listed) == (at, at.date() if at else None)


@pytest.mark.parametrize(
    "name",
    [
        *("dcterms:issued", "dcterms:created", "dcterms:modified", "prism:publicationDate", "prism:coverDate"),
        *("pubdate", "PubDate", "PUBDATE"),
    ],
)
def test_a_date_is_found_under_every_usual_name(name: str) -> None:
    assert only(rss(f"<title>T</title><link>/1</link><{name}>2026-03-09</{name}>")).published == DAY


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ann Bee, PhD", ("Ann Bee",)),
        ("Ann Bee, Ph.D., Cy Dee, M.D.", ("Ann Bee", "Cy Dee")),
        ("张三, 李四", ("张三", "李四")),
        ("Ann Bee et al.", ("Ann Bee",)),
        ("Dr. Ann Bee", ("Ann Bee",)),
        ("Ann Bee (MIT), Cy Dee (ETH)", ("Ann Bee", "Cy Dee")),
        ("Ann Bee & Cy Dee", ("Ann Bee", "Cy Dee")),
        ("Bee, Ann, Dee, Cy", ("Ann Bee", "Cy Dee")),
        ("ann@lab.example (Ann Bee)", ("Ann Bee",)),
        ("Ann Bee Jr., Cy Dee", ("Ann Bee Jr.", "Cy Dee")),
        ("The ATLAS Collaboration", ("The ATLAS Collaboration",)),
        ("Ma, Jack", ("Jack Ma",)),
        *(
            (f"Ann Bee{apart}Cy Dee", ("Ann Bee", "Cy Dee"))
            for apart in (" | ", " · ", " • ", " / ", "；", ",", ", & ")
        ),
        *((f"Ann Bee{apart}Cy Dee", ("Ann Bee", "Cy Dee")) for apart in (" und ", " et ", " y ", " och ")),
        ("Ann Bee, José Ortega y Gasset", ("Ann Bee", "José Ortega y Gasset")),
        ("By Ann Bee and Cy Dee", ("Ann Bee", "Cy Dee")),
        ("Authors: Ann Bee, Cy Dee and 12 others", ("Ann Bee", "Cy Dee")),
        ("Ann Bee<sup>1,a</sup>, Cy Dee<sup>*</sup>", ("Ann Bee", "Cy Dee")),
        ("Ann Bee1,2, Cy Dee*, Eve Fee¹, Di Guy [3]", ("Ann Bee", "Cy Dee", "Eve Fee", "Di Guy")),
        ("Ann Bee, for the ATLAS Collaboration", ("Ann Bee", "ATLAS Collaboration")),
        ("Ann Bee on behalf of the XYZ Consortium", ("Ann Bee", "XYZ Consortium")),
        ("Working Group 7", ("Working Group 7",)),
        ("Ann Bee <ann@lab.example>", ("Ann Bee",)),
        ("Bee, Ann, Jr.", ("Ann Bee, Jr.",)),
        ("Bee, A.-B., & Dee, C.", ("A.-B. Bee", "C. Dee")),
        ("and Cy Dee", ("Cy Dee",)),
        (", ", ()),
    ],
)
def test_authors_are_people(written: str, names: tuple[str, ...]) -> None:
    assert only(rss(f"<title>T</title><link>/1</link><dc:creator>{escape(written)}</dc:creator>")).authors == names


NAMES_TWO = (
    b"<html><title>Lab</title><!-- <link href='/old.xml' type='application/rss+xml'> -->"
    b"<link href='/my feed.json?a=1&amp;b=2' type='application/feed+json'></html>"
)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'<OAI-PMH xmlns="x"><record/></OAI-PMH>', "XML that begins with <OAI-PMH>"),
        (b"Error : (2002) Connection refused", 'text: "Error : (2002) Connection refused"'),
        (b"Rate exceeded.", 'text: "Rate exceeded."'),
        (b'<entry xmlns="http://www.w3.org/2005/Atom"><title>A</title></entry>', "a single entry of Atom"),
        (
            b"<Error><Message>Access Denied</Message></Error>",
            'XML that begins with <Error>, which says "Access Denied"',
        ),
        (b'{"message": "Not allowed"}', 'JSON: "{"message": "Not allowed"}"'),
        (
            NAMES_TWO,
            'HTML titled "Lab", which names a feed: https://lab.example/my%20feed.json?a=1&b=2',
        ),
        (
            b"<html><head><title>Lab</title><link type='application/rss+xml' href='/feed.xml'></head></html>",
            'HTML titled "Lab", which names a feed: https://lab.example/feed.xml',
        ),
    ],
)
def test_what_is_no_feed_is_named_as_what_it_is(body: bytes, found: str) -> None:
    read = parse(body, URL)
    assert isinstance(read, Unreadable) and found in read.reason


def test_what_every_reader_reads_is_read() -> None:
    twice = b"\xef\xbb\xbf" * 2 + rss("<title>T</title><link>/1</link>")
    assert only(twice).title == "T"
    latin = b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"Caf\xe9"}]}'
    assert only(latin).title == "Caf\u00e9"
    assert only(rss("<title>T</title><link>/1</link>").replace(b"item>", b"Item>")).title == "T"


def items(*links: str) -> bytes:
    listed = "".join(f"<item><title>Paper {n}</title><link>{link}</link></item>" for n, link in enumerate(links))
    return f'<rss version="2.0"><channel><title>L</title>{listed}</channel></rss>'.encode()


def keys(body: bytes) -> list[tuple[str, ...]]:
    read = parse(body, URL)
    assert isinstance(read, Reading)
    return [entry.keys for entry in read.entries]


def test_papers_that_are_fragments_of_one_page_are_told_apart_by_them() -> None:
    assert keys(items("/all.html#p0", "/all.html#p1", "/other#top")) == [
        ("url:https://lab.example/all.html#p0",),
        ("url:https://lab.example/all.html#p1",),
        ("url:https://lab.example/other",),
    ]
    assert keys(items("/#!/paper/0", "/#!/paper/1"))[1] == ("url:https://lab.example/#!/paper/1",)


def test_an_address_that_several_papers_share_is_none_of_theirs() -> None:
    one = "url:https://lab.example/2"
    assert keys(items("/news", "/news", "/2#a")) == [(), (), (one, f"{one}#a")], "its own with the fragment and without"
    assert keys(items("/news#x", "/news#x")) == [(), ()]
