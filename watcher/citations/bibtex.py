"""Write BibTeX that biblatex and biber read, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from watcher.citations.names import AuthorName
from watcher.citations.reference import Reference, WorkKind, reference_of
from watcher.citations.tex import escaped, stand_ins, tex_of, tex_title
from watcher.model import Hit, Paper

TYPES = {WorkKind.PREPRINT: "misc", WorkKind.ARTICLE: "article", WorkKind.CONFERENCE: "inproceedings"}
_CONTAINER = {WorkKind.ARTICLE: "journal", WorkKind.CONFERENCE: "booktitle"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SET_BY_STYLES = ("title", "author", "journal", "booktitle", "note")
_BREAKS_NAMES = re.compile(r"(?i)(?<!\S)and(?!\S)|[,\\{}$~^<>|&%#_]")
"""Matches what would end a part of a name, or look like the beginning of the next name."""

_CUT_WITHIN = re.compile(r"(?:^|[\s.~-])[^\x00-\x7f]")
"""Matches a forename of which BibTeX would cut the first letter in two when it abbreviates: BibTeX counts bytes."""

_NOT_VERBATIM = re.compile(r"[{}\\\s%]")


def bibtex_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield the BibTeX entry of each paper found, and then the lines that LaTeX needs to set the entries."""
    used: set[str] = set()
    for paper, _ in found:
        reference = reference_of(paper)
        used.update(stand_ins_of(reference))
        yield bibtex_entry(reference) + "\n"
    if used:
        yield bibtex_preamble(used)


def stand_ins_of(reference: Reference) -> list[str]:
    """Return the lines that LaTeX must read before it can set an entry."""
    fields = bibtex_fields(reference)
    return list(stand_ins(fields[name] for name in _SET_BY_STYLES if name in fields))


def bibtex_entry(reference: Reference) -> str:
    """Return one entry that ends with a line's end."""
    fields = bibtex_fields(reference)
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items()]
    return "\n".join([f"@{TYPES[reference.kind]}{{{reference.key},", *lines, "}\n"])


def bibtex_preamble(stand_in_lines: Iterable[str]) -> str:
    """Return the lines that LaTeX must read before the entries: definitions first, then the lines that use them."""
    ordered = sorted(stand_in_lines, key=lambda line: (line.startswith(r"\watcherlacks"), line))
    return "@preamble{{\n" + "".join(f"  {line}\n" for line in ordered) + "}}\n" if ordered else ""


def bibtex_fields(reference: Reference) -> dict[str, str]:
    """Return field name → value, without empty fields. The braces in each value are balanced."""
    day = reference.day
    fields = {
        "title": tex_title(reference.title),
        "author": " and ".join(map(_name, reference.authors)),
        _CONTAINER.get(reference.kind, "howpublished"): escaped(reference.venue),
        "year": f"{day.year:04}",
        "month": _MONTHS[day.month - 1],
        "day": str(day.day),
        "doi": _verbatim(reference.doi),
        "eprint": _verbatim(reference.arxiv_id),
        "archiveprefix": "arXiv" if reference.arxiv_id else "",
        "primaryclass": reference.primary,
        "url": _verbatim(reference.url),
        "abstract": tex_of(reference.abstract),
        "keywords": ", ".join(escaped(one.replace(",", ";")) for one in reference.keywords),
        "note": tex_of(reference.note),
    }
    return {name: value for name, value in fields.items() if value}


def _name(name: AuthorName) -> str:
    """Return a name in the form in which BibTeX finds its parts: ``van Brisk, Jr., Ada``, ``{ATLAS Collaboration}``."""
    if name.is_whole or _CUT_WITHIN.search(escaped(name.given)):
        return f"{{{escaped(name.full)}}}"
    last = " ".join(part for part in (escaped(name.particle), _part(name.family)) if part)
    return ", ".join(part for part in (last, _part(name.suffix), _part(name.given)) if part)


def _part(text: str) -> str:
    is_at_risk = _BREAKS_NAMES.search(text) or any(word[:1].islower() for word in text.split())
    return f"{{{escaped(text)}}}" if is_at_risk else escaped(text)


def _verbatim(text: str) -> str:
    """Return an id or address for a field without escapes: characters that would end the field are percent-encoded."""
    return _NOT_VERBATIM.sub(lambda found: found[0] if found[0] == "%" else f"%{ord(found[0]):02X}", text)
