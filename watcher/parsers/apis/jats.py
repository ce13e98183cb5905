"""Read abstracts in JATS, the XML in which publishers deposit them (https://jats.nlm.nih.gov, ``abstract``)."""

from __future__ import annotations

import re

from watcher.parsers.common import clean
from watcher.parsers.common.text_values import shown_text

_TEX_BESIDE = re.compile(r"<(?:jats:)?tex-math\b[^<>]{0,200}>[^<]{0,5000}</(?:jats:)?tex-math>", re.IGNORECASE)
"""Matches a formula in TeX. It is removed if there is MathML, which repeats each formula."""

_HEADING = re.compile(r"<(?:jats:)?title\b[^<>]{0,200}>([^<]{0,200})</(?:jats:)?title>", re.IGNORECASE)
_OF_ALL = re.compile(
    r"\W{0,5}(?:abstract|summary|zusammenfassung|résumé|resumen|resumo|riassunto)\W{0,5}", re.IGNORECASE
)
_NAMED = re.compile(r"(?:abstract|summary)\s*(?::|[-–—]|\.(?=\s))\s*", re.IGNORECASE)
_QUOTED_TAG = re.compile(r"&lt;/?(?:jats:)?(?:p|sec|title|i|b|sub|sup|italic|bold|br)\b", re.IGNORECASE)


def jats_text(markup: str, limit: int = clean.ABSTRACT_CHARS) -> str:
    """Return the text of an abstract in one line of at most ``limit`` characters.

    The heading "Abstract" is removed, headings of its parts stay ("Methods: …"). A formula in both TeX and MathML is
    shown once, from its MathML.

    ``markup``: the abstract in JATS, the XML of journals.
    """
    text = markup[: 8 * limit]
    if _QUOTED_TAG.search(text):  # it was quoted once more than it should be
        text = clean.unescaped(text)
    if "mml:math" in text:
        text = _TEX_BESIDE.sub(" ", text)
    shown = shown_text(_HEADING.sub(_heading, text), limit)
    return _NAMED.sub("", shown, count=1) if _NAMED.match(shown) else shown


def _heading(found: re.Match[str]) -> str:
    said = found[1].strip()
    if not said or _OF_ALL.fullmatch(said):
        return " "
    return f" {said} " if said[-1] in ".:?!" else f" {said}: "
