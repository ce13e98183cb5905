"""Feeds that are not well-formed, or hardly begin: read as far as they can be made out, else broken, and soon."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.feeds import json_feed, rss
from watcher.errors import UnknownPage
from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.common.sniff import BodyForm, body_form

URL = "https://lab.example/news/feed.xml"
SOURCE = Source(name="lab", kind="feed", url=URL)

pytestmark = pytest.mark.timeout(60)


def parsed(body: bytes | str) -> Reading | Unreadable:
    return PARSERS["feed"].parse(body.encode() if isinstance(body, str) else body, URL, SOURCE)


def entries(body: bytes | str) -> tuple[Entry, ...]:
    reading = parsed(body)
    assert isinstance(reading, Reading), reading
    return reading.entries


def reason(body: bytes | str) -> str:
    found = parsed(body)
    assert isinstance(found, Unreadable), found
    return found.reason


def channel(*items: str) -> str:
    return f"<rss version='2.0'><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


TITLED = "<title>Trees</title><link>https://lab.example/1</link>"
ATOM = "<link href='https://lab.example/1'><title>Trees</title>"

SMALL = {
    "a root that another tag closes": "<rss></x>",
    "an Atom root that another tag closes": "<feed></x>",
    "a channel that another tag closes": "<rss><channel></x></channel></rss>",
    "a root that nothing closes": "<rss>",
    "an Atom root that nothing closes": "<feed>",
    "an RDF root that nothing closes": "<rdf:RDF>",
    "half of a root": "<rss",
    "half of the first item": "<rdf:RDF><item><title>Trees",
    "half of the first item, and an ampersand": "<rss><channel><item><title>Trees & mo",
    "an ampersand in an empty feed": "<rss><channel><title>R&D</title></channel></rss>",
    "items without anything, and an ampersand": "<rss><channel><item></item>&<item/></channel></rss>",
    "a declaration": "<?xml?>",
    "a whole declaration": '<?xml version="1.0"?>',
    "a declaration and a comment": "<?xml?><!-- -->",
    "a declaration and a tag that is none": "<?xml?><>",
    "text in XML": "<?xml?>text & more",
}


@pytest.mark.parametrize("body", SMALL)
def test_a_feed_that_shows_nothing_and_is_not_whole_is_broken(body: str) -> None:
    assert reason(SMALL[body])
    with pytest.raises(UnknownPage):
        recognise(SMALL[body].encode())


def test_the_reason_says_what_is_wrong() -> None:
    assert reason("<rss></x>") == (
        "looked for papers, found none in XML that is not well-formed (mismatched tag: line 1, column 7)"
    )
    assert reason("<rss>") == "the page is cut off before the end of its first entry"
    assert reason("<?xml?>") == "looked for a feed, found XML without any element"


FRAMES = [
    *(
        "<rss version='2.0'/>",
        "<rss><channel/></rss>",
        "<rdf:RDF xmlns:rdf='urn:x'/>",
        "<feed xmlns='urn:x'/>",
        "<channel/>",
    ),
    *("<rss><error>down</error></rss>", "<rss>Service unavailable</rss>", "<rss><channel>Down</channel></rss>"),
    *("<rss><html><body>Log in</body></html></rss>", "<rss><channel><error>no such feed</error></channel></rss>"),
    "<feed xmlns='http://www.w3.org/2005/Atom'><p>Sorry, log in</p></feed>",
    "<rss><channel><title> </title><link/></channel></rss>",
]


@pytest.mark.parametrize("body", FRAMES)
def test_the_mere_frame_of_a_feed_is_no_quiet_day(body: str) -> None:
    words = "looked for papers, found the frame of a feed, without papers and without a title"
    assert reason(body) == reason(f'<?xml version="1.0"?>{body}') == words


@pytest.mark.parametrize(
    "head",
    [
        "<title>Trees</title>",
        "<link>https://lab.example/</link>",
        "<lastBuildDate>Tue, 10 Mar 2026 08:00:00 GMT</lastBuildDate>",
    ],
)
def test_a_feed_that_says_what_it_is_may_be_quiet(head: str) -> None:
    assert parsed(f"<rss><channel>{head}</channel></rss>") == Reading(entries=(), whole=True)


LEADS = [
    "\ufeff",
    "\ufeff\ufeff",
    "\n\ufeff",
    "\ufeff\r\n\ufeff",
    "\u00a0",
    "\u0085",
    "\u200b",
    "\u2028",
    "ï»¿",
    "\x0c",
    " \t\n",
]


@pytest.mark.parametrize("lead", LEADS)
def test_marks_and_blanks_before_a_feed_are_passed_over(lead: str) -> None:
    found = parsed(lead + '<?xml version="1.0"?>' + channel(TITLED))
    assert isinstance(found, Reading) and [one.title for one in found.entries] == ["Trees"] and not found.warnings


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><item></item><item><link>/1</link></item></channel></rss>",
        json_feed([1, 2]),  # type: ignore[list-item]
        json_feed([None, {}]),  # type: ignore[list-item]
        json_feed(["https://lab.example/1", []]),  # type: ignore[list-item]
    ],
)
def test_entries_of_which_none_can_be_told_are_no_quiet_day(body: bytes | str) -> None:
    warning = "2 of 2 entries have neither title nor text and were left out"
    assert parsed(body) == Reading(entries=(), whole=False, warnings=(warning,))


def test_what_is_no_item_among_items_is_counted() -> None:
    reading = parsed(json_feed([{"id": "1", "title": "Trees"}, None]))  # type: ignore[list-item]
    assert isinstance(reading, Reading) and len(reading.entries) == 1
    assert reading.warnings == ("1 of 2 entries have neither title nor text and were left out",)


MENDED = {
    "an ampersand": ("<title>R&D at AT&T: a&lt;b</title>", "R&D at AT&T: a<b"),
    "an entity of HTML": ("<title>caf&eacute; & tea</title>", "café & tea"),
    "an unknown entity": ("<title>a &x; b & c</title>", "a &x; b & c"),
    "a smaller sign": ("<title>p < 0.05 & less</title>", "p < 0.05 & less"),
    "a surrogate": ("<title>a&#xD800;b</title>", "a\ufffdb"),
    "a surrogate in decimal": ("<title>a&#55296;b</title>", "a\ufffdb"),
    "half a pair of surrogates": ("<title>a&#xDC00;b</title>", "a\ufffdb"),
    "a number that is no character": ("<title>a&#x110000;b&#9999999999;</title>", "a\ufffdb\ufffd"),
    "the null character": ("<title>a&#0;b</title>", "a\ufffdb"),
    "a number without end": (f"<title>a&#{'9' * 5000};b</title>", "a\ufffdb"),
    "CDATA": ("<title><![CDATA[Trees & <b>more</b>]]></title>&", "Trees & more"),
    "a tag that nothing closes": ("<title>Trees</title><description>One<br>two</description>", "Trees"),
    "an element that nothing closes": ("<title>Trees</title><x>", "Trees"),
    "a title that nothing closes": ("<title>Trees", "Trees"),
    "a title in a source": ("<title>Trees & x</title><source><title>Of whom</title></source>", "Trees & x"),
    "an end of what is not open": ("<title>Trees</title></x></y>", "Trees"),
    "attributes without quotes": ("<title type=text x>Trees</title>", "Trees"),
    "attributes given twice": ("<title a='1' a='2'>Trees</title>", "Trees"),
    "a quote that nothing closes": ("<title a=don't b=\">Trees</title>", "Trees"),
    "names in capitals": ("<TITLE>Trees</TITLE>&", "Trees"),
    "a comment": ("<!-- a -- b --><title>Tr<!-- x -->ees</title>", "Trees"),
}


@pytest.mark.parametrize("item", MENDED)
def test_what_is_wrong_in_an_item_is_mended(item: str) -> None:
    wrong, title = MENDED[item]
    found = entries(channel(wrong + "<link>https://lab.example/1?a=1&section=2</link>", TITLED))
    assert [entry.title for entry in found] == [title, "Trees"]
    assert found[0].url == "https://lab.example/1?a=1&section=2"


@pytest.mark.parametrize(
    "body",
    [
        f"<rss><channel><item>{TITLED}<item>{TITLED}</channel></rss>",
        f"<rss><channel><item>{TITLED}</item></channel><item>{TITLED}</item></x>",
        f"<rss><x><channel><item>{TITLED}</item><item>{TITLED}</item></rss>",
        f"<RSS><CHANNEL><ITEM>{TITLED}</ITEM><Item>{TITLED}</Item></CHANNEL></rss>",
        f"<rdf:RDF><item>{TITLED}</item></rdf:RDF><item>{TITLED}</item>",
        f"<feed><entry>{ATOM}</entry><entry>{ATOM}</feed>",
        f"<feed><entry>{ATOM}</entry><entry>{ATOM}</entry></x>",
    ],
)
def test_items_are_found_wherever_they_stand(body: str) -> None:
    found = entries(body.replace("Trees", "Two", 1).replace("/1", "/2", 1))
    assert [(entry.title, entry.url) for entry in found] == [
        ("Two", "https://lab.example/2"),
        ("Trees", "https://lab.example/1"),
    ]


def test_names_of_namespaces_count_where_they_are_declared() -> None:
    body = '<rss xmlns:d="http://purl.org/dc/elements/1.1/"><channel><item><title>A & B</title><d:creator>Ann Bee'
    (entry,) = entries(body + "</d:creator></item></channel></rss>")
    assert entry.authors == ("Ann Bee",)


def test_an_entry_without_a_link_has_none() -> None:
    assert entries(channel("<title>A & B</title>"))[0].url is None


def test_of_a_cut_feed_the_half_entry_is_none() -> None:
    whole = channel("<title>R&D</title><link>/1</link>", TITLED)
    for end in ("<title>Tre", "<link>https", "<title", "Trees</tit"):
        reading = parsed(whole[: whole.rindex(end) + len(end)])
        assert isinstance(reading, Reading) and not reading.whole
        assert [entry.title for entry in reading.entries] == ["R&D"]
        assert "cut off after 1 whole entry" in reading.warnings[-1]


DOCTYPES = {
    "in a title": channel("<title><![CDATA[What <!DOCTYPE does]]></title>", TITLED),
    "alone in a description": channel(
        "<title>What</title><description><![CDATA[ Why <!DOCTYPE ]]></description>", TITLED
    ),
    "escaped": channel("<title>What &lt;!DOCTYPE does</title>", TITLED),
    "whole, in a title": channel("<title><![CDATA[What <!DOCTYPE html> does]]></title>", TITLED),
    "of the feed": "<!DOCTYPE rss PUBLIC '-//X//DTD RSS 0.91//EN' 'http://dtd.example/rss.dtd'>"
    + channel("<title>What</title>", TITLED),
    "with brackets in a comment": "<?xml version='1.0'?><!-- x -->"
    "<!DOCTYPE rss [<!-- a ] > b --><!ENTITY nbsp '&#160;'>]>" + channel("<title>What</title>", TITLED),
    "with brackets in strings": "<!DOCTYPE rss SYSTEM 'a>b' "
    """[<!ENTITY a "]>"><!ENTITY b ']'><?x ]> ?><!ENTITY c "<!--">]>""" + channel("<title>What &a;</title>", TITLED),
    "and another one in a title": "<!DOCTYPE rss []>"
    + channel("<title><![CDATA[What <!DOCTYPE rss> does]]></title>", TITLED),
}


@pytest.mark.parametrize("body", DOCTYPES)
def test_a_document_type_is_one_before_the_root_only(body: str) -> None:
    reading = parsed(DOCTYPES[body])
    assert isinstance(reading, Reading) and reading.whole and not reading.warnings
    assert [entry.title[:4] for entry in reading.entries] == ["What", "Tree"]


def test_what_a_title_says_of_document_types_is_kept() -> None:
    assert entries(DOCTYPES["in a title"])[0].title == "What <!DOCTYPE does"


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("<!-- c -->" * 40 + "<x>", BodyForm.TEXT),
        ("<!-- c --> \n" * 40 + "<rss/>", BodyForm.XML),
        ("<!-- c -->" * 40 + "<!doctype html>", BodyForm.HTML),
        ("<!-- c -->" * 40 + "<html>", BodyForm.HTML),
        ("<?xml version='1.0'?>" + "<!-- x -->\n" * 40 + "<opml></opml>", BodyForm.XML),
        ("<?xml version='1.0'?><!-- > --><?x y?>\n<!DOCTYPE feed [<!ELEMENT a (b)>]><!-- x --><a:feed/>", BodyForm.XML),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html/>", BodyForm.HTML),
        ("<!-- " + "x" * 10_000 + " --><rss/>", BodyForm.XML),
        ("<!-- <rss> <!doctype html>", BodyForm.TEXT),
        ("<!doctype html><rss/>", BodyForm.HTML),
    ],
)
def test_what_a_body_is_behind_comments(body: str, form: BodyForm) -> None:
    assert body_form(body.encode()) is form


PREFIXES = " ".join(f"xmlns:a{n}='x'" for n in range(100_000))
LONG = {
    "comments": "<!-- c -->" * 40 + "<x>",
    "a licence in comments": "<?xml version='1.0'?>" + "<!-- x -->\n" * 40 + "<opml></opml>",
    "comments and a feed that is wrong": "<!-- -->" + "\n" * 60_000 + "<rss><channel></x>",
    "a long author": f"<rss><channel><item><title>trees</title><author>{'a' * 60_000}</author></item></x>",
    "half of an address": f"<rss><channel><item><title>trees</title><author>{'a.' * 20_000}@</author></item></x>",
    "a long creator": f"<rss><channel><item><title>trees</title><dc:creator>{'a.@' * 20_000}</dc:creator></item></x>",
    "many categories": f"<rss><channel><item>{''.join(f'<category>{n}</category>' for n in range(15_000))}</item></x>",
    "a long base": f"<rss xml:base='http://lab.example/{'a/' * 500_000}'>{'<item><title>a</title></item>' * 5_000}</x>",
    "many prefixes": "<rss " + PREFIXES + ">" + "<item xmlns:z='z'/>" * 10_000 + "</rss>",
    "quotes": "<rss>" + "<a '" * 500_000,
    "both quotes": "<rss>" + "<a b=\"'" * 400_000,
    "names of attributes": "<rss " + "a" * 1_000_000 + " " * 1_000_000,
    "ampersands": "<rss>" + "&#" * 1_000_000 + "&a" * 500_000,
    "comments that do not end": "<rss>&" + "<!--" * 500_000,
    "CDATA that does not end": "<rss>&" + "<![CDATA[" * 300_000,
    "declarations that do not end": "<!DOCTYPE a [" + "<!--" * 15_000 + "\"'" * 10_000,
    "ends": "<rss>&" + "</a>" * 500_000,
}


@pytest.mark.parametrize("body", LONG)
def test_nothing_hangs(body: str) -> None:
    found = parsed(LONG[body])
    assert isinstance(found, Unreadable) or found.entries


PIECES = st.sampled_from(
    (
        *("<rss>", "<feed>", "<channel>", "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>", "</rss>"),
        *("<link>", "<link/>", "<![CDATA[", "]]>", "<!--", "-->", "&", "<", ">", "'", '"', "&#xD800;", "&#0;", "&amp;"),
        *("word", "<a:b", "<RSS>", "<pubdate>", "</channel>", "<?xml?>", "<!DOCTYPE", "[", "<!ENTITY", "="),
        " xmlns:a='http://purl.org/dc/elements/1.1/'",
    )
)


@given(
    st.sampled_from(["", "<rss>", "<feed><entry>", "<?xml?><rss><channel><item><title>"]), st.lists(PIECES, max_size=25)
)
def test_any_order_of_pieces(start: str, pieces: list[str]) -> None:
    found = parsed(start + " ".join(pieces))
    for entry in found.entries if isinstance(found, Reading) else ():
        assert entry.title
        for text in (entry.title, entry.abstract, *entry.keys, *entry.authors, *entry.categories):
            text.encode()


def test_a_feed_that_is_well_formed_is_read_as_before() -> None:
    assert not parsed(rss([TITLED])).warnings  # type: ignore[union-attr]
