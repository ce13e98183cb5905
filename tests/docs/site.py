"""Looks through the built documentation for anything that a browser would load from another host.

``python -m tests.docs.site FOLDER`` prints what it finds, and ends with exit status 1 where that is something.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADED = {"script": "src", "img": "src", "iframe": "src", "video": "src", "source": "srcset", "embed": "src"}
"""Elements that load something → the attribute with its address."""

ONLY_NAMED = {"canonical", "next", "prev", "alternate", "license"}
"""Relations of a ``link`` that load nothing."""

_ELSEWHERE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_OF_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = LOADED.get(tag) or ("href" if tag == "link" and given.get("rel") not in ONLY_NAMED else "")
        address = given.get(name) or ""
        if _ELSEWHERE.match(address):
            self.foreign.append(f"<{tag} {name}={address}>")
        self.foreign += _OF_STYLES.findall(given.get("style") or "")


def foreign_in(text: str) -> list[str]:
    """What a page of HTML loads from other hosts."""
    page = _Page()
    page.feed(text)
    return page.foreign


def foreign(folder: Path) -> list[str]:
    """What a site loads from other hosts, each with its file."""
    found = [(path, one) for path in folder.rglob("*.html") for one in foreign_in(path.read_text(encoding="utf-8"))]
    styles = [path for path in folder.rglob("*.css") if path.is_file()]
    found += [(path, one) for path in styles for one in _OF_STYLES.findall(path.read_text(encoding="utf-8"))]
    return sorted(f"{path.relative_to(folder)}: {one}" for path, one in found)


def main(folder: Path) -> int:
    """Print what is foreign in a built site; the exit status."""
    pages = sum(1 for _ in folder.rglob("*.html"))
    found = foreign(folder)
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{pages} pages, {len(found)} things from other hosts")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
