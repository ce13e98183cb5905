"""Write CSV (RFC 4180) in which no spreadsheet sees formulas.

An apostrophe is put before each cell that begins with one, or with a character with which a formula begins. A program
gets all texts back by taking one apostrophe from the beginning of each cell that has one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from watcher.citations.keys import citation_key
from watcher.citations.reference import reference_of
from watcher.model import Hit, Paper

COLUMNS = (
    "key", "citation_key", "title", "authors", "day", "venue", "arxiv_id", "doi", "url", "categories", "keywords",
    "organization", "upvotes", "note", "summary", "abstract", "score",
)  # fmt: skip
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def csv_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield the line of column names, then one row for each paper found. Texts are the site's, each in one line."""
    yield _row(COLUMNS)
    for paper, hit in found:
        reference = reference_of(paper)
        yield _row(
            (
                paper.key,
                citation_key(paper),
                reference.title,
                _several([author.full for author in reference.authors]),
                reference.day.isoformat(),
                reference.venue,
                reference.arxiv_id,
                reference.doi,
                reference.url,
                _several(paper.categories),
                _several(reference.keywords),
                paper.organization or "",
                "" if paper.upvotes is None else str(paper.upvotes),
                reference.note,
                paper.summary or "",
                reference.abstract,
                "" if hit is None else str(hit.score),
            )
        )


def _several(texts: Iterable[str]) -> str:
    """Return several texts as one, joined by semicolons. A semicolon within a text gets a backslash before it."""
    return "; ".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts)


def _row(cells: Iterable[str]) -> str:
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(harmless_cell, cells))
    return made.getvalue()


def harmless_cell(text: str) -> str:
    """Return the text of a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text
