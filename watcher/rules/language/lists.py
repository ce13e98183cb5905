"""Write a rule that is given as lists of terms as one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watcher.errors import RuleError
from watcher.rules.language.language import plain_signs
from watcher.rules.language.reader import TERMINALS
from watcher.rules.language.terms import COMPARED, FIELDS


def rule_from_lists(
    any: Sequence[str] = (),
    all: Sequence[str] = (),
    none: Sequence[str] = (),
    where: str | None = None,
    *,
    may_exclude_alone: bool = False,
) -> str:
    """Return the text of a rule that was given as lists of terms. Operators in an item are not read.

    ``may_exclude_alone``: as of :func:`parse_rule`. Raises ``RuleError`` with offsets in the wrong item.
    """
    parts: list[str] = []
    if any:
        parts.append("(" + " OR ".join(quoted_term(item) for item in any) + ")")
    parts += [quoted_term(item) for item in all]
    if where and where.strip():
        parts.append(f"({where.strip()})")
    if not parts and not may_exclude_alone:
        raise RuleError("nothing but exclusions", hint="add any:, all: or where:; or write rule: everything -word")
    return " AND ".join([*parts, *(f"NOT {quoted_term(item)}" for item in none)])


def quoted_term(item: str) -> str:
    """Return an item of a list in the form of a term of the language."""
    item = plain_signs(item.strip())
    if not item:
        raise RuleError("an empty term", hint="write a word or a phrase, or remove it")
    if item.startswith("-"):
        raise RuleError("a term cannot begin with -", end=1, hint="put it under none:")
    if re.match(rf"(?i)({COMPARED})\s*[<>=]", item):
        raise RuleError("a comparison is no term", end=len(item), hint=f"write where: {item}")
    field, rest = "", item
    found = re.match(TERMINALS["FIELD"], item)
    if found and (found[0][:-1].lower() in FIELDS or re.fullmatch("[a-z]+:", found[0])):
        field, rest = found[0], item[found.end() :]
    exact = "=" if rest.startswith("=") else ""
    rest = rest[len(exact) :]
    form = r'"[^"]*"' if exact else TERMINALS["PHRASE"]
    if re.fullmatch(form, rest) or (field and not exact and re.fullmatch(TERMINALS["REGEX"], rest)):
        return f"{field}{exact}{rest}"
    if '"' in rest:
        raise RuleError("a quote inside a term", start=item.index('"'), hint="a list item is a phrase without quotes")
    return f'{field}{exact}"{rest}"'
