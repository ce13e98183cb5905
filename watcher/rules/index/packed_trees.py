"""Give packed rules their trees back, from where their terms stand in their texts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.rules.index.encode import Mark
from watcher.rules.language.language import parse_rule
from watcher.rules.language.tree import RuleNode, any_of, conjunction, negated

if TYPE_CHECKING:
    from watcher.rules.index.packed_index import Packed


def packed_rule_tree(pack: Packed, rule: int) -> RuleNode:
    """Return the tree of the rule at a place in a pack: from its branches, or from its text if they were rearranged."""
    if pack.rearranged[rule]:
        return _tree_of_text(pack.texts[rule])
    import numpy as np

    first = int(np.searchsorted(pack.branch_rule, rule))
    last = int(np.searchsorted(pack.branch_rule, rule, side="right"))
    return any_of([branch_tree(pack, branch) for branch in range(first, last)])


def branch_tree(pack: Packed, branch: int) -> RuleNode:
    """Return the tree of one branch of a packed rule."""
    text = pack.texts[pack.branch_rule[branch]]
    clauses: list[RuleNode] = []
    clause: list[RuleNode] = []
    for at in pack.branch_literals(branch):
        leaf = _tree_of_text(text[pack.literal_from[at] : pack.literal_to[at]])
        marks = int(pack.literal_marks[at])
        clause.append(negated(leaf) if marks & Mark.NEGATED else leaf)
        if marks & Mark.LAST:
            clauses.append(any_of(clause))
            clause = []
    return conjunction(clauses)


@lru_cache(maxsize=16_384)
def _tree_of_text(text: str) -> RuleNode:
    return parse_rule(text)[0]
