"""The table of formats. The file of a format is imported when it is used, so that commands show their help quickly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from watcher.model import Hit, Paper


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A format in which papers are printed and downloaded.

    ``ending``: of the names of its files.
    ``media_type``: its name in HTTP.
    ``says``: which programs read it, in words.
    ``target``: the file in this package and the function in it that writes the format.
    """

    name: str
    ending: str
    media_type: str
    says: str
    target: str

    def written(self, found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
        """Yield the text of papers, piece by piece.

        ``found``: each paper with its hit, None if no rule was asked.
        """
        module, _, function = self.target.partition(":")
        pieces: Iterator[str] = getattr(import_module(f"watcher.citations.{module}"), function)(found)
        return pieces


FORMATS: Mapping[str, CitationFormat] = {
    one.name: one
    for one in (
        CitationFormat(
            "bibtex", "bib", "application/x-bibtex", "LaTeX with BibTeX or biber, JabRef, Zotero", "bibtex:bibtex_of"
        ),
        CitationFormat(
            "ris", "ris", "application/x-research-info-systems", "Zotero, EndNote, Mendeley, Papers", "ris:ris_of"
        ),
        CitationFormat(
            "csl", "json", "application/vnd.citationstyles.csl+json", "pandoc, Quarto, Zotero", "csl:csl_of"
        ),
        CitationFormat("markdown", "md", "text/markdown", "notes and messages", "listing:markdown_of"),
        CitationFormat("csv", "csv", "text/csv", "spreadsheets", "spreadsheet:csv_of"),
        CitationFormat(
            "jsonl", "jsonl", "application/jsonl", "programs: one object of --json a line", "lines:jsonl_of"
        ),
    )
}
"""Name → format, in the order in which formats are offered."""
