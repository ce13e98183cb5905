"""Read subscriptions from JSON Lines: with the keys that they have in YAML, and ``owner``. Checks are the same.

A line is read quickly, without places. Only a line that is not valid is read again, to say what is wrong where.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import Field, ValidationError

from watcher.config.checking import Checker
from watcher.config.included.libraries import LibraryFiles, written_likes
from watcher.config.keys import ConfigTable, SubscriptionKeys
from watcher.config.kinds import Name, Text
from watcher.config.lint.accepting import AcceptedWarnings
from watcher.config.lint.rules import ReadRule
from watcher.config.subscriptions import CheckTarget, Surroundings, subscription_of
from watcher.config.text.json_tree import json_tree_of
from watcher.config.text.mistakes import Mistakes
from watcher.config.text.reading import Parsed, decode
from watcher.config.text.source import SourceText
from watcher.config.text.tree import UNPRINTABLE, Items, Table
from watcher.config.values import Config
from watcher.errors import Problem
from watcher.model import DigestOrder, LikedPaper, NeverItem, Subscription

LONGEST = 20_000_000
"""Bytes of one line: a library may stand in it."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class LibraryPaperKeys(ConfigTable):
    """A paper of a library, as it was read from a file of references."""

    title: Text = ""
    abstract: Text = ""
    keywords: tuple[Text, ...] = ()
    keys: tuple[Text, ...] = ()


class LineKeys(SubscriptionKeys):
    """One subscription of the database."""

    library: list[LibraryPaperKeys] | None = Field(None, description="Papers to be like, as `export` writes them.")
    owner: Name | None = Field(None, description="Whose it is; its name is unique among theirs.")


class _Lines(ConfigTable):
    subscriptions: list[LineKeys]


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """What a line says: a subscription, or None and the reasons.

    ``number``: of the line, from 1.
    """

    number: int
    subscription: Subscription | None
    problems: tuple[Problem, ...] = ()


class LineReader:
    """Reads the lines of one file; names in them must be those of the config.

    ``name``: of the file, for people.
    """

    def __init__(
        self,
        name: str,
        config: Config,
        check_rule: ReadRule,
        check_target: CheckTarget | None = None,
        folder: Path | None = None,
    ) -> None:
        """``folder``: where names of files under ``like`` begin; by default the current folder."""
        self._name = name
        self._taken = {(one.owner, one.name) for one in config.subscriptions}
        self._around = Surroundings(
            config,
            check_rule,
            check_target,
            sources=[*config.sources],
            receivers=[*config.receivers],
            places=[*config.keep],
            timezone=config.timezone,
            accepted=_accepted_of_all(config),
            never=_never_of(config, ""),
            libraries=LibraryFiles(folder or Path(), is_own=False),
        )

    def lines(self, file: BinaryIO) -> Iterator[SubscriptionLine]:
        """Yield what each line says that is not blank, as soon as it was read."""
        number = 0
        while data := file.readline(LONGEST + 1):
            number += 1
            if len(data) > LONGEST and not data.endswith(b"\n"):
                yield SubscriptionLine(
                    number, None, (Problem(self._name, number, 1, f"is longer than {LONGEST} bytes"),)
                )
                while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                    continue
            elif data.strip():
                yield self.read(number, data)

    def read(self, number: int, data: bytes) -> SubscriptionLine:
        """Return the subscription that a line has, or what is wrong with the line.

        ``number``: of the line, from 1; ``data``: its bytes.
        """
        try:
            found = json.loads(data, parse_int=str, parse_float=str, parse_constant=_refuse, object_pairs_hook=_table)
            keys = LineKeys.model_validate(found)
        except (ValueError, ValidationError, RecursionError):
            return self._explained(number, data)
        nowhere = SourceText(self._name, "")
        checker = Checker(Parsed(nowhere, None, Mistakes(nowhere)), self._around.accepted)
        subscription = subscription_of(checker, (), _with_like(keys), self._around_of(keys))
        checker.warn_of_vain()
        if checker.problems or subscription is None or (subscription.owner, subscription.name) in self._taken:
            return self._explained(number, data)
        return SubscriptionLine(number, subscription)

    def _around_of(self, keys: LineKeys) -> Surroundings:
        if not keys.owner and keys.library is None:
            return self._around
        owner = keys.owner or ""
        never = _never_of(self._around.config, owner)
        return replace(self._around, owner=owner, never=never, library=_library_of(keys))

    def _explained(self, number: int, data: bytes) -> SubscriptionLine:
        """Return the content of an invalid line, with the place of each mistake."""
        source, mistakes = decode(self._name, data.rstrip(b"\r\n"))
        root = None if mistakes.has_errors else json_tree_of(mistakes)
        # As if it were the only one of an included file: so every check finds its place.
        table = Table(0, values={"subscriptions": Items(0, items=[root])}) if root else None
        mistakes.root = table
        checker = Checker(Parsed(source, table, mistakes), self._around.accepted)
        keys = checker.keys(_Lines) if table else None
        subscription = None
        if keys:
            one = keys.subscriptions[0]
            subscription = subscription_of(checker, ("subscriptions", 0), _with_like(one), self._around_of(one))
            if ((one.owner or ""), one.name) in self._taken:
                what = f"a subscription `{one.name}` stands in the config's files"
                here, hint = ("subscriptions", 0, "name"), "write another name, or an owner"
                checker.note(here, what, hint, name="wrong-value")
            checker.warn_of_vain()
        found = tuple(replace(problem, line=number) for problem in checker.problems)
        is_wrong = any(problem.fatal for problem in found)
        return SubscriptionLine(number, None if is_wrong else subscription, found)


def _with_like(keys: LineKeys) -> LineKeys:
    """Return the keys of a line with a ``like`` where it has a library: the papers stand there instead."""
    return keys.model_copy(update={"like": []}) if keys.library is not None and keys.like is None else keys


def _library_of(keys: LineKeys) -> tuple[LikedPaper, ...]:
    return tuple(
        LikedPaper(title=one.title, abstract=one.abstract, keywords=one.keywords, keys=one.keys)
        for one in keys.library or ()
    )


def _accepted_of_all(config: Config) -> AcceptedWarnings:
    """Return the warnings that the config accepts for everything."""
    accepted = AcceptedWarnings()
    accepted.add((), sorted(config.accepted.get("", ())))
    return accepted


def _never_of(config: Config, owner: str) -> tuple[NeverItem, ...]:
    """Return the ``never:`` items that keep papers back from an owner's subscriptions: those of the main file first."""
    return tuple(one for one in config.never if one.owner in ("", owner))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _table(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object with all values as texts, as YAML has them, and without null.

    Raises ``ValueError`` if a key is there twice, or a text cannot be stored.
    """
    found = {_storable(key): _as_text(value) for key, value in pairs if value is not None}
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _storable(text: str) -> str:
    if UNPRINTABLE.search(text):
        raise ValueError("a control character, or half of a character")
    return text


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_as_text(item) for item in value] if isinstance(value, list) else value


# --- and back ---


def line_of(subscription: Subscription) -> Mapping[str, Any]:
    """Return the keys that :class:`LineReader` reads as this subscription, without those with their default value."""
    found: dict[str, Any] = {"owner": subscription.owner, "name": subscription.name, "rule": subscription.rule}
    found |= {"to": list(subscription.to), "when": str(subscription.when), "timezone": subscription.timezone}
    found |= {"sources": list(subscription.sources), **_quiet(subscription), "backfill": _backfill(subscription)}
    found |= {
        "bundle": None if subscription.bundle else False,
        "max_papers": subscription.max_papers,
        "above": subscription.above,
        "top": subscription.top,
        "order": None if subscription.order is DigestOrder.SCORE else subscription.order.value,
        "learn": True if subscription.learns else None,
        "when_empty": "send" if subscription.sends_empty else None,
        "on": list(subscription.on),
        "on_update": "notify" if subscription.tells_updates else None,
        "sign_of_life": "monthly" if subscription.shows_life else None,
        "shown_as": subscription.shown_as,
        "keep": list(subscription.keep),
    }
    said = {key: value for key, value in found.items() if value is not None and value not in ("", [])}
    return said | _library(subscription)


def _library(subscription: Subscription) -> dict[str, Any]:
    if not subscription.library:
        return {}
    if likes := written_likes(subscription.liked, subscription.owner):
        return {"like": likes}
    papers = [
        {"title": one.title, "abstract": one.abstract, "keywords": list(one.keywords), "keys": list(one.keys)}
        for one in subscription.liked
    ]
    return {"library": [{key: value for key, value in one.items() if value} for one in papers]}


def _quiet(subscription: Subscription) -> dict[str, Any]:
    quiet = subscription.quiet_hours
    if quiet is None:
        return {}
    hours = {"from": _at(quiet.start), "to": _at(quiet.end)} if quiet.start != quiet.end else None
    return {"quiet_hours": hours, "quiet_days": [_DAYS[day] for day in sorted(quiet.days)]}


def _at(one: time) -> str:
    return f"{one:%H:%M}"


def _backfill(subscription: Subscription) -> str | None:
    if subscription.backfill is None:
        return None
    return f"{subscription.backfill}d" if subscription.backfill else "none"
