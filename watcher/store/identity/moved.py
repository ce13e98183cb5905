"""Find the papers that a source shows under other addresses than before, where only their titles tell so. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from watcher.model import Entry
from watcher.store.identity.addresses import may_change
from watcher.store.identity.candidates import NAMED, Candidate
from watcher.store.identity.keys import comparable_title
from watcher.store.identity.sameness import LONG_TITLE, Work, contradicts, is_other_work

AT_ONCE = 3
"""Fewest papers of a page that must have moved together: a talk of the same title comes alone."""

Titled = Callable[[str], Iterable[Candidate]]


def homeless(entries: Sequence[Entry], owners: Callable[[Entry], Iterable[Candidate]]) -> list[Entry]:
    """Return the entries that no known paper owns a key of and that have no arXiv id or DOI; each title once.

    ``owners``: returns the known papers that have a key of an entry.
    """
    titles = Counter(comparable_title(entry.title) for entry in entries)
    return [
        entry
        for entry in entries
        if titles[comparable_title(entry.title)] == 1 and all(map(may_change, entry.keys)) and not any(owners(entry))
    ]


def moved_papers(
    entries: Sequence[Entry], owners: Callable[[Entry], Iterable[Candidate]], titled: Titled
) -> list[tuple[Entry, Candidate]]:
    """Return the entries of a page whose papers had other addresses there before, each with its paper.

    An entry that has a key left moves together with ``AT_ONCE`` others, and by a long title. One that shares all it has
    with others is its title's paper.

    ``titled``: returns the papers of a title that the source has listed.
    """
    shown = {one for entry in entries for one in owners(entry)}
    pairs = []
    for entry in homeless(entries, owners):
        known = list(titled(comparable_title(entry.title)))
        if len(known) == 1 and _may_have_moved(entry, known[0], shown):
            pairs.append((entry, known[0]))
    far = [entry for entry, _ in pairs if entry.keys]
    return [(entry, one) for entry, one in pairs if not entry.keys or len(far) >= AT_ONCE]


def _may_have_moved(entry: Entry, known: Candidate, shown: Collection[Candidate]) -> bool:
    is_long = len(comparable_title(entry.title).split()) >= LONG_TITLE
    if not (is_long or (entry.shared and not entry.keys)) or known in shown:
        return False
    is_other = is_other_work(Work.of(entry), Work.of(known)) or contradicts(entry, known)
    return not known.values["key"].startswith(NAMED) and not is_other
