"""Find the known paper that an entry is about, and decide which keys the entry adds. Pure.

Identities, strongest first: arXiv id, DOI, the entry's own id or link, the folded title. Two papers with different
arXiv ids never merge. docs/identity.md has all cases; the main ones are these:

- An entry with only a title is the known paper of that title, if exactly one has an agreeing abstract or authors.
- An address is the same in all its spellings. Sites rename their addresses: so an entry or paper that has only an
  address is also found by its title with its abstract, or by a long title with its authors.
- An address or id that papers of a source have shared once identifies nothing there any more. Such papers are known by
  it together with their title.
- The record of a preprint or an article that names the other form joins the two, if both are of the same work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.model import Entry, OtherForm
from watcher.store.identity.addresses import LINK, may_change, spellings
from watcher.store.identity.candidates import NAMED, Candidate
from watcher.store.identity.keys import arxiv_id_of, comparable_title, content_key, item_keys, misread_keys, title_key
from watcher.store.identity.sameness import (
    Work,
    agrees,
    contradicts,
    has_same_text,
    is_another,
    is_notice_of,
    is_other_work,
    is_renamed,
    is_same_work,
)
from watcher.store.papers.withdrawals import title_without_notice


@dataclass(frozen=True, slots=True)
class Identity:
    """What an entry was found to be.

    ``same``: the known papers that it shows to be one, oldest first; empty for a new paper.
    ``keys``: the keys that it adds.
    ``forms``: the other forms that it claims, without those that are refuted.
    """

    same: tuple[Candidate, ...]
    keys: tuple[str, ...]
    forms: tuple[OtherForm, ...] = ()


class Catalogue:
    """The known papers that some entries may be about, by key and by folded title.

    ``ids_last``: beside the keys that they share, papers of this page keep addresses and ids of their own from poll to
        poll. So an entry with a new one is a new paper.
    ``claims``: (key, paper) of each paper that claims to be another form of the bearer of that key.
    """

    def __init__(
        self,
        by_key: Mapping[str, Candidate],
        candidates: Iterable[Candidate],
        claims: Iterable[tuple[str, Candidate]] = (),
        *,
        ids_last: bool = False,
    ) -> None:
        self._by_key = dict(by_key)
        self._claiming: dict[str, list[Candidate]] = {}
        for key, candidate in claims:
            self._claiming.setdefault(key, []).append(candidate)
        self._by_title: dict[str, list[Candidate]] = {}
        self._ids_last = ids_last
        self._of_this_page: set[int] = set()
        for candidate in candidates:
            for title in _titles(candidate):
                self._by_title.setdefault(title, []).append(candidate)

    def identify(self, entry: Entry, moved: Candidate | None = None) -> Identity:
        """Return which known papers an entry is about, and which keys it adds.

        ``moved``: the paper that it is about unless anything else shows another (:mod:`watcher.store.identity.moved`).
        """
        found = self._of_keys(entry) if entry.keys else self._of_title(entry)
        return replace(found, same=(moved.final,)) if moved and not found.same else found

    def titled(self, title: str) -> list[Candidate]:
        """Return the known papers of a folded title, each once."""
        return list(dict.fromkeys(known.final for known in self._by_title.get(title, ())))

    def add(self, candidate: Candidate, keys: Iterable[str], claims: Iterable[str] = ()) -> None:
        """Add a paper of this page, by ``keys``, by the keys of other forms that it ``claims``, and by its title."""
        self._by_key |= dict.fromkeys(keys, candidate)
        for key in claims:
            self._claiming.setdefault(key, []).append(candidate)
        self._of_this_page.add(id(candidate))
        for title in _titles(candidate):
            titled = self._by_title.setdefault(title, [])
            if candidate not in titled:
                titled.append(candidate)

    def _of_keys(self, entry: Entry) -> Identity:
        same: list[Candidate] = []
        arxiv_id, is_named = arxiv_id_of(entry), not all(map(may_change, entry.keys))
        for key in entry.keys:
            for known in self.known([key]):
                is_arxivs = arxiv_id and known.arxiv_id and known.arxiv_id != arxiv_id
                if known in same or is_arxivs or (may_change(key) and is_named and is_another(entry, known)):
                    continue
                same.append(known)
                arxiv_id = arxiv_id or known.arxiv_id
        forms = self._believed(entry, same)
        same += self._other_forms(entry, forms, same, arxiv_id)
        alike = [known for known in self._alike(entry) if known not in same]
        if len(alike) == 1 and alike[0].is_title_only:
            same += alike
        same += [] if same else self._renamed(entry, alike)
        same += [] if same else self._noticed(entry)
        same += [] if same else self._without_keys(entry)
        same += [] if same else self._under_another_id(entry)
        keys = tuple(key for key in dict.fromkeys((*entry.keys, *item_keys(entry))) if not self.known([key]))
        forms = tuple(form for form in forms if not self._is_refuted(form, entry))
        return Identity(tuple(sorted(same, key=lambda known: known.order)), keys, forms)

    def _believed(self, entry: Entry, same: Sequence[Candidate]) -> tuple[OtherForm, ...]:
        """Return what an entry claims: nothing if it stands on somebody else's page, or speaks of another work."""
        if entry.is_secondhand or any(is_other_work(Work.of(entry), Work.of(one)) for one in same):
            return ()
        return tuple(form for form in entry.forms if form.key.startswith(NAMED))

    def _is_refuted(self, form: OtherForm, entry: Entry) -> bool:
        return any(is_other_work(Work.of(entry), Work.of(one)) for one in self.known([form.key]))

    def _other_forms(
        self, entry: Entry, forms: Sequence[OtherForm], same: Sequence[Candidate], arxiv_id: str | None
    ) -> list[Candidate]:
        """Return the papers that are other forms of the entry's: by its own record, or by theirs.

        Each has to be of the same work as the entry, and as all that it is already known to be: who copies one paper's
        title and names another one's DOI joins nothing.
        """
        found: list[Candidate] = []
        named = [form.key for form in forms]
        near = [*self.known(named), *(one for key in (*entry.keys, *named) for one in self._claiming.get(key, ()))]
        for known in dict.fromkeys(one.final for one in near):
            is_arxivs = arxiv_id and known.arxiv_id and known.arxiv_id != arxiv_id
            works = (Work.of(entry), *map(Work.of, same), *map(Work.of, found))
            if known in same or is_arxivs or not all(is_same_work(one, Work.of(known)) for one in works):
                continue
            found.append(known)
            arxiv_id = arxiv_id or known.arxiv_id
        return found

    def _renamed(self, entry: Entry, alike: Sequence[Candidate]) -> list[Candidate]:
        """Return the paper that the entry shows under a new address, in a list of one or none; of several the oldest.

        ``alike``: the papers of the entry's title that agree with the entry.
        """
        found = [known for known in alike if not known.is_title_only and is_renamed(entry, known)]
        if len(alike) > 1:
            found = [known for known in found if has_same_text(entry, known)]
        return sorted(found, key=lambda known: known.order)[:1]

    def _noticed(self, entry: Entry) -> list[Candidate]:
        """Return the one paper whose withdrawal an entry tells in its title, under another address."""
        title = title_without_notice(entry.title)
        titled = dict.fromkeys(known.final for known in self._by_title.get(comparable_title(title), ()) if title)
        found = [known for known in titled if is_notice_of(replace(entry, title=title), known)]
        return found if len(found) == 1 else []

    def _without_keys(self, entry: Entry) -> list[Candidate]:
        """Return the paper of exactly this content, if an older version of watcher found no key in it."""
        return [known for known in self.known([content_key(entry)]) if known.is_title_only]

    def _under_another_id(self, entry: Entry) -> list[Candidate]:
        """Return the paper with the entry's title and a key that it shares with others, in a list of one or none.

        The feed gives that paper another id at every poll, or did not name its arXiv id or DOI before.
        """
        is_named = not all(map(may_change, entry.keys))
        if self._ids_last and not is_named:
            return []
        others = [known for known in self._items(entry) if id(known) not in self._of_this_page]
        return [known for known in others if not (is_named and (known.arxiv_id or known.values["doi"]))][:1]

    def _of_title(self, entry: Entry) -> Identity:
        own, plain = content_key(entry), title_key(entry.title)
        items = tuple(key for key in item_keys(entry) if key not in self._by_key)
        if known := [*self._items(entry), *self.known([own])]:
            return Identity((known[0],), items)
        keys = (own,) if plain in self._by_key else (plain, own)
        if plain in keys and (misread := self._misread(entry)):
            return Identity((misread[0],), (*keys, *items))
        alike = self._alike(entry) or self._noticed(entry)
        return Identity(tuple(alike) if len(alike) == 1 else (), (*keys, *items))

    def _items(self, entry: Entry) -> list[Candidate]:
        """Return the papers of the entry's title that may be known by a key that the entry shares with others.

        These are stored under key and title together, or had the key before others had it, or lead to that address.
        (Older releases did not store such a key beside ids, and the second paper of a title has none.)
        """
        title = comparable_title(entry.title)
        found = [known for known in self.known(entry.shared) if known.values["title_folded"] == title]
        shared = {one for key in entry.shared for one in (key, *spellings(key))}
        titled = self._by_title.get(title, ()) if shared else ()
        found += [known.final for known in titled if f"{LINK}{known.final.values['url']}" in shared]
        return [known for known in (*self.known(item_keys(entry)), *found) if not contradicts(entry, known)]

    def _misread(self, entry: Entry) -> list[Candidate]:
        """Return the papers that are known by only the entry's title, in the way in which another charset shows it."""
        found = self.known(misread_keys(entry))
        return [known for known in found if known.is_title_only]

    def known(self, keys: Iterable[str]) -> list[Candidate]:
        """Return the papers that have any of these keys, in any spelling."""
        every = (one for key in keys for one in (key, *spellings(key)))
        return [self._by_key[key].final for key in every if key in self._by_key]

    def _alike(self, entry: Entry) -> list[Candidate]:
        """Return the papers of the entry's title whose abstract or authors agree with the entry's."""
        titled = dict.fromkeys(known.final for known in self._by_title.get(comparable_title(entry.title), ()))
        return [known for known in titled if agrees(entry, known) and not (entry.shared and contradicts(entry, known))]


def _titles(candidate: Candidate) -> set[str]:
    """Return the folded titles by which a paper is looked for: its own, and the title named in a notice of its end."""
    noticed = title_without_notice(candidate.values["title"])
    return {candidate.values["title_folded"], *([comparable_title(noticed)] if noticed else ())}
