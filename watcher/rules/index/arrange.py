"""Sort unsorted rules into a pack: terms, word sequences, buckets, and the terms under which each branch is watched."""

from __future__ import annotations

from typing import Any

import numpy as np

from watcher.rules.index.encode import Mark
from watcher.rules.index.grams import GramKeys, ranges
from watcher.rules.index.packed_index import Packed
from watcher.rules.index.rule_arrays import Array, Flags, Loose

NEVER = float("inf")


def arranged(loose: Loose) -> Packed:
    """Return the rules as a pack."""
    term_keys, first = np.unique(loose.term_key, return_index=True)
    seen = np.zeros(len(term_keys), np.uint32)
    np.add.at(seen, np.searchsorted(term_keys, loose.term_key), loose.term_seen)
    literal_term = np.searchsorted(term_keys, loose.literal_term).astype(np.int32)
    clause_last = (loose.literal_marks & Mark.LAST) > 0
    branch_start = np.concatenate([[0], loose.branch_end[:-1]])
    source_sets = sorted(set(loose.sources), key=sorted)
    number = {sources: n for n, sources in enumerate(source_sets)}
    to_read = (loose.literal_marks & Mark.READ) > 0
    one_clause = _per_branch(np.add, clause_last.astype(np.int32), branch_start) == 1
    is_read = _per_branch(np.logical_or, to_read, branch_start)
    plain = _per_branch(np.logical_and, (loose.literal_marks & (Mark.NEGATED | Mark.UNKEYED)) == 0, branch_start)
    watched, always = _watched(loose.literal_marks, literal_term, seen, branch_start, clause_last)
    return Packed(
        ids=loose.ids,
        order=np.argsort(loose.ids).astype(np.int32),
        texts=loose.texts,
        source_sets=source_sets,
        rule_sources=np.array([number[one] for one in loose.sources], np.int32),
        rearranged=loose.rearranged,
        alive=np.ones(len(loose.ids), np.bool_),
        branch_rule=loose.branch_rule.astype(np.int32),
        branch_end=loose.branch_end.astype(np.int32),
        branch_unit=one_clause & ~is_read & plain,
        branch_read=is_read,
        literal_term=literal_term,
        literal_marks=loose.literal_marks,
        literal_from=loose.literal_from,
        literal_to=loose.literal_to,
        term_keys=term_keys,
        term_kind=loose.term_kind[first],
        term_seen=seen,
        columns=np.zeros(len(term_keys), np.int32),
        always=always.astype(np.int32),
        longest=loose.longest,
        fields=loose.fields,
        prefixes=loose.prefixes,
        regexes=loose.regexes,
        **watched,
        **_sequences(loose, term_keys),
    )


def _per_branch(reduce: np.ufunc, values: Array, starts: Array) -> Array:
    return np.asarray(reduce.reduceat(values, starts)) if len(starts) else values


def _sequences(loose: Loose, term_keys: GramKeys) -> dict[str, Any]:
    """Return the arrays of a pack for word sequences by key: the terms of each, buckets and a bit filter."""
    term = np.searchsorted(term_keys, loose.gram_term).astype(np.int32)
    order = np.lexsort((term, loose.gram_key))
    key, term = loose.gram_key[order], term[order]
    new = np.ones(len(key), np.bool_)
    new[1:] = (key[1:] != key[:-1]) | (term[1:] != term[:-1])
    key, term = key[new], term[new]
    gram_keys, starts = np.unique(key, return_index=True)
    bits = max(4, len(gram_keys).bit_length())
    edges = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    sieve = np.zeros(1 << bits, np.uint8)  # eight to sixteen bits for each key
    low = gram_keys & np.uint64((8 << bits) - 1)
    np.bitwise_or.at(
        sieve, (low >> np.uint64(3)).astype(np.int64), np.uint8(1) << (low & np.uint64(7)).astype(np.uint8)
    )
    bucket_start = np.append(np.searchsorted(gram_keys, edges), len(gram_keys)).astype(np.int32)
    return {
        "gram_keys": gram_keys,
        "gram_start": np.append(starts, len(key)).astype(np.int32),
        "gram_terms": term,
        "bucket_start": bucket_start,
        "longest_bucket": int(np.diff(bucket_start).max(initial=0)),
        "bucket_shift": 64 - bits,
        "filter": sieve,
    }


def watch_anew(pack: Packed) -> None:
    """Watch each branch under the terms that have turned out to be rarest."""
    branch_start = np.concatenate([[0], pack.branch_end[:-1]])
    clause_last = (pack.literal_marks & Mark.LAST) > 0
    watched, always = _watched(pack.literal_marks, pack.literal_term, pack.term_seen, branch_start, clause_last)
    for name, array in watched.items():
        setattr(pack, name, array)
    pack.always = always.astype(np.int32)


def _watched(
    marks: Array, literal_term: Array, seen: Array, branch_start: Array, clause_last: Flags
) -> tuple[dict[str, Any], Array]:
    """Return the arrays that say under which terms each branch is watched, and the branches without such terms.

    A branch is watched under the terms of one of its clauses: the clause that fewest papers fulfil. Before papers were
    seen, a term that many rules have is assumed to be in many papers.
    """
    if not len(marks):
        start = np.zeros(len(seen) + 1, np.int32)
        none = {"watch_start": start, "watch_branches": start[:0], "is_watched": np.zeros(len(seen), np.bool_)}
        return none, branch_start[:0]
    asked = np.bincount(literal_term, minlength=len(seen))
    cost = seen + asked / (1.0 + asked.max()) if seen.any() else asked.astype(np.float64)
    of_literal = np.where(marks & (Mark.NEGATED | Mark.UNKEYED), NEVER, cost[literal_term])
    clause_start = np.flatnonzero(np.concatenate([[True], clause_last[:-1]]))
    clause_cost = np.add.reduceat(of_literal, clause_start)
    clause_count = np.diff(np.append(clause_start, len(of_literal)))
    first_clause = np.searchsorted(clause_start, branch_start)
    best = np.minimum.reduceat(clause_cost, first_clause)
    branch_of_clause = np.repeat(np.arange(len(branch_start)), np.diff(np.append(first_clause, len(clause_start))))
    chosen = np.flatnonzero((clause_cost == best[branch_of_clause]) & (clause_cost < NEVER))
    of = branch_of_clause[chosen]
    chosen = chosen[np.diff(of, prepend=-1) > 0]  # the first such clause of each branch
    literal, row = ranges(clause_start[chosen], clause_count[chosen])
    term, branch = literal_term[literal], branch_of_clause[chosen][row]
    order = term.argsort(kind="stable")
    counts = np.bincount(term, minlength=len(seen))
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    watched = {"watch_start": start, "watch_branches": branch[order].astype(np.int32), "is_watched": counts > 0}
    return watched, np.flatnonzero(best == NEVER)
