"""Index a few thousand rules by necessary words. Only rules with such a word in the paper are evaluated.

Each rule is filed under words without which it cannot hold; under OR, under words of every branch. The words of a paper
find the rules, and :class:`watcher.rules.match.evaluate.PaperReader` evaluates these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from watcher.model import Hit
from watcher.model.fields import FieldKind, rule_names
from watcher.rules.language.names import is_initial
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import And, Author, Exact, Near, Or, Pattern, RuleNode, TextTerm
from watcher.rules.match.document import Document
from watcher.rules.match.evaluate import PaperReader

WordKeys = frozenset[str]
"""Words of which at least one occurs wherever a rule holds. A final ``*`` marks the beginning of a word."""

FILED_FIELDS = rule_names(FieldKind.TEXT, FieldKind.PEOPLE)
"""Fields under whose words rules are filed."""


@dataclass(frozen=True, slots=True)
class FilingWords:
    """Chooses the words under which a rule is filed. Of several possible choices it takes the least crowded.

    ``crowd``: word → rules that are filed under it.
    """

    crowd: Mapping[str, Collection[int]]

    def words(self, node: RuleNode) -> WordKeys | None:
        """Return words of which one must occur for a node to hold, None if they cannot be listed."""
        match node:
            case And(children):
                some = [keys for child in children if (keys := self.words(child)) is not None]
                return min(some, key=self._cost) if some else None
            case Or(children):
                every = [self.words(child) for child in children]
                if any(keys is None for keys in every):
                    return None
                return frozenset().union(*(keys for keys in every if keys is not None))
            case TextTerm(pattern, is_prefix=is_prefix):
                return self._of_pattern(pattern, is_prefix=is_prefix)
            case Near(words):
                return min((self._of_pattern(word) for word in words), key=self._cost)
            case Exact(tokens):
                return frozenset({min((word for _, _, word in tokens), key=self._key_cost)})
            case Author(ways, is_prefix=is_prefix):
                last = 1 if is_prefix else 0
                # The other words may be initials in the paper's spelling of the name.
                whole = {word for way in ways for word in way[: len(way) - last] if not is_initial(word)}
                return frozenset(whole | {way[-1] + "*" for way in ways if is_prefix})
        return None

    def _of_pattern(self, pattern: Pattern, *, is_prefix: bool = False) -> WordKeys:
        """Return words of which one is on every path of the pattern.

        These are the words on the edges that leave the first node, or on those that enter the last; the choice with
        fewer rules.
        """
        end = len(pattern)
        mark = "*" if is_prefix else ""

        def words(edges: Iterable[tuple[int, tuple[str, ...]]]) -> WordKeys:
            return frozenset(form + (mark if to == end else "") for to, forms in edges for form in forms)

        return min(
            words(pattern[0]), words(edge for edges in pattern for edge in edges if edge[0] == end), key=self._cost
        )

    def _cost(self, keys: Iterable[str]) -> tuple[int, int]:
        costs = [self._key_cost(key) for key in keys]
        return sum(cost[0] for cost in costs), max(cost[1] for cost in costs)

    def _key_cost(self, key: str) -> tuple[int, int]:
        return len(self.crowd.get(key, ())), -len(key)


class Few:
    """Rules by number. Adding or removing a rule changes only the entries of its own words."""

    def __init__(self) -> None:
        self._rules: dict[int, Rule] = {}
        self._keys: dict[int, WordKeys] = {}
        self._by_key: dict[str, set[int]] = {}
        self._filing = FilingWords(self._by_key)
        self._always: set[int] = set()
        self._prefix_lengths: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, id: int) -> bool:
        return id in self._rules

    def rules(self) -> Iterator[tuple[int, Rule]]:
        """Yield (number, rule) of all rules."""
        yield from self._rules.items()

    def add(self, id: int, rule: Rule) -> None:
        """Add a rule under the number ``id``, which is free."""
        self._rules[id] = rule
        keys = self._filing.words(rule.tree)
        if keys is None:
            self._always.add(id)
            return
        self._keys[id] = keys
        for key in keys:
            self._by_key.setdefault(key, set()).add(id)
            if key.endswith("*"):
                self._prefix_lengths[len(key)] = self._prefix_lengths.get(len(key), 0) + 1

    def remove(self, id: int) -> None:
        """Remove the rule with the number ``id``. An unknown number is ignored."""
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

    def match(self, reader: PaperReader) -> dict[int, Hit]:
        """Return number → hit of the rules that hold for a paper."""
        if not self._rules:
            return {}
        hits = ((id, reader.hit(self._rules[id])) for id in sorted(self._candidates(reader)))
        return {id: hit for id, hit in hits if hit is not None}

    def _candidates(self, reader: PaperReader) -> set[int]:
        found = set(self._always)
        words = set(words_of(reader.document))
        for key in words & self._by_key.keys():
            found |= self._by_key[key]
        for length in self._prefix_lengths:
            for beginning in {word[: length - 1] for word in words}:
                found |= self._by_key.get(beginning + "*", set())
        return found


def words_of(document: Document) -> Iterator[str]:
    """Yield every word of a paper under which a rule can be filed."""
    for field in FILED_FIELDS:
        for text in document.texts(field):
            yield from text.words.forms
            yield from text.words.surfaces
