"""Tell by words, people and names whether an entry is of a known paper. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from watcher.model import Entry
from watcher.model.contents import IN_COMMON, contents_differ
from watcher.rules import fold_title
from watcher.store.papers.addresses import may_change
from watcher.store.papers.candidates import Candidate
from watcher.store.papers.keys import arxiv_id_of, comparable_title, doi_of

LONG_TITLE = 5
"""Words from which a title and its authors prove a paper; an editorial has the same authors every month."""

ENOUGH = 20
"""Length (words) from which the shorter of two abstracts may be compared with the beginning of the other."""

ALIKE = 0.8
"""Share of common words, or authors, from which two abstracts or author lists agree."""

HARDLY = 0.35
"""Share of common words up to which two texts have nothing in common but the words that every text has."""


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


def is_another(entry: Entry, known: Candidate) -> bool:
    """Return whether an entry is of another paper than the one that has its address, or its id of a site's own.

    DOIs and arXiv ids say it. Words are edited, so that others prove nothing, unless nothing is left: title, and text
    or authors. Where the title stays, it has to be a short one, that many have, and of the texts next to nothing.
    Where one of the two alone has a DOI or arXiv id, another title and no text are enough.
    """
    names = (arxiv_id_of(entry), known.arxiv_id), (doi_of(entry), known.values["doi"])
    both = [one == other for one, other in names if one and other]
    if both:
        return not any(both)
    if same_authors(entry.authors, known.values["authors"]):
        return False
    is_same_title = comparable_title(entry.title) == known.values["title_folded"]
    if not is_same_title and any(one or other for one, other in names) and not agrees(entry, known):
        return True
    if is_same_title and len(comparable_title(entry.title).split()) >= LONG_TITLE:
        return False
    texts = entry.abstract, known.values["abstract"]
    if min(len(text.split()) for text in texts) >= ENOUGH:
        return contents_differ(*texts, in_common=HARDLY if is_same_title else IN_COMMON)
    return not is_same_title and not all(texts) and contradicts(entry, known)


def is_renamed(entry: Entry, known: Candidate) -> bool:
    """Return whether a paper of the same title is the entry's, though they share no key.

    One of the two has to be known by an address, or an id of a site's own, alone: DOIs and arXiv ids do not change, and
    of two ids that are made to last each has its paper.
    """
    ours, theirs = entry.keys, (known.values["key"],)
    if _may_not_change(ours) and _may_not_change(theirs) and _is_named(ours) == _is_named(theirs):
        return False
    if has_same_text(entry, known):
        return True
    words = known.folded_abstract.split()
    is_long = len(comparable_title(entry.title).split()) >= LONG_TITLE
    return is_long and not (words and entry.abstract) and same_authors(entry.authors, known.values["authors"])


def has_same_text(entry: Entry, known: Candidate) -> bool:
    """Return whether the abstracts agree, and are long enough to prove a paper."""
    is_enough = len(known.folded_abstract.split()) >= ENOUGH
    return is_enough and agree(fold_title(entry.abstract), known.folded_abstract)


def _may_not_change(keys: Sequence[str]) -> bool:
    return not all(map(may_change, keys))


def _is_named(keys: Sequence[str]) -> bool:
    return any(key.startswith(("arxiv:", "doi:")) for key in keys)


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
