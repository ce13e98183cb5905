"""Keep papers in a bibliography. What is in the file stays byte for byte; new entries are added at its end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from watcher.citations.bibtex import bibtex_entry, bibtex_preamble, stand_ins_of
from watcher.citations.reference import Reference
from watcher.files.made import make_folder, open_file
from watcher.files.read import NotRead, read_regular
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepTarget

LARGEST = 64_000_000
"""Most bytes of a bibliography that is read."""

_KEY = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,{}()]+)\s*,")
_NAMING = frozenset({"doi", "eprint", "url", "arxivid", "note", "howpublished"})
"""Fields that name the paper of their entry; what an abstract or a title names is another one."""

_ENTRY = re.compile(r"@\s*\w+\s*[{(]")
_NEXT_ENTRY = re.compile(r"(?m)^[ \t]*(?=@\s*\w+\s*[{(])")
_FIELD_OR_BRACE = re.compile(r"(?<![\w-])(\w[\w-]*)\s*=\s*|[{}]")
_END_OF_VALUE = re.compile(r'[{}",]')
_MARKS = re.compile(r'\\url\b|[{}"]')
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_OTHER_WORDS = re.compile(r"[^\W\d_]{2,}")
_OF_AN_ID = frozenset(
    ["abs", "arxiv", "available", "at", "doi", "eprint", "http", "https", "org", "pdf", "preprint", "url"]
)


def keep_entry(target: KeepTarget, reference: Reference) -> Outcome:
    """Add the entry of a paper to a bibliography, unless it has the paper; return the outcome.

    The file is replaced as a whole, or stays as it is.
    """
    path = Path(os.path.realpath(target.place))
    data = read_regular(path, LARGEST)
    if isinstance(data, NotRead) and not data.is_missing:
        return Outcome(Result.FAILED, f"{path} cannot be read: {data.what}")
    before = data if isinstance(data, bytes) else b""
    text = before.decode("utf-8", "replace")
    if stands_in(text, reference):
        return Outcome(Result.SENT)
    needed = [line for line in stand_ins_of(reference) if line not in text]
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    added = gap + bibtex_entry(reference) + ("\n" + bibtex_preamble(needed) if needed else "")
    try:
        return _replace(path, before, before + added.encode("utf-8", "replace"))
    except OSError as error:
        return Outcome(Result.FAILED, f"{path} cannot be written: {error.strerror}")


def stands_in(text: str, reference: Reference) -> bool:
    """Return whether the text of a bibliography has a paper: its key, its DOI, its arXiv id or its link."""
    if any(found[1].lower() == reference.key.lower() for found in _KEY.finditer(text)):
        return True
    asked = [one.lower() for one in (reference.doi, reference.arxiv_id, reference.url) if one]
    for some in _NEXT_ENTRY.split(text):
        written = some.lower().replace("\\_", "_")
        if any(one in written for one in asked) and any(_is_named(*field, reference) for field in _fields(some)):
            return True
    return False


def _is_named(name: str, value: str, reference: Reference) -> bool:
    """Return whether a field of an entry says that the entry is this paper."""
    if name == "note" and not _is_an_id_alone(value, reference):
        return False
    dois = _DOI.findall(value)
    if reference.doi and any(doi.rstrip(".,;") == reference.doi.lower() for doi in dois):
        return True
    if reference.arxiv_id and _is_of_arxiv(value, reference.arxiv_id.lower()):
        return True
    return bool(reference.url) and name == "url" and value == reference.url.lower()


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Yield the naming fields of entries, with their values in small letters and without braces and quotes.

    What looks like a field inside of a value, as in an abstract, is none. ``text``: one entry, or several in a line.
    """
    at, depth = 0, 0
    while found := (_FIELD_OR_BRACE if depth else _ENTRY).search(text, at):
        at = found.end()
        if not depth:
            depth = 1
        elif found[0] in ("{", "}"):
            depth += 1 if found[0] == "{" else -1
        elif depth == 1:
            begin, at = at, _end_of_value(text, at)
            if found[1].lower() in _NAMING:
                value = _MARKS.sub("", text[begin:at]).lower().replace("\\_", "_")
                yield found[1].lower(), " ".join(value.split())


def _end_of_value(text: str, at: int) -> int:
    """Return where the value that begins at ``at`` ends: at a comma, or at the end of its entry."""
    depth, quoted = 0, False
    for found in _END_OF_VALUE.finditer(text, at):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            if not depth:
                return found.start()
            depth -= 1
        elif mark == '"' and not depth:
            quoted = not quoted
        elif mark == "," and not depth and not quoted:
            return found.start()
    return len(text)


def _is_an_id_alone(value: str, reference: Reference) -> bool:
    """Return whether a note says nothing but an id. "Companion of arXiv:2603.00001" is a note on another paper."""
    for id in (reference.doi, reference.arxiv_id):
        value = value.replace(id.lower(), " ") if id else value
    value = re.sub(r"\[[\w.-]*\]", " ", value)
    return all(word in _OF_AN_ID for word in _OTHER_WORDS.findall(value))


def _is_of_arxiv(value: str, id: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(id)}(?:v\d+)?(?![\d])", value) is not None


def _replace(path: Path, before: bytes, after: bytes) -> Outcome:
    """Replace a file by a new one with the same mode; return the outcome, ``failed`` if another program has changed it.

    ``before``: what the file held when it was read.
    """
    make_folder(path.parent)
    new = path.with_name(f".{path.name[:100]}.{uuid4().hex}.part")
    descriptor = open_file(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            os.fsync(file.fileno())
        now = read_regular(path, LARGEST)
        if (now if isinstance(now, bytes) else b"") != before:
            new.unlink()
            return Outcome(Result.FAILED, f"{path} was written by another program meanwhile")
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Outcome(Result.SENT)
