"""Keep bodies of broken pages for people to look at: a few, of limited size, the newest ones."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from watcher.files.made import make_folder, open_file

log = logging.getLogger(__name__)

PAGES = 3
"""Most bodies that are kept of a source."""

SIZE = 5_000_000
"""Most bytes that are kept of a body."""


@dataclass(frozen=True, slots=True)
class KeptPages:
    """Bodies of broken pages, in a folder for each source: ``broken/hf/20260310T120000Z-1f3a5b7c.txt``.

    Their names end in ``.txt`` so that no browser runs scripts in them. ``watcher import`` can read them.

    ``folder``: in which the folders of the sources are.
    """

    folder: Path

    def keep(self, source: str, body: bytes, now: datetime) -> Path | None:
        """Keep a body; return its path, None if it cannot be kept.

        The same body is kept once, with the time of its first keeping.
        """
        digest = sha256(body).hexdigest()[:8]
        try:
            if there := next(iter((self.folder / source).glob(f"*-{digest}.txt")), None):
                return there
            path = self.folder / source / f"{now:%Y%m%dT%H%M%SZ}-{digest}.txt"
            make_folder(path.parent)
            _write(path, body[:SIZE])
            for old in self.of(source)[PAGES:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s: the broken page cannot be kept: %s", source, error)
            return None
        return path

    def of(self, source: str) -> list[Path]:
        """Return the paths of the bodies that are kept of ``source``, newest first."""
        return sorted((self.folder / source).glob("*.txt"), reverse=True)

    def older(self, before: datetime) -> list[Path]:
        """Return the paths of the bodies of all sources that were kept before an instant."""
        limit = f"{before:%Y%m%dT%H%M%SZ}"
        return sorted(path for path in self.folder.glob("*/*.txt") if path.name < limit)


def _write(path: Path, body: bytes) -> None:
    """Write a file as a whole or not at all; only its owner and group can read it."""
    half = path.with_suffix(".half")
    with os.fdopen(open_file(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(body)
    half.rename(path)
