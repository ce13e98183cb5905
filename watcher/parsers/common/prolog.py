"""What stands before a document's first element: passed over in time that grows with its length only."""

from __future__ import annotations

import re

_QUOTED = r"\"[^\"]*+\"|'[^']*+'"
_NAMED = r"(?:[^\[>\"']|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+"
_COMMENT, _INSTRUCTION = r"<!--.*?-->", r"<\?[^>]*+>"
_SUBSET = rf"\[(?:[^\]\"'<]|{_QUOTED}|{_COMMENT}|<\?.*?\?>|<(?!!--|\?))*+\]\s*+"
"""Declarations: a bracket that ends them stands in no string and in no comment."""

_PIECE = re.compile(
    rf"\s++|{_INSTRUCTION}|{_COMMENT}"
    rf"|(?P<doctype><!doctype\s(?!\s*+html\b){_NAMED}(?:{_SUBSET})?+>)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)

_LEAD = re.compile(r"(?:[\s\ufeff\u200b]|\u00ef\u00bb\u00bf)*+")
"""Blanks and byte order marks, in any order, and marks that were taken for letters of Latin-1."""


def without_lead(text: str) -> str:
    """Return a document without the blanks and byte order marks before it: no XML may begin with them, many do."""
    return text[_LEAD.match(text).end() :]  # type: ignore[union-attr]


def first_element(text: str) -> int:
    """Return the offset of a document's first element, or of the first piece that may not stand before it.

    Those are blanks, comments, processing instructions and document types of XML; HTML's ``<!doctype html>`` is what
    a page of HTML begins with.
    """
    at = 0
    while found := _PIECE.match(text, at):
        at = found.end()
    return at


def without_doctype(text: str) -> str:
    """The document without its document type, with all that is declared there."""
    at = 0
    while found := _PIECE.match(text, at):
        if found["doctype"]:
            return text[: found.start()] + text[found.end() :]
        at = found.end()
    return text
