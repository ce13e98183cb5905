"""Collect rules as growing rows of numbers, before :mod:`watcher.rules.index.arrange` sorts them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from watcher.rules.index.encode import PATTERN_ENDS, Encoded, Mark, Term
from watcher.rules.index.keys import MASK, STEP, KeyMaker
from watcher.rules.index.regex_book import FieldPattern
from watcher.rules.language.rule import Rule
from watcher.rules.language.terms import ENOUGH_LEAVES


class Rows:
    """Rules one after another, in rows for rules, branches, literals and terms."""

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self.ids = array("q")
        self.texts: list[str] = []
        self.sources: list[frozenset[str]] = []
        self.rearranged = array("b")
        self.branch_rule = array("i")
        self.branch_end = array("i")  # where its literals end
        self.literal_term = array("Q")  # the term's key; 0 for none
        self.literal_marks = array("B")
        self.literal_from = array("H")  # where it is written in the rule's text
        self.literal_to = array("H")
        self.term_key = array("Q", [0])  # the first stands for none
        self.term_kind = array("B", [0])
        self.gram_term = array("Q")  # pairs of a term's key …
        self.gram_key = array("Q")  # … and a sequence that it is found by
        self.longest = 1
        self.fields: set[str] = set()
        self.prefixes: set[str] = set()
        self.regexes: set[FieldPattern] = set()
        self._terms: set[int] = set()
        self._latest: dict[Term, int] = {}  # terms of the last rules

    def add(self, id: int, rule: Rule, encoded: Encoded) -> None:
        """Append a rule under the number ``id``."""
        number = len(self.ids)
        self.ids.append(id)
        self.texts.append(rule.text)
        self.sources.append(rule.sources)
        self.rearranged.append(encoded.rearranged)
        for branch in encoded.branches:
            self.branch_rule.append(number)
            for clause in branch:
                for literal in clause:
                    self._literal(literal.term, literal.marks, rule.spans[literal.number])
                self.literal_marks[-1] |= Mark.LAST
            self.branch_end.append(len(self.literal_marks))

    def _literal(self, term: Term | None, marks: Mark, span: Sequence[int]) -> None:
        self.literal_marks.append(marks)
        self.literal_from.append(span[0])
        self.literal_to.append(span[1])
        self.literal_term.append(0 if term is None else self._numbered(term))

    def _numbered(self, term: Term) -> int:
        """Return the key of a term, made from its kind and the keys of all its sequences. A new term is added."""
        if (known := self._latest.get(term)) is not None:
            return known
        if len(self._latest) >= ENOUGH_LEAVES:
            self._latest.clear()
        key = self._latest[term] = self._key_of(term)
        return key

    def _key_of(self, term: Term) -> int:
        grams = sorted({self._keys.key_of(words, term.field) for words in term.sequences})
        key = int(term.kind)
        for gram in grams:
            key = ((key ^ gram) * STEP + len(grams)) & MASK
        if key in self._terms:
            return key
        self._terms.add(key)
        self.term_key.append(key)
        self.term_kind.append(term.kind)
        for gram in grams:
            self.gram_term.append(key)
            self.gram_key.append(gram)
        if term.sequences[0][-1].endswith(PATTERN_ENDS):
            self.regexes.add((term.field, term.sequences[0][0].removesuffix(PATTERN_ENDS)))
            return key
        self.longest = max(self.longest, *map(len, term.sequences))
        self.prefixes.update(words[-1][:-1] for words in term.sequences if words[-1].endswith("*"))
        if term.field:
            self.fields.add(term.field)
        return key
