"""Whether a rule holds for a paper, read as slowly and plainly as possible: what the quick ways are compared with.

It shares with them the reading of single words (``watcher.rules.folding.words``), the parsed tree and the table of
fields, and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import permutations, product
from math import inf

import re2

from watcher.model import Listing, Paper
from watcher.model.fields import BY_RULE
from watcher.rules.folding.tex import clean
from watcher.rules.folding.words import Edge, Part, compounds
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import (
    And,
    Author,
    Compare,
    Exact,
    Label,
    Leaf,
    Near,
    Not,
    Or,
    Pattern,
    Regex,
    RuleNode,
    TextTerm,
)

COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True)
class Row:
    """A text: its parts, and every word with its positions."""

    parts: list[Part]
    edges: list[Edge]


def row(text: str, *, plurals: bool) -> Row:
    parts: list[Part] = []
    edges: list[Edge] = []
    for one in compounds(clean(text).text, plurals=plurals):
        edges += [
            Edge(edge.first + len(parts), edge.last + len(parts), edge.forms, edge.surface)
            for edge in one.edges + one.bases
        ]
        parts += one.parts
    return Row(parts, edges)


def answer(rule: Rule, paper: Paper) -> float | None:
    """How much the paper is about the rule, None where it does not hold."""
    listings = [one for one in paper.listings if not rule.sources or one.source in rule.sources]
    if rule.sources and not listings:
        return None
    if not holds(rule.tree, paper, listings):
        return None
    points = points_of(rule.tree, paper, listings)
    return float(round(1 - 0.5**points, 4))


def points_of(node: RuleNode, paper: Paper, listings: list[Listing]) -> float:
    """Infinite where no words say what the paper is about."""
    match node:
        case Not():
            return inf
        case And(children):
            return min(points_of(child, paper, listings) for child in children)
        case Or(children):
            found = [child for child in children if holds(child, paper, listings)]
            apart = [points_of(child, paper, listings) for child in found]
            leaves = {child.written: child for child in found if not isinstance(child, And | Or | Not)}
            together = [points_together(list(leaves.values()), paper)] if leaves and inf not in apart else []
            return max(apart + together)
    return points_together([node], paper)


def points_together(leaves: list[Leaf], paper: Paper) -> float:
    fields = (None, "title", "abstract", "summary", "keyword")
    if any(isinstance(leaf, Author | Label | Compare) or leaf.field not in fields for leaf in leaves):
        return inf
    in_title = any(stands(leaf, paper.title, "title") for leaf in leaves)
    in_abstract = [stands(leaf, paper.abstract, "abstract") for leaf in leaves]
    words = apart([span for leaf, some in zip(leaves, in_abstract, strict=True) for span in some if not is_regex(leaf)])
    patterns = [span for leaf, some in zip(leaves, in_abstract, strict=True) for span in some if is_regex(leaf)]
    parts, letters = len(row(paper.abstract, plurals=True).parts), len(clean(paper.abstract).without_joints().text)
    third = any(3 * at < parts for at, _ in words) or any(3 * at < letters for at, _ in patterns)
    keywords = [n for n, one in enumerate(paper.keywords) if any(stands(leaf, one, "keyword") for leaf in leaves)]
    count = len(words) + len(patterns)
    has_site = bool(paper.summary or paper.keywords)
    points = 0.0
    points += 1.25 if in_title else 0
    points += 0.75 if in_title and not paper.abstract else 0
    points += 0.25 * min(count, 2) + 0.1 * max(0, min(count, 6) - 2)
    points += 0.5 if third else 0
    points += 0.5 if in_last_sentence(paper.abstract, words, patterns) else 0
    points += 0.5 if any(stands(leaf, one, "summary") for leaf in leaves for one in [paper.summary or ""]) else 0
    points += 0.25 + 0.25 / (1 + keywords[0]) if keywords else 0
    points += 0.25 if not has_site and (in_title or third) else 0
    points += 0.25 * min(len(leaves) - 1, 3)
    asked = any(isinstance(leaf, Regex) or leaf.field is not None or leaf.about for leaf in leaves)  # type: ignore[union-attr]
    return max(points, 1.0) if asked else points


def in_last_sentence(abstract: str, words: list[tuple[int, int]], patterns: list[tuple[int, int]]) -> bool:
    text, plain = clean(abstract).text, clean(abstract).without_joints().text
    begin, plain_begin = last_begins(text), last_begins(plain)
    before = sum(len(one.parts) for one in compounds(text[:begin], plurals=True))
    return (begin > 0 and any(at >= before for at, _ in words)) or (
        plain_begin > 0 and any(at >= plain_begin for at, _ in patterns)
    )


def last_begins(text: str) -> int:
    """Return where the last sentence begins (an index into the text); 0 for a single sentence."""
    text = text.rstrip()
    for at in range(len(text) - 1, 0, -1):
        before = text[:at].rstrip()
        ended = before.rstrip("\"')]\u2019\u201d")
        if (
            len(before) < at
            and not text[at].isspace()
            and not "a" <= text[at] <= "z"
            and ended[-1:] in tuple(".!?\u2026")
        ):
            return at
        if before[-1:] in ("\u3002", "\uff01", "\uff1f") and not text[at].isspace():
            return at
    return 0


def stands(leaf: Leaf, text: str, field: str) -> list[tuple[int, int]]:
    """Where a term is in a text: of words, positions; of a regex, characters, and only in its own field."""
    if isinstance(leaf, Regex):
        found = re2.finditer(leaf.pattern, clean(text).without_joints().text) if leaf.field == field else []
        return [one.span() for one in found if one.span()[0] < one.span()[1]]
    assert isinstance(leaf, TextTerm | Near | Exact)
    return places(leaf, row(text, plurals=True))


def is_regex(leaf: Leaf) -> bool:
    return isinstance(leaf, Regex)


def holds(node: RuleNode, paper: Paper, listings: list[Listing]) -> bool:
    match node:
        case And(children):
            return all(holds(child, paper, listings) for child in children)
        case Or(children):
            return any(holds(child, paper, listings) for child in children)
        case Not(Compare() as leaf):
            return compares(leaf, paper, listings) is False
        case Not(child):
            return not is_found(child, paper, listings)
    return is_found(node, paper, listings)


HAS = {
    **{name: name for name in ("abstract", "summary", "note", "venue", "published", "doi", "retraction")},
    **{"author": "authors", "org": "organization", "keyword": "keywords", "category": "categories"},
    **{"arxiv": "arxiv_id", "code": "code_url", "project": "project_url"},
    **{"author_id": "author_ids", "org_id": "org_ids", "cites": "cited_ids"},
}
"""What ``has:`` asks for, and the attribute of a paper that answers."""


def is_found(leaf: Leaf, paper: Paper, listings: list[Listing]) -> bool:
    match leaf:
        case Compare():
            return compares(leaf, paper, listings) is True
        case Label(field, value):
            other_labels: dict[str, Sequence[str | None]] = {
                "source": [one.source for one in listings],
                "id": [paper.key, paper.key.split(":", 1)[-1], paper.arxiv_id, paper.doi, paper.url]
                + ([f"{paper.arxiv_id}v{paper.version}"] if paper.arxiv_id and paper.version else []),
            }
            other_labels["has"] = [name for name, attribute in HAS.items() if getattr(paper, attribute)]
            for field_of_ids, ids in (("author_id", "author_ids"), ("org_id", "org_ids"), ("cites", "cited_ids")):
                other_labels[field_of_ids] = [one.split(" ")[0] for one in getattr(paper, ids)]
            labels = other_labels[field] if field in other_labels else texts(field, paper)
            known = [one.lower() for one in labels if one]
            return any(one.startswith(value) if leaf.is_prefix else one == value for one in known)
        case Author(ways):
            return any(is_named(way, name, leaf.is_prefix) for way in ways for name in paper.authors)
        case Regex(pattern, field):
            return any(re2.search(pattern, clean(text).without_joints().text) for text in texts(field, paper))
    found = {field: [places(leaf, row(text, plurals=field in ("title", "abstract"))) for text in texts(field, paper)]
             for field in ([leaf.field] if leaf.field else ["title", "abstract"])}  # fmt: skip
    if leaf.about:
        twice = any(one[1] <= other[0] for some in found["abstract"] for one in some for other in some)
        return any(found["title"]) or twice
    return any(some for by_text in found.values() for some in by_text)


def texts(field: str, paper: Paper) -> list[str]:
    value = getattr(paper, BY_RULE[field].attribute)
    return list(value) if isinstance(value, tuple) else [value] if value else []


def places(leaf: TextTerm | Near | Exact, text: Row) -> list[tuple[int, int]]:
    match leaf:
        case TextTerm(pattern):
            return paths(pattern, text, is_prefix=leaf.is_prefix)
        case Exact(tokens):
            wanted = [(spelled, joint if n else "") for n, (spelled, joint, _) in enumerate(tokens)]
            return [
                (at, at + len(wanted))
                for at in range(len(text.parts) - len(wanted) + 1)
                if [(part.spelled, part.joint if n else "") for n, part in enumerate(text.parts[at : at + len(wanted)])]
                == wanted
            ]
    some = [apart(paths(word, text, is_prefix=False)) for word in leaf.words]
    windows = []
    for chosen in product(*some):
        same = [(word, span) for word, span in zip(leaf.words, chosen, strict=True)]
        if len(set(same)) < len(same):
            continue
        first, last = min(span[0] for span in chosen), max(span[1] for span in chosen)
        if last - first - sum(span[1] - span[0] for span in chosen) <= leaf.gap:
            windows.append((first, last))
    return windows


def apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if all(span[0] >= other[1] for other in kept):
            kept.append(span)
    return kept


def paths(pattern: Pattern, text: Row, *, is_prefix: bool) -> list[tuple[int, int]]:
    def walk(node: int, at: int) -> Iterator[int]:
        if node == len(pattern):
            yield at
            return
        for to, forms in pattern[node]:
            for edge in text.edges:
                if edge.first == at and is_word(edge, forms, is_prefix=is_prefix and to == len(pattern)):
                    yield from walk(to, edge.last)

    return sorted({(start, end) for start in range(len(text.parts)) for end in walk(0, start)})


def is_word(edge: Edge, forms: tuple[str, ...], *, is_prefix: bool) -> bool:
    if is_prefix:
        return any(word.startswith(form) for form in forms for word in (*edge.forms, edge.surface))
    return bool(set(forms) & set(edge.forms))


def is_named(way: tuple[str, ...], name: str, is_prefix: bool) -> bool:
    """Return whether the wanted words fit words of the name in some order, at least one of them in full."""
    words = [form for edge in row(name, plurals=False).edges for form in edge.forms]
    goes_on = [is_prefix and n == len(way) - 1 for n in range(len(way))]
    return any(
        all(map(fits, way, chosen, goes_on)) and any(map(is_whole, way, chosen, goes_on))
        for chosen in permutations(words, len(way))
    )


def is_whole(wanted: str, word: str, goes_on: bool) -> bool:
    return len(wanted) > 1 and (word.startswith(wanted) if goes_on else word == wanted)


def fits(wanted: str, word: str, goes_on: bool) -> bool:
    return is_whole(wanted, word, goes_on) or (wanted[0] == word[0] and (len(wanted) == 1 or len(word) == 1))


def compares(leaf: Compare, paper: Paper, listings: list[Listing]) -> bool | None:
    compare = COMPARE[leaf.operator]
    if leaf.field == "published":
        day = paper.published and paper.published.astimezone(UTC).date()
        return compare(day, leaf.value) if day else None
    if leaf.field == "listed":
        days = [one.day for one in listings if one.day]
        return any(compare(day, leaf.value) for day in days) if days else None
    known = sorted((one.read_at, getattr(one, leaf.field)) for one in listings if getattr(one, leaf.field) is not None)
    return compare(known[-1][1], leaf.value) if known else None
