"""Warn of rules that ask for something that none of their sources tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from watcher.config.checking import Checker, Path
from watcher.errors import RuleError
from watcher.model import Source
from watcher.model.fields import BY_RULE
from watcher.parsers import PARSERS
from watcher.rules import fields_in

_KNOWN_OF_ALL = frozenset({"title", "source", "id", "has"})
_MAY_ASK = re.compile(rf"(?i)\b(?:{'|'.join(BY_RULE.keys() - _KNOWN_OF_ALL)})\s*[:<>=]")


def warn_of_untold(
    checker: Checker, pieces: Iterable[tuple[Path, str]], chosen: Iterable[str], sources: Mapping[str, Source]
) -> None:
    """Warn of every field that a rule asks for and that no source of the subscription tells.

    A fact that another source tells is also known of papers that both sources list.

    ``pieces``: (path, text) of the parts of the rule.
    ``chosen``: names of the subscription's sources, empty for all.
    ``sources``: all sources by name.
    """
    looked_at = [sources[name] for name in chosen if name in sources] or list(sources.values())
    for path, text in pieces:
        # Few rules ask for a field at all, and importing reads a million of them.
        if looked_at and _MAY_ASK.search(text):
            for field in _untold(text, looked_at):
                others = [name for name, one in sources.items() if one not in looked_at and _tells(one, field)]
                named = ", ".join(one.name for one in looked_at)
                what = f"no source of this subscription tells `{field}`: {named}"
                checker.warn(
                    path, what, _hint(field, others), name="field-that-no-source-tells", at=_at(path, text, field)
                )


def warn_of_order(
    checker: Checker, path: Path, order: str, chosen: Iterable[str], sources: Mapping[str, Source]
) -> None:
    """Warn of an order by upvotes if no source of the subscription counts them.

    ``chosen``: names of the subscription's sources, empty for all.
    """
    looked_at = [sources[name] for name in chosen if name in sources] or list(sources.values())
    if looked_at and not any(_tells(one, "upvotes") for one in looked_at):
        others = [name for name, one in sources.items() if _tells(one, "upvotes")]
        what = f"`order: {order}` orders nothing: no source of this subscription tells `upvotes`"
        checker.warn(path, what, _hint("upvotes", others), name="field-that-no-source-tells")


def _at(path: Path, text: str, field: str) -> int:
    """Return the offset of a field in a rule; 0 in an item of a list, which begins with its field."""
    if path[-1] not in ("rule", "where"):
        return 0
    found = re.search(rf"(?i)\b{field}\s*[:<>=]", text)
    return found.start() if found else 0


def _untold(text: str, sources: list[Source]) -> Iterator[str]:
    try:
        asked = fields_in(text)
    except RuleError:
        return  # said where the rule is checked
    yield from (field for field in asked if not any(_tells(source, field) for source in sources))


def _tells(source: Source, field: str) -> bool:
    return field in _KNOWN_OF_ALL or field in PARSERS[source.kind].tells(source)


def _hint(field: str, others: list[str]) -> str:
    if others and BY_RULE[field].is_fact:
        return f"it is known of papers that {' or '.join(others)} lists, too"
    if others:
        return f"add {' or '.join(others)} to its sources, or leave it out"
    kinds = [kind for kind, parser in PARSERS.items() if field in parser.tells(Source(name="", kind=kind, url="x"))]
    return f"leave it out, or add a source that does: {', '.join(kinds)}"
