"""Read the papers that a subscription likes, from files beside the config and from ids in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from watcher.config.checking import Checker
from watcher.config.checking import Path as Place
from watcher.config.text.harmless import quoted_value
from watcher.config.text.nearest import did_you_mean
from watcher.config.written_rule import place_of_item, with_places
from watcher.files.read import NotRead, name_in_one_line, read_regular
from watcher.model import LikedPaper, stars_of
from watcher.model.papers import GROWING
from watcher.parsers.references import ReadLibrary, read_ids, read_library

LARGEST_LIBRARY = 20_000_000
"""Most bytes of a file of references."""

MISTAKES_SHOWN = 3
ENDINGS = (".bib", ".ris", ".json", ".txt")

EVERYBODY = "everybody"
_STARRED = re.compile(r"starred(?:\s+by\s+(?P<person>\S.*))?", re.IGNORECASE)


class LibraryFiles:
    """Reads files of references for one file of the config, each once.

    ``folder``: where relative names begin.
    ``is_own``: the main file names them. An included file may be another person's; it may name only files in its own
        folder or below.
    """

    def __init__(self, folder: Path, *, is_own: bool = True) -> None:
        self._folder = folder
        self._is_own = is_own
        self._read: dict[str, ReadLibrary | NotRead] = {}

    def read(self, name: str) -> ReadLibrary | NotRead:
        """Return the references in a file, or why it is not read."""
        if name not in self._read:
            self._read[name] = self._read_anew(name)
        return self._read[name]

    def near(self) -> list[str]:
        """Return the names of files that may have been meant."""
        try:
            return sorted(path.name for path in self._folder.iterdir() if path.suffix.lower() in ENDINGS)
        except OSError:
            return []

    def _read_anew(self, name: str) -> ReadLibrary | NotRead:
        path = Path(name)
        if not self._is_own and (path.is_absolute() or ".." in path.parts or name.startswith("~")):
            return NotRead("files are named in the folder of this one only", "put it there, and write its name")
        data = read_regular(self._folder / os.path.expanduser(path), LARGEST_LIBRARY, follow_links=self._is_own)
        return data if isinstance(data, NotRead) else read_library(data)


def liked_by(
    checker: Checker,
    path: Place,
    given: Sequence[str],
    files: LibraryFiles,
    owner: str,
    beside: Sequence[LikedPaper] = (),
) -> tuple[LikedPaper, ...]:
    """Return the papers that ``like:`` names, each once; what is wrong is noted in ``checker`` at ``path``.

    ``given``: the items of ``like:``.
    ``owner``: whose subscription it is, "" for the config's own file.
    ``beside``: papers that are liked, too.
    """
    found = {_identity(one): one for one in beside}
    is_whole = True
    for n, item in with_places(list(given)):
        if starred := _STARRED.fullmatch(item):
            person = _person(checker, place_of_item(checker, path, n), starred["person"], owner)
            is_whole &= person is not None
            if person is not None:
                found[_identity(stars_of(person))] = stars_of(person)
            continue
        read = references_in(checker, place_of_item(checker, path, n), item, files)
        if read is None:
            is_whole = False
            continue
        found |= {_identity(one): one for one in read.papers}
    if is_whole and given and not found:
        names = ", ".join(map(name_in_one_line, given))
        what = f"no paper stands in {names}: nothing is told"
        checker.warn(path, what, "write arXiv ids, or export a library that has papers", name="empty-library")
    return tuple(found.values())


def references_in(checker: Checker, place: Place, item: str, files: LibraryFiles) -> ReadLibrary | None:
    """Return the papers of an item, by id or from a file; None, with a note, for an unreadable item."""
    read = read_ids([item])
    if read.papers:
        return read
    file = files.read(item)
    if isinstance(file, NotRead):
        _note_unread(checker, place, item, file, files)
        return None
    _warn_of_mistakes(checker, place, item, file)
    return file


def _identity(one: LikedPaper) -> tuple[str, ...]:
    return one.keys or (one.title.casefold(),)


def written_likes(papers: Sequence[LikedPaper], owner: str) -> list[str] | None:
    """Return papers as ``like:`` names them; None where ids alone do not say all that is known of them.

    ``owner``: as of :func:`liked_by`.
    """
    if any(one.title or one.abstract or one.keywords or len(one.keys) != 1 for one in papers):
        return None
    return [_written(one, owner) for one in papers]


def _written(one: LikedPaper, owner: str) -> str:
    if one.starred_by is None:
        return one.keys[0]
    return "starred" if one.starred_by == owner else f"starred by {one.starred_by or EVERYBODY}"


def _person(checker: Checker, place: Place, named: str | None, owner: str) -> str | None:
    """Return the person whose stars are meant, "" for everybody; None, with a note, if this file may not name them."""
    if named is None:
        return owner
    if named.lower() == EVERYBODY:
        return ""
    if owner and named != owner:
        what = "an included file names its own stars, and those that everybody shares"
        checker.note(place, what, f"write starred, or starred by {EVERYBODY}", name="wrong-value")
        return None
    return named


def library_name(papers: Sequence[LikedPaper]) -> str:
    """Return the name of a library: a checksum of all that counts of its papers, and whether it grows with stars."""
    rows = [[one.title, one.abstract, list(one.keywords), list(one.keys)] for one in papers]
    grows = any(one.starred_by is not None for one in papers)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest() + (GROWING if grows else "")


def _note_unread(checker: Checker, place: Place, item: str, file: NotRead, files: LibraryFiles) -> None:
    if not file.is_missing:
        checker.note(place, f"{quoted_value(item)} cannot be read: {file.what}", file.hint, name="wrong-file")
        return
    near = did_you_mean(item, files.near())
    hint = near or "write an arXiv id (2601.00001), a DOI (10.1000/x), the name of a file beside the config, or starred"
    checker.note(place, f"{quoted_value(item)} is no arXiv id, no DOI and no file", hint, name="wrong-file")


def _warn_of_mistakes(checker: Checker, place: Place, item: str, read: ReadLibrary) -> None:
    file = name_in_one_line(item)
    for one in read.mistakes[:MISTAKES_SHOWN]:
        entry = f" `{one.entry}`" if one.entry else ""
        what = f"{file}, line {one.line}{entry}: {one.what}"
        checker.warn(place, what, one.hint, name="unread-reference")
    if (more := len(read.mistakes) - MISTAKES_SHOWN) > 0:
        what = f"{file}: {more} more that are not read"
        checker.warn(place, what, f"`watcher like --file {file}` names them", name="unread-reference")
