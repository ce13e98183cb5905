"""Tell by texts, authors and ids whether an entry is about a known paper. Pure.

"Names" are DOIs and arXiv ids here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watcher.model import Entry
from watcher.model.contents import IN_COMMON, contents_differ
from watcher.rules import fold_title
from watcher.store.identity.addresses import may_change
from watcher.store.identity.candidates import Candidate
from watcher.store.identity.keys import arxiv_id_of, comparable_title, doi_of

LONG_TITLE = 5
"""Fewest words of a title that, with the authors, identifies a paper. An editorial has the same authors every month."""

ENOUGH = 20
"""Fewest words of an abstract that may be compared with the beginning of a longer one."""

ALIKE = 0.8
"""Smallest share of common words, or common authors, at which two abstracts, or lists of authors, agree."""

_ONCE_READ = "/.,;)]}>"
"""What versions up to 0.2.0 took for the end of a DOI."""

HARDLY = 0.35
"""Largest share of common words at which two texts have only those words in common that all texts have."""

EDITED = 0.6
"""Share of the words of the shorter of two texts from which the longer one may be the same, edited."""


def agrees(entry: Entry, known: Candidate) -> bool:
    """Return whether the paper ``known``, of the same title, has an abstract or authors that agree with the entry's."""
    return agree(fold_title(entry.abstract), known.folded_abstract) or same_authors(
        entry.authors, known.values["authors"]
    )


def contradicts(entry: Entry, known: Candidate) -> bool:
    """Return whether the contents show that the paper ``known``, of the same title, is not the entry's paper.

    Different arXiv ids show it. So do different abstracts, unless the authors are the same and the title is long or an
    abstract is short. If one abstract is missing, it is shown by lists of authors with nobody in common.
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
    """Return whether an entry is about another paper than the known one that has its address or its site's own id.

    If both have an arXiv id or a DOI, these decide. The same authors mean the same paper, since texts are edited.
    Otherwise it is another paper in these cases:

    - The titles differ, and so do the texts.
    - The titles differ, only one of the two has an arXiv id or DOI, and the texts do not agree.
    - The title is the same but short, and the texts have hardly a word in common.
    - The titles differ, and the addresses lead to two parts of one page.
    """
    names = (arxiv_id_of(entry), known.arxiv_id), (doi_of(entry), known.values["doi"])
    both = [one.rstrip(_ONCE_READ) == other.rstrip(_ONCE_READ) for one, other in names if one and other]
    if both:
        return not any(both)
    if _is_other_part(entry, known):
        return True
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


def _is_other_part(entry: Entry, known: Candidate) -> bool:
    """Return whether an entry and a paper have different titles and addresses that differ in the fragment alone."""
    page, _, part = (entry.url or "").partition("#")
    known_page, _, known_part = (known.values["url"] or "").partition("#")
    if not (part and known_part) or part == known_part or page != known_page:
        return False
    return bool(comparable_title(entry.title) != known.values["title_folded"])


def is_renamed(entry: Entry, known: Candidate) -> bool:
    """Return whether a paper of the same title is the entry's paper under a new address.

    Either the abstracts are long enough and agree, or the title is long, an abstract is missing and the authors agree.
    One of the two must be known only by an address or a site's own id, since DOIs and arXiv ids do not change.
    """
    ours, theirs = entry.keys, (known.values["key"],)
    if _may_not_change(ours) and _may_not_change(theirs) and _is_named(ours) == _is_named(theirs):
        return False
    if has_same_text(entry, known):
        return True
    words = known.folded_abstract.split()
    is_long = len(comparable_title(entry.title).split()) >= LONG_TITLE
    return is_long and not (words and entry.abstract) and same_authors(entry.authors, known.values["authors"])


def is_notice_of(entry: Entry, known: Candidate) -> bool:
    """Return whether an entry, whose title is given without the notice that it was, tells a paper's withdrawal.

    Its text may say nothing but that. An entry with a DOI or arXiv id of its own is a paper of its own.

    ``known``: the paper.
    """
    if _is_named(entry.keys) or len(comparable_title(entry.title).split()) < LONG_TITLE:
        return False
    authors = known.values["authors"]
    return same_authors(entry.authors, authors) if entry.authors and authors else True


def has_same_text(entry: Entry, known: Candidate) -> bool:
    """Return whether the abstracts of an entry and a paper agree and are long enough to identify a paper."""
    is_enough = len(known.folded_abstract.split()) >= ENOUGH
    return is_enough and agree(fold_title(entry.abstract), known.folded_abstract)


@dataclass(frozen=True, slots=True)
class Work:
    """What two forms of one work have in common: a folded title, an abstract, authors."""

    title: str
    abstract: str
    authors: Sequence[str]

    @classmethod
    def of(cls, one: Entry | Candidate) -> Work:
        """Return what ``one``, an entry or a known paper, shows of its work."""
        if isinstance(one, Candidate):
            return cls(one.values["title_folded"], one.values["abstract"], one.values["authors"])
        return cls(comparable_title(one.title), one.abstract, one.authors)


def is_other_work(one: Work, other: Work) -> bool:
    """Return whether ``one`` and ``other`` describe two works: without a common author, or with other texts."""
    signatures = {*map(_signature, one.authors)}, {*map(_signature, other.authors)}
    if all(signatures) and signatures[0].isdisjoint(signatures[1]):
        return True
    return _have_texts(one, other) and contents_differ(one.abstract, other.abstract, in_common=EDITED)


def is_same_work(one: Work, other: Work) -> bool:
    """Return whether two papers may well be one in two forms, where a source says so.

    Titles and texts are edited on the way to a journal, authors join. Something has to agree: the title with an author,
    or where the authors of one are not known, the title alone if it is long; else the text with an author; else, where
    one has no text, the authors and most of the title.
    """
    if is_other_work(one, other):
        return False
    have_authors, have_texts = bool(one.authors and other.authors), _have_texts(one, other)
    words = set(one.title.split()), set(other.title.split())
    if one.title == other.title:
        return have_authors or have_texts or len(words[0]) >= LONG_TITLE
    if have_texts:
        return have_authors
    is_near = len(words[0] & words[1]) >= EDITED * min(map(len, words))
    return is_near and same_authors(one.authors, other.authors)


def _have_texts(one: Work, other: Work) -> bool:
    return min(len(work.abstract.split()) for work in (one, other)) >= ENOUGH


def _may_not_change(keys: Sequence[str]) -> bool:
    return not all(map(may_change, keys))


def _is_named(keys: Sequence[str]) -> bool:
    return any(key.startswith(("arxiv:", "doi:")) for key in keys)


def agree(one: str, other: str) -> bool:
    """Return whether two folded abstracts are of one paper: alike as a whole, or up to the end of the shorter one.

    The beginning counts only if the shorter one has ``ENOUGH`` words: rendered pages cut abstracts, and short ones are
    alike by chance.

    ``one`` and ``other``: the abstracts.
    """
    a, b = one.split(), other.split()
    shortest = min(len(a), len(b))
    if not shortest:
        return False
    return _alike(a, b) or (shortest >= ENOUGH and _alike(a[:shortest], b[:shortest]))


def same_authors(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two lists, ``one`` and ``other``, name the same people: "Y. Bengio" is "Bengio, Yoshua"."""
    return bool(one and other) and _alike([_signature(name) for name in one], [_signature(name) for name in other])


def _signature(name: str) -> str:
    """Return the last name and the first initial of a name, folded, without "Jr."; "Bengio Y" is read as "Y Bengio"."""
    last, comma, first = name.partition(",")
    if not comma and (found := _LAST_NAME_FIRST.fullmatch(name.strip())):
        last, first = found.groups()
    words = fold_title(f"{first} {last}" if first else name).split()
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words.pop()
    return f"{words[-1]} {words[0][0]}" if words else name.strip()


_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
"""What some sources put behind a name and others leave out, folded."""

_LAST_NAME_FIRST = re.compile(r"(\w{2,}(?:[ '-]\w{2,}){0,3}) ((?:[A-Z][.-]?){1,3})")


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    a, b = set(one), set(other)
    return len(a & b) >= ALIKE * len(a | b)
