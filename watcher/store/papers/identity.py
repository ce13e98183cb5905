"""Find the known paper that an entry is about, and decide what the entry adds to it. Pure.

Identities, strongest first: arXiv id, DOI, the entry's own id or link, the folded title. Two papers with different
arXiv ids never merge. An entry with a title alone is the known paper of that title if exactly one has an agreeing
abstract or author list, else a new paper. An address is the same in any of its spellings; since sites rename theirs,
an entry with an address alone, and a paper that is known by one, are one where title and abstract, or a long title and
the authors, agree. An address or id that papers of a source have once shared is no identity there from then on; such a
paper is known by it together with its title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watcher.model import Entry
from watcher.model.contents import contents_differ
from watcher.model.fields import FACTS, Merge, attributes
from watcher.rules import fold_title
from watcher.store.papers.addresses import may_change, spellings
from watcher.store.papers.keys import TITLE, comparable_title, content_key, item_keys, misread_keys, title_key

LONG_TITLE = 5
"""Words from which a title and its authors prove a paper; an editorial has the same authors every month."""

ENOUGH = 20
"""Length (words) from which the shorter of two abstracts may be compared with the beginning of the other."""

ALIKE = 0.8
"""Share of common words, or authors, from which two abstracts or author lists agree."""

_STRENGTH = {"arxiv": 0, "doi": 1, "title": 3, "item": 4}

_ALL = attributes(*Merge)
_NEWEST = attributes(Merge.NEWEST)
_TEXT = attributes(Merge.TEXT)
_LISTS = tuple(one.attribute for one in FACTS if one.is_several)


@dataclass(eq=False, slots=True)
class Candidate:
    """A paper in memory: known, or about to be added.

    ``order``: smaller for the older paper.
    ``values``: its columns; ``id`` only if it is stored.
    ``is_changed``: its columns have to be written.
    ``merged_into``: the paper that it turned out to be, None if it was not merged.
    """

    order: int
    values: dict[str, Any]
    is_changed: bool = False
    merged_into: Candidate | None = None
    _abstract: tuple[str, str] = field(default=("", ""), repr=False)

    @property
    def id(self) -> int | None:
        return self.values.get("id")

    @property
    def arxiv_id(self) -> str | None:
        return self.values["arxiv_id"]  # type: ignore[no-any-return]

    @property
    def is_title_only(self) -> bool:
        return bool(self.values["key"].startswith(TITLE))

    @property
    def folded_abstract(self) -> str:
        abstract = self.values["abstract"]
        if self._abstract[0] != abstract:
            self._abstract = (abstract, fold_title(abstract))
        return self._abstract[1]

    @property
    def final(self) -> Candidate:
        """The paper that it is after all merges."""
        return self if self.merged_into is None else self.merged_into.final

    def set(self, values: Mapping[str, Any]) -> None:
        """Set columns; ``is_changed`` becomes true if any differs."""
        changed = {name: value for name, value in values.items() if self.values[name] != value}
        self.values |= changed
        self.is_changed |= bool(changed)


@dataclass(frozen=True, slots=True)
class Identity:
    """The known papers that an entry shows to be the same, oldest first, and the keys that it adds."""

    same: tuple[Candidate, ...]
    keys: tuple[str, ...]


class Catalogue:
    """The known papers that some entries can be about, by key and by folded title.

    ``ids_last``: papers of this page are known by the addresses and ids of their own, beside those that they share; so
    an entry with a new one is a new paper.
    """

    def __init__(
        self, by_key: Mapping[str, Candidate], candidates: Iterable[Candidate], *, ids_last: bool = False
    ) -> None:
        self._by_key = dict(by_key)
        self._by_title: dict[str, list[Candidate]] = {}
        self._ids_last = ids_last
        self._of_this_page: set[int] = set()
        for candidate in candidates:
            self._by_title.setdefault(candidate.values["title_folded"], []).append(candidate)

    def identify(self, entry: Entry) -> Identity:
        """Return the known papers that an entry is about, and the keys that it adds."""
        return self._of_keys(entry) if entry.keys else self._of_title(entry)

    def add(self, candidate: Candidate, keys: Iterable[str]) -> None:
        """Add a paper of this page under ``keys`` and under its title."""
        self._by_key |= dict.fromkeys(keys, candidate)
        self._of_this_page.add(id(candidate))
        titled = self._by_title.setdefault(candidate.values["title_folded"], [])
        if candidate not in titled:
            titled.append(candidate)

    def _of_keys(self, entry: Entry) -> Identity:
        same: list[Candidate] = []
        arxiv_id = arxiv_id_of(entry)
        for known in self._known(entry.keys):
            if known not in same and not (arxiv_id and known.arxiv_id and known.arxiv_id != arxiv_id):
                same.append(known)
                arxiv_id = arxiv_id or known.arxiv_id
        alike = [known for known in self._alike(entry) if known not in same]
        if len(alike) == 1 and (alike[0].is_title_only or (not same and is_renamed(entry, alike[0]))):
            same += alike
        same += [] if same else self._without_keys(entry)
        same += [] if same else self._under_another_id(entry)
        items = item_keys(entry) if all(map(may_change, entry.keys)) else ()
        keys = tuple(key for key in dict.fromkeys((*entry.keys, *items)) if not self._known([key]))
        return Identity(tuple(sorted(same, key=lambda known: known.order)), keys)

    def _without_keys(self, entry: Entry) -> list[Candidate]:
        """Return the paper of exactly this content, if an older version saw no key in it."""
        return [known for known in self._known([content_key(entry)]) if known.is_title_only]

    def _under_another_id(self, entry: Entry) -> list[Candidate]:
        """Return the paper that has a key of others and the title, if this feed gives it another id at every look."""
        if self._ids_last or not all(map(may_change, entry.keys)):
            return []
        return [known for known in self._items(entry) if id(known) not in self._of_this_page][:1]

    def _of_title(self, entry: Entry) -> Identity:
        own, plain = content_key(entry), title_key(entry.title)
        items = tuple(key for key in item_keys(entry) if key not in self._by_key)
        if known := [*self._items(entry), *self._known([own])]:
            return Identity((known[0],), items)
        keys = (own,) if plain in self._by_key else (plain, own)
        if plain in keys and (misread := self._misread(entry)):
            return Identity((misread[0],), (*keys, *items))
        alike = self._alike(entry)
        return Identity(tuple(alike) if len(alike) == 1 else (), (*keys, *items))

    def _items(self, entry: Entry) -> list[Candidate]:
        """Return the papers of the entry's title, and of a key that it shares with others, that it may be about.

        They were stored under both together, or had the key while nobody else bore it.
        """
        title = comparable_title(entry.title)
        bearers = [known for known in self._known(entry.shared) if known.values["title_folded"] == title]
        return [known for known in (*self._known(item_keys(entry)), *bearers) if not contradicts(entry, known)]

    def _misread(self, entry: Entry) -> list[Candidate]:
        """Return the papers that are known by the entry's title alone, as it looked in another charset."""
        found = self._known(misread_keys(entry))
        return [known for known in found if known.is_title_only]

    def _known(self, keys: Iterable[str]) -> list[Candidate]:
        every = (one for key in keys for one in (key, *spellings(key)))
        return [self._by_key[key].final for key in every if key in self._by_key]

    def _alike(self, entry: Entry) -> list[Candidate]:
        """Return the papers of the entry's title that agree with it."""
        titled = dict.fromkeys(known.final for known in self._by_title.get(comparable_title(entry.title), ()))
        return [known for known in titled if agrees(entry, known) and not (entry.shared and contradicts(entry, known))]


def arxiv_id_of(entry: Entry) -> str | None:
    """Return the arXiv id of an entry: from its keys, else its own field; None if it has none."""
    keys = [key.removeprefix("arxiv:") for key in entry.keys if key.startswith("arxiv:")]
    return keys[0] if keys else entry.arxiv_id


def agrees(entry: Entry, known: Candidate) -> bool:
    """Return whether a paper of the same title has the entry's abstract or authors."""
    return agree(fold_title(entry.abstract), known.folded_abstract) or same_authors(
        entry.authors, known.values["authors"]
    )


def contradicts(entry: Entry, known: Candidate) -> bool:
    """Return whether a paper of the same title is another one than the entry's, by its contents.

    Other authors alone prove that only where one of the two has no abstract; the same authors disprove it, where the
    title is long or the abstracts are short.
    """
    arxiv_id, authors = arxiv_id_of(entry), known.values["authors"]
    if arxiv_id and known.arxiv_id and arxiv_id != known.arxiv_id:
        return True
    if not (entry.abstract and known.values["abstract"]):
        return bool(entry.authors and authors) and {*map(_signature, authors)}.isdisjoint(
            map(_signature, entry.authors)
        )
    if not contents_differ(entry.abstract, known.values["abstract"]):
        return False
    is_long = len(comparable_title(entry.title).split()) >= LONG_TITLE
    shortest = min(len(text.split()) for text in (entry.abstract, known.values["abstract"]))
    return not ((is_long or shortest < ENOUGH) and same_authors(entry.authors, authors))


def is_renamed(entry: Entry, known: Candidate) -> bool:
    """Return whether a paper of the same title is the entry's, though they share no key.

    One of the two has to be known by an address, or an id of a site's own, alone: DOIs and arXiv ids do not change.
    """
    if not all(map(may_change, entry.keys)) and not may_change(known.values["key"]):
        return False
    words = known.folded_abstract.split()
    if len(words) >= ENOUGH and agree(fold_title(entry.abstract), known.folded_abstract):
        return True
    is_long = len(comparable_title(entry.title).split()) >= LONG_TITLE
    return is_long and not (words and entry.abstract) and same_authors(entry.authors, known.values["authors"])


def agree(one: str, other: str) -> bool:
    """Return whether two folded abstracts are of one paper: alike as a whole, or up to the end of the shorter one.

    The second only counts from ``ENOUGH`` words on: rendered pages cut abstracts, and short ones are alike by chance.
    """
    a, b = one.split(), other.split()
    shortest = min(len(a), len(b))
    if not shortest:
        return False
    return _alike(a, b) or (shortest >= ENOUGH and _alike(a[:shortest], b[:shortest]))


def same_authors(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two lists name the same people. "Y. Bengio", "Bengio, Yoshua" and "Yoshua Bengio" are the same."""
    return bool(one and other) and _alike([_signature(name) for name in one], [_signature(name) for name in other])


def _signature(name: str) -> str:
    """Return last name and first initial, folded."""
    last, comma, first = name.partition(",")
    words = fold_title(f"{first} {last}" if comma else name).split()
    return f"{words[-1]} {words[0][0]}" if words else name.strip()


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    a, b = set(one), set(other)
    return len(a & b) >= ALIKE * len(a | b)


def strongest(keys: Iterable[str]) -> str:
    """Return the key that identifies best; of equally strong keys the first."""
    return min(keys, key=lambda key: _STRENGTH.get(key.partition(":")[0], 2))


def new_values(entry: Entry, key: str, now: datetime) -> dict[str, Any]:
    """Return the columns of a paper that was never seen before."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ALL}
    values |= {name: list(values[name]) for name in _LISTS}
    return values | {
        "key": key,
        "title_folded": comparable_title(entry.title),
        "arxiv_id": arxiv_id_of(entry),
        "first_seen": now,
        "waiting_since": None,
    }


def learn(known: Candidate, entry: Entry) -> None:
    """Add what an entry says to its paper.

    Empty values never replace others. Newer values do, text only by :func:`_has_better_text`. A second-hand entry, or
    one with a title alone, only fills gaps. How a field merges, the table of fields says.
    """
    own = new_values(entry, known.values["key"], known.values["first_seen"])
    is_weaker = entry.is_secondhand or (not entry.keys and not known.is_title_only)
    newer = set[str]() if is_weaker else set(_NEWEST)
    if not is_weaker and _has_better_text(known, entry):
        newer |= {*_TEXT}
        if _is_cut(entry, known):
            newer.remove("abstract")
    values = {name: own[name] for name in _ALL if own[name] and (name in newer or not known.values[name])}
    if "title" in values:
        values["title_folded"] = own["title_folded"]
    known.set(values | {"key": strongest([known.values["key"], *entry.keys])})


def _has_better_text(known: Candidate, entry: Entry) -> bool:
    """Return whether the entry's text replaces the known one.

    It is of the same or a newer version, or that has none.
    """
    version: int | None = known.values["version"]
    return version is None or (entry.version is not None and entry.version >= version)


def _is_cut(entry: Entry, known: Candidate) -> bool:
    """Return whether the entry's abstract is only the beginning of the known one, of the same version."""
    if entry.version != known.values["version"]:
        return False
    return bool(known.values["abstract"].startswith(entry.abstract.rstrip(" .…")))


def absorb(kept: Candidate, other: Candidate) -> None:
    """Merge ``other`` into the older paper ``kept``, which takes over what it lacks."""
    better = kept.is_title_only and not other.is_title_only
    names = (*_ALL, "title_folded")
    values = {name: other.values[name] for name in names if other.values[name] and (better or not kept.values[name])}
    kept.set(values | {"key": strongest([kept.values["key"], other.values["key"]])})
    kept.is_changed = True
    other.merged_into = kept
