"""The leaves of a rule: words, phrases, fields, comparisons, each read from its own piece of text."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from itertools import product

from watcher.errors import RuleError
from watcher.rules.plural import singular
from watcher.rules.text import MOST_PARTS, Token, tokens
from watcher.rules.tree import Author, Compare, Exact, Label, Leaf, Near, Regex, Text, Words

TEXT_FIELDS = ("title", "abstract", "keyword", "summary", "org")
LABEL_FIELDS = ("category", "source", "id")
FIELDS = (*TEXT_FIELDS, *LABEL_FIELDS, "author", "about")
NUMBERS = ("upvotes", "comments")
DAYS = ("published", "listed")

WITH_PLURALS = frozenset({None, "title", "abstract"})
SHORTEST_PREFIX = 2
LONGEST_REGEX = 1_000
LARGEST_GAP = 100
MOST_WAYS = 64
_OPERATORS = {"and": "AND", "or": "OR", "not": "NOT"}
_WELL = re.compile(r"(?i)(upvotes|comments|published|listed)\s*(>=|<=|>|<|=)\s*(\S+)")


def term(text: str, kind: str, start: int) -> Leaf:
    """A term without a field."""
    if kind == "WORD":
        if text in _OPERATORS:
            upper = _OPERATORS[text]
            hint = f'write {upper} for the operator, or "{text}" for the word'
            raise RuleError(f"{text!r} is not an operator", start=start, end=start + len(text), hint=hint)
        if text in _OPERATORS.values():
            hint = f'remove it, or write "{text}" to search for the word'
            raise RuleError(f"{text} has nothing on its left", start=start, end=start + len(text), hint=hint)
        if text.startswith("-"):
            hint = "put a blank before - to exclude a term"
            raise RuleError("- stands between two terms", start=start, end=start + 1, hint=hint)
        if re.fullmatch(r"/.+/", text):
            hint = f"write title:{text} or abstract:{text}"
            raise RuleError("a regex needs a field", start=start, end=start + len(text), hint=hint)
    return _text_leaf(text, kind, None, start, about=False)


def field_term(name: str, text: str, kind: str, start: int) -> Leaf:
    """A term with the field before it, as in ``author:bengio``; ``name`` ends in the colon."""
    field = name[:-1].lower()
    end = start + len(name) + len(text)
    if field not in FIELDS:
        near = get_close_matches(field, FIELDS, n=1)
        hint = f"did you mean {near[0]}:?" if near else f'fields: {", ".join(FIELDS)}; or write "{name}{text}"'
        raise RuleError(f"there is no field {field!r}", start=start, end=start + len(name), hint=hint)
    if kind == "REGEX":
        return _regex(field, text[1:-1], start, end)
    if field == "about":
        return _text_leaf(text, kind, None, start + len(name), about=True)
    if field in TEXT_FIELDS:
        return _text_leaf(text, kind, field, start + len(name), about=False)
    value = text.removeprefix("=").split('"')[1] if '"' in text else text.removeprefix("=")
    if field == "author":
        words = tuple(token.folded for token in tokens(value))
        if not any(len(word) > 1 for word in words):
            raise RuleError("an author needs a name", start=start, end=end, hint='write author:"Y Bengio"')
        return Author(words, name + text)
    value = value.strip().lower()
    is_prefix = value.endswith("*")
    if not value.strip("*."):
        raise RuleError(f"{field}: has nothing to look for", start=start, end=end, hint=f"write {field}:…")
    return Label(field, value.rstrip("*"), name + text, is_prefix)


def comparison(text: str, start: int) -> Compare:
    """``upvotes>=20``, ``published>=2026-01-01``."""
    found = _WELL.fullmatch(text)
    field = re.match(r"[A-Za-z]+", text)[0].lower()  # type: ignore[index]
    example = f"{field}>=20" if field in NUMBERS else f"{field}>=2026-01-31"
    wrong = RuleError(f"{text!r} is no comparison", start=start, end=start + len(text), hint=f"write {example}")
    if found is None:
        raise wrong
    try:
        value = int(found[3]) if field in NUMBERS else date.fromisoformat(found[3])
    except ValueError:
        raise wrong from None
    return Compare(field, found[2], value, text)


def _text_leaf(text: str, kind: str, field: str | None, start: int, *, about: bool) -> Leaf:
    end = start + len(text)
    if kind == "EXACT":
        inside = text[1:].strip('"').strip()
        if not any(char.isalnum() for char in inside):
            raise RuleError("nothing to look for after =", start=start, end=end, hint='write =RAG or ="a b"')
        return Exact(inside, text, field, about)
    inside, _, tail = text[1:].partition('"') if kind == "PHRASE" else (text, "", "")
    is_prefix = inside.endswith("*")
    if "*" in inside.removesuffix("*") or (is_prefix and tail):
        hint = "write the beginning of a word and *, as in quanti*"
        raise RuleError("* can only end a term", start=start, end=end, hint=hint)
    parts = list(tokens(inside.removesuffix("*")))
    if not parts:
        raise RuleError("no letter or digit to look for", start=start, end=end, hint="write a word")
    if is_prefix and (len(parts[-1].folded) < SHORTEST_PREFIX or parts[-1].end < len(inside) - 1):
        hint = "two letters at least, as in ge*"
        raise RuleError("a prefix that is too short", start=start, end=end, hint=hint)
    if tail:
        return _near(parts, tail, text, field, start, about=about)
    return Text(_ways(parts, field in WITH_PLURALS, is_prefix), text, field, is_prefix, about)


def _near(parts: list[Token], tail: str, text: str, field: str | None, start: int, *, about: bool) -> Near:
    end = start + len(text)
    if not re.fullmatch(r"~\d{1,3}", tail) or not 0 < int(tail[1:]) <= LARGEST_GAP:
        hint = f'write "a b"~5: a number from 1 to {LARGEST_GAP}'
        raise RuleError("a distance that cannot be read", start=start, end=end, hint=hint)
    if len(parts) < 2:
        raise RuleError("nearness needs two words", start=start, end=end, hint='write "a b"~5')
    return Near(tuple(_key(part, field in WITH_PLURALS) for part in parts), int(tail[1:]), text, field, about)


def _regex(field: str, pattern: str, start: int, end: int) -> Regex:
    if field not in TEXT_FIELDS:
        hint = f"regexes look into {', '.join(TEXT_FIELDS)}"
        raise RuleError(f"{field}: takes no regex", start=start, end=end, hint=hint)
    if len(pattern) > LONGEST_REGEX:
        raise RuleError("the regex is too long", start=start, end=end, hint=f"{LONGEST_REGEX:,} characters at most")
    from watcher.rules.regex import problem_of

    if problem := problem_of(pattern):
        hint = "RE2 syntax: no look-around, no back-references"
        raise RuleError(f"the regex cannot be read: {problem}", start=start, end=end, hint=hint)
    return Regex(pattern, field, f"{field}:/{pattern}/")


def _key(part: Token, plurals: bool) -> str:
    return singular(part.original, part.folded) if plurals else part.folded


def _ways(parts: list[Token], plurals: bool, is_prefix: bool) -> tuple[Words, ...]:
    """The sequences that a term stands for: each hyphenated compound apart, joined, and in between."""
    compounds: list[list[Token]] = []
    for part in parts:
        if part.is_joined and compounds:
            compounds[-1].append(part)
        else:
            compounds.append([part])
    keys = [
        [_key(part, plurals and not (is_prefix and part is parts[-1])) for part in compound] for compound in compounds
    ]
    choices = [_joins(compound, key) for compound, key in zip(compounds, keys, strict=True)]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MOST_WAYS:
        choices = [[choice[0], choice[-1]] if len(choice) > 1 else choice for choice in choices][:6] + [
            [choice[0]] for choice in choices[6:]
        ]
    return tuple(dict.fromkeys(tuple(word for run in way for word in run) for way in product(*choices)))


def _joins(compound: list[Token], keys: list[str]) -> list[Words]:
    """All ways to cut a compound into runs of joined parts; all apart first, all joined last."""
    if len(compound) == 1 or len(compound) > MOST_PARTS:
        return [tuple(keys)]
    ways: list[Words] = []
    for glued in product((False, True), repeat=len(compound) - 1):
        runs: list[str] = [keys[0]]
        spelled = compound[0].folded
        for n, is_glued in enumerate(glued, start=1):
            if is_glued:
                runs[-1] = spelled + keys[n]
                spelled += compound[n].folded
            else:
                runs.append(keys[n])
                spelled = compound[n].folded
        ways.append(tuple(runs))
    return ways
