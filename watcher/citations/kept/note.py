"""Write a paper as a note in Markdown with front matter, as Obsidian and others read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from watcher.citations.listing import markdown_facts
from watcher.citations.reference import Reference
from watcher.render.dialects import MARKDOWN
from watcher.render.readable import readable


def note_of(reference: Reference, tags: Sequence[str] = ()) -> str:
    """Return the note of a paper. The title is an alias in it, so that links by title find the note.

    ``tags``: given to every paper that is kept.
    """
    lines = ["---", *_front_matter(reference, tags), "---", ""]
    lines += [f"# {MARKDOWN.escape(reference.plain_title or '(no title)')}", ""]
    lines += ["  \n".join(markdown_facts(reference)), ""]
    if reference.abstract:
        lines += [MARKDOWN.escape(readable(reference.abstract)), ""]
    return "\n".join(lines)


def note_name(reference: Reference) -> str:
    """Return the file name of a note: small Latin letters, digits, dots and hyphens, whatever the paper's title is."""
    return f"{reference.key}.md"


def _front_matter(reference: Reference, tags: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the front matter. Each value is a text or list written as JSON, which YAML reads as well."""
    values: dict[str, object] = {
        "title": reference.plain_title,
        "aliases": [reference.plain_title] if reference.plain_title else [],
        "authors": [author.full for author in reference.authors],
        "date": reference.day.isoformat(),
        "venue": reference.venue,
        "arxiv": reference.arxiv_id,
        "doi": reference.doi,
        "url": reference.url,
        "citekey": reference.key,
        "tags": list(tags),
    }
    for name, value in values.items():
        if value:
            yield f"{name}: {value if name == 'date' else json.dumps(value, ensure_ascii=False)}"
