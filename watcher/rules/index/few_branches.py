"""Decide a paper's few possible branches singly: for so few, arrays take longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from watcher.rules.index.encode import LiteralKind, Mark
from watcher.rules.index.grams import Grams, Numbers
from watcher.rules.index.rule_arrays import Candidates, Flags, PackedArrays

_NEGATED, _LAST, _UNKEYED, _ABOUT = int(Mark.NEGATED), int(Mark.LAST), int(Mark.UNKEYED), int(LiteralKind.ABOUT)


class FewBranches:
    """The terms that occur in some papers.

    ``which`` / ``term``: sequences of the page, and the terms that they are.
    """

    def __init__(self, pack: PackedArrays, grams: Grams, which: Numbers, term: Numbers, papers: int) -> None:
        self._pack, self._grams, self._which, self._term = pack, grams, which, term
        self._papers = papers
        self._pair = term * papers + grams.paper[which]
        self._occurring = set(self._pair.tolist())

    def decided(self, watched: Flags, allowed: Sequence[Sequence[bool]]) -> Candidates:
        """Return the rules that hold, and the branches that hold if their marked literals do.

        ``watched``: [occurrence] → whether branches are looked for under its term.
        ``allowed``: [set of sources][paper] → whether any of these sources lists the paper.
        """
        pack = self._pack
        held: set[tuple[int, int]] = set()
        unsure: list[tuple[int, int]] = []
        for paper, branch in sorted(self._candidates(set(self._pair[watched].tolist()))):
            rule = int(pack.branch_rule[branch])
            if pack.alive[rule] and allowed[pack.rule_sources[rule]][paper] and self._holds(branch, paper):
                if pack.branch_read[branch]:
                    unsure.append((paper, branch))
                else:
                    held.add((paper, rule))
        return Candidates(*_columns(sorted(held)), *_columns(unsure))

    def _candidates(self, watched: Iterable[int]) -> set[tuple[int, int]]:
        """Return (paper, branch) of branches watched under a term that holds, and of branches always watched."""
        pack = self._pack
        found = {(paper, branch) for branch in pack.always.tolist() for paper in range(self._papers)}
        for pair in watched:
            if self._is_found(pair):
                term, paper = divmod(pair, self._papers)
                branches = pack.watch_branches[pack.watch_start[term] : pack.watch_start[term + 1]].tolist()
                found.update((paper, branch) for branch in branches)
        return found

    def _holds(self, branch: int, paper: int) -> bool:
        """Return whether each clause of a branch has a literal that holds; one without a key counts as true."""
        pack = self._pack
        first, last = int(pack.branch_end[branch - 1]) if branch else 0, int(pack.branch_end[branch])
        terms, is_clause_held = pack.literal_term[first:last].tolist(), False
        for term, marks in zip(terms, pack.literal_marks[first:last].tolist(), strict=True):
            if not is_clause_held:
                found = marks & _UNKEYED or self._is_found(term * self._papers + paper) != bool(marks & _NEGATED)
                is_clause_held = bool(found)
            if marks & _LAST:
                if not is_clause_held:
                    return False
                is_clause_held = False
        return True

    def _is_found(self, pair: int) -> bool:
        """Return whether a term holds for a paper."""
        if pair not in self._occurring:
            return False
        if self._pack.term_kind[pair // self._papers] != _ABOUT:
            return True
        some = self._which[self._pair == pair]
        grams = self._grams
        return bool(grams.in_title[some].any() or grams.first[some].max() >= grams.last[some].min())


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[Numbers, Numbers]:
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
