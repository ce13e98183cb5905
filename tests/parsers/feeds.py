"""Feeds and lists of our own making: the invented papers of ``pages`` as sites' feeds lay them out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

Paper = Mapping[str, Any]

ARXIV = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
ATOM = "http://www.w3.org/2005/Atom"
DAY = date(2026, 4, 27)


def arxiv_rss(papers: Sequence[Paper], day: date = DAY, kinds: Sequence[str] = ("new",)) -> bytes:
    """What rss.arxiv.org/rss announces on ``day``; ``kinds`` are those of the first papers, the last for the rest."""
    at = f"{day:%a, %d %b %Y} 00:00:00 -0400"
    items = "".join(_arxiv_item(paper, at, kinds[min(n, len(kinds) - 1)]) for n, paper in enumerate(papers))
    head = (
        f"<title>cs.XX updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.XX</link><pubDate>{at}</pubDate>"
    )
    skipped = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    return f"<?xml version='1.0'?>\n<rss {ARXIV} version='2.0'><channel>{head}{skipped}{items}</channel></rss>".encode()


def arxiv_atom(papers: Sequence[Paper], day: date = DAY, kind: str = "new") -> bytes:
    """The same as Atom."""
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{paper['id']}v1</id><title>{escape(paper['title'])}</title>"
        f'<link href="https://arxiv.org/abs/{paper["id"]}" rel="alternate"/>'
        f"<summary>arXiv:{paper['id']}v1 Announce Type: {kind}\nAbstract: {escape(paper['abstract'])}</summary>"
        f'<category term="cs.XX"/><published>{day}T00:00:00-04:00</published>'
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{', '.join(paper['authors'])}</dc:creator></entry>"
        for paper in papers
    )
    head = "<id>http://rss.arxiv.org/atom/cs.XX</id><title>cs.XX updates on arXiv.org</title>"
    return f'<?xml version="1.0"?><feed xmlns="{ATOM}" {ARXIV}>{head}{entries}</feed>'.encode()


def arxiv_api(papers: Sequence[Paper], start: int = 0, total: int | None = None, comment: str = "") -> bytes:
    """An answer of export.arxiv.org/api/query."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{paper['id']}v2</id><title>{escape(paper['title'])}</title>"
        f"<updated>{paper['published']}</updated><published>{paper['published']}</published>"
        f'<link href="https://arxiv.org/abs/{paper["id"]}v2" rel="alternate" type="text/html"/>'
        f"<summary>{escape(paper['abstract'])}</summary>"
        f'<category term="cs.YY"/><category term="cs.XX"/><arxiv:primary_category term="cs.XX"/>'
        f"<arxiv:comment>{comment}</arxiv:comment>"
        + "".join(f"<author><name>{name}</name></author>" for name in paper["authors"])
        + "</entry>"
        for paper in papers
    )
    counts = (
        f"<opensearch:totalResults>{len(papers) if total is None else total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>"
    )
    return (
        f'<?xml version="1.0"?><feed xmlns="{ATOM}" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" {ARXIV}>'
        f"<id>https://arxiv.org/api/xyz</id><title>arXiv Query</title>{counts}{entries}</feed>"
    ).encode()


def arxiv_list(sections: Mapping[str, Sequence[Paper]], day: date = DAY, total: int | None = None) -> bytes:
    """The page arxiv.org/list/CATEGORY/new: papers under the headings of ``sections``."""
    parts = "".join(
        f"<h3>{heading} (showing {len(papers)} of {len(papers)} entries)</h3>" + "".join(map(_row, papers))
        for heading, papers in sections.items()
    )
    count = sum(map(len, sections.values())) if total is None else total
    return (
        "<!DOCTYPE html>\n<html><head><title>Invented Science</title></head><body><header><a href='https://arxiv.org/'>"
        f"arXiv</a></header><h3>Showing new listings for {day:%A, %d %B %Y}</h3>"
        f"<div class='paging'>Total of {count} entries</div><dl id='articles'>{parts}</dl></body></html>"
    ).encode()


def rss(
    items: Sequence[str], version: str = "2.0", head: str = "<title>Lab</title><link>https://lab.example/</link>"
) -> bytes:
    """RSS with items given as XML."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="{version}"><channel>{head}{listed}</channel></rss>'.encode()


def atom(entries: Sequence[str], attributes: str = "") -> bytes:
    """Atom with entries given as XML."""
    listed = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="{ATOM}"{attributes}><title>Lab</title>{listed}</feed>'.encode()


def rdf(items: Sequence[str]) -> bytes:
    """RSS 1.0."""
    listed = "".join(f'<item rdf:about="https://lab.example/{n}">{item}</item>' for n, item in enumerate(items))
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://lab.example/"><title>Lab</title>'
        f"</channel>{listed}</rdf:RDF>"
    ).encode()


def json_feed(items: Sequence[Mapping[str, Any]], version: str = "1.1") -> bytes:
    return json.dumps(
        {"version": f"https://jsonfeed.org/version/{version}", "title": "Lab", "items": list(items)}
    ).encode()


def _arxiv_item(paper: Paper, at: str, kind: str) -> str:
    return (
        f"<item><title>{escape(paper['title'])}</title><link>https://arxiv.org/abs/{paper['id']}</link>"
        f"<description>arXiv:{paper['id']}v1 Announce Type: {kind} \n"
        f"Abstract: {escape(paper['abstract'])}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{paper["id"]}v1</guid>'
        f"<category>cs.XX</category><category>cs.YY</category>"
        f"<pubDate>{at}</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{', '.join(paper['authors'])}</dc:creator></item>"
    )


def _row(paper: Paper) -> str:
    authors = ", ".join(f'<a href="https://arxiv.org/search/?query={name}">{name}</a>' for name in paper["authors"])
    return (
        f'<dt><a name=\'item1\'>[1]</a>\n<a href ="/abs/{paper["id"]}" title="Abstract">arXiv:{paper["id"]}</a>'
        f'[<a href="/pdf/{paper["id"]}">pdf</a>, <a href="https://arxiv.org/html/{paper["id"]}v3">html</a>]</dt>\n'
        "<dd><div class='meta'><div class='list-title mathjax'><span class='descriptor'>Title:</span>\n"
        f"  {escape(paper['title'])}\n</div><div class='list-authors'>{authors}</div>"
        "<div class='list-comments mathjax'><span class='descriptor'>Comments:</span> 9 pages, "
        f"{paper['code_url']}</div><div class='list-subjects'><span class='descriptor'>Subjects:</span>"
        "<span class='primary-subject'>Invented Science (cs.XX)</span>; Other Things (q-bio.YY)</div>"
        f"<p class='mathjax'>\n {escape(paper['abstract'])}\n</p></div></dd>\n"
    )
