"""Read BibTeX and BibLaTeX: the fields of entries and their lines, ignoring everything between entries.

Braces are counted as BibTeX counts them. A missing comma between two fields does no harm. An entry that cannot be read
costs no other one: reading goes on at the next line that begins with ``@``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from watcher.parsers.references.reference import LibraryReference, ReferenceMistake

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*([{(])", re.MULTILINE)
_KEY = re.compile(r"\s*+([^\s,={}\"#%'()]*+(?:\([^\s,={}()]*+\))?)\s*+(?:,|(?=[})]))")
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:.+-]*)\s*=\s*")
_END = re.compile(r"[\s,]*([})])")
_BARE = re.compile(r"[^\s,#{}\"()=]+")
_JOIN = re.compile(r"\s*#\s*")
_NEXT = r"^[ \t]*@[ \t]*[A-Za-z]+\s*[{(]\s*[^\s,={}]*\s*[,=]"
"""Matches the beginning of another entry or macro. Inside a value it shows that the value was not closed."""

_BRACES = re.compile(rf"[{{}}]|{_NEXT}", re.MULTILINE)
_QUOTED = re.compile(rf"[{{}}\"]|{_NEXT}", re.MULTILINE)
_NO_ENTRY = frozenset(("comment", "preamble"))


class _NotReadError(Exception):
    """An entry cannot be read.

    ``at``: offset of the mistake.
    ``what`` and ``hint``: as of a mistake.
    """

    def __init__(self, at: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.at, self.what, self.hint = at, what, hint


@dataclass
class _Reader:
    text: str
    macros: dict[str, str] = field(default_factory=dict)

    def entry(self, begin: re.Match[str]) -> tuple[str, dict[str, str], int]:
        """Return an entry's key, its fields (name in lower case → value), and the offset of its end."""
        kind, at = begin[1].lower(), begin.end()
        key = ""
        if kind != "string":
            found = _KEY.match(self.text, at)
            if found is None:
                raise _NotReadError(at, "its key is missing", f"write @{kind}{{some-key, title = {{…}}}}")
            key, at = found[1], found.end()
        fields: dict[str, str] = {}
        while not (end := _END.match(self.text, at)):
            named = _FIELD.match(self.text, at)
            if named is None:
                raise _NotReadError(at, "it is not closed", "write } where it ends")
            value, at = self.value(named.end())
            fields.setdefault(named[1].lower(), value)
        return key, fields, end.end()

    def value(self, at: int) -> tuple[str, int]:
        """Return the value that begins at an offset, with its parts joined, and the offset of its end."""
        parts = []
        while True:
            part, at = self.part(at)
            parts.append(part)
            joined = _JOIN.match(self.text, at)
            if joined is None:
                return "".join(parts), at
            at = joined.end()

    def part(self, at: int) -> tuple[str, int]:
        sign = self.text[at : at + 1]
        if sign == "{":
            end = self.closed(at + 1, _BRACES, "}")
            return self.text[at + 1 : end], end + 1
        if sign == '"':
            end = self.closed(at + 1, _QUOTED, '"')
            return self.text[at + 1 : end], end + 1
        bare = _BARE.match(self.text, at)
        if bare is None:
            raise _NotReadError(at, "a field has no value", "write name = {value},")
        return self.macros.get(bare[0].lower(), bare[0]), bare.end()

    def closed(self, at: int, signs: re.Pattern[str], last: str) -> int:
        """Return the offset of the end of a value that ``last`` closes, outside all braces in the value."""
        deep = 0
        for found in signs.finditer(self.text, at):
            sign = found[0]
            if sign == last and deep == 0:
                return found.start()
            if len(sign) > 1:
                break
            deep += (sign == "{") - (sign == "}")
            if deep < 0:
                break
        what = "a brace is not closed" if last == "}" else "a quotation mark is not closed"
        raise _NotReadError(at - 1, what, f"write {last} where the value ends")


def read_bibtex(text: str) -> Iterator[LibraryReference | ReferenceMistake]:
    """Yield the references in a BibTeX text, and the mistakes in it, in order."""
    reader, at, line, counted = _Reader(text), 0, 1, 0
    while begin := _ENTRY.search(text, at):
        kind, at = begin[1].lower(), begin.end()
        start = begin.start(1) - 1
        line, counted = line + text.count("\n", counted, start), start
        if kind in _NO_ENTRY:
            continue
        try:
            key, fields, at = reader.entry(begin)
        except _NotReadError as error:
            name = key_of[1] if (key_of := _KEY.match(text, begin.end())) else ""
            yield ReferenceMistake(line + text.count("\n", start, error.at), name[:100], error.what, error.hint)
            continue
        if kind == "string":
            reader.macros |= fields
        else:
            yield _reference(line, key, fields)


def _reference(line: int, key: str, fields: dict[str, str]) -> LibraryReference:
    names_arxiv = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).strip().lower() == "arxiv"
    eprints = [fields[name] for name in ("eprint", "arxivid", "arxiv") if name in fields]
    return LibraryReference(
        line=line,
        name=key[:100],
        title=" ".join(filter(None, (fields.get("title"), fields.get("subtitle")))),
        abstract=fields.get("abstract", ""),
        keywords=tuple(re.split(r"[,;]", fields.get("keywords", fields.get("keyword", "")))),
        arxiv=tuple(eprints) if names_arxiv else (),
        dois=(fields["doi"].replace("\\", ""),) if "doi" in fields else (),
        links=tuple(fields[name].replace("\\", "") for name in ("url", "link", "howpublished") if name in fields),
        texts=tuple(fields[name] for name in ("journal", "journaltitle", "note", "howpublished") if name in fields),
    )
