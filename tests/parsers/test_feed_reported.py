"""Feeds as people report them to other readers: odd items, and their right reading."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime

import pytest

from tests.parsers.feeds import json_feed
from tests.parsers.test_feed_texts import URL, atom, only
from watcher.model import Entry, Reading
from watcher.parsers.feed.kind import parse

LINK = "<link>https://lab.example/1</link>"
SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        "content": "http://purl.org/rss/1.0/modules/content/",
    }.items()
)


def feed(item: str, head: str = "", tail: str = "") -> bytes:
    channel = f"<title>L</title><link>https://lab.example/</link>{head}<item>{item}</item>"
    return f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel>{channel}</channel></rss>{tail}'.encode()


def item(text: str) -> Entry:
    return only(feed(text))


TITLES = {
    "an image of the item has one, too": f"<title>Right</title>{LINK}<image><title>Wrong</title></image>",
    "an image stands first": f"<image><title>Wrong</title><link>https://x.example/</link></image><title>Right</title>{LINK}",
    "a picture has one, too": f"<media:title>Wrong</media:title><title>Right</title>{LINK}",
    "an episode has one, too": f"<title>Right</title>{LINK}<itunes:title>Wrong</itunes:title>",
    "a source has one, too": f'<source url="https://o.example/"><title>Wrong</title></source><title>Right</title>{LINK}',
    "it is a link": f'<title><a href="/x" hreflang="en">Right</a></title>{LINK}',
    "it is an escaped link": f"<title>&lt;a href=&quot;/x&quot;&gt;Right&lt;/a&gt;</title>{LINK}",
    "its section is escaped": f"<title>&lt;![CDATA[Right]]&gt;</title>{LINK}",
    "its section stands on a line of its own": f"<title>\n<![CDATA[Right]]>\n</title>{LINK}",
    "arXiv's id stands behind it": f"<title>Right (arXiv:2603.01234v1 [math.QA])</title>{LINK}",
    "an old id stands behind it": f"<title>Right (arXiv:math/0309136v2 [math.GT] UPDATED)</title>{LINK}",
    "a namespace is relative": f'<title>Right</title><post-id xmlns="com-wordpress:additions:1">1</post-id>{LINK}',
    "names begin with digits": f"<title>Right</title>{LINK}<thumbs><1536x1536>a.png</1536x1536></thumbs>",
}


@pytest.mark.parametrize("text", TITLES.values(), ids=TITLES)
def test_the_title_is_the_items_own(text: str) -> None:
    entry = item(text)
    assert entry.title == "Right" and entry.url == "https://lab.example/1"


def test_a_title_that_speaks_of_arxiv_keeps_it() -> None:
    assert item(f"<title>Reading (arXiv:2603.01234) anew</title>{LINK}").title == "Reading (arXiv:2603.01234) anew"


ABSTRACTS = {
    "its section is escaped": "<description>&lt;![CDATA[Words of it]]&gt;</description>",
    "a script stands before it": "<description><script async src=x></script>Words of it</description>",
    "it is a whole page": "<content:encoded><![CDATA[<html><head><meta charset='utf-8'></head>"
    "<body>Words of it</body></html>]]></content:encoded>",
    "it is Dublin Core": "<dc:description>Words of it</dc:description>",
    "it is an episode's": "<itunes:summary>Words of it</itunes:summary>",
    "it is XHTML": '<body xmlns="http://www.w3.org/1999/xhtml"><p>Words <b>of</b> it</p></body>',
}


@pytest.mark.parametrize("text", ABSTRACTS.values(), ids=ABSTRACTS)
def test_the_abstract_is_found_wherever_it_stands(text: str) -> None:
    assert item(f"<title>A</title>{LINK}{text}").abstract == "Words of it"


@pytest.mark.parametrize("form", ['mode="base64" type="text/html"', 'type="application/octet-stream"'])
def test_a_text_in_base64_is_read_where_it_says_so(form: str) -> None:
    title = b64encode("Grüne <b>Graphen</b>".encode()).decode()
    assert only(atom(f'<id>urn:1</id><title {form}>{title}</title><link href="/1"/>')).title == "Grüne Graphen"
    assert only(atom(f'<id>urn:1</id><title {form}>no base</title><link href="/1"/>')).title == "no base"


def test_a_title_that_could_be_base64_is_a_title() -> None:
    assert only(atom('<id>urn:1</id><title type="application/x-custom">test</title><link href="/1"/>')).title == "test"


AUTHORS = {
    "<author>ann@x.example (Ann Bee), cy@x.example (Cy Dee)</author>": ("Ann Bee", "Cy Dee"),
    "<author>no@blog.example (Ann Bee)</author><dc:creator>Ann Bee</dc:creator>": ("Ann Bee",),
    "<dc:author>Ann Bee</dc:author>": ("Ann Bee",),
    "<itunes:author>Ann Bee</itunes:author>": ("Ann Bee",),
    "<dc:creator>&lt;a href='/find/1'&gt;Ann Bee&lt;/a&gt;, &lt;a href='x'&gt;Cy Dee&lt;/a&gt;</dc:creator>": (
        "Ann Bee",
        "Cy Dee",
    ),
    "<description>Ann Bee in Proceedings of the 38th Conference</description>": (),
}


@pytest.mark.parametrize(("text", "names"), AUTHORS.items())
def test_authors_are_named(text: str, names: tuple[str, ...]) -> None:
    assert item(f"<title>A</title>{LINK}{text}").authors == names


def test_who_minds_the_feed_is_no_author() -> None:
    body = feed(f"<title>A</title>{LINK}", head="<managingEditor>help@arxiv.example</managingEditor>")
    assert only(body).authors == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Fri, Jun 26 2026 10:04:03 AM", date(2026, 6, 26)),
        ("Thu, 03 Sep 15 00:01:01 +0200", date(2015, 9, 2)),
        ("Dec 4, 2025", date(2025, 12, 4)),
        ("\n<![CDATA[Mon, 16 Feb 2026 15:25:20 GMT]]>\n", date(2026, 2, 16)),
    ],
)
def test_dates_that_other_readers_show_as_1970(written: str, day: date) -> None:
    assert item(f"<title>A</title>{LINK}<pubDate>{written}</pubDate>").listed == day


def test_the_year_of_a_book_is_not_when_it_was_listed() -> None:
    issued = '<dcterms:issued xmlns:dcterms="http://purl.org/dc/terms/">1905</dcterms:issued>'
    at = "<published>2026-03-06T15:41:14Z</published>"
    entry = only(atom(f'<id>urn:1</id><title>A</title><link href="/1"/>{issued}{at}'))
    assert entry.published == datetime(2026, 3, 6, 15, 41, 14, tzinfo=UTC)


LINKS = {
    "<link><![CDATA[//lab.example/news/1/Tax Shocks, Worries]]></link>": "https://lab.example/news/1/Tax%20Shocks,%20Worries",
    "<link>\n<![CDATA[https://lab.example/1?a=b&c=d]]>\n</link>": "https://lab.example/1?a=b&c=d",
    "<link>/blog/1</link>": "https://lab.example/blog/1",
    "<link></link><guid>https://lab.example/p/1</guid>": "https://lab.example/p/1",
    "<comments>https://lab.example/1#c</comments><link>https://lab.example/1</link>": "https://lab.example/1",
    '<enclosure url="/a.pdf" type="application/pdf" length="1"/>': "https://lab.example/a.pdf",
}


@pytest.mark.parametrize(("text", "url"), LINKS.items())
def test_links_lead_to_the_paper(text: str, url: str) -> None:
    assert item(f"<title>A</title>{text}").url == url


@pytest.mark.parametrize(
    "text", ["", "<link/>", '<enclosure url="/a.mp3" type="audio/mpeg" length="1"/>', "<enclosure/>"]
)
def test_what_leads_to_no_paper_is_no_link(text: str) -> None:
    assert item(f"<title>A</title>{text}").url is None


def test_what_lies_behind_a_middleman_is_the_papers_address_and_both_are_known() -> None:
    origin = "<feedburner:origLink>https://www.nature.com/articles/s41586-026-01234-5</feedburner:origLink>"
    entry = item(f"<title>A</title><link>https://feeds.example/~r/lab/~3/abc/</link>{origin}")
    assert entry.url == "https://www.nature.com/articles/s41586-026-01234-5"
    assert entry.keys == ("doi:10.1038/s41586-026-01234-5", "url:https://feeds.example/~r/lab/~3/abc/")


def test_of_several_links_of_atom_the_alternate_one_counts() -> None:
    others = '<link rel="enclosure" href="/a.mp3"/><link rel="related" href="https://o.example/"/>'
    entry = only(atom(f'<id>urn:1</id><title>A</title>{others}<link rel="alternate" href="/blog/1/"/>'))
    assert entry.url == "https://lab.example/blog/1/"


@pytest.mark.parametrize("tail", ["\n<!-- cached --> 1 <b>stats</b>\n", "\x00\x00", "<p>"])
def test_what_stands_behind_the_feed_spoils_nothing(tail: str) -> None:
    read = parse(feed(f"<title>opening & closing</title>{LINK}", tail=tail), URL)
    assert isinstance(read, Reading) and read.whole
    assert [entry.title for entry in read.entries] == ["opening & closing"]


def test_rss_in_a_namespace_of_its_own_is_read() -> None:
    body = feed(f"<title>A</title>{LINK}").decode()
    for name in ("rss", "channel", "item", "title", "link"):
        body = body.replace(f"<{name}>", f"<r:{name}>").replace(f"</{name}>", f"</r:{name}>")
    body = body.replace("<rss ", '<r:rss xmlns:r="http://backend.userland.com/rss2" ')
    entry = only(body.encode())
    assert (entry.title, entry.url) == ("A", "https://lab.example/1")


@pytest.mark.parametrize("key", ["author", "authors"])
@pytest.mark.parametrize("several", [False, True])
def test_authors_of_json_feed_in_each_of_its_versions(key: str, several: bool) -> None:
    ann = {"name": "Ann Bee"}
    entry = only(json_feed([{"id": "1", "url": "https://lab.example/1", "title": "A", key: [ann] if several else ann}]))
    assert entry.authors == ("Ann Bee",)
