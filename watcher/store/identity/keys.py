"""Make the keys under which papers are stored, and take shared ones from entries. Pure.

A shared key is an address, or an id of a site's own, that several papers of a source have had; it is nobody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from watcher.model import Entry
from watcher.rules import fold_title
from watcher.store.identity.addresses import may_change, spellings
from watcher.store.papers.misread import misread_titles
from watcher.store.papers.withdrawals import IN_FRONT, title_without_notice

TITLE = "title:"
NOBODYS = "shared:"


@lru_cache(maxsize=4096)
def comparable_title(title: str) -> str:
    """Return the folded title, or the title itself if folding leaves nothing of it."""
    return fold_title(title) or title.strip()


def titles_asked_for(title: str) -> set[str]:
    """Return the folded titles by which the paper of a title may be known, with a notice of withdrawal or without."""
    folded, noticed = comparable_title(title), title_without_notice(title)
    return {folded, *(f"{words} {folded}" for words in IN_FRONT), *([comparable_title(noticed)] if noticed else ())}


def title_key(title: str) -> str:
    """Return the key of a paper that has nothing but its title."""
    return TITLE + comparable_title(title)


def content_key(entry: Entry) -> str:
    """Return a key that only entries with exactly this title, abstract and authors have.

    It tells papers of the same title apart, and recognises repeats.
    """
    content = "\n".join(" ".join(text.split()).casefold() for text in (entry.abstract, *entry.authors))
    return f"{title_key(entry.title)}#{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def arxiv_id_of(entry: Entry) -> str | None:
    """Return the arXiv id of an entry: from its keys, else its own field; None if it has none."""
    keys = [key.removeprefix("arxiv:") for key in entry.keys if key.startswith("arxiv:")]
    return keys[0] if keys else entry.arxiv_id


def doi_of(entry: Entry) -> str | None:
    """Return the DOI of an entry: from its keys, else its own field; None if it has none."""
    dois = [key.removeprefix("doi:") for key in entry.keys if key.startswith("doi:")]
    return dois[0] if dois else entry.doi


def misread_keys(entry: Entry) -> tuple[str, ...]:
    """Return the title keys that an entry would have had if its charset had not been known."""
    return tuple(map(title_key, misread_titles(entry.title)))


def item_keys(entry: Entry) -> tuple[str, ...]:
    """Return a key for each shared key of the entry, made of the shared key and the title."""
    return tuple(f"item:{_digest(_one_spelling(key), comparable_title(entry.title))}" for key in entry.shared)


def nobodys_key(source: str, key: str) -> str:
    """Return the key that is stored to say: at ``source``, ``key`` is shared by several papers and identifies none."""
    return f"{NOBODYS}{_digest(source, _one_spelling(key))}"


def nobodys_keys(entry: Entry, source: str) -> tuple[str, ...]:
    """Return, for those keys of the entry that may turn out to be shared, the keys of :func:`nobodys_key`."""
    return tuple(nobodys_key(source, key) for key in entry.keys if may_change(key))


def disowned(entry: Entry, is_nobodys: Callable[[str], bool]) -> Entry:
    """Return an entry whose shared keys have moved from ``keys`` to ``shared``.

    ``is_nobodys``: returns whether a key is shared, or another paper's.
    """
    taken = tuple(key for key in entry.keys if may_change(key) and is_nobodys(key))
    if not taken:
        return entry
    return replace(entry, keys=tuple(key for key in entry.keys if key not in taken), shared=(*entry.shared, *taken))


def keys_asked_for(entry: Entry) -> Iterator[str]:
    """Yield every key under which the paper of an entry may be stored."""
    yield from sole_keys(entry)
    yield from (form.key for form in entry.forms)
    for key in entry.shared:
        yield from (key, *spellings(key))


def claims_asked_for(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the keys that papers may claim as those of another form of theirs, for some of these entries to be it."""
    for entry in entries:
        yield from (key for key in entry.keys if not may_change(key))
        yield from (form.key for form in entry.forms)


def sole_keys(entry: Entry) -> Iterator[str]:
    """Yield the keys under which only the paper of an entry may be stored."""
    for key in entry.keys:
        yield from (key, *spellings(key))
    yield from (content_key(entry), *item_keys(entry))
    if not entry.keys:
        yield from (title_key(entry.title), *misread_keys(entry))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _one_spelling(key: str) -> str:
    return min((key, *spellings(key)))
