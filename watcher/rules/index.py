"""Many rules, one paper: only rules of which a required word occurs are evaluated.

Each rule is filed under one of its terms without which it cannot hold (under OR, one of every branch). The words of a
paper look up the rules to evaluate; :func:`watcher.rules.evaluate.evaluate` has the last word, so the answer is that
of reading every rule. Terms are chosen by how few rules stand under them already, then by length: rare words are long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watcher.model import Hit
from watcher.rules.document import Document
from watcher.rules.evaluate import evaluate
from watcher.rules.rule import Rule
from watcher.rules.text import fold_words
from watcher.rules.tree import And, Author, Exact, Leaf, Near, Node, Or, Text

Keys = frozenset[str]
"""Words of which one at least occurs where the rule holds; a trailing ``*`` marks a beginning."""


class Index:
    """Rules by number. Adding and removing one touches only its own terms."""

    def __init__(self) -> None:
        self._rules: dict[int, Rule] = {}
        self._keys: dict[int, Keys] = {}
        self._by_key: dict[str, set[int]] = {}
        self._always: set[int] = set()
        self._prefix_lengths: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, id: int, rule: Rule) -> None:
        """File a rule; a number that is taken is a mistake of the caller."""
        if id in self._rules:
            raise ValueError(f"rule {id} is there already")
        keys = self._required(rule.tree)
        self._rules[id] = rule
        if keys is None:
            self._always.add(id)
            return
        self._keys[id] = keys
        for key in keys:
            self._by_key.setdefault(key, set()).add(id)
            if key.endswith("*"):
                self._prefix_lengths[len(key)] = self._prefix_lengths.get(len(key), 0) + 1

    def remove(self, id: int) -> None:
        """Forget a rule; unknown numbers are ignored."""
        self._rules.pop(id, None)
        self._always.discard(id)
        for key in self._keys.pop(id, ()):
            here = self._by_key[key]
            here.discard(id)
            if not here:
                del self._by_key[key]
            if key.endswith("*"):
                self._prefix_lengths[len(key)] -= 1
                if not self._prefix_lengths[len(key)]:
                    del self._prefix_lengths[len(key)]

    def match(self, document: Document) -> dict[int, Hit]:
        """Every rule that holds for the paper, and how."""
        hits = ((id, evaluate(self._rules[id], document)) for id in sorted(self._candidates(document)))
        return {id: hit for id, hit in hits if hit is not None}

    def _candidates(self, document: Document) -> set[int]:
        found = set(self._always)
        words = set(_words(document))
        for key in words & self._by_key.keys():
            found |= self._by_key[key]
        for length in self._prefix_lengths:
            for word in words:
                if len(word) >= length - 1:
                    found |= self._by_key.get(word[: length - 1] + "*", set())
        return found

    def _required(self, node: Node) -> Keys | None:
        """Words of which one has to occur; None where nothing can be said."""
        match node:
            case And(children):
                some = [keys for child in children if (keys := self._required(child)) is not None]
                return min(some, key=self._cost) if some else None
            case Or(children):
                every = [self._required(child) for child in children]
                if any(keys is None for keys in every):
                    return None
                return frozenset().union(*(keys for keys in every if keys is not None))
            case Text() | Near() | Author() | Exact():
                return self._of_leaf(node)
        return None

    def _of_leaf(self, leaf: Leaf) -> Keys | None:
        match leaf:
            case Text(ways=ways, is_prefix=is_prefix):
                return frozenset(self._of_way(way, is_prefix) for way in ways)
            case Near(words=words):
                return frozenset({min(words, key=self._key_cost)})
            case Author(words=words):
                whole = [word for word in words if len(word) > 1]
                # The other words may be initials in the paper's spelling of the name.
                return frozenset(whole)
            case Exact(text=text):
                words = tuple(word for word in fold_words(text) if word.isascii() and word.isalnum())
                return frozenset({max(words, key=len)}) if words else None
        return None

    def _of_way(self, way: tuple[str, ...], is_prefix: bool) -> str:
        keys = [*way[:-1], way[-1] + "*"] if is_prefix else list(way)
        return min(keys, key=self._key_cost)

    def _cost(self, keys: Iterable[str]) -> tuple[int, int]:
        costs = [self._key_cost(key) for key in keys]
        return sum(cost[0] for cost in costs), max(cost[1] for cost in costs)

    def _key_cost(self, key: str) -> tuple[int, int]:
        return len(self._by_key.get(key, ())), -len(key)


def _words(document: Document) -> Iterator[str]:
    """Every key that a term can be filed under and that occurs in the paper."""
    for texts in document.texts.values():
        for text in texts:
            yield from text.forms
            yield from text.spelled
    for _, name in document.authors:
        yield from name
