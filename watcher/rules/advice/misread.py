"""Find parts of a rule, or of a list's item, that are read as something harmless but were meant otherwise.

The names of findings are those of docs/warnings.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from watcher.errors import RuleError
from watcher.rules.language.language import plain_signs
from watcher.rules.language.reader import rule_pieces
from watcher.rules.language.terms import COMPARED, FIELDS, NUMBERS

_COMPARABLE = tuple(COMPARED.split("|"))
_SIGNS = r">=|<=|=>|=<|==|!=|>|<|≥|≤"
_APART = re.compile(rf'"[^"]*"|(?:{"|".join(FIELDS)}):/(?:\\.|[^/\\])+/')
"""Matches phrases and regexes. What is in them is always meant as it is written."""

_SYNONYMS = {
    **dict.fromkeys(("stars", "star", "likes", "like", "votes", "vote", "points", "score", "karma", "ups"), "upvotes"),
    **dict.fromkeys(("date", "year", "day", "submitted", "updated", "since", "age", "month"), "published"),
    **dict.fromkeys(("replies", "discussion", "discussions"), "comments"),
}
"""Names that other sites use for a number or a day → its name here."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """A part of a rule that is read in another way than it was meant.

    ``start``: index of its first character in the text.
    ``what``: how it is read, in words; ``hint``: what to write instead.
    ``is_error``: it cannot be meant as it would be read.
    """

    name: str
    start: int
    what: str
    hint: str
    is_error: bool = False


def plainly_wrong(text: str, *, is_item: bool = False) -> Misreading | None:
    """Return the first part of a rule or item that cannot be meant as it would be read, None if there is none.

    ``is_item``: the text is an item of a list, not a whole rule.
    """
    bare = _without_apart(plain_signs(text))
    signs = None if is_item else _operator_sign(bare)
    quotes = None if is_item else _single_quotes(bare)
    found = [one for one in (_variable(bare), _comparison(bare), signs, quotes) if one]
    return min(found, key=lambda one: one.start, default=None)


def _without_apart(text: str) -> str:
    """Return the text with quotes in place of phrases and regexes, since signs in them are no operators."""
    return _APART.sub(lambda found: '"' * len(found[0]), text)


_VARIABLE = re.compile(
    r"\$\{[^}\s]{0,100}\}?|(?<![\w$\\])\$[A-Z][A-Z0-9_]{2,}\b(?!\$)"
    r"|\{\{[^{}\n]{0,100}\}\}|%\(\w{1,100}\)s"
)


def _variable(text: str) -> Misreading | None:
    if found := _VARIABLE.search(text):
        what = "no variable is put in here: `${NAME}` is read in receivers, sources and `database`"
        hint = "write the words themselves"
        return Misreading("variable-outside-receivers", found.start(), what, hint, is_error=True)
    return None


_COMPARISON = re.compile(rf"(?<![\w:/-])(?P<name>[A-Za-z_]\w*):?\s*(?P<sign>{_SIGNS})\s*(?P<value>[\w.,-]+)")
_EQUATION = re.compile(r"(?<![\w:/-])(?P<name>[A-Za-z_]\w+)=(?P<value>\d[\d-]*)(?!\w)")
_TURNED = re.compile(rf"(?i)(?<![\w:/-])(?P<value>\d[\d-]*)\s*(?P<sign>{_SIGNS})\s*(?P<name>{COMPARED})\b")


_BETWEEN = re.compile(
    rf"(?i)(?P<low>\d[\d-]*)\s*(?P<from><=?)\s*(?P<name>{COMPARED})\s*(?P<to><=?)\s*(?P<high>\d[\d-]*)"
)
_NAMELESS = re.compile(rf"(?:^|(?<=[(]))\s*(?P<sign>{_SIGNS})\s*(?P<value>\d[\d-]*)")
_IN_A_ROW = re.compile(rf"(?i)\b(?:{COMPARED})\s*(?:{_SIGNS})\s*\d[\d-]*[,;](?!\d)")
_PROPER = str.maketrans({"≥": ">=", "≤": "<="})


def _comparison(text: str) -> Misreading | None:
    name = "comparison-of-unknown-name"
    if found := _NAMELESS.search(text):
        hint = f"write upvotes{found['sign'].translate(_PROPER)}{found['value']}"
        return Misreading(name, found.start(), "a comparison begins with its name", hint, is_error=True)
    if found := _IN_A_ROW.search(text):
        what, hint = "a comma does not part two comparisons", "write AND"
        return Misreading("wrong-rule", found.start(), what, hint, is_error=True)
    if (found := _TURNED.search(text)) and (both := _BETWEEN.match(text, found.start())):
        name_of, over, under = both["name"].lower(), both["from"].replace("<", ">"), both["to"]
        hint = f"write {name_of}{over}{both['low']} {name_of}{under}{both['high']}"
        return Misreading(name, found.start(), "a comparison has two sides", hint, is_error=True)
    if found := _TURNED.search(text):
        turned = found["sign"].translate(str.maketrans("<>≥≤", "><≤≥")).replace("≤", "<=").replace("≥", ">=")
        hint = f"write {found['name'].lower()}{turned}{found['value']}"
        return Misreading(name, found.start(), "a comparison begins with its name", hint, is_error=True)
    for found in sorted([*_COMPARISON.finditer(text), *_EQUATION.finditer(text)], key=lambda one: one.start()):
        written, sign = found["name"].lower(), found.groupdict().get("sign") or "="
        if written in _COMPARABLE:
            if sign in "≥≤":
                hint = f"write {written}{'>=' if sign == '≥' else '<='}{found['value']}"
                return Misreading(name, found.start(), f"`{sign}` is no sign of a comparison", hint, is_error=True)
            continue  # the reader of comparisons says what is wrong with it
        is_number = found["value"][0].isdigit() and sign != "="
        if not is_number and written not in _SYNONYMS and not get_close_matches(written, _COMPARABLE, 1, 0.75):
            continue
        what = f"there is no `{found['name'][:40]}` to compare"
        hint = _compared_instead(written, sign, found["value"])
        return Misreading(name, found.start(), what, hint, is_error=True)
    return None


def _compared_instead(written: str, sign: str, value: str) -> str:
    near = _SYNONYMS.get(written) or "".join(get_close_matches(written, _COMPARABLE, 1))
    proper = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<=", "==": ">=", "=": ">=", "!=": ">="}.get(sign, sign)
    if not near and re.fullmatch(r"(?:19|20)\d\d(?:-\d\d-\d\d)?", value):
        near = "published"
    if not near:
        return f"what can be compared: {', '.join(_COMPARABLE)}; put quotes around words"
    if near in NUMBERS:
        return f"write {near}{proper}{value if value.isdigit() else 20}"
    if re.fullmatch(r"\d{4}", value):
        value += "-01-01"
    return f"write {near}{proper}{value if re.fullmatch(r'[0-9]{4}-[0-9]{2}-[0-9]{2}', value) else '2026-01-31'}"


_OPERATOR_SIGN = re.compile(
    r"(?:(?<=[\s\"(])|^)(?P<sign>&&|\|\||&|\||!|,|;|\+|/|->|=>)(?=[\s\"]|$)|(?P<glued>&&|\|\|)(?=[^\s&|])"
)
_INSTEAD = {"&&": "AND", "||": "OR", "&": "AND", "|": "OR", "!": "NOT", "+": "AND", "=>": ">=, as in upvotes>=20"}


def _operator_sign(text: str) -> Misreading | None:
    if found := _OPERATOR_SIGN.search(text):
        instead = _INSTEAD.get(found[0], "OR or AND")
        what = f"`{found[0]}` is no operator here"
        hint = f"write {instead}" + (" with blanks around it" if found["glued"] else "")
        return Misreading("wrong-rule", found.start(), what, hint, is_error=True)
    return None


_SINGLE_QUOTES = re.compile(
    r"(?:(?<=[\s(:])|^)(?:['‘`‚‹]|``)(?P<words>[^\s'‘’`‹›\"]+(?:\s+[^\s'‘’`‹›\"]+)+)(?:['’`›]|'')(?=[\s)]|$)"
)


def _single_quotes(text: str) -> Misreading | None:
    if found := _SINGLE_QUOTES.search(text):
        hint = f'write "{found["words"]}"'
        return Misreading("wrong-rule", found.start(), "only double quotes hold a phrase together", hint, is_error=True)
    return None


# --- what may have been meant so ---


_FLAGS = re.compile(rf"(?:{'|'.join(FIELDS)}):(?P<regex>/(?:\\.|[^/\\])+/)(?:[A-Za-z]{{1,4}}|\s[gimsux])(?![\w-])")
_MAYBE = re.compile(
    r"\.[*+]|\)-\w|\d[-+](?:\s|$)|(?:^|\s)(?:und|oder|et|ou|within)\s|(?:author|venue|category):|[^\w\s\"().:*=>/-]|\s:|['‘]|[–—−‐/;,]|\b(?!(?:OR|AND|NOT)\b)[A-Z][a-zA-Z]*(?=[\s(/0-9])|:(?:\s|$|\))"
    r"|\w\s*=|(?i:upvotes)|=\w+\*|[Ѐ-ӿ]|\.\.|\w\(|(?:author|venue|org):[^\s,]{1,80},?\s+[A-Z]"
    r"|^\s*(?i:all|anything|any|none|nothing|true|every)\b|>\s?\d+\s|\b(?:AND|OR)[-/]"
    r"|\b(?i:last|past|previous|next|since|contains?|includes?|has|have|matches|equals|mentions?|like)\s"
    r"|\bin (?:the )?(?:titles?|abstracts?)\s*$|\"[-*]|\d[-–—]\d{4}|(?i:after|before|until|from|in)\s\d{4}"
    r"|\"[^\"]*\s(?:OR|AND|NOT)\s"
)
"""Matches whatever a pattern of ``dialects.py`` could match, so that most rules need no further search."""


_CAUSES = frozenset({"foreign-operator", "sign-without-meaning", "name-without-quotes"})
"""Names of findings that may make everything after them unreadable."""


_VAGUE = frozenset(
    ["no letter or digit to look for", "* can only end a term", "a prefix that is too short", "this - excludes nothing"]
)
"""Reasons that say less than a finding at the same place."""


def cause_of(text: str, error: RuleError) -> RuleError:
    """Return the error that explains best why a rule cannot be read.

    That is a finding about another query language at the same place or before it, or else ``error`` itself.
    """
    for one in doubtful(text):
        is_first = one.start < error.start or (one.start == error.start and error.what in _VAGUE)
        if is_first and one.name in _CAUSES:
            return RuleError(one.what, start=one.start, end=one.start + 1, hint=one.hint, text=error.text)
    return error


def doubtful(text: str) -> Iterator[Misreading]:
    """Yield the parts of a valid rule that were probably meant otherwise, from left to right, each word once."""
    yield from sorted(_doubtful(plain_signs(text)), key=lambda one: one.start)


def _doubtful(text: str) -> Iterator[Misreading]:
    for found in _FLAGS.finditer(text) if "/" in text else ():
        start = found.start("regex")
        hint = f"for capitals and small letters alike write {text[found.start() : start]}/(?i){found['regex'][1:]}"
        yield Misreading("foreign-operator", start, "no flags follow a regex: they are read as a word", hint)
    others = list(_of_dialects(text)) if _MAYBE.search(text) else []
    yield from others or (_glued(text) if '"' in text else ())


def _of_dialects(text: str) -> Iterator[Misreading]:
    from watcher.rules.advice.dialects import DIALECTS  # two dozen patterns, which few rules need

    bare = _without_apart(text)
    said: list[range] = []
    for doubt in DIALECTS:
        for found in doubt.pattern.finditer(text if doubt.in_quotes else bare):
            if not any(found.start() in one or one.start in range(*found.span()) for one in said):
                said.append(range(*found.span()))
                yield Misreading(doubt.name, found.start(), doubt.what, doubt.hint(found))
                break


def _glued(text: str) -> Iterator[Misreading]:
    """Yield the first phrase in quotes beside which a word or another phrase stands without a blank."""
    try:
        pieces = rule_pieces(text)
    except RuleError:  # nested too deep, which is said elsewhere
        return
    for piece, after in pairwise(pieces):
        is_beside = piece.start_pos + len(piece) == after.start_pos
        if is_beside and piece.type in _TERMS and after.type in _TERMS and _WORDLIKE.match(piece[-1] + after[0]):
            what = "no blank stands between a phrase and what is beside it: these are two terms"
            hint = "write a blank between them, or all of it within the quotes"
            yield Misreading("sign-without-meaning", piece.start_pos, what, hint)
            return


_TERMS = frozenset(["WORD", "PHRASE", "EXACT"])
_WORDLIKE = re.compile(r'[\w"]["\w]')

_SEVERAL = re.compile(r"[^\d\s],\s*\S|\d,\s+\S|;|\S\s*\|\s*\S|\s/\s")
_ITEM_OPERATOR = re.compile(
    r"(?<=\s)(?:OR|AND|NOT|NEAR|Or|or|&&|\|\|)(?=\s)|^NOT\s|(?<=\s)-(?=[^\W\d])|^\(.*\)$|&&|\|\|"
)


def misread_item(item: str) -> Misreading | None:
    """Return why an item of a list is probably not meant as a single term, None if it may be."""
    item = item.strip()
    if "\n" in item:
        hint = "write one item for each"
        return Misreading("several-terms-in-list-item", 0, "these lines are one phrase", hint)
    if '"' in item:
        return None  # whoever quotes inside an item means the phrase
    is_title = re.search(r"(?:^|\s)[a-z]", item) is None  # there Or and Not are words like others
    if (found := _ITEM_OPERATOR.search(item)) and not (is_title and found[0] == "Or"):
        what = f"an item is one phrase: `{found[0].strip()[:20]}` is no operator in it"
        return Misreading(
            "operator-in-list-item", 0, what, "make one item of each term, or write rule: … in place of lists"
        )
    if re.fullmatch(r"/.+/\w*", item):
        hint = f"write title:{item}"
        return Misreading("operator-in-list-item", 0, "a regex needs a field: this is read as words", hint)
    if _SEVERAL.search(item):
        what = "an item is one phrase, commas, semicolons and bars do not part it"
        hint = "write [one, two], or one item a line with - before it"
        return Misreading("several-terms-in-list-item", 0, what, hint)
    return next((one for one in doubtful(item) if not is_title or one.name != "foreign-operator"), None)
