"""Skip what precedes the first element of a document, in time that grows with its length."""

from __future__ import annotations

import re

_QUOTED = r"\"[^\"]*+\"|'[^']*+'"
_NAMED = r"(?:[^\[>\"']|\"[^\"<]*+\"|'[^'<]*+'|[\"']|)*+"
_COMMENT, _INSTRUCTION = r"<!--.*?-->", r"<\?[^>]*+>"
_SUBSET = rf"\[(?:[^\]\"'<]|{_QUOTED}|{_COMMENT}|<\?.*?\?>|<(?!!--|\?)|)*+\]\s*+"
"""Matches the declarations in a document type. A bracket that ends them is not in a string or a comment."""

_PIECE = re.compile(
    rf"\s++|{_INSTRUCTION}|{_COMMENT}"
    rf"|(?P<doctype><!doctype\s(?!\s*+html\b){_NAMED}(?>{_SUBSET}|)>)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)

_LEAD = re.compile(r"(?:[\s\ufeff\u200b]|\u00ef\u00bb\u00bf|)*+")
"""Matches blanks and byte order marks in any order, even marks that were read as letters of Latin-1."""


def without_lead(text: str) -> str:
    """Return a document without blanks and byte order marks at its beginning. XML may not have them, but often does."""
    return text[_LEAD.match(text).end() :]  # type: ignore[union-attr]


def first_element(text: str) -> int:
    """Return the offset of a document's first element, or of the first piece that may not precede it.

    Blanks, comments, processing instructions and XML document types may precede it. HTML's ``<!doctype html>`` may not:
    an HTML page begins with it.
    """
    at = 0
    while found := _PIECE.match(text, at):
        at = found.end()
    return at


def without_doctype(text: str) -> str:
    """Return the document without its document type and everything declared there."""
    at = 0
    while found := _PIECE.match(text, at):
        if found["doctype"]:
            return text[: found.start()] + text[found.end() :]
        at = found.end()
    return text
