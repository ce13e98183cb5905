"""Index compiled rules to match one paper or a page of papers. The answers are the same as evaluating each rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, islice
from typing import TYPE_CHECKING

from watcher.model import Hit
from watcher.rules.index.encode import encode
from watcher.rules.index.keys import KeyMaker
from watcher.rules.index.packed_trees import branch_tree, packed_rule_tree
from watcher.rules.index.word_index import Few
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import RuleNode
from watcher.rules.match.document import Document
from watcher.rules.match.evaluate import PaperReader

if TYPE_CHECKING:
    from watcher.rules.index.grams import Numbers, Vocabulary
    from watcher.rules.index.liked_rules import LikedRules
    from watcher.rules.index.packed_index import Packed
    from watcher.rules.index.regex_book import RegexBook
    from watcher.rules.index.rule_arrays import Loose
    from watcher.rules.index.rule_rows import Rows

MOST_FEW = 256
"""Most rules that are kept unpacked and are found by their words. If there are more, they are packed."""

MOST_BESIDE = 64
"""Most rules that are kept unpacked beside packs: so few are packed within some milliseconds."""

GROWTH = 16
"""A pack is merged with added rules, unless it is this many times as large."""

LOADED_AT_ONCE = 65_536
"""Rules that are encoded together when many are added."""

PAGE = 64
"""Papers that are matched together."""

RETUNED_AT = (64, 1_024)
"""After these numbers of papers, packs are sorted again by which terms have turned out to be rare."""


class LazyMatches(Mapping[int, Hit]):
    """Number → hit of the rules that hold for a paper. A hit is made when it is asked for."""

    def __init__(self, reader: PaperReader, few: dict[int, Hit]) -> None:
        self._reader = reader
        self._few = few
        self._gone: set[int] = set()
        self._packed: list[tuple[Packed, Numbers]] = []
        self._read: dict[int, tuple[Packed, int]] = {}
        self._by_id: dict[int, tuple[Packed, int]] | None = None

    def __len__(self) -> int:
        return len(self._few) + sum(len(rules) for _, rules in self._packed) + len(self._read) - len(self._gone)

    def __iter__(self) -> Iterator[int]:
        yield from self._few
        yield from (id for id in self._read if id not in self._gone)
        for pack, rules in self._packed:
            yield from (id for id in pack.ids[rules].tolist() if id not in self._gone)

    def __contains__(self, id: object) -> bool:
        return id in self._few or (id not in self._gone and id in self._found())

    def __getitem__(self, id: int) -> Hit:
        if id in self._few:
            return self._few[id]
        tree, sources = self._rule(id)
        return Hit(self._reader.score(tree, sources), self._reader.where(tree, sources))

    def score(self, id: int) -> float:
        """Return the score of the rule ``id``, which holds, without looking for the places."""
        return self._few[id].score if id in self._few else self._reader.score(*self._rule(id))

    def settle(self, decided: Mapping[int, Hit | None]) -> None:
        """Replace hits by decided ones; None removes a rule."""
        for id, hit in decided.items():
            if self._few.pop(id, None) is None and id in self._found():
                self._gone.add(id)
            if hit is not None:
                self._few[id] = hit

    def _rule(self, id: int) -> tuple[RuleNode, frozenset[str]]:
        pack, rule = self._found()[id]
        return packed_rule_tree(pack, rule), pack.source_sets[pack.rule_sources[rule]]

    def _found(self) -> dict[int, tuple[Packed, int]]:
        if self._by_id is None:
            self._by_id = dict(self._read)
            for pack, rules in self._packed:
                rows = zip(pack.ids[rules].tolist(), rules.tolist(), strict=True)
                self._by_id.update((id, (pack, rule)) for id, rule in rows)
        return self._by_id

    def take(self, pack: Packed, rules: Numbers, unsure: Sequence[int]) -> None:
        """Add the results of a pack: places of rules that hold, and ``unsure`` branches that are still to evaluate."""
        if unsure:
            held = self._decide(pack, rules, unsure)
            self._read |= {int(pack.ids[rule]): (pack, rule) for rule in held}
        if len(rules):
            self._packed.append((pack, rules))

    def _decide(self, pack: Packed, rules: Numbers, unsure: Sequence[int]) -> set[int]:
        """Evaluate the branches that keys did not decide; return the rules that hold by these alone."""
        held = set(rules.tolist())
        sure = set(held)
        for branch in unsure:
            rule = int(pack.branch_rule[branch])
            if rule not in held:
                listings = self._reader.document.listings(pack.source_sets[pack.rule_sources[rule]])
                if self._reader.holds(branch_tree(pack, branch), listings):
                    held.add(rule)
        return held - sure


class Index:
    """Rules by number. Adding or removing a rule changes only that rule; :meth:`match_page` packs added ones.

    ``most_few``: most rules that stay unpacked; more are packed into arrays (numpy). ``keys``: makes the keys of words.
    """

    def __init__(self, most_few: int = MOST_FEW, keys: KeyMaker | None = None) -> None:
        self._keys = keys or KeyMaker()
        self._few = Few()
        self._packs: list[Packed] = []
        self._most_few = most_few
        self._papers = 0
        self._vocabulary: Vocabulary | None = None
        self._regexes: RegexBook | None = None
        self._liked: LikedRules | None = None

    def __len__(self) -> int:
        return len(self._few) + sum(len(pack) for pack in self._packs) + (self._liked.alone if self._liked else 0)

    def __contains__(self, id: int) -> bool:
        is_alone = self._liked is not None and self._liked.is_alone(id)
        return is_alone or id in self._few or any(pack.place_of(id) is not None for pack in self._packs)

    @property
    def _room(self) -> int:
        """The number of rules that are kept unpacked."""
        return min(self._most_few, MOST_BESIDE) if self._packs else self._most_few

    def add(self, id: int, rule: Rule) -> None:
        """Add a rule under the number ``id``. Raises ``ValueError`` if the number is taken."""
        if id in self:
            raise ValueError(f"rule {id} is there already")
        if (asked := self._asked(id, rule)) is None:
            return
        self._few.add(id, asked)
        if len(self._few) > 2 * self._room:
            self.pack()

    def add_many(self, rules: Iterable[tuple[int, Rule]]) -> None:
        """Add many rules under free numbers. This is faster than adding each alone."""
        some = ((id, asked) for id, rule in rules if (asked := self._asked(id, rule)) is not None)
        first = list(islice(some, self._room + 1))
        if len(first) <= self._room:
            for id, rule in first:
                self.add(id, rule)
            return
        from watcher.rules.index.rule_rows import Rows

        rows = Rows(self._keys)
        for id, rule in chain(first, some):
            if (encoded := encode(rule)) is None:
                self._few.add(id, rule)
            else:
                rows.add(id, rule, encoded)
            if len(rows.ids) >= LOADED_AT_ONCE:
                self._take(rows)
                rows = Rows(self._keys)
        self._take(rows)

    def remove(self, id: int) -> None:
        """Remove the rule with the number ``id``. An unknown number is ignored."""
        self._few.remove(id)
        if self._liked is not None:
            self._liked.remove(id)
        for pack in self._packs:
            place = pack.place_of(id)
            if place is not None:
                pack.alive[place] = False

    def pack(self) -> None:
        """Pack the rules that were added into arrays. Rules that are too long to be encoded stay unpacked."""
        from watcher.rules.index.rule_rows import Rows

        rows, odd = Rows(self._keys), Few()
        for id, rule in self._few.rules():
            if (encoded := encode(rule)) is None:
                odd.add(id, rule)
            else:
                rows.add(id, rule, encoded)
        self._few = odd
        self._take(rows)

    def _take(self, rows: Rows) -> None:
        from watcher.rules.index.arrange import arranged
        from watcher.rules.index.rule_arrays import loose_rows, merged

        if not len(rows.ids):
            return
        loose = loose_rows(rows)
        self._make_known(loose)
        while self._packs and len(self._packs[-1].ids) < GROWTH * len(loose.ids):
            loose = merged(self._packs.pop().loose(), loose)
        self._packs.append(arranged(loose))

    def adopt(self, pack: Packed) -> None:
        """Add the rules of a pack under their numbers, which must be free. The pack must have this index's keys."""
        self._make_known(pack)
        self._packs.insert(0, pack)

    def in_one_pack(self) -> Packed | None:
        """Pack all rules that can be encoded into one pack and return it; None if there are no such rules."""
        from watcher.rules.index.arrange import arranged
        from watcher.rules.index.rule_arrays import merged

        self.pack()
        self._packs = [pack for pack in self._packs if len(pack)]
        if len(self._packs) > 1 or any(not pack.alive.all() for pack in self._packs):
            self._packs = [arranged(reduce(merged, [pack.loose() for pack in self._packs]))]
        return self._packs[0] if self._packs else None

    @property
    def keys(self) -> KeyMaker:
        """What makes the keys (hashes) of the words in this index."""
        return self._keys

    def match(self, document: Document) -> LazyMatches:
        """Return the rules that hold for a paper, with their hits."""
        return self.match_page([document])[0]

    def match_page(self, documents: Sequence[Document]) -> list[LazyMatches]:
        """Return the rules that hold for each of many papers. This is faster than :meth:`match` for each."""
        if len(self._few) > self._room:
            self.pack()
        readers = [PaperReader(document) for document in documents]
        found = [LazyMatches(reader, self._few.match(reader)) for reader in readers]
        for at in range(0, len(documents), PAGE if self._packs else max(1, len(documents))):
            self._match_packs(readers[at : at + PAGE], found[at : at + PAGE])
        self._retune(len(documents))
        if self._liked is not None:
            for reader, matches in zip(readers, found, strict=True):
                matches.settle(self._liked.judged(reader, matches))
        return found

    def _asked(self, id: int, rule: Rule) -> Rule | None:
        """Put the library of a rule aside; return the rule without it, None if the library alone finds the papers."""
        if rule.likes is None:
            return rule
        if self._liked is None:
            from watcher.rules.index.liked_rules import LikedRules

            self._liked = LikedRules()
        return self._liked.add(id, rule)

    def _match_packs(self, readers: Sequence[PaperReader], found: Sequence[LazyMatches]) -> None:
        if not self._packs:
            return
        from watcher.rules.index.grams import grams_of

        grams = grams_of(
            [reader.document for reader in readers],
            max(pack.longest for pack in self._packs),
            frozenset().union(*(pack.fields for pack in self._packs)),
            self._known_words(),
            self._known_regexes(),
        )
        for pack in self._packs:
            allowed = [
                [not sources or bool(reader.document.listings(sources)) for reader in readers]
                for sources in pack.source_sets
            ]
            if self._papers < RETUNED_AT[-1]:
                pack.learn(grams)
            answer = pack.match(grams, len(readers), allowed)
            papers = range(len(readers) + 1)
            bounds = answer.paper.searchsorted(papers).tolist()
            unsure = answer.unsure_paper.searchsorted(papers).tolist()
            for n, one in enumerate(found):
                here = slice(bounds[n], bounds[n + 1])
                to_read = answer.unsure_branch[unsure[n] : unsure[n + 1]].tolist()
                one.take(pack, answer.rule[here], to_read)

    def _known_words(self) -> Vocabulary:
        if self._vocabulary is None:
            from watcher.rules.index.grams import Vocabulary

            prefixes: frozenset[str] = frozenset().union(*(pack.prefixes for pack in self._packs))
            self._vocabulary = Vocabulary(prefixes, self._keys)
        return self._vocabulary

    def _known_regexes(self) -> RegexBook:
        if self._regexes is None:
            from watcher.rules.index.regex_book import RegexBook

            self._regexes = RegexBook(frozenset().union(*(pack.regexes for pack in self._packs)))
        return self._regexes

    def _make_known(self, new: Loose | Packed) -> None:
        """Make known which beginnings of words and which regexes new rules ask for."""
        if self._vocabulary is not None:
            self._vocabulary.learn(new.prefixes)
        if self._regexes is not None and not new.regexes <= self._regexes.regexes:
            self._regexes = None

    def _retune(self, papers: int) -> None:
        before, self._papers = self._papers, self._papers + papers
        if self._packs and any(before < mark <= self._papers for mark in RETUNED_AT):
            from watcher.rules.index.arrange import watch_anew

            for pack in self._packs:
                watch_anew(pack)
