"""The subscriptions of one file, checked against receivers, sources and the rule language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from watcher.config.checking import Checker, Path
from watcher.config.keys import ReceiverKeys, SubscriptionKeys
from watcher.config.text.harmless import quoted_value
from watcher.config.text.nearest import did_you_mean, known, near_or_known
from watcher.config.untold import warn_of_untold
from watcher.config.values import Config
from watcher.errors import RuleError, WatcherError
from watcher.model import QuietHours, Rhythm, Subscription
from watcher.rules import rule_from_lists

CheckRule = Callable[[str], Any]
CheckTarget = Callable[[str], str | None]
"""A receiver with an address, as ``to:`` names it → why no message gets exactly there; None where one does."""

_WORDS = r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*"
_DOMAIN = r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
_PLAIN = re.compile(rf"(?=.{{1,64}}@)(?=.{{1,254}}$){_WORDS}(?:\+{_WORDS})?@{_DOMAIN}")
"""An address that any service takes which takes one at all; most are, and need no look at the whole URL."""

_LISTS = ("any", "all", "none", "where")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the subscriptions of a file may name.

    ``sources`` and ``receivers`` are all names that the main file declares, ``config`` has those that hold;
    ``allowed`` limits the receivers.
    """

    config: Config
    check_rule: CheckRule
    check_target: CheckTarget | None = None
    sources: Collection[str] = ()
    receivers: Collection[str] = ()
    owner: str = ""
    allowed: Collection[str] | None = None
    timezone: str | None = None


def subscriptions_of(checker: Checker, asked: list[SubscriptionKeys], around: Surroundings) -> tuple[Subscription, ...]:
    """The subscriptions that hold; what does not is noted in ``checker``."""
    made = []
    for n, one in enumerate(asked):
        if checker.mistakes.is_full:
            checker.mistakes.stop()
            return ()
        made.append(subscription_of(checker, ("subscriptions", n), one, around))
    seen: dict[str, int] = {}
    for n, one in enumerate(asked):
        path = ("subscriptions", n, "name")
        if one.name in seen:
            node = checker.scalar(("subscriptions", seen[one.name], "name"))
            line = checker.source.position(node.start)[0] if node else 0
            checker.note(path, f"there are two subscriptions `{one.name}`", f"the other is on line {line}; rename one")
        seen.setdefault(one.name, n)
    return tuple(one for one in made if one is not None)


def subscription_of(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> Subscription | None:
    """Read a subscription; None for an invalid one, with its problems noted in ``checker`` at ``path``."""
    rule = _rule(checker, path, keys, around)
    to = [target for n, target in _with_places(keys.to) if target_holds(checker, (*path, "to", *n), target, around)]
    for n, name in _with_places(keys.sources or []):
        if name not in around.sources:
            near = partial(near_or_known, name, around.sources)
            checker.note(_place(checker, (*path, "sources"), n), f"there is no source {quoted_value(name)}", near)
    if keys.when_empty == "send" and keys.when.rhythm is Rhythm.IMMEDIATELY:
        what = "`when_empty: send` needs a time at which papers could be missed"
        checker.note((*path, "when_empty"), what, "write when: daily at 08:00, or the like")
    if rule is None:
        return None
    warn_of_untold(checker, _pieces(checker, path, keys), keys.sources or (), around.config.sources)
    return Subscription(
        name=keys.name,
        owner=around.owner,
        rule=rule,
        to=tuple(keys.to),
        endpoints=tuple(dict.fromkeys(one for target in to for one in around.config.endpoints_of(target))),
        when=keys.when,
        timezone=keys.timezone or around.timezone or "UTC",
        sources=tuple(keys.sources or ()),
        quiet_hours=quiet_hours_of(keys),
        backfill=keys.backfill,
        bundle=keys.bundle,
        max_papers=keys.max_papers,
        sends_empty=keys.when_empty == "send",
        tells_updates=keys.on_update == "notify",
        shows_life=keys.sign_of_life is not None,
    )


def quiet_hours_of(keys: SubscriptionKeys | ReceiverKeys) -> QuietHours | None:
    """The quiet hours and days that a subscription or a receiver asks for."""
    hours, days = keys.quiet_hours, keys.quiet_days or frozenset()
    if hours is None:
        return QuietHours(days=days) if days else None
    return QuietHours(hours.from_, hours.to, days)


def target_holds(checker: Checker, path: Path, target: str, around: Surroundings) -> bool:
    """Whether a receiver as ``to:`` names it can be used here; noted if not."""
    path = _place(checker, path[:-1], path[-1:]) if isinstance(path[-1], int) else path
    name, colon, address = target.partition(":")
    receiver = around.config.receivers.get(name)
    if receiver is None and name in around.receivers:
        return False  # what is wrong with it is said where it stands
    if receiver is None:
        checker.note(path, *no_receiver(name, around.receivers))
    elif around.allowed is not None and name not in around.allowed:
        theirs = [one for one in around.allowed if one in around.receivers]
        checker.note(path, f"this file may not use receiver `{name}`", known(theirs))
    elif colon and not receiver.address:
        checker.note(path, f"receiver `{name}` takes no address", f"write {name}, or give the receiver `address:`")
    elif receiver.address and not re.fullmatch(r"[^@\s,]+@[^@\s,]+", address):
        checker.note(path, f"receiver `{name}` needs an address", f"write {name}:ana@example.org")
    elif colon and around.check_target and (problem := around.check_target(target)):
        checker.note(path, problem, "see docs/configuration.md, Receivers")
    else:
        return True
    return False


def target_check(config: Config, env: Mapping[str, str], check_url: Callable[[str], str | None]) -> CheckTarget:
    """A check of receivers with addresses: what ``check_url`` says of their URLs, as far as the secrets are there."""

    def check(target: str) -> str | None:
        if _PLAIN.fullmatch(target.partition(":")[2]):
            return None
        for endpoint in config.endpoints_of(target):
            try:
                url = config.address(endpoint, env)
            except WatcherError:
                continue  # said where the receiver stands
            if problem := check_url(url):
                return problem
        return None

    return check


def no_receiver(name: str, names: Collection[str]) -> tuple[str, str]:
    """Say what is wrong and what to write for an unknown receiver; its text is repeated only if a name is near.

    What stands there instead of a receiver's name may be an address, or a token.
    """
    near = did_you_mean(name, names)
    return (f"there is no receiver `{name}`", near) if near else ("there is no such receiver", known(names))


def _rule(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> str | None:
    lists = [name for name in _LISTS if getattr(keys, name) is not None]
    if keys.rule is not None:
        for name in lists:
            if name != "where":
                checker.note((*path, name), f"`{name}` stands beside `rule`", "keep one of the two", in_key=True)
        return _written_rule(checker, path, keys.rule, keys.where, around)
    if not lists:
        checker.note((*path, "rule"), "a rule is missing", "add rule: …, or any: / all: / none: / where:")
        return None
    return _listed_rule(checker, path, keys, around)


def _written_rule(checker: Checker, path: Path, rule: str, where: str | None, around: Surroundings) -> str | None:
    here = (*path, "rule")
    holds = checker.check_rule(here, lambda: around.check_rule(rule))
    if where is not None:
        holds &= checker.check_rule((*path, "where"), lambda: around.check_rule(where))
    if not holds:
        return None
    _warn_of_yaml(checker, here, rule)
    return f"({rule}) AND ({where})" if where is not None else rule


def _warn_of_yaml(checker: Checker, path: Path, rule: str) -> None:
    """What YAML took away without an error: the quotes around a phrase, all after `` #``."""
    node = checker.scalar(path)
    if node is None:
        return
    if (
        node.style in ("'", '"')
        and re.fullmatch(r"[\w-]+(?: [\w-]+)+", rule)
        and not re.search(r"\b(AND|OR|NOT)\b", rule)
    ):
        what = f"YAML takes these quotes: {len(rule.split())} words that may stand anywhere, not a phrase"
        checker.note(path, what, f"for a phrase write rule: '\"{rule}\"'", fatal=False)
    if not node.style and re.match(r"\s+#\S", checker.after(node)):
        checker.note(path, "YAML takes what follows # for a comment", "write rule: >- and the rule below", fatal=False)


def _listed_rule(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> str | None:
    holds = True
    for name in ("any", "all", "none"):
        for n, item in _with_places(getattr(keys, name) or []):
            place = _place(checker, (*path, name), n)
            holds &= checker.check_rule(place, partial(_check_term, item, around))
    if keys.where is not None:
        holds &= checker.check_rule((*path, "where"), lambda: around.check_rule(keys.where or ""))
    if not holds:
        return None
    try:
        rule = rule_from_lists(any=keys.any or (), all=keys.all or (), none=keys.none or (), where=keys.where)
        around.check_rule(rule)
    except RuleError as error:
        checker.note(path, error.what, error.hint)
        return None
    return rule


def _pieces(checker: Checker, path: Path, keys: SubscriptionKeys) -> Iterator[tuple[Path, str]]:
    """A rule that holds, in the pieces that it is written in: each a rule, with its place."""
    for name in ("rule", "where"):
        if text := getattr(keys, name):
            yield (*path, name), text
    for name in ("any", "all", "none"):
        for n, item in _with_places(getattr(keys, name) or []):
            yield _place(checker, (*path, name), n), rule_from_lists(any=[item])


def _check_term(item: str, around: Surroundings) -> None:
    around.check_rule(rule_from_lists(any=[item]))


def _with_places(items: list[str]) -> Iterator[tuple[tuple[int, ...], str]]:
    return (((n,), item) for n, item in enumerate(items))


def _place(checker: Checker, path: Path, n: Path) -> Path:
    """The place of an item, also where one text stands for a list."""
    return path if checker.scalar(path) else (*path, *n)


def allowed_receivers(allow: Mapping[str, list[str]] | None, file_name: str) -> Collection[str] | None:
    """The receivers that an included file may use: None for all, as for files that ``allow`` does not name."""
    return None if allow is None else allow.get(file_name)
