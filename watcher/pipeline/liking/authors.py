"""Find by which ids the stored papers know the people of a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from watcher.errors import RuleError, WatcherError
from watcher.model import Paper
from watcher.model.fields import id_of, kept_name
from watcher.pipeline.searching import BATCH, Search
from watcher.rules import compile_rule
from watcher.rules.advice.trial import RuleTrial
from watcher.rules.folding.text import Folded
from watcher.rules.language.tree import Author, Label
from watcher.rules.match.search import is_named
from watcher.store import Transaction

MOST_PAPERS = 2_000
"""Papers of a name that are looked at, the newest."""

EXAMPLES = 3


@dataclass(slots=True)
class KnownAuthor:
    """Somebody of a name: by an id, or ("") all those of whom no source tells one.

    ``names``: how sources write it. ``examples``: the newest of the papers.
    """

    id: str
    papers: int = 0
    names: list[str] = field(default_factory=list)
    examples: list[Paper] = field(default_factory=list)

    def add(self, paper: Paper, name: str) -> None:
        """Count a paper; papers come the newest first."""
        self.papers += 1
        if name not in self.names:
            self.names.append(name)
        if len(self.examples) < EXAMPLES:
            self.examples.append(paper)


@dataclass(frozen=True, slots=True)
class AuthorSearch:
    """Who bears a name, the ids with most papers first; ``papers``: how many were looked at, the newest.

    ``is_cut``: there are older ones.
    """

    known: tuple[KnownAuthor, ...]
    papers: int
    is_cut: bool


def find_authors(tx: Transaction, name: str) -> AuthorSearch:
    """Return by which ids the people of a name are known. Raises ``WatcherError`` for what is no name."""
    leaf = _leaf(name)
    found: dict[str, KnownAuthor] = {}
    papers = list(islice(_papers(tx, leaf), MOST_PAPERS + 1))
    for paper in papers[:MOST_PAPERS]:
        ids = {id_of(one): kept_name(one) for one in paper.author_ids if _is_named(leaf, kept_name(one))}
        written = [one for one in paper.authors if _is_named(leaf, one)]
        for id, said in (ids or dict.fromkeys([""], next(iter(written), name))).items():
            found.setdefault(id, KnownAuthor(id)).add(paper, said)
    known = sorted(found.values(), key=lambda one: (not one.id, -one.papers, one.id))
    return AuthorSearch(tuple(known), min(len(papers), MOST_PAPERS), len(papers) > MOST_PAPERS)


def _leaf(name: str) -> Author:
    try:
        tree = compile_rule(f'author:"{name}"').tree
    except RuleError as error:
        raise WatcherError(f"{name!r} is no name: {error}") from None
    if isinstance(tree, Label):
        raise WatcherError(f"{name!r} is an id, and no name: write it into a rule as author:{name}")
    if not isinstance(tree, Author):
        raise WatcherError(f"{name!r} is no name: write it without quotes inside")
    return tree


def _papers(tx: Transaction, leaf: Author) -> Iterator[Paper]:
    rule = compile_rule(leaf.written)
    trial = RuleTrial(rule)
    ids = (id for (_, id), document in Search(tx, rule, date.min) if trial.look(document) is not None)
    while some := list(islice(ids, BATCH)):
        yield from tx.papers.get(some)


def _is_named(leaf: Author, name: str) -> bool:
    return is_named(leaf, Folded(name, plurals=False))


def names_in_words(names: Iterable[str]) -> str:
    """Return the names of one author as a text, at most three of the ways in which papers write them."""
    some = list(names)
    return ", ".join(some[:3]) + (" …" if len(some) > 3 else "")
