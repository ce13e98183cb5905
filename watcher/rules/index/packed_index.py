"""Match many rules, kept in sorted arrays, with a page of papers.

The words and phrases of all rules are stored once each, under 64-bit keys, in buckets behind a bit filter. A rule is
watched under the terms of one of its clauses, the one with the rarest terms. Rules whose watched terms occur are then
decided together, clause by clause. A literal that its key cannot decide is assumed true; its branch is returned in
``unsure``, and the caller evaluates it in full.

The scheme is that of counting and watching in publish/subscribe systems: Yan, Garcia-Molina, "Index structures for
selective dissemination of information under the Boolean model", ACM TODS 19(2), 1994.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from watcher.rules.index.encode import LiteralKind, Mark
from watcher.rules.index.few_branches import FewBranches
from watcher.rules.index.grams import GramKeys, Grams, Numbers, ranges
from watcher.rules.index.rule_arrays import Candidates, Flags, Loose, PackedArrays

FEW_KEYS = 4_096
"""Keys up to which looking at all places of the longest bucket takes less time than walking through each."""

FEW_BRANCHES, FEW_OCCURRENCES = 64, 2_048
"""Branches and terms of papers up to which a loop takes less time than arrays."""

_NEGATED, _LAST, _UNKEYED, _ABOUT = int(Mark.NEGATED), int(Mark.LAST), int(Mark.UNKEYED), int(LiteralKind.ABOUT)

CHUNK = 1 << 15
"""Watched branches that are decided together: as many as fit the processor's cache."""


class Hits(NamedTuple):
    """Row by row, a paper and a term that is found in it; each pair once."""

    paper: Numbers
    term: Numbers


class Packed(PackedArrays):
    """Rules in sorted arrays. A removed rule is only marked.

    Adding rules needs a new pack (:func:`watcher.rules.index.rule_arrays.merged`).
    """

    __slots__ = ()

    def __len__(self) -> int:
        return int(self.alive.sum())

    def place_of(self, id: int) -> int | None:
        """Return the place in the arrays of the rule with the number ``id``, None if it is not here."""
        at = int(np.searchsorted(self.ids, id, sorter=self.order))
        if at == len(self.ids):
            return None
        place = int(self.order[at])
        return place if self.ids[place] == id and self.alive[place] else None

    def _occurring(self, grams: Grams) -> tuple[Numbers, Numbers]:
        """Return row by row a sequence of the page and a term that it finds, as two arrays of numbers."""
        which, gram = self._looked_up(grams.keys)
        starts = self.gram_start[gram].astype(np.int64)
        place, row = ranges(starts, self.gram_start[gram + 1] - starts)
        return which[row], self.gram_terms[place].astype(np.int64)

    def _hits(self, grams: Grams, which: Numbers, term: Numbers) -> Hits:
        """Return the terms that hold, by paper.

        ``which`` and ``term``: from :meth:`_occurring`.
        """
        if not len(term):
            return Hits(term, term)
        pair = grams.paper[which] * len(self.term_keys) + term
        by_pair = np.argsort(pair, kind="stable")
        pair, which, term = pair[by_pair], which[by_pair], term[by_pair]
        begins = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
        two = np.maximum.reduceat(grams.first[which], begins) >= np.minimum.reduceat(grams.last[which], begins)
        about = two | np.maximum.reduceat(grams.in_title[which], begins)
        term, paper = term[begins], grams.paper[which][begins]
        kept = about | (self.term_kind[term] != _ABOUT)
        return Hits(paper[kept], term[kept])

    def learn(self, grams: Grams) -> None:
        """Count in how many papers each term occurs, so that the next sorting watches rules under rare terms."""
        hits = self._hits(grams, *self._occurring(grams))
        np.add.at(self.term_seen, hits.term, 1)

    def _looked_up(self, keys: GramKeys) -> tuple[Numbers, Numbers]:
        """Return row by row the index of a known key in ``keys``, and the number of its sequence."""
        low = keys & np.uint64(len(self.filter) * 8 - 1)
        some = np.flatnonzero((self.filter[low >> np.uint64(3)] >> (low & np.uint64(7)).astype(np.uint8)) & 1)
        if not len(some):
            return some, some
        wanted = keys[some]
        bucket = (wanted >> np.uint64(self.bucket_shift)).astype(np.int64)
        if len(some) <= FEW_KEYS:
            every = self.bucket_start[bucket].astype(np.int64)[:, None] + np.arange(self.longest_bucket)
            same = self.gram_keys.take(every, mode="clip") == wanted[:, None]
            which, at = (same & (every < len(self.gram_keys))).nonzero()
            return some[which], every[which, at]
        at, end = self.bucket_start[bucket].astype(np.int64), self.bucket_start[bucket + 1]
        found_at: list[Numbers] = []
        found_gram: list[Numbers] = []
        while len(some):
            left = at < end
            some, wanted, at, end = some[left], wanted[left], at[left], end[left]
            same = self.gram_keys[at] == wanted
            found_at.append(some[same])
            found_gram.append(at[same])
            rest = ~same
            some, wanted, at, end = some[rest], wanted[rest], at[rest] + 1, end[rest]
        if not found_at:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(found_at), np.concatenate(found_gram)

    def match(self, grams: Grams, papers: int, allowed: Sequence[Sequence[bool]]) -> Candidates:
        """Return the rules that hold for a page of papers, and the branches that the caller has to evaluate.

        ``papers``: number of papers in the page.
        ``allowed``: [set of sources][paper] → whether any of these sources lists the paper.
        """
        which, term = self._occurring(grams)
        watched = self.is_watched[term]
        if len(term) <= FEW_OCCURRENCES and self._count_branches(term[watched], papers) <= FEW_BRANCHES:
            return FewBranches(self, grams, which, term, papers).decided(watched, allowed)
        hits = self._hits(grams, which[watched], term[watched])
        starts = self.watch_start[hits.term].astype(np.int64)
        place, row = ranges(starts, self.watch_start[hits.term + 1] - starts)
        branch, paper = self.watch_branches[place].astype(np.int64), hits.paper[row]
        if len(self.always):
            branch = np.concatenate([branch, np.tile(self.always, papers)])
            paper = np.concatenate([paper, np.repeat(np.arange(papers), len(self.always))])
        rule = self.branch_rule[branch]
        may = np.array(allowed, np.bool_).reshape(len(self.source_sets), papers)[self.rule_sources[rule], paper]
        may &= self.alive[rule]
        branch, paper = branch[may], paper[may]
        unit = self.branch_unit[branch]
        many_paper, many_branch = _unique_pairs(paper[~unit], branch[~unit], len(self.branch_rule))
        needed = self._needed(many_branch, term)
        holds = self._decided(many_paper, many_branch, self._hits(grams, which[needed], term[needed]), papers)
        unsure = holds & self.branch_read[many_branch]
        holds = holds & ~unsure
        found = _combined(
            np.concatenate([paper[unit], many_paper[holds]]),
            self.branch_rule[np.concatenate([branch[unit], many_branch[holds]])].astype(np.int64),
            len(self.ids),
        )
        return Candidates(*found, many_paper[unsure], many_branch[unsure])

    def _count_branches(self, term: Numbers, papers: int) -> int:
        """Return how many branches are watched under these terms, and always; a term that comes again counts again."""
        return int((self.watch_start[term + 1] - self.watch_start[term]).sum()) + papers * len(self.always)

    def _needed(self, branch: Numbers, term: Numbers) -> Flags:
        """Return for each term whether any of these branches asks for it."""
        place, _ = self._literals(branch)
        asked = self.literal_term[place]
        self.columns[asked] = 1
        needed: Flags = self.columns[term] > 0
        self.columns[asked] = 0
        return needed

    def _literals(self, branch: Numbers) -> tuple[Numbers, Numbers]:
        """Return the literals of these branches as one array, and how many each branch has."""
        starts = np.where(branch > 0, self.branch_end[branch - 1], 0).astype(np.int64)
        counts = self.branch_end[branch] - starts
        return ranges(starts, counts)[0], counts

    def _decided(self, paper: Numbers, branch: Numbers, hits: Hits, papers: int) -> Flags:
        """Return for each row whether the branch holds for the paper."""
        if not len(branch):
            return np.zeros(0, np.bool_)
        terms = np.unique(hits.term)
        self.columns[terms] = np.arange(1, len(terms) + 1)
        table = np.zeros((papers, len(terms) + 1), np.bool_)
        table[hits.paper, self.columns[hits.term]] = True
        chunks = [
            self._decided_chunk(paper[at : at + CHUNK], branch[at : at + CHUNK], table)
            for at in range(0, len(branch), CHUNK)
        ]
        self.columns[terms] = 0
        return np.concatenate(chunks)

    def _decided_chunk(self, paper: Numbers, branch: Numbers, table: Flags) -> Flags:
        place, counts = self._literals(branch)
        row = np.arange(len(branch)).repeat(counts)
        marks = self.literal_marks[place]
        value = table[paper[row], self.columns[self.literal_term[place]]]
        value ^= (marks & _NEGATED) > 0
        value[(marks & _UNKEYED) > 0] = True
        last = (marks & _LAST) > 0
        clause_starts = np.flatnonzero(np.concatenate([[True], last[:-1]]))
        clauses = np.logical_or.reduceat(value, clause_starts)
        before = np.cumsum(last)
        first_clause = np.concatenate([[0], before[np.cumsum(counts)[:-1] - 1]])
        decided: Flags = np.logical_and.reduceat(clauses, first_clause)
        return decided

    def loose(self) -> Loose:
        """Return the rules that are not removed, as unsorted arrays."""
        branch_start = np.concatenate([[0], self.branch_end[:-1]])
        kept_branch = np.flatnonzero(self.alive[self.branch_rule])
        counts = (self.branch_end - branch_start)[kept_branch].astype(np.int64)
        literal, _ = ranges(branch_start[kept_branch].astype(np.int64), counts)
        new_number = np.cumsum(self.alive) - 1
        kept = np.flatnonzero(self.alive)
        grams, gram = ranges(self.gram_start[:-1].astype(np.int64), np.diff(self.gram_start).astype(np.int64))
        return Loose(
            ids=self.ids[kept],
            texts=[self.texts[at] for at in kept],
            sources=[self.source_sets[at] for at in self.rule_sources[kept]],
            rearranged=self.rearranged[kept],
            branch_rule=new_number[self.branch_rule[kept_branch]],
            branch_end=np.cumsum(counts),
            literal_term=self.term_keys[self.literal_term[literal]],
            literal_marks=self.literal_marks[literal],
            literal_from=self.literal_from[literal],
            literal_to=self.literal_to[literal],
            term_key=self.term_keys,
            term_kind=self.term_kind,
            term_seen=self.term_seen,
            gram_term=self.term_keys[self.gram_terms[grams]],
            gram_key=self.gram_keys[gram],
            longest=self.longest,
            fields=self.fields,
            prefixes=self.prefixes,
            regexes=self.regexes,
        )


def _unique_pairs(paper: Numbers, branch: Numbers, branches: int) -> tuple[Numbers, Numbers]:
    pair = np.unique(paper * branches + branch)
    return pair // branches, pair % branches


def _combined(paper: Numbers, rule: Numbers, rules: int) -> tuple[Numbers, Numbers]:
    """Return each pair of paper and rule once.

    ``rules``: number of rules in the pack.
    """
    pair = np.unique(paper * rules + rule)
    return pair // rules, pair % rules
