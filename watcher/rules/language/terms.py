"""Read the leaves of a rule (words, phrases, fields, comparisons), each from its own piece of the text."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from watcher.errors import RuleError
from watcher.model.fields import HAS, IDENTIFIED, KNOWN_BY_HAS, SCHEMES, FieldKind, identity, rule_names
from watcher.rules.folding.text import WITH_PLURALS
from watcher.rules.folding.words import Compound, compounds_of_term
from watcher.rules.language.elsewhere import field_meant
from watcher.rules.language.names import is_initial, ways_of
from watcher.rules.language.tree import Author, Compare, Exact, Label, Leaf, Near, Pattern, Regex, TextTerm

TEXT_FIELDS = rule_names(FieldKind.TEXT)
FIELDS = (*rule_names(FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.LABEL), "about")
NUMBERS = rule_names(FieldKind.NUMBER)
DAYS = rule_names(FieldKind.DAY)
COMPARED = "|".join((*NUMBERS, *DAYS))
"""A pattern that matches the names of fields that can be compared."""

SHORTEST_PREFIX = 2
LONGEST_REGEX = 1_000
ENOUGH_LEAVES = 16_384
"""Most terms that are kept read: many rules ask for the same words. Some 0.5 kB each."""

LARGEST_GAP = 100
_OPERATORS = {"and": "AND", "or": "OR", "not": "NOT"}
_PLAIN = re.compile(r"[^\s()\"/=~\-][^\s()\":]*")
_STARRED = re.compile(r"(?<!\w)([A-Z])\*(?!\w)", re.IGNORECASE)
"""Matches a name that ends in a star, such as A*. In small letters only quotes tell it from the beginning of a word."""

_STAR_OF_NAME = re.compile(r"(?<!\w[A-Z])(?<=[A-Z])\*(?!\w)|(?<=[A-Z0-9])\*(?=\d)")
"""Matches the star in A*, C*-algebra and HLA-B*57:01, after which no word goes on."""

_COMPARING = re.compile(rf"(?i)(?:{COMPARED})\s*[<>=]")
_WELL = re.compile(rf"(?i)({COMPARED})\s*(>=|<=|>|<|=)\s*(\S+)")


def term(text: str, kind: str, start: int) -> Leaf:
    """Return the leaf for a term without a field.

    ``kind``: of the token in the grammar.
    ``start``: offset of the term in the rule.
    """
    if kind == "WORD" and (text[0] in "-/~" or text.lower() in _OPERATORS):
        if text in _OPERATORS:
            upper = _OPERATORS[text]
            hint = f'write {upper} for the operator, or "{text}" for the word'
            raise RuleError(f"{text!r} is not an operator", start=start, end=start + len(text), hint=hint)
        if text in _OPERATORS.values():
            hint = f'remove it, or write "{text}" to search for the word'
            raise RuleError(f"{text} has nothing on its left", start=start, end=start + len(text), hint=hint)
        if text.startswith("-"):
            is_apart = len(text) == 1
            hint = "write NOT, or - without a blank behind it" if is_apart else "write one -, with a blank before it"
            raise RuleError("this - excludes nothing", start=start, end=start + 1, hint=hint)
        if re.fullmatch(r"~\d*", text):
            hint = 'write it right behind a phrase in quotes without =, as in "a b"~5'
            raise RuleError("a distance without a phrase", start=start, end=start + len(text), hint=hint)
        if re.fullmatch(r"/.+/", text):
            hint = f"write title:{text} or abstract:{text}"
            raise RuleError("a regex needs a field", start=start, end=start + len(text), hint=hint)
    return _text_leaf(text, kind, None, start, about=False)


def field_term(name: str, text: str, kind: str, start: int) -> Leaf:
    """Return the leaf for a term with a field, such as ``author:bengio``.

    ``name``: of the field, with its colon.
    ``kind``: of the token in the grammar.
    ``start``: offset of the term in the rule.
    """
    field = name[:-1].lower()
    end = start + len(name) + len(text)
    if field not in FIELDS:
        hint = field_meant(field, text, FIELDS, NUMBERS, DAYS)
        raise RuleError(f"there is no field {field!r}", start=start, end=start + len(name), hint=hint)
    if kind == "REGEX":
        return _regex(field, text[1:-1], start, end)
    if leaf := _identified(field, text, start, end):
        return leaf
    if field == "about":
        return _text_leaf(text, kind, None, start + len(name), about=True)
    if field in TEXT_FIELDS:
        return _text_leaf(text, kind, field, start + len(name), about=False)
    if kind == "PHRASE" and not text.endswith('"'):
        at = text.rindex('"') + 1
        raise RuleError(f"{field}: takes no distance", start=end - len(text) + at, end=end, hint="leave it out")
    value = text.removeprefix("=").split('"')[1] if '"' in text else text.removeprefix("=")
    if field == "author":
        return _author(value.strip(), f"author:{_written(value)}", start, end)
    value = " ".join(value.lower().split())
    if field == HAS.rule and value not in KNOWN_BY_HAS:
        hint = f"write one of {', '.join(f'{HAS.rule}:{name}' for name in KNOWN_BY_HAS)}"
        raise RuleError(f"{HAS.rule}: cannot be asked for {value[:40]!r}", start=start, end=end, hint=hint)
    if not value.strip("*."):
        raise RuleError(f"{field}: has nothing to look for", start=start, end=end, hint=f"write {field}:…")
    return Label(field, value.rstrip("*"), f"{field}:{_written(value)}", value.endswith("*"))


def _identified(field: str, text: str, start: int, end: int) -> Label | None:
    """Read ``author:orcid:0000-…``, ``org:ror:…`` or ``cites:arxiv:…``; None for a name."""
    named = IDENTIFIED.get(field, field)
    scheme, _, id = text.strip('"').strip().partition(":")
    schemes = SCHEMES.get(named, {})
    if scheme.lower() not in schemes:
        if field not in IDENTIFIED:
            return None
        hint = f"write {' or '.join(f'{named}:{one}:…' for one in schemes)}"
        raise RuleError(f"{field}: asks for ids", start=start, end=end, hint=hint)
    found = identity(named, scheme.lower(), id)
    if found is None:
        hint = f"write it as in {named}:{_EXAMPLES[named, scheme.lower()]}"
        raise RuleError(f"{id[:60]!r} is no id of {scheme.lower()}", start=start, end=end, hint=hint)
    return Label(_FIELD_OF_IDS[named], found, f"{named}:{found}")


_FIELD_OF_IDS = {named: field for field, named in IDENTIFIED.items()}

_EXAMPLES = {
    ("author", "orcid"): "orcid:0000-0002-1825-0097",
    ("author", "openalex"): "openalex:A5023888391",
    ("author", "hf"): "hf:name",
    ("org", "ror"): "ror:03yrm5c26",
    ("org", "openalex"): "openalex:I27837315",
    ("org", "hf"): "hf:name",
    ("cites", "arxiv"): "arxiv:2403.01779",
    ("cites", "doi"): "doi:10.1000/182",
    ("cites", "openalex"): "openalex:W2741809807",
}


def comparison(text: str, start: int) -> Compare:
    """Return the leaf for a comparison, such as ``upvotes>=20`` or ``published>=2026-01-01``.

    ``start``: offset of the comparison in the rule.
    """
    found = _WELL.fullmatch(text)
    field = re.match(r"[A-Za-z]+", text)[0].lower()  # type: ignore[index]
    hint = f"write {field}{_number_meant(text)}" if field in NUMBERS else f"write {field}>={_day_meant(text)}"
    wrong = RuleError(f"{text!r} is no comparison", start=start, end=start + len(text), hint=hint)
    if found is None:
        raise wrong
    try:
        value = int(found[3]) if field in NUMBERS else date.fromisoformat(found[3])
    except ValueError:
        raise wrong from None
    return Compare(field, found[2], value, f"{field}{found[2]}{value}")


def _number_meant(text: str) -> str:
    """Return the sign and the number that were probably meant by a comparison, else an example."""
    found = re.search(r"[<>=]+\s*(\d{1,3}(?:[,.']\d{3})+|\d{1,9})(k?)(?![\d.])", text)
    if found is None or ("<" in text and ">" in text):
        return ">=20, with digits only"
    sign = "<" if "<" in text else ">" if re.search(r"(?<!=)>(?!=)", text) else ">="
    return sign + re.sub(r"\D", "", found[1]) + "000" * bool(found[2])


_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def _day_meant(text: str) -> str:
    """Return the day that was probably meant by the value of a comparison, in the right form; else an example."""
    value = re.split(r"[<>=]\s*", text)[-1]
    if found := _DAY_FIRST.fullmatch(value):
        parts = found[3], found[2], found[1]
    elif found := _YEAR_FIRST.fullmatch(value):
        parts = found[1], found[2] or "1", found[3] or "1"
    else:
        return "2026-01-31"
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return "2026-01-31"


def _text_leaf(text: str, kind: str, field: str | None, start: int, *, about: bool) -> Leaf:
    try:
        return _known_leaf(text, kind, field, about)
    except RuleError:
        return _read_leaf(text, kind, field, start, about=about)


@lru_cache(maxsize=ENOUGH_LEAVES)
def _known_leaf(text: str, kind: str, field: str | None, about: bool) -> Leaf:
    return _read_leaf(text, kind, field, 0, about=about)


def _read_leaf(text: str, kind: str, field: str | None, start: int, *, about: bool) -> Leaf:
    end = start + len(text)
    before = "about:" if about else f"{field}:" if field else ""
    if kind == "EXACT":
        return _exact(_inside(text), before, field, start, end, about=about)
    inside, _, tail = text[1:].partition('"') if kind == "PHRASE" else (text, "", "")
    if kind == "PHRASE":
        inside = _STARRED.sub(lambda found: found[0].upper(), inside)
    starless = _STAR_OF_NAME.sub("", inside)
    is_prefix = starless.endswith("*")
    if "*" in starless.removesuffix("*") or (is_prefix and tail):
        hint = "write the beginning of a word and *, as in quanti*"
        raise RuleError("* can only end a term", start=start, end=end, hint=hint)
    read = compounds_of_term(inside[:-1] if is_prefix else inside, plurals=field in (None, *WITH_PLURALS))
    if not read:
        hint = "write = right before its word, as in =RAG" if inside == "=" else "write a word"
        hint = "for all papers write everything" if text == "*" else hint
        raise RuleError("no letter or digit to look for", start=start, end=end, hint=hint)
    if is_prefix:
        _check_prefix(inside, read[-1].parts[-1].surface, start, end)
    if tail:
        gap = _gap(tail, read, start, end)
        return Near(tuple(_pattern([one]) for one in read), gap, f"{before}{_quoted(inside)}~{gap}", field, about)
    return TextTerm(_pattern(read, is_prefix=is_prefix), before + _written(inside), field, is_prefix, about)


def _check_prefix(inside: str, last: str, start: int, end: int) -> None:
    if len(last) < SHORTEST_PREFIX or not inside[-2].isalnum():
        hint = "two letters at least, as in ge*"
        if _STARRED.fullmatch(inside):
            hint += f'; for the name, write "{inside.upper()}"'
        raise RuleError("a prefix that is too short", start=start, end=end, hint=hint)


def _gap(tail: str, read: list[Compound], start: int, end: int) -> int:
    if not re.fullmatch(r"~\d{1,3}", tail) or not 0 < int(tail[1:]) <= LARGEST_GAP:
        hint = f'write "a b"~5: a number from 1 to {LARGEST_GAP}'
        raise RuleError("a distance that cannot be read", start=start, end=end, hint=hint)
    if len(read) < 2:
        raise RuleError("nearness needs two words", start=start, end=end, hint='write "a b"~5')
    return int(tail[1:])


def _exact(inside: str, before: str, field: str | None, start: int, end: int, *, about: bool) -> Exact:
    plurals = field in (None, *WITH_PLURALS)
    parts = [part for one in compounds_of_term(inside, plurals=plurals) for part in one.parts]
    if not parts:
        raise RuleError("nothing to look for after =", start=start, end=end, hint='write =RAG or ="a b"')
    return Exact(
        tuple((part.spelled, part.joint, part.forms[0]) for part in parts), f"{before}={_written(inside)}", field, about
    )


def _pattern(read: list[Compound], *, is_prefix: bool = False) -> Pattern:
    """Return the words of a term as a graph of their parts. Plurals of a prefix's last word are not folded."""
    nodes: list[list[tuple[int, tuple[str, ...]]]] = []
    end = sum(len(one.parts) for one in read)
    for one in read:
        base = len(nodes)
        nodes += [[] for _ in one.parts]
        for edge in one.edges:
            goes_on = is_prefix and base + edge.last == end
            nodes[base + edge.first].append((base + edge.last, (edge.surface,) if goes_on else edge.forms))
    return tuple(tuple(edges) for edges in nodes)


_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])")


def _author(value: str, written: str, start: int, end: int) -> Author:
    if found := _ORCID.fullmatch(value):
        raise RuleError("this is no name", start=start, end=end, hint=f"write author:orcid:{found[1]}")
    is_prefix = value.endswith("*")
    read = compounds_of_term(value.removesuffix("*"), plurals=False)
    words = [part.surface for one in read for part in one.parts]
    if all(map(is_initial, words)):
        raise RuleError("an author needs a name", start=start, end=end, hint='write author:"Y Bengio"')
    if is_prefix:
        _check_prefix(value, words[-1], start, end)
    return Author(ways_of(read, is_prefix=is_prefix), written, is_prefix)


def _inside(text: str) -> str:
    return text.removeprefix("=").strip('"').strip()


def _written(inside: str) -> str:
    """Return a term with its blanks and quotes in one spelling."""
    inside = " ".join(inside.split())
    is_operator = inside in _OPERATORS or inside in _OPERATORS.values() or _COMPARING.match(inside)
    return inside if _PLAIN.fullmatch(inside) and not is_operator else _quoted(inside)


def _quoted(inside: str) -> str:
    return '"' + " ".join(inside.split()) + '"'


def _regex(field: str, pattern: str, start: int, end: int) -> Regex:
    if field not in TEXT_FIELDS:
        hint = f"regexes look into {', '.join(TEXT_FIELDS)}"
        raise RuleError(f"{field}: takes no regex", start=start, end=end, hint=hint)
    if len(pattern) > LONGEST_REGEX:
        raise RuleError("the regex is too long", start=start, end=end, hint=f"{LONGEST_REGEX:,} characters at most")
    from watcher.rules.language.regex import matches_nothing, regex_problem

    if problem := regex_problem(pattern):
        hint = "RE2 syntax: no look-around, no back-references"
        raise RuleError(f"the regex cannot be read: {problem}", start=start, end=end, hint=hint)
    if matches_nothing(pattern):
        hint = "make it ask for a character at least"
        raise RuleError("the regex fits every text", start=start, end=end, hint=hint)
    return Regex(pattern, field, f"{field}:/{pattern}/")
