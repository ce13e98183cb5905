"""Warn of rules about facts that no source tells, and of unknown receivers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from watcher.config.checking import Checker, Path
from watcher.config.text.nearest import did_you_mean, known
from watcher.config.text.signs import INVISIBLE
from watcher.config.values import Config
from watcher.errors import RuleError
from watcher.model import Source
from watcher.model.fields import BY_RULE
from watcher.parsers import PARSERS
from watcher.rules import fields_in

_KNOWN_OF_ALL = frozenset({"title", "source", "id", "has"})
_MAY_ASK = re.compile(rf"(?i)\b(?:{'|'.join(BY_RULE.keys() - _KNOWN_OF_ALL)})\s*[:<>=]")

_WORDS = r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"
_DOMAIN = r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
PLAIN_MAIL = re.compile(rf"(?=.{{1,64}}@)(?=.{{1,254}}$){_WORDS}(?:\+{_WORDS})?@{_DOMAIN}")
"""Matches plain mail addresses. Services that take addresses take all of these, so that they need no further check."""


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


def no_receiver(target: str, config: Config, names: Collection[str]) -> tuple[str, str]:
    """Return (what is wrong, what to write) for an unknown receiver, ``target``, under ``to:``.

    The unknown text is quoted only if a receiver has a similar name: it may be an address or a token.
    """
    name = target.partition(":")[0]
    if "://" in target:
        return "an address cannot stand here", "put it under receivers: with a name, and write that name"
    if found := INVISIBLE.search(target):
        return f"an invisible sign (U+{ord(found[0]):04X}) stands in it", "remove it, or write the name anew"
    parts = [part for part in re.split(r"[,;|\s]+", target) if part]
    if len(parts) > 1 and any(part.partition(":")[0] in names for part in parts):
        sign = re.search(r"[,;|]", target)
        what = {",": "a comma", ";": "a semicolon", "|": "a bar"}[sign[0]] if sign else "a blank"
        return f"{what} does not part two receivers", "write [one, two], or one a line with - before it"
    addressed = [one.name for one in config.receivers.values() if one.address]
    if addressed and PLAIN_MAIL.fullmatch(target):
        return "there is no such receiver", f"write {addressed[0]}: before the address"
    if PLAIN_MAIL.fullmatch(target):
        hint = "give a receiver for mail address: to, and write its name and a colon before the address"
        return "an e-mail address alone is no receiver", hint
    near = did_you_mean(name, names)
    return (f"there is no receiver `{name}`", near) if near else ("there is no such receiver", known(names))
