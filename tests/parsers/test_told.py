"""A kind's pages fill just the fields that it declares, and the documentation agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.parsers import (
    anthology,
    dblp,
    feeds,
    literature,
    openreview,
    pages,
    pubmed,
    repositories,
    scholar,
    test_biorxiv,
    test_selected,
)
from tests.sources import having, make_source
from watcher.model import Reading, Source
from watcher.model.fields import HAS, ID, SEARCHED, SOURCE, Field
from watcher.parsers import PARSERS

DAY = date(2026, 3, 9)
PAPERS = pages.sample_papers(9)
OWN = "https://mirror.example/papers"
"""An address of the config's own, which may serve any form of its kind."""

ITEM = (
    "<title>Noisy Kilns</title><link>https://lab.example/kilns</link><description>Kilns.</description>"
    "<author>Ada Amberg</author><category>kilns</category><dc:source>Journal of Kilns</dc:source>"
    "<pubDate>Mon, 09 Mar 2026 08:00:00 GMT</pubDate>"
)

PAGES: list[tuple[Source, bytes]] = [
    (Source(name="x", kind="huggingface"), pages.make_page(DAY, PAPERS)),
    (make_source(name="x", kind="huggingface", via="api"), pages.api_page(PAPERS, DAY)),
    (Source(name="x", kind="arxiv"), feeds.arxiv_rss(PAPERS)),
    (Source(name="x", kind="arxiv"), feeds.arxiv_atom(PAPERS)),
    (make_source(name="x", kind="arxiv", via="listing"), feeds.arxiv_list({"New submissions": PAPERS})),
    (make_source(name="x", kind="arxiv", via="api"), feeds.arxiv_api(PAPERS, comment="9 pages; accepted at KILN 2026")),
    (Source(name="x", kind="biorxiv"), test_biorxiv.answer([test_biorxiv.record(1, published="10.1000/1")])),
    (make_source(name="x", kind="biorxiv", via="rss"), feeds.rdf([test_biorxiv.item(1, 1)])),
    (Source(name="x", kind="medrxiv"), test_biorxiv.answer([test_biorxiv.record(1, server="medRxiv")])),
    (
        Source(name="x", kind="openalex", url="https://api.openalex.org/works?filter=cites:W4400000099"),
        literature.openalex([literature.work(2)]),
    ),
    (Source(name="x", kind="openalex"), literature.openalex([literature.work(1, is_retracted=True)])),
    (
        Source(name="x", kind="crossref"),
        literature.crossref([literature.registered(1) | {"updated-by": [{"type": "retraction"}]}]),
    ),
    (Source(name="x", kind="semanticscholar"), scholar.papers([scholar.paper(1)])),
    (make_source(name="x", kind="dblp", query="shell"), dblp.hits([dblp.hit(1, type="Withdrawn Items")])),
    (make_source(name="x", kind="dblp", author=("65/9612",)), dblp.person([dblp.record(1)])),
    (Source(name="x", kind="openreview"), openreview.notes([openreview.note(1)])),
    (Source(name="x", kind="aclanthology"), anthology.feed([anthology.item(1)])),
    (
        make_source(name="x", kind="aclanthology", journal=("2026.tides",)),
        anthology.collection([anthology.volume([anthology.paper(1, "<award>Best Paper</award>")])]),
    ),
    (Source(name="x", kind="feed"), feeds.rss([ITEM])),
    (
        Source(name="x", kind="pubmed"),
        pubmed.records([pubmed.article(41, notices=pubmed.notice("ErratumIn", "J Kilns. 2026;4:7"))]),
    ),
    (make_source(name="x", kind="pubmed", via="rss"), pubmed.saved_search([pubmed.feed_item(41)])),
    (
        Source(name="x", kind="oai"),
        repositories.records(
            [
                repositories.thesis(
                    7,
                    more="<dc:source>Journal of Kilns</dc:source><dc:description>Comments: 9 pages</dc:description>",
                )
            ]
        ),
    ),
    (make_source(name="x", kind="oai", metadata="arXiv"), repositories.records([repositories.arxiv("2603.01234")])),
    (
        make_source(name="x", kind="oai", metadata="arXivRaw"),
        repositories.records([repositories.arxiv_raw("2603.01234")]),
    ),
    (
        having(test_selected.SOURCE, own=replace(test_selected.SELECTORS, venue=".where")),
        test_selected.PAGE.replace("</li>", "<i class=where>Journal of Kilns</i></li>").encode(),
    ),
]
"""Pages that show everything that their kind ever shows."""

FIELDS = [field for field in SEARCHED if field not in (SOURCE, ID, HAS)]


def told(source: Source, body: bytes) -> set[str]:
    """The fields of rules that a page fills."""
    reading = PARSERS[source.kind].parse(body, source.url or "https://x.example/", source)
    assert isinstance(reading, Reading), reading
    return {field.rule for entry in reading.entries for field in FIELDS if getattr(entry, _of_entry(field))}


def _of_entry(field: Field) -> str:
    return "listed" if field.attribute == "day" else field.attribute


def of_kind(kind: str) -> frozenset[str]:
    sources = [Source(name="x", kind=kind, url=OWN), *(source for source, _ in PAGES if source.kind == kind)]
    return frozenset[str]().union(*(PARSERS[kind].tells(source) for source in sources))


@pytest.mark.parametrize(("source", "body"), PAGES, ids=lambda one: getattr(one, "kind", ""))
def test_a_page_tells_nothing_that_its_source_denies(source: Source, body: bytes) -> None:
    assert told(source, body) <= PARSERS[source.kind].tells(source)


@pytest.mark.parametrize("kind", sorted({source.kind for source, _ in PAGES}))
def test_all_that_a_kind_promises_is_on_some_page(kind: str) -> None:
    shown = set[str]().union(*(told(source, body) for source, body in PAGES if source.kind == kind))
    assert shown == of_kind(kind)
    promised = [PARSERS[kind].tells(source) for source, _ in PAGES if source.kind == kind]
    assert frozenset().union(*promised) == of_kind(kind)


def test_every_kind_is_tried_but_the_one_that_takes_all_pages() -> None:
    assert PARSERS.keys() - {source.kind for source, _ in PAGES} == {"inbox"}
    assert of_kind("inbox") == {field.rule for field in SEARCHED}


# --- what the documentation says ---


def documented() -> Iterator[tuple[str, set[str]]]:
    page = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text()
    table = page.split("| field | stays empty in |")[1].split("\n\n")[0]
    for field, kinds in re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.M):
        yield field, set(re.findall(r"`(\w+)`", kinds))


def test_the_documentation_says_where_a_field_stays_empty() -> None:
    empty = {field.rule: {kind for kind in PARSERS if field.rule not in of_kind(kind)} for field in FIELDS}
    assert dict(documented()) == {field: kinds for field, kinds in empty.items() if kinds}
