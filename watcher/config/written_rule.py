"""Read a subscription's rule, written as one text or as lists; check it, warn of what was probably not meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.config.checking import Checker, Path
from watcher.config.keys import SubscriptionKeys
from watcher.config.lint.rules import ReadRule, is_plainly_wrong, warn_of_item, warn_of_misread, warn_of_words
from watcher.errors import RuleError
from watcher.rules import Rule, cause_of, compile_beside_library, rule_from_lists
from watcher.rules.language.language import plain_signs
from watcher.rules.language.lists import quoted_term
from watcher.rules.language.terms import COMPARED

_LISTS = ("any", "all", "none", "where")


def rule_of(checker: Checker, path: Path, keys: SubscriptionKeys, read: ReadRule, cited: str = "") -> Rule | None:
    """Return the compiled rule, None if it is wrong or missing, which is noted.

    ``read``: compiles a rule.
    ``cited``: a rule of which papers it has to cite, "" for none.
    """
    if not cited:
        return _own_rule(checker, path, keys, read)
    written = any(getattr(keys, name) is not None for name in ("rule", *_LISTS))
    if not written:
        return checker.read_rule((*path, "cites"), lambda: read(cited))
    # It may exclude alone, as beside a library: which papers are meant is said by what they cite.
    found = _own_rule(checker, path, keys, _beside_library)
    return found and _together(checker, (*path, "cites"), f"({found.text}) AND ({cited})", read)


def _own_rule(checker: Checker, path: Path, keys: SubscriptionKeys, read: ReadRule) -> Rule | None:
    """Return the compiled rule of the keys that say words, None if it is wrong or missing, which is noted."""
    lists = [name for name in _LISTS if getattr(keys, name) is not None]
    if keys.like is not None:
        read = _beside_library
    if keys.rule is not None:
        for name in lists:
            if name != "where":
                what = f"`{name}` stands beside `rule`"
                checker.note((*path, name), what, "keep one of the two", in_key=True, name="wrong-value")
        return _written_rule(checker, path, keys.rule, keys.where, read)
    names = ("rule", *_LISTS)
    is_said = any(checker.is_silent((*path, name)) for name in names) or checker.is_misspelt(path, names)
    if not lists and keys.like is not None:
        return read("")
    if not lists and not is_said:
        hint = "add rule: …, or any: / all: / none: / where:, or like: …"
        checker.note((*path, "rule"), "a rule is missing", hint, name="missing-key")
    return _listed_rule(checker, path, keys, read) if lists else None


def _beside_library(text: str) -> Rule:
    """Return a compiled rule that may be empty, or only exclude."""
    return compile_beside_library(text, (), "liked")


def _written_rule(checker: Checker, path: Path, rule: str, where: str | None, read: ReadRule) -> Rule | None:
    here = (*path, "rule")
    found = _read(checker, here, rule, read)
    compared = _where(checker, path, where, read)
    if found is not None:
        _warn_of_yaml(checker, here, rule)
        warn_of_misread(checker, here, rule)
    if found is None or (where is not None and compared is None):
        return None
    return _together(checker, here, f"({rule}) AND ({where})", read) if where is not None else found


def _together(checker: Checker, path: Path, text: str, read: ReadRule) -> Rule | None:
    """Return the compiled rule of two that are right by themselves, None if they are too much together; it is noted."""
    try:
        return read(text)
    except RuleError as error:
        checker.note(path, error.what, error.hint, name="wrong-rule")
        return None


def _read(checker: Checker, path: Path, text: str, read: ReadRule) -> Rule | None:
    """Return the compiled rule, None if it is wrong, which is noted."""
    if is_plainly_wrong(checker, path, text):
        return None
    return checker.read_rule(path, lambda: _compiled(text, read))


def _compiled(text: str, read: ReadRule) -> Rule:
    try:
        return read(text)
    except RuleError as error:
        raise cause_of(text, error) from None


def _where(checker: Checker, path: Path, where: str | None, read: ReadRule) -> Rule | None:
    here = (*path, "where")
    if where is None or (found := _read(checker, here, where, read)) is None:
        return None
    if not warn_of_words(checker, here, found):
        warn_of_misread(checker, here, where)
    return found


def _warn_of_yaml(checker: Checker, path: Path, rule: str) -> None:
    """Warn of what YAML took away silently: the quotes around a phrase, and everything after `` #`` as a comment."""
    node = checker.scalar(path)
    if node is None:
        return
    if (
        node.style in ("'", '"')
        and re.fullmatch(r"\w[\w-]*(?: \w[\w-]*)+", rule)
        and not re.search(r"\b(AND|OR|NOT)\b", rule)
    ):
        what = f"YAML takes these quotes: {len(rule.split())} words that may stand anywhere, not a phrase"
        checker.warn(path, what, f"for a phrase write rule: '\"{rule}\"'", name="quotes-taken-by-yaml")
    if not node.style and re.match(r"\s+#\S", checker.after(node)):
        what, hint = "YAML takes what follows # for a comment", "write rule: >- and the rule below"
        checker.warn(path, what, hint, name="comment-in-rule")


def _listed_rule(checker: Checker, path: Path, keys: SubscriptionKeys, read: ReadRule) -> Rule | None:
    holds = True
    for name in ("any", "all", "none"):
        for n, item in with_places(getattr(keys, name) or []):
            place = place_of_item(checker, (*path, name), n)
            holds &= _check_term(checker, place, item, read)
        checker.warn_of_twins((*path, name), [item.lower() for item in getattr(keys, name) or []])
    if keys.where is not None:
        holds &= _where(checker, path, keys.where, read) is not None
    if not holds:
        return None
    try:
        lists = {name: getattr(keys, name) or () for name in ("any", "all", "none")}
        may_exclude = keys.like is not None or keys.cites is not None
        return read(rule_from_lists(**lists, where=keys.where, may_exclude_alone=may_exclude))
    except RuleError as error:
        is_none_alone = keys.none is not None and not any((keys.any, keys.all, keys.where))
        here = (*path, "none") if is_none_alone else path
        checker.note(here, error.what, error.hint, in_key=is_none_alone, name="wrong-rule")
        return None


def pieces_of(checker: Checker, path: Path, keys: SubscriptionKeys) -> Iterator[tuple[Path, str]]:
    """Yield (path, text) for the parts in which a rule is written, in the order of its terms; each text is a rule."""
    for name in ("rule", "any", "all", "where", "none"):
        found = getattr(keys, name)
        if found is not None and name in ("rule", "where"):
            yield (*path, name), found
        elif found is not None:
            for n, item in with_places(found):
                yield place_of_item(checker, (*path, name), n), rule_from_lists(any=[item])


def _check_term(checker: Checker, path: Path, item: str, read: ReadRule) -> bool:
    if is_plainly_wrong(checker, path, item, is_item=True):
        return False
    if checker.read_rule(path, lambda: _compiled_item(item, read)) is None:
        return False
    node = checker.scalar(path)
    lines = checker.source.text[node.start : node.end].strip().count("\n") if node and node.style in ("|", ">") else 0
    if lines > 1:
        what = f"these {lines} lines are one phrase"
        checker.warn(path, what, "write one item a line with - before it", name="several-terms-in-list-item")
    else:
        warn_of_item(checker, path, item)
    return True


def _compiled_item(item: str, read: ReadRule) -> Rule:
    before = 0
    try:
        quoted_term(item)  # its mistakes have their place in the item, those of the rule behind a parenthesis
        before = 1
        return read(rule_from_lists(any=[item]))
    except RuleError as error:
        error.start, error.end = max(0, error.start - before), max(0, error.end - before)
        raise cause_of(item, error) from None


_IS_RULE = re.compile(rf'["()]|(?:^|\s)(?:-\S|[A-Za-z]+:\S|(?:AND|OR|NOT)(?:\s|$))|(?i:{COMPARED})\s*[<>=]')
"""Matches rules, but not words that are a phrase: quotes, parentheses, fields, comparisons, operators."""


def never_rule(checker: Checker, place: Path, item: str, read: ReadRule) -> Rule | None:
    """Return the compiled rule of an item of ``never:``, None if it is wrong, which is noted.

    Plain words in a row are a phrase, as under ``none:``.

    ``place``: the item's path in the file, for mistakes.
    """
    if not _IS_RULE.search(plain_signs(item)):
        return read(rule_from_lists(any=[item])) if _check_term(checker, place, item, read) else None
    rule = _read(checker, place, item, read)
    if rule is not None:
        warn_of_misread(checker, place, item)
    return rule


def with_places(items: list[str]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield each item with its index, as the end of a path."""
    return (((n,), item) for n, item in enumerate(items))


def place_of_item(checker: Checker, path: Path, n: Path) -> Path:
    """Return the path of the item ``n`` of the list at ``path``; that of the list if a single text stands for it."""
    return path if checker.scalar(path) else (*path, *n)
