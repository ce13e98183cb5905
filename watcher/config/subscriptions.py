"""Read the subscriptions of one file, and check their receivers, sources and rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from watcher.config.checking import Checker, Path
from watcher.config.included.cited import cited_rule
from watcher.config.included.libraries import LibraryFiles, library_name, liked_by
from watcher.config.keys import ReceiverKeys, SubscriptionKeys
from watcher.config.lint.accepting import AcceptedWarnings
from watcher.config.lint.rules import ReadRule, warn_of_bounds, warn_of_labels
from watcher.config.lint.times import warn_of_no_hours, warn_of_times
from watcher.config.lint.untold import PLAIN_MAIL, no_receiver, warn_of_order, warn_of_untold
from watcher.config.lint.whole import warn_of_zone_name
from watcher.config.text.harmless import quoted_value
from watcher.config.text.mistakes import Hint
from watcher.config.text.nearest import did_you_mean, known, near_or_known
from watcher.config.values import Config
from watcher.config.written_rule import never_rule, pieces_of, place_of_item, rule_of, with_places
from watcher.errors import WatcherError
from watcher.model import DigestOrder, LikedPaper, NeverItem, QuietHours, Rhythm, Subscription
from watcher.rules import Rule, asks_for_words, compile_beside_library, swallowed_by

CheckTarget = Callable[[str], str | None]
"""Returns why a message to a receiver with an address (as ``to:`` names it) would not arrive, None if it would."""

_ALL = ("all", "any", "*", "every")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the subscriptions of a file may name.

    ``config``: the valid sources, receivers and places.
    ``sources``, ``receivers`` and ``places``: all names that the main file declares, even those of invalid ones.
    ``owner``: of the subscriptions, "" for the main file.
    ``allowed``: receivers that the file may use, None for all.
    ``unknown``: sections that could not be read, so that any name in them may be valid.
    ``accepted``: warnings that are accepted for all files.
    ``libraries``: files of references beside the file.
    ``library``: papers that are liked beside those that ``like`` names.
    ``never``: items that keep papers back from all these subscriptions.
    """

    config: Config
    check_rule: ReadRule
    check_target: CheckTarget | None = None
    sources: Collection[str] = ()
    receivers: Collection[str] = ()
    places: Collection[str] = ()
    owner: str = ""
    allowed: Collection[str] | None = None
    unknown: Collection[str] = ()
    timezone: str | None = None
    accepted: AcceptedWarnings | None = None
    libraries: LibraryFiles = field(default_factory=lambda: LibraryFiles(FilePath()))
    never: tuple[NeverItem, ...] = ()
    library: tuple[LikedPaper, ...] = ()


def subscriptions_of(checker: Checker, asked: list[SubscriptionKeys], around: Surroundings) -> tuple[Subscription, ...]:
    """Return the valid subscriptions. Note what is wrong with the others in ``checker``.

    ``asked``: the subscriptions' keys.
    """
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
            what, hint = f"there are two subscriptions `{one.name}`", f"the other is on line {line}; rename one"
            checker.note(path, what, hint, name="wrong-value")
        seen.setdefault(one.name, n)
    _warn_of_twins(checker, made)
    return tuple(one for one in made if one is not None)


def never_of(checker: Checker, items: Sequence[str] | None, around: Surroundings) -> tuple[NeverItem, ...]:
    """Return the valid items of a file's ``never:``. Note what is wrong with the others in ``checker``."""
    found: dict[str, NeverItem] = {}
    for n, item in enumerate(items or ()):
        place = place_of_item(checker, ("never",), (n,))
        rule = never_rule(checker, place, item, around.check_rule)
        if rule is not None:
            found.setdefault(item, NeverItem(around.owner, item, rule.text))
            _warn_of_what_is_asked(checker, [(place, rule.text)], rule, (), around)
    checker.warn_of_twins(("never",), [item.lower() for item in items or ()])
    return tuple(found.values())


def _warn_of_twins(checker: Checker, made: list[Subscription | None]) -> None:
    """Warn of a subscription with the same rule, receivers and schedule as an earlier one."""
    alike: dict[Any, list[Subscription]] = {}
    for n, one in enumerate(made):
        if one is None or not one.endpoints:  # whoever tells nobody has a mistake of its own
            continue
        words = tuple(sorted(re.findall(r"\w+", one.rule)))
        asked = (words, one.library, frozenset(one.sources))
        key = (asked, frozenset(one.endpoints), one.when, one.timezone, one.quiet_hours)
        others = alike.setdefault(key, [])
        twin = next((other.name for other in others if _asks(other) == _asks(one)), None)
        others.append(one)
        if twin is not None:
            path = ("subscriptions", n, "rule")
            here = path if checker.scalar(path) else path[:2]
            what = f"it asks for the same as `{twin}` and tells the same receivers: each paper comes twice"
            checker.warn(here, what, "keep one of the two", name="same-as-another")


def _asks(one: Subscription) -> str:
    """Return a digest of what a subscription asks for, whatever its sources are."""
    return compile_beside_library(one.rule, (), one.library, one.above).digest


def subscription_of(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> Subscription | None:
    """Return a subscription, None if it is not valid. Note its problems in ``checker`` at ``path``.

    All warnings about it that do not depend on other subscriptions are noted, too.
    """
    checker.accept(path, keys.accept)
    sources = around.config.sources.values() if _all_hold(around) else None
    cited = cited_rule(checker, (*path, "cites"), keys.cites, around.libraries, sources)
    rule = rule_of(checker, path, keys, around.check_rule, cited) if cited is not None else None
    liked = _liked(checker, path, keys, around)
    to = [target for n, target in with_places(keys.to) if target_holds(checker, (*path, "to", *n), target, around)]
    if not keys.to and not keys.keep and not checker.has_silent(path):
        checker.note(path, "`to` is missing", "add to: …", name="missing-key")
    for n, name in with_places(keys.sources or []):
        if name not in around.sources and "sources" not in around.unknown:
            is_list = "," in name and name.partition(",")[0].strip() in around.sources
            near: Hint = "write [one, two]" if is_list else partial(near_or_known, name, around.sources)
            what = f"there is no source {quoted_value(name)}"
            if "://" in name:
                what = "an address is no source's name"
                near = "put the address under sources: with a name, and write that name"
            if name.lower() in _ALL:
                near = "leave `sources` out for all of them"
            place = place_of_item(checker, (*path, "sources"), n)
            checker.note(place, what, near, name="unknown-source")
    _check_places(checker, path, keys, around)
    if keys.when_empty == "send" and keys.when.rhythm is Rhythm.IMMEDIATELY:
        what = "`when_empty: send` needs a time at which papers could be missed"
        checker.note((*path, "when_empty"), what, "write when: daily at 08:00, or the like", name="wrong-value")
    if keys.top is not None and keys.when.rhythm is Rhythm.IMMEDIATELY:
        what = f"`top: {keys.top}` needs a digest to choose from, and `immediately` tells what each look finds"
        hint = "write when: daily at 08:00, or the like; or above: 0.5, which works with every schedule"
        checker.note((*path, "top"), what, hint, name="wrong-value")
    if keys.order is DigestOrder.RISING and keys.when.rhythm is Rhythm.IMMEDIATELY:
        what = "`order: rising` needs a digest, and `immediately` tells papers before anybody could vote"
        checker.note((*path, "order"), what, "write when: weekly on mon at 08:00, or the like", name="wrong-value")
    warn_of_no_hours(checker, path, keys)
    warn_of_zone_name(checker, path, keys.timezone)
    for key in ("to", "sources"):
        checker.warn_of_twins((*path, key), getattr(keys, key) or ())
    if rule is None:
        return None
    _warn_of_rule(checker, path, keys, rule, cited or "", around)
    subscription = _made(keys, rule.text, to, liked, around)
    warn_of_times(checker, path, subscription, around.config)
    return subscription


def _liked(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> tuple[LikedPaper, ...] | None:
    """Return the papers that a subscription likes, None if it has no ``like:``."""
    if keys.like is None:
        return None
    return liked_by(checker, (*path, "like"), keys.like, around.libraries, around.owner, around.library)


def _check_places(checker: Checker, path: Path, keys: SubscriptionKeys, around: Surroundings) -> None:
    """Note names in ``keep`` that the config does not have."""
    for n, name in enumerate(keys.keep or []):
        if name not in around.places:
            near = did_you_mean(name, around.places)
            hint = near or (known(around.places) if around.places else "write one under keep: first")
            place = place_of_item(checker, (*path, "keep"), (n,))
            # Quoted only where it resembles a name: it may be an address or a token.
            what = f"there is no place {quoted_value(name)}" if near else "there is no such place"
            checker.note(place, what, hint, name="unknown-place")
        elif around.allowed is not None and name not in around.allowed:
            place = place_of_item(checker, (*path, "keep"), (n,))
            theirs = [one for one in around.allowed if one in around.places]
            checker.note(place, f"this file may not use place `{name}`", known(theirs), name="unknown-place")


def _warn_of_rule(
    checker: Checker, path: Path, keys: SubscriptionKeys, rule: Rule, cited: str, around: Surroundings
) -> None:
    """Warn of what a valid rule asks for.

    ``cited``: its part that ``cites`` says, "" for none.
    """
    pieces = [*pieces_of(checker, path, keys), *([((*path, "cites"), cited)] if cited else [])]
    _warn_of_what_is_asked(checker, pieces, rule, keys.sources or (), around)
    if keys.order in (DigestOrder.UPVOTES, DigestOrder.RISING) and _all_hold(around):
        warn_of_order(checker, (*path, "order"), keys.order, keys.sources or (), around.config.sources)
    if keys.above is not None and not (keys.learn or keys.like) and not asks_for_words(rule.tree):
        what = (
            f"`above: {keys.above:g}` holds for all that it matches: a rule without words gives each paper the score 1"
        )
        checker.warn(
            (*path, "above"), what, "leave it out; `top:` or `order:` chooses here", name="above-without-words"
        )
    never = [(one.written, around.check_rule(one.rule)) for one in around.never]
    if item := swallowed_by(rule, never):
        here, at = ((*path, "rule"), 0) if keys.rule is not None else (path, None)
        what = f"`never` has {quoted_value(item)}, which all that it matches fits: nothing is ever told"
        checker.warn(here, what, "take it off the list, or leave the subscription out", name="all-kept-back", at=at)


def _warn_of_what_is_asked(
    checker: Checker, pieces: Sequence[tuple[Path, str]], rule: Rule, chosen: Sequence[str], around: Surroundings
) -> None:
    """Warn of terms that fit no paper or nearly all, and of fields that no source in ``chosen`` tells."""
    warn_of_bounds(checker, pieces, rule, around.check_rule, chosen)
    warn_of_labels(checker, pieces, rule, around.check_rule, around.sources)
    if _all_hold(around):
        # Of what is cited, more is said elsewhere.
        own = [(path, text) for path, text in pieces if path[-1] != "cites"]
        warn_of_untold(checker, own, chosen, around.config.sources)


def _all_hold(around: Surroundings) -> bool:
    """Return whether all sources are valid. It is not known what papers an invalid one would list."""
    return len(around.config.sources) == len(around.sources)


def _made(
    keys: SubscriptionKeys, rule: str, to: list[str], liked: tuple[LikedPaper, ...] | None, around: Surroundings
) -> Subscription:
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
        above=keys.above,
        top=keys.top,
        order=keys.order,
        learns=keys.learn,
        sends_empty=keys.when_empty == "send",
        on=tuple(dict.fromkeys(keys.on)),
        tells_updates=keys.on_update == "notify",
        shows_life=keys.sign_of_life is not None,
        shown_as=keys.shown_as or "",
        library="" if liked is None else library_name(liked),
        liked=liked or (),
        keep=tuple(keys.keep or ()),
    )


def quiet_hours_of(keys: SubscriptionKeys | ReceiverKeys) -> QuietHours | None:
    """Return the quiet hours and days in the keys of a subscription or receiver, None if there are none."""
    hours, days = keys.quiet_hours, keys.quiet_days or frozenset()
    if hours is None:
        return QuietHours(days=days) if days else None
    return QuietHours(hours.from_, hours.to, days)


def target_holds(checker: Checker, path: Path, target: str, around: Surroundings) -> bool:
    """Return whether a subscription of this file can use the receiver ``target``, as ``to:`` names it; note why not."""
    path = place_of_item(checker, path[:-1], path[-1:]) if isinstance(path[-1], int) else path
    name, colon, address = target.partition(":")
    receiver = around.config.receivers.get(name)
    if (receiver is None and name in around.receivers) or checker.is_silent(("receivers", name, "address")):
        return False  # what is wrong with it is said where it stands
    if receiver is None and "receivers" in around.unknown:
        return False
    if receiver is None and not around.receivers and "unknown-receiver" in checker.mistakes.names:
        return False  # the first says that there is none at all
    if receiver is None:
        checker.note(path, *no_receiver(target, around.config, around.receivers), name="unknown-receiver")
    elif around.allowed is not None and name not in around.allowed:
        theirs = [one for one in around.allowed if one in around.receivers]
        checker.note(path, f"this file may not use receiver `{name}`", known(theirs), name="unknown-receiver")
    elif colon and not receiver.address:
        hint = f"write {name}, or give the receiver `address:`"
        checker.note(path, f"receiver `{name}` takes no address", hint, name="unknown-receiver")
    elif receiver.address and not re.fullmatch(r"[^@\s,]+@[^@\s,]+", address):
        hint = f"write {name}:ana@example.org"
        checker.note(path, f"receiver `{name}` needs an address", hint, name="unknown-receiver")
    elif colon and around.check_target and (problem := around.check_target(target)):
        checker.note(path, problem, "see docs/configuration.md, Receivers", name="wrong-address")
    else:
        return True
    return False


def target_check(config: Config, env: Mapping[str, str], check_url: Callable[[str], str | None]) -> CheckTarget:
    """Return a function that checks a receiver with an address (as ``to:`` names it).

    It returns what ``check_url`` says about the receiver's URL with this address, as far as secrets are known.
    """

    def check(target: str) -> str | None:
        if PLAIN_MAIL.fullmatch(target.partition(":")[2]):
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
