"""Refuse texts that look like a digest page by chance, and pages on which papers may be joined with others."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.model import Entry
from watcher.parsers.common import clean
from watcher.parsers.huggingface.digest_text.marks import are_names, may_be_names

USUAL_ABSTRACT = 200
SENTENCE_ENDS = (".", "!", "?", "…", "。", ".)", '."', ".”")
UNBRANDED_PAPERS = 3
"""Fewest papers in a text that does not say what it is."""


class NoDigest(Exception):
    """A text is no digest page: why, and at which line. It never leaves this folder."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line


def check_entries(entries: Sequence[Entry], is_branded: bool) -> None:
    """Raise ``NoDigest`` for other texts in which short and long lines alternate: a chapter, or wrapped lines.

    ``is_branded``: the text says that it is a digest page.
    """
    if len(entries) > clean.MOST_ENTRIES:
        raise NoDigest(f"{len(entries):,} papers; more than {clean.MOST_ENTRIES:,} are not read")
    if 2 * sum(len(entry.abstract) >= USUAL_ABSTRACT for entry in entries) < len(entries):
        raise NoDigest("lines too short for abstracts: they may be wrapped")
    titles: dict[str, str] = {}
    for entry in entries:
        for key in entry.keys[:1]:
            if titles.setdefault(key, entry.title) != entry.title:
                raise NoDigest(f"{quoted(titles[key])} and {quoted(entry.title)} have one link: {entry.url}")
    if is_branded or any(entry.published or entry.organization or entry.arxiv_id for entry in entries):
        return
    if len(entries) < UNBRANDED_PAPERS or 2 * sum(" " in entry.title for entry in entries) < len(entries):
        raise NoDigest("text with headings, without anything that a digest page has")


def check_joints(entries: Sequence[Entry], *, are_guessed: bool) -> None:
    """Raise ``NoDigest`` for titles and abstracts that may be joined with others, or whose end is missing.

    ``are_guessed``: some paragraphs have no blank line before them.
    """
    for entry in entries:
        title, last = quoted(entry.title), entry.abstract.rsplit(" ", 1)[-1]
        is_whole = entry.abstract.endswith(SENTENCE_ENDS) or ("://" in last and not last.endswith("-"))
        if are_guessed and not is_whole:
            raise NoDigest(f'the abstract of {title} ends without a sentence\'s end: "…{entry.abstract[-40:]}"')
        if are_names(", ".join(entry.abstract.split(", ")[:2])):
            raise NoDigest(f"the abstract of {title} begins with names: {quoted(entry.abstract)}")
        if _ends_with_names(entry.title):
            raise NoDigest(f"the title {title} ends with names")


def _ends_with_names(title: str) -> bool:
    before, comma, last = title.rpartition(", ")
    return bool(comma) and may_be_names(" ".join(before.split(", ")[-1].split()[-2:])) and may_be_names(last)


def quoted(text: str) -> str:
    """Return a text in quotes; a long one is cut, and its length given."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…" ({len(text)} characters)'
