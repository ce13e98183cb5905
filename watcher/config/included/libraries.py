"""Read the papers that a subscription likes, from files beside the config and from ids in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from watcher.config.checking import Checker
from watcher.config.checking import Path as Place
from watcher.config.text.harmless import quoted_value
from watcher.config.text.nearest import did_you_mean
from watcher.config.written_rule import place_of_item, with_places
from watcher.files.read import NotRead, name_in_one_line, read_regular
from watcher.model import LikedPaper
from watcher.parsers.references import ReadLibrary, read_ids, read_library

LARGEST_LIBRARY = 20_000_000
"""Most bytes of a file of references."""

MISTAKES_SHOWN = 3
ENDINGS = (".bib", ".ris", ".json", ".txt")


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
            return NotRead("an included file names files of its own folder only", "put it there, and write its name")
        data = read_regular(self._folder / path.expanduser(), LARGEST_LIBRARY, follow_links=self._is_own)
        return data if isinstance(data, NotRead) else read_library(data)


def liked_by(checker: Checker, path: Place, given: Sequence[str], files: LibraryFiles) -> tuple[LikedPaper, ...]:
    """Return the papers that ``like:`` names, each once. Note what is wrong in ``checker`` at ``path``."""
    found: dict[tuple[str, ...], LikedPaper] = {}
    is_whole = True
    for n, item in with_places(list(given)):
        read = read_ids([item])
        if not read.papers:
            file = files.read(item)
            place = place_of_item(checker, path, n)
            if isinstance(file, NotRead):
                _note_unread(checker, place, item, file, files)
                is_whole = False
                continue
            read = file
            _warn_of_mistakes(checker, place, item, read)
        found |= {one.keys or (one.title.casefold(),): one for one in read.papers}
    if is_whole and not found:
        names = ", ".join(map(name_in_one_line, given))
        what = f"no paper stands in {names}: nothing is told"
        checker.warn(path, what, "write arXiv ids, or export a library that has papers", name="empty-library")
    return tuple(found.values())


def library_name(papers: Sequence[LikedPaper]) -> str:
    """Return the name of a library: a checksum of its papers."""
    rows = [[one.title, one.abstract, list(one.keywords), list(one.keys)] for one in papers]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _note_unread(checker: Checker, place: Place, item: str, file: NotRead, files: LibraryFiles) -> None:
    if not file.is_missing:
        checker.note(place, f"{quoted_value(item)} cannot be read: {file.what}", file.hint, name="wrong-file")
        return
    near = did_you_mean(item, files.near())
    hint = near or "write an arXiv id (2601.00001), a DOI (10.1000/x), or the name of a file beside the config"
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
