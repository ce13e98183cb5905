"""One paper as six kinds of sources really show it: whatever comes first, it is one paper and told once."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from tests.integration.test_forms import Desk, subscription
from tests.parsers import feeds, literature, openreview, pages, pubmed, repositories, scholar
from watcher.model import Entry, Reading, Source
from watcher.parsers import PARSERS
from watcher.store import Store

PAPER = pages.sample_papers(1)[0] | {"published": "2026-03-09T17:00:00Z"}
DOI = "10.5555/pebbles.1"
SITE = "https://pebbles.example"


def read(kind: str, body: bytes, url: str = SITE) -> tuple[Entry, ...]:
    reading = PARSERS[kind].parse(body, url, Source(name="x", kind=kind, url=url))
    assert isinstance(reading, Reading), reading
    return reading.entries


def named() -> dict[str, Any]:
    """The paper's title and authors as Crossref has them."""
    authors = [{"given": name.rpartition(" ")[0], "family": name.rpartition(" ")[2]} for name in PAPER["authors"]]
    relation = {"has-preprint": [{"id-type": "doi", "id": f"10.48550/arXiv.{PAPER['id']}"}]}
    return {
        "DOI": DOI,
        "title": [PAPER["title"]],
        "subtitle": [],
        "author": authors,
        "relation": relation,
        "abstract": "",
    }


def shown() -> dict[str, tuple[Entry, ...]]:
    arxiv = feeds.arxiv_api([PAPER]).replace(b"</entry>", f"<arxiv:doi>{DOI}</arxiv:doi></entry>".encode())
    work = literature.work(
        1,
        doi=f"https://doi.org/{DOI}",
        display_name=PAPER["title"],
        authorships=[literature.authorship(name, number=n) for n, name in enumerate(PAPER["authors"])],
        abstract_inverted_index=literature.inverted(" ".join(PAPER["abstract"].split())),
        locations=[
            literature.location("Journal of Pebbles", f"https://doi.org/{DOI}"),
            literature.location("arXiv", f"https://arxiv.org/abs/{PAPER['id']}", "repository", "submittedVersion"),
        ],
    )
    joined = scholar.paper(
        1,
        externalIds={"ArXiv": PAPER["id"], "DOI": DOI},
        title=PAPER["title"],
        abstract=PAPER["abstract"],
        authors=[{"authorId": None, "name": name} for name in PAPER["authors"]],
    )
    record = pubmed.article(
        41,
        title=escape(PAPER["title"]),
        abstract=f"<AbstractText>{escape(PAPER['abstract'])}</AbstractText>",
        authors="".join(pubmed.author(name.rpartition(" ")[0], name.rpartition(" ")[2]) for name in PAPER["authors"]),
        doi=DOI,
    )
    item = (
        f"<title>{escape(PAPER['title'])}</title><link>{SITE}/doi/{DOI}</link><guid>arXiv:{PAPER['id']}</guid>"
        + "".join(f"<dc:creator>{name}</dc:creator>" for name in PAPER["authors"])
    )
    return {
        "arxiv": read("arxiv", arxiv),
        "huggingface": read("huggingface", pages.make_page("2026-03-09", [PAPER])),
        "crossref": read("crossref", literature.crossref([literature.registered(1, **named())])),
        "openalex": read("openalex", literature.openalex([work])),
        "semanticscholar": read("semanticscholar", scholar.papers([joined])),
        "pubmed": read("pubmed", pubmed.records([record])),
        "feed": read("feed", feeds.rss([item])),
    }


@pytest.mark.parametrize("first", range(7))
def test_seven_sources_show_one_paper(store: Store, first: int) -> None:
    desk, forms = Desk(store, [subscription(rule="everything")]), shown()
    order = [*forms][first:] + [*forms][:first]
    for kind in order:
        assert len(desk.read(*forms[kind], source=kind)) == 1
    assert desk.papers() == 1 and len(desk.tell()) == 1
    (paper,) = desk.known()
    assert (paper.key, paper.doi, paper.stage) == (f"arxiv:{PAPER['id']}", DOI, "published")
    assert {listing.source for listing in paper.listings} == {*forms}
    assert "orcid:0000-0002-1825-0097" in " ".join(paper.author_ids) and paper.org_ids
    for kind in order[::-1]:
        desk.read(*forms[kind], source=kind)
    assert desk.papers() == 1 and desk.tell() == []


def test_a_submission_that_is_accepted_is_told_as_that(store: Store) -> None:
    desk = Desk(store, [subscription(rule="everything", on=("accepted",))])
    under_review = openreview.note(7, more={"venueid": f"{openreview.VENUE}/Submission"})
    rejected = openreview.note(8, more={"venueid": f"{openreview.VENUE}/Rejected_Submission"})
    desk.read(*read("openreview", openreview.notes([under_review, rejected])), source="openreview")
    assert len(desk.tell()) == 1
    desk.read(*read("openreview", openreview.notes([openreview.note(7), rejected])), source="openreview")
    (subject,) = desk.tell()
    assert subject.startswith("1 update for fish: accepted at POND 2026 poster: Learning from Ponds &")
    assert "part 7" in desk.sent[-1].text and "part 8" not in desk.sent[-1].text
    desk.read(*read("openreview", openreview.notes([openreview.note(7), rejected])), source="openreview")
    assert desk.tell() == [] and desk.papers() == 2


def test_an_article_that_a_record_of_arxiv_names_over_oai_is_joined_only_if_it_is_the_same_work(store: Store) -> None:
    """Authors write the DOI there themselves, also that of other people's papers."""
    desk = Desk(store, [subscription(rule="everything")])
    record = repositories.arxiv_raw("2603.01234", versions=("Sat, 7 Mar 2026 10:00:00 GMT",))
    (shown,) = read("oai", repositories.answer(record))
    assert shown.doi
    desk.read(*read("crossref", literature.crossref([literature.registered(1, DOI=shown.doi)])), source="crossref")
    desk.read(shown, source="oai")
    assert desk.papers() == 2
