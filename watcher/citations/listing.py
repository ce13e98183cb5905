"""Write a list in Markdown that can be pasted into notes and messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watcher.citations.reference import Reference, reference_of
from watcher.model import Hit, Paper
from watcher.render.clean import one_line, safe_url
from watcher.render.dialects import MARKDOWN
from watcher.render.readable import readable


def markdown_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield a Markdown item for each paper found: title with its link, authors, venue, day, ids, abstract."""
    for paper, _ in found:
        reference = reference_of(paper)
        title = MARKDOWN.escape(reference.plain_title or "(no title)")
        lines = [f"**{MARKDOWN.link(title, safe_url(reference.url))}**", *markdown_facts(reference)]
        abstract = readable(reference.abstract)
        body = f"\n\n  {MARKDOWN.escape(abstract)}" if abstract else ""
        yield "- " + "\\\n  ".join(lines) + body + "\n\n"


def markdown_facts(reference: Reference) -> Iterator[str]:
    """Yield the lines between the title and the abstract."""
    authors = ", ".join(author.full for author in reference.authors)
    if authors:
        yield MARKDOWN.escape(authors)
    links = []
    if reference.arxiv_id and (url := safe_url(f"https://arxiv.org/abs/{reference.arxiv_id}")):
        links.append(MARKDOWN.link(MARKDOWN.escape(f"arXiv:{reference.arxiv_id}"), url))
    if reference.doi and (url := safe_url(f"https://doi.org/{reference.doi}")):
        links.append(MARKDOWN.link(MARKDOWN.escape(f"doi:{reference.doi}"), url))
    venue = [f"*{MARKDOWN.escape(one_line(reference.venue, 200))}*"] if reference.venue else []
    yield " · ".join([*venue, reference.day.isoformat(), *links])
