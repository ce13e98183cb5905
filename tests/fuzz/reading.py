"""Targets: what reads pages, answers and files of others."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

from tests.fuzz.target import NOW, Run, Target, text_of
from tests.parsers import (
    anthology,
    dblp,
    feeds,
    journals,
    literature,
    openreview,
    pages,
    pubmed,
    repositories,
    scholar,
    test_references,
)
from tests.parsers.test_told import PAGES
from tests.sources import any_source
from watcher.errors import UnknownPage
from watcher.fetch.body import BadBody, read_body
from watcher.fetch.mended_heads import MendedHead
from watcher.fetch.robots import read_robots
from watcher.model import Reading, Source, Unreadable
from watcher.model.masking import starred
from watcher.notify.reasons import of_log
from watcher.parsers import PARSERS, recognise_all
from watcher.parsers.apis.cursors import next_address, parameter_of, with_defaults
from watcher.parsers.apis.issn import what_is_wrong
from watcher.parsers.apis.jats import jats_text
from watcher.parsers.apis.relations import openalex_in, orcid_in, ror_in
from watcher.parsers.charsets.html import html_in_utf8
from watcher.parsers.charsets.text import given_body, xml_text
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.links import ids_of_link, place_of
from watcher.parsers.common.text_values import moment, people, shown_text
from watcher.parsers.references import read_ids, read_library
from watcher.store.papers.withdrawals import is_withdrawn

URL = "https://lab.example/list"
SAMPLES = pages.sample_papers(6)
IDS = "https://lab.example/efetch.fcgi?db=pubmed&id=41,42,43"
"""An address that asks for some records by their ids."""

JOURNALS = [value.encode() for value in vars(journals).values() if isinstance(value, str) and "<?xml" in value]
LISTED = [f"{paper['title']}\nAnn Bee, Cy Dee\n\nWe show it.\n" for paper in SAMPLES]
DIGEST = "\n".join(["Daily Papers", "Mar 9", *LISTED]).encode()
ARXIV_LIST = feeds.arxiv_list({"New submissions": SAMPLES}, date(2026, 3, 9))

MORE: Mapping[str, list[bytes]] = {
    "openalex": [literature.openalex([literature.work(n) for n in range(1, 4)], 300, cursor="IlsxNjA5Il0=")],
    "crossref": [
        literature.crossref([literature.registered(n) for n in range(1, 4)], 300),
        literature.crossref([literature.notice(1, ("retraction", "10.1000/kiln.2"))]),
        literature.refused("the query is not understood"),
    ],
    "semanticscholar": [
        scholar.papers([scholar.paper(n) for n in range(1, 4)], 300, "ABC"),
        scholar.papers([scholar.paper(4)], offset=0, next=100),
        b'{"message": "Too Many Requests.", "code": "429"}',
    ],
    "dblp": [
        dblp.hits([dblp.hit(n) for n in range(1, 4)], 300),
        dblp.hits([], code="503"),
        dblp.person([dblp.record(n) for n in range(3)]),
    ],
    "openreview": [
        openreview.notes([openreview.note(n) for n in range(25)], 300),
        json.dumps(openreview.challenge()).encode(),
    ],
    "aclanthology": [
        anthology.feed([anthology.item(n) for n in range(3)]),
        anthology.collection([anthology.volume([anthology.paper(n) for n in range(3)]), anthology.volume([], "short")]),
    ],
    "pubmed": [pubmed.search([41, 42, 43], 900), pubmed.search([])],
    "oai": [
        repositories.records([repositories.thesis(n) for n in range(3)], "token|2", 300),
        repositories.error("badArgument", "no such set"),
    ],
    "feed": [feeds.json_feed([{"id": "1", "title": "Kilns", "url": URL, "content_html": "<p>Hot.</p>"}]), *JOURNALS],
    "inbox": [body for _, body in PAGES],
}
"""Kind → good pages besides those of ``PAGES``: lists with cursors, searches, errors, journals."""


def _sources() -> Mapping[str, list[Source]]:
    """Return kind → the sources by which its pages are read, each other way of reading once."""
    found: dict[str, list[Source]] = {kind: [any_source(kind)] for kind in PARSERS}
    for source, _ in PAGES:
        found[source.kind].append(source)
    return found


def _parser(source: Source) -> Run:
    parser = PARSERS[source.kind]
    urls = ["", URL, IDS, *parser.starts(source, NOW.date())]

    def run(body: bytes) -> None:
        url = urls[len(body) % len(urls)]
        found = parser.parse(body, url, source)
        assert isinstance(found, Reading | Unreadable)
        for address in further_addresses(found):
            assert not parser.is_passing(source) or _site(address) == _site(url), f"{address} is of another site"
            assert address.isascii() and address.isprintable() and " " not in address, ascii(address)
        for entry in found.entries if isinstance(found, Reading) else ():
            assert entry.title or (entry.is_follow_up and entry.keys)
            repr(entry).encode()
        parser.find(body, source)

    return run


def further_addresses(found: Reading | Unreadable) -> list[str]:
    """Return the addresses that a page asks for."""
    return [one for one in (found.next, *found.parts) if one] if isinstance(found, Reading) else []


def _site(url: str) -> str | None:
    place = place_of(url)
    return place.hostname if place else None


def of_kinds() -> Iterator[tuple[str, Target]]:
    """Yield a target for each way in which a kind reads its pages."""
    for kind, sources in _sources().items():
        seeds = [*(body for source, body in PAGES if source.kind == kind), *MORE.get(kind, ())]
        for number, source in enumerate(sources):
            yield f"{kind} {number}", Target(seeds, _parser(source), (kind,))


def _recognise(body: bytes) -> None:
    with suppress(UnknownPage):
        for _ in recognise_all(body):
            pass


CODINGS = ("gzip", "deflate", "br", "zstd", "identity", "gzip, gzip", "x-nothing", "")


def _inflate(body: bytes) -> None:
    for coding in CODINGS:
        with suppress(BadBody):
            pieces = [body[n : n + 1000] for n in range(0, len(body), 1000)]
            assert len(read_body(pieces, coding, most_sent=10**6, most=10**6)) <= 10**6


def _answer(head: bytes) -> None:
    whole, bit_by_bit = MendedHead(), MendedHead()
    pieces = [bit_by_bit.passed(head[n : n + 7]) for n in range(0, len(head), 7)]
    assert b"".join([*pieces, bit_by_bit.passed(b"")]) == whole.passed(head) + whole.passed(b"")


LABELS = ("utf-8", "utf-16", "windows-1251", "gbk", "euc-jp", "iso-2022-jp", "big5", "shift_jis", "x-klingon", "")


def _charsets(body: bytes) -> None:
    for label in LABELS:
        given, _ = given_body(body, label)
        html_in_utf8(given).decode()
        xml_text(given).encode()


def _texts(body: bytes) -> None:
    text = text_of(body)
    shown_text(text)
    people([text])
    moment(text)
    instant_in(text)
    ids_of_link(text)
    starred(text)
    read_robots(body, "watcher").refusal("/list?page=2")
    of_log([text], ())
    is_withdrawn({"title": text, "note": text, "abstract": text})


def _of_apis(body: bytes) -> None:
    text = text_of(body)
    jats_text(text).encode()
    for read in (orcid_in, openalex_in, ror_in, what_is_wrong):
        read(text)
    parameter_of(text, "cursor")
    with_defaults(text, {"cursor": "*"})
    base = "https://lab.example/works?filter=a:b&cursor=*&key=${KEY}"
    found = next_address(base, text)
    if found is not None:
        assert found.isascii() and found.startswith("https://lab.example/works?filter=a:b&cursor=")
        assert found.endswith("&key=${KEY}")
        assert parameter_of(found, "cursor").encode("utf-8", "surrogateescape") == text.encode(
            "utf-8", "surrogateescape"
        )


def _references(body: bytes) -> None:
    read = read_library(body)
    read_ids(text_of(body).split("\n"))
    for paper in read.papers:
        assert paper.title or paper.keys
        repr(paper).encode()
    repr(read.mistakes).encode()


ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\nno header\n folded\nETag: x\n\npage",
]
LETTERS = [
    "<?xml version='1.0' encoding='euc-jp'?><a>深層学習</a>".encode("euc_jp"),
    "<html><head><meta charset=gbk><title>x</title></head>深度学习".encode("gbk"),
    "<!doctype html><meta http-equiv=content-type content='text/html; charset=koi8-r'>Глубокое".encode("koi8-r"),
    "<rss>Žižek, naïve</rss>".encode("utf-16-le"),
]
NAMES = [DIGEST, b"Bee, A., Dee, C. and Eff, G.", b"Mon, 09 Mar 2026 08:00:00 GMT", URL.encode()]
FORMULA = b"<jats:inline-formula><jats:tex-math>$x^2$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math>"
JATS = [
    b"<jats:title>Abstract</jats:title><jats:sec><jats:title>Methods</jats:title><jats:p>We <jats:italic>fire"
    b"</jats:italic> clay: %b</jats:inline-formula>.</jats:p></jats:sec>" % FORMULA,
    b"https://orcid.org/0000-0002-1825-0097",
    b"DnF1ZXJ5VGhlbkZldGNoBQAAAA==+/&?#",
]
REFERENCES = [one.encode() for one in (test_references.BIBTEX, test_references.RIS, test_references.CSL)]

READING: Mapping[str, Target] = {
    **dict(of_kinds()),
    "saved pages": Target([*(body for _, body in PAGES), DIGEST, ARXIV_LIST], _recognise),
    "inflating": Target([gzip.compress(DIGEST, mtime=0), gzip.compress(bytes(10**6), mtime=0)], _inflate),
    "heads of answers": Target(ANSWERS, _answer),
    "charsets": Target(LETTERS, _charsets),
    "texts of sites": Target(NAMES, _texts),
    "texts of APIs": Target(JATS, _of_apis),
    "references": Target([*REFERENCES, test_references.IDS.encode()], _references),
}
