"""Hold rules as unsorted arrays: on the way from rows to a pack, or from two packs to a merged one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from watcher.rules.index.grams import GramKeys, Numbers
from watcher.rules.index.regex_book import FieldPattern
from watcher.rules.index.rule_rows import Rows

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]


class Loose(NamedTuple):
    """Rules as unsorted arrays: a column for each name, its first part says what the rows are.

    Rows without such a part are rules. docs/words.md says what branches and literals are. A gram is a
    sequence of words; a term is named by its key (:mod:`watcher.rules.index.keys`).

    ``sources``: names of each rule's sources, empty for all.
    ``branch_rule`` and ``branch_end``: row of the branch's rule, and the number of literals up to the branch's end.
    ``literal_marks``: see :class:`watcher.rules.index.encode.Mark`.
    ``literal_from`` and ``literal_to``: where the literal stands in its rule's text.
    ``gram_term`` and ``gram_key``: key of a term, and key of a gram that it is found by.
    ``longest``: words of the longest gram.
    ``fields``, ``prefixes``, ``regexes``: fields, beginnings of words and regexes that any rule asks for.
    """

    ids: Array
    texts: list[str]
    sources: list[frozenset[str]]
    rearranged: Array
    branch_rule: Array
    branch_end: Array
    literal_term: GramKeys
    literal_marks: Array
    literal_from: Array
    literal_to: Array
    term_key: GramKeys
    term_kind: Array
    term_seen: Array
    gram_term: GramKeys
    gram_key: GramKeys
    longest: int
    fields: frozenset[str]
    prefixes: frozenset[str]
    regexes: frozenset[FieldPattern]


def merged(one: Loose, other: Loose) -> Loose:
    """Return the rules of ``one`` and of ``other``, unsorted."""
    return Loose(
        ids=np.concatenate([one.ids, other.ids]),
        texts=one.texts + other.texts,
        sources=one.sources + other.sources,
        rearranged=np.concatenate([one.rearranged, other.rearranged]),
        branch_rule=np.concatenate([one.branch_rule, other.branch_rule + len(one.ids)]),
        branch_end=np.concatenate([one.branch_end, other.branch_end + len(one.literal_marks)]),
        literal_term=np.concatenate([one.literal_term, other.literal_term]),
        literal_marks=np.concatenate([one.literal_marks, other.literal_marks]),
        literal_from=np.concatenate([one.literal_from, other.literal_from]),
        literal_to=np.concatenate([one.literal_to, other.literal_to]),
        term_key=np.concatenate([one.term_key, other.term_key]),
        term_kind=np.concatenate([one.term_kind, other.term_kind]),
        term_seen=np.concatenate([one.term_seen, other.term_seen]),
        gram_term=np.concatenate([one.gram_term, other.gram_term]),
        gram_key=np.concatenate([one.gram_key, other.gram_key]),
        longest=max(one.longest, other.longest),
        fields=one.fields | other.fields,
        prefixes=one.prefixes | other.prefixes,
        regexes=one.regexes | other.regexes,
    )


def loose_rows(rows: Rows) -> Loose:
    """Return the rules in rows as unsorted arrays."""
    return Loose(
        ids=np.array(rows.ids, np.int64),
        texts=rows.texts,
        sources=rows.sources,
        rearranged=np.array(rows.rearranged, np.bool_),
        branch_rule=np.array(rows.branch_rule, np.int64),
        branch_end=np.array(rows.branch_end, np.int64),
        literal_term=np.array(rows.literal_term, np.uint64),
        literal_marks=np.array(rows.literal_marks, np.uint8),
        literal_from=np.array(rows.literal_from, np.uint16),
        literal_to=np.array(rows.literal_to, np.uint16),
        term_key=np.array(rows.term_key, np.uint64),
        term_kind=np.array(rows.term_kind, np.uint8),
        term_seen=np.zeros(len(rows.term_key), np.uint32),
        gram_term=np.array(rows.gram_term, np.uint64),
        gram_key=np.array(rows.gram_key, np.uint64),
        longest=rows.longest,
        fields=frozenset(rows.fields),
        prefixes=frozenset(rows.prefixes),
        regexes=frozenset(rows.regexes),
    )


class Candidates(NamedTuple):
    """The results for a page of papers.

    ``paper`` and ``rule``: row by row, a paper and the place of a rule that holds for it; each pair once.
    ``unsure_paper`` and ``unsure_branch``: row by row, a paper and a branch that holds if its marked literals do.
    """

    paper: Numbers
    rule: Numbers
    unsure_paper: Numbers
    unsure_branch: Numbers


@dataclass(slots=True, eq=False)
class PackedArrays:
    """Rules in sorted arrays, as they are looked at: what finds them stands in :mod:`packed_index`.

    The names are those of :class:`Loose`. Besides:

    ``source_sets`` and ``rule_sources``: different sets of sources, and for each rule the number of its set.
    ``alive``: False for a rule that was removed.
    ``branch_read``: the branch has a literal that is decided by reading the paper.
    ``gram_start`` and ``gram_terms``: where the terms of each gram begin, and these terms.
    ``bucket_start``: where the grams begin whose keys have the same first bits.
    ``bucket_shift`` and ``longest_bucket``: number of the other bits, and most grams with the same first bits.
    ``filter``: bits of all keys; a key without its bit is none of these.
    ``watch_start`` and ``watch_branches``: for each term, the branches that are looked at if it is found.
    ``always``: branches that are looked at for every paper.
    ``order``: rows of the rules by number.
    """

    ids: Array
    texts: list[str]
    source_sets: list[frozenset[str]]
    rule_sources: Array
    rearranged: Array
    alive: Flags
    branch_rule: Array
    branch_end: Array
    branch_unit: Flags  # one clause of sure literals: found is held
    branch_read: Flags
    literal_term: Array
    literal_marks: Array
    literal_from: Array
    literal_to: Array
    term_keys: GramKeys
    term_kind: Array
    term_seen: Array  # papers in which it was found so far
    gram_keys: GramKeys
    gram_start: Array
    gram_terms: Array
    bucket_start: Array
    bucket_shift: int
    longest_bucket: int
    filter: Bits
    watch_start: Array
    watch_branches: Array
    is_watched: Flags
    always: Array
    columns: Array  # scratch: zero for every term between two uses
    longest: int
    fields: frozenset[str]
    prefixes: frozenset[str]
    regexes: frozenset[FieldPattern]
    order: Array

    def branch_literals(self, branch: int) -> range:
        """Return the places of a branch's literals."""
        return range(int(self.branch_end[branch - 1]) if branch else 0, int(self.branch_end[branch]))
