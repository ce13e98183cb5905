"""Find words, phrases and names in a folded text, as spans of positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from watcher.rules.folding.text import Folded, WordSpan
from watcher.rules.language.names import is_initial
from watcher.rules.language.tree import Author, Exact, Near, Pattern, TextTerm


def spans(leaf: TextTerm | Near | Exact, text: Folded) -> list[WordSpan]:
    """Return every place of a leaf, in order. Places of a prefix may lie within each other."""
    match leaf:
        case TextTerm():
            return sorted(_paths(leaf.pattern, text, is_prefix=leaf.is_prefix))
        case Near():
            return _near(leaf, text)
        case Exact():
            return _exact(leaf, text)


def apart(found: Iterable[WordSpan]) -> list[WordSpan]:
    """Return the spans without overlaps: the earlier span stays; of two with the same start, the longer."""
    kept: list[WordSpan] = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def are_two(found: Iterable[WordSpan]) -> bool:
    """Return whether any two of the word spans ``found`` do not overlap."""
    some = list(found)
    return bool(some) and max(first for first, _ in some) >= min(last for _, last in some)


def _paths(pattern: Pattern, text: Folded, *, is_prefix: bool) -> set[WordSpan]:
    """Return the spans of all paths of a pattern in the text, found node by node."""
    end = len(pattern)
    if end == 1:
        some = [_words(form, text, is_prefix=is_prefix) for _, forms in pattern[0] for form in forms]
        return {span for found in some for span in found}
    reached: list[dict[int, set[int]]] = [{} for _ in range(end + 1)]
    for node, edges in enumerate(pattern):
        if node and not reached[node]:
            continue
        for to, forms in edges:
            here, there = reached[node], reached[to]
            for form in forms:
                for first, last in _words(form, text, is_prefix=is_prefix and to == end):
                    if not node:
                        there.setdefault(last, set()).add(first)
                    elif first in here:
                        there.setdefault(last, set()).update(here[first])
    return {(first, last) for last, firsts in reached[end].items() for first in firsts}


def _words(form: str, text: Folded, *, is_prefix: bool) -> Iterable[WordSpan]:
    return text.words.beginning(form) if is_prefix else text.words.at(form)


def _near(leaf: Near, text: Folded) -> list[WordSpan]:
    """Return the spans that contain all words with few enough others in between, found in one sweep.

    Each span begins as late as possible. A word that the rule names twice needs two places.
    """
    wanted = Counter(leaf.words)
    found = {pattern: apart(_paths(pattern, text, is_prefix=False)) for pattern in wanted}
    if any(len(found[pattern]) < count for pattern, count in wanted.items()):
        return []
    windows: list[WordSpan] = []
    last: dict[Pattern, list[WordSpan]] = {pattern: [] for pattern in wanted}
    for span, pattern in sorted((span, pattern) for pattern, some in found.items() for span in some):
        last[pattern] = [*last[pattern], span][-wanted[pattern] :]
        if any(len(last[one]) < count for one, count in wanted.items()):
            continue
        chosen = [span for some in last.values() for span in some]
        first, end = min(span[0] for span in chosen), max(span[1] for span in chosen)
        if end - first - sum(span[1] - span[0] for span in chosen) <= leaf.gap:
            windows.append((first, end))
    return windows


def _exact(leaf: Exact, text: Folded) -> list[WordSpan]:
    length = len(leaf.tokens)
    return [
        (at, at + length)
        for at, _ in text.words.at(leaf.tokens[0][2])
        if at + length <= text.size and _is_written(leaf, text, at)
    ]


def _is_written(leaf: Exact, text: Folded, at: int) -> bool:
    """Return whether the tokens are at a position exactly as written.

    What stands between the first one and the word before it does not matter.
    """
    for n, (spelled, joint, _) in enumerate(leaf.tokens):
        part = text.part(at + n)
        if part.spelled != spelled or (n and part.joint != joint):
            return False
    return True


def is_named(leaf: Author, name: Folded) -> bool:
    """Return whether a name matches one of the ways to write the author."""
    words = name.words.counted()
    return any(_has_all(way, words, is_prefix=leaf.is_prefix) for way in leaf.ways)


def _has_all(way: tuple[str, ...], words: list[str], *, is_prefix: bool) -> bool:
    """Return whether each word matches a different word of the name.

    A single letter on either side is an initial. At least one word must be whole.
    """
    left = list(words)
    missing: list[str] = []
    for at, word in enumerate(way):
        goes_on = is_prefix and at == len(way) - 1
        whole = [one for one in left if one == word or (goes_on and one.startswith(word))]
        whole = [] if is_initial(word) else whole
        if whole:
            left.remove(whole[0])
        else:
            missing.append(word)
    return len(missing) < len(way) and _are_initials(missing, left)


def _are_initials(missing: list[str], left: list[str]) -> bool:
    """Return whether the missing words and the words left in the name match in pairs, by initials."""
    for letter in {word[0] for word in missing}:
        whole = sum(word[0] == letter and len(word) > 1 for word in missing)
        lone = sum(word == letter for word in missing)
        letters = left.count(letter)
        others = sum(word[0] == letter and len(word) > 1 for word in left)
        if whole > letters or lone > letters - whole + others:
            return False
    return True
