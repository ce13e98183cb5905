"""Find parts of a rule that no paper can fit, or that nearly every paper fits.

The names of findings are those of docs/warnings.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from watcher.errors import RuleError
from watcher.model import Paper
from watcher.rules.language.regex import holds
from watcher.rules.language.rule import Rule, compile_rule
from watcher.rules.language.terms import NUMBERS
from watcher.rules.language.tree import (
    And,
    Compare,
    Exact,
    Label,
    Leaf,
    Near,
    Not,
    Or,
    Regex,
    RuleNode,
    TextTerm,
    leaves,
)
from watcher.rules.match.document import document_of
from watcher.rules.match.evaluate import evaluate

_SMALL = """
    a an and are as at be by can for from has have in is it its of on or our that the their these this to we which with
"""
_SMALL_WORDS = frozenset(_SMALL.split())
_TITLES = ("Deep Learning", "A Study of It", "On Graphs: 2026")
"""Titles that have nothing in common. A regex that matches all of them asks for nothing."""

_LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class LeafFinding:
    """Something found at one leaf of a rule.

    ``name``: the warning's, as docs/warnings.md has it.
    ``leaf``: its number among all leaves (terms and comparisons), from 0.
    ``what``: what is wrong, in words.
    ``hint``: what to write instead.
    """

    name: str
    leaf: int
    what: str
    hint: str


def find_bounds(rule: Rule, sources: Collection[str] = ()) -> Iterator[LeafFinding]:
    """Yield findings about leaves that make a rule impossible, or make it fit nearly everything.

    ``sources``: names of the subscription's sources, empty for all.
    """
    order = {id(leaf): n for n, leaf in enumerate(leaves(rule.tree))}
    for leaf, what in _impossible(rule.tree, frozenset(sources)):
        yield LeafFinding("matches-nothing", order[id(leaf)], what, "leave one of the two out")
    fits_all = _fits_all(rule.tree)
    for leaf in fits_all[:1]:
        what = f"`{leaf.written}` fits nearly every paper"
        yield LeafFinding("matches-everything", order[id(leaf)], what, "leave it out, or ask for more beside it")
    yield from _single_leaves(rule, fits_all)


def _single_leaves(rule: Rule, fits_all: Sequence[Leaf]) -> Iterator[LeafFinding]:
    for n, leaf in enumerate(leaves(rule.tree)):
        if isinstance(leaf, Compare) and leaf.operator == "=" and leaf.field in NUMBERS:
            what = f"only papers with exactly {leaf.value} {leaf.field}, which change by the hour"
            yield LeafFinding("comparison-for-equality", n, what, f"write {leaf.field}>={leaf.value}")
        if isinstance(leaf, Compare) and _is_below_all(leaf) and leaf not in fits_all:
            what = f"no number of {leaf.field} is below 0: this asks for nothing"
            yield LeafFinding("matches-everything", n, what, f"write {leaf.field}{leaf.operator}20")
        if isinstance(leaf, Label) and _is_of_two(leaf):
            values = leaf.written.partition(":")[2].strip('"').split()
            both = " OR ".join(f"{leaf.field}:{one}" for one in values)
            yield LeafFinding("two-labels-in-one", n, f"it is read as one {leaf.field}", f"write {both}")


def swallowed_by(rule: Rule, never: Iterable[tuple[str, Rule]]) -> str:
    """Return the first item of ``never:`` lists that fits every paper that a rule matches, "" if there is none.

    Only what follows from the texts of the rules is found.

    ``never``: (item as written, its rule) of each.
    """
    return next((written for written, one in never if _implies(rule.tree, one.tree)), "")


def _implies(node: RuleNode, asked: RuleNode) -> bool:
    """Return whether it follows from both rules that every paper with ``node`` also fits ``asked``."""
    match asked:
        case And(children):
            return all(_implies(node, child) for child in children)
        case Or(children) if any(_implies(node, child) for child in children):
            return True
    match node:
        case Or(children):
            return all(_implies(child, asked) for child in children)
        case And(children):
            return any(_implies(child, asked) for child in children)
    if isinstance(asked, Or):
        return False
    if isinstance(node, Not) or isinstance(asked, Not):
        return node == asked
    return _asks_for(node, asked)


def _is_below_all(one: Compare) -> bool:
    return one.operator in (">", ">=") and isinstance(one.value, int) and one.value < 0


def _is_of_two(label: Label) -> bool:
    """Return whether a label was meant as two.

    No source and no id has a blank. Categories of bioRxiv have blanks; those of arXiv have none, but a dot.
    """
    words = label.value.split()
    return len(words) > 1 and (label.field != "category" or all("." in word for word in words))


# --- nothing ---


def _impossible(node: RuleNode, sources: frozenset[str]) -> Iterator[tuple[Leaf, str]]:
    """Yield (leaf, why) for each part of a rule that cannot hold."""
    children = node.children if isinstance(node, And) else (node,)
    for child in children:
        if isinstance(child, Or | And):
            for one in child.children:
                yield from _impossible(one, sources)
        elif isinstance(child, Label) and child.field == "source" and sources and not _named(child, sources):
            yield child, f"the subscription looks at {', '.join(sorted(sources))} only, and this at another source"
    yield from _excluded(children)
    # Of two lists each has a day of its own: any two days may be asked for.
    yield from _out_of_range([one for one in children if isinstance(one, Compare) and one.field != "listed"])


def _named(label: Label, names: Collection[str]) -> bool:
    return any(
        name.lower().startswith(label.value) if label.is_prefix else name.lower() == label.value for name in names
    )


def _excluded(children: Sequence[RuleNode]) -> Iterator[tuple[Leaf, str]]:
    positive = [one for one in children if not isinstance(one, Not)]
    asked: dict[int, set[str]] = {}  # child → what NOT takes of its alternatives
    for one in children:
        if not isinstance(one, Not):
            continue
        for n, child in enumerate(positive):
            taken = asked.setdefault(n, set())
            ways = {leaf.written: leaf for leaf in _ways(child)}
            taken.update(name for name, leaf in ways.items() if name not in taken and _asks_for(leaf, one.child))
            if ways and taken == ways.keys():
                yield one.child, f"`{one.child.written}` is excluded, and `{' OR '.join(ways)}` asks for it"
                return


def _ways(node: RuleNode) -> list[Leaf]:
    """Return the alternatives of an OR of leaves. A leaf is its own only alternative, anything else has none."""
    if isinstance(node, Or):
        found = [_ways(child) for child in node.children]
        return [leaf for some in found for leaf in some] if all(found) else []
    return [] if isinstance(node, And | Not) else [node]


def _asks_for(leaf: Leaf, excluded: Leaf) -> bool:
    """Return whether every paper in which ``leaf`` holds has what ``excluded`` asks for."""
    if leaf.written == excluded.written:
        return True
    if not isinstance(leaf, TextTerm | Exact) or not isinstance(excluded, TextTerm | Exact | Near):
        return False
    if excluded.field not in (leaf.field, None) or (
        excluded.field is None and leaf.field not in (None, "title", "abstract")
    ):
        return False
    if excluded.about and not leaf.about:
        return False
    if not _share_a_word(leaf, excluded):
        return False
    words = leaf.written.removeprefix("about:").removeprefix(f"{leaf.field}:").removeprefix("=").strip('"')
    if isinstance(leaf, TextTerm) and leaf.is_prefix:
        words = words.removesuffix("*")
    return _holds_in(excluded, words)


def _share_a_word(leaf: TextTerm | Exact, excluded: TextTerm | Exact | Near) -> bool:
    """Return whether two terms have a word in common. Most have none, and then nothing else has to be checked."""
    own, theirs = _forms(leaf), _forms(excluded)
    if isinstance(excluded, TextTerm) and excluded.is_prefix:
        return any(form.startswith(start) for form in own for start in theirs)
    return not own.isdisjoint(theirs)


def _forms(leaf: TextTerm | Exact | Near) -> set[str]:
    """Return the folded words of a term, over all ways in which it can be written."""
    if isinstance(leaf, Exact):
        return {word for _, _, word in leaf.tokens}
    patterns = leaf.words if isinstance(leaf, Near) else (leaf.pattern,)
    return {form for pattern in patterns for edges in pattern for _, forms in edges for form in forms}


def _holds_in(leaf: Leaf, words: str) -> bool:
    """Return whether a term is found in some words, whatever its field."""
    written = leaf.written.removeprefix("about:")
    field = getattr(leaf, "field", None)
    try:
        rule = compile_rule(written.removeprefix(f"{field}:") if field else written)
    except RuleError:
        return False
    paper = Paper(id=0, key="", title=words, first_seen=datetime(2026, 1, 1, tzinfo=UTC))
    return evaluate(rule, document_of(paper)) is not None


def _out_of_range(compared: Sequence[Compare]) -> Iterator[tuple[Leaf, str]]:
    """Yield (leaf, why) of the first comparison that cannot hold together with those before it."""
    lowest: dict[str, int] = {}
    highest: dict[str, int] = {}
    for one in compared:
        low, high = _range(one)
        lowest[one.field] = max(lowest.get(one.field, low), low)
        highest[one.field] = min(highest.get(one.field, high), high)
        if lowest[one.field] > highest[one.field]:
            others = [other.written for other in compared if other.field == one.field and other is not one]
            yield one, f"`{one.written}` and `{others[0]}` cannot both hold" if others else "no number is so small"
            return


_MOST = 10**9
"""Larger than any number or ordinal of a day."""


def _range(one: Compare) -> tuple[int, int]:
    """Return the smallest and the largest value that fit a comparison. Days are ordinals, numbers at least 0."""
    value = one.value if isinstance(one.value, int) else one.value.toordinal()
    match one.operator:
        case ">":
            return value + 1, _MOST
        case ">=":
            return value, _MOST
        case "<":
            return 0, value - 1
        case "<=":
            return 0, value
    return value, value


# --- everything ---


def _fits_all(node: RuleNode) -> list[Leaf]:
    """Return the leaves because of which a part of a rule fits nearly every paper, none if it does not."""
    match node:
        case And(children):
            found = [_fits_all(child) for child in children]
            return found[0] if found and all(found) else []
        case Or(children):
            return [leaf for child in children for leaf in _fits_all(child)]
        case Not():
            return []
    return [node] if _is_in_all(node) else []


def _is_in_all(leaf: Leaf) -> bool:
    match leaf:
        case TextTerm(pattern=pattern, field=field, is_prefix=is_prefix):
            words = {form for edges in pattern for _, forms in edges for form in forms}
            return field in (None, "abstract") and len(pattern) == 1 and not is_prefix and words <= _SMALL_WORDS
        case Exact(tokens=tokens, field=field):
            return field in (None, "abstract") and len(tokens) == 1 and tokens[0][0] in _SMALL_WORDS
        case Regex(pattern=regex):
            return all(holds(regex, title) for title in _TITLES)
        case Compare(operator=operator, value=value):
            if isinstance(value, int):
                return (operator == ">=" and value <= 0) or (operator == ">" and value < 0)
            return operator in (">", ">=") and value < _LONG_AGO
    return False
