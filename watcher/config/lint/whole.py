"""Warn of what surrounds the subscriptions, and of what a whole config lacks or does not use."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from watcher.config.checking import Checker, Path
from watcher.config.included.files import IncludedFiles
from watcher.config.lint.reach.site_addresses import doubts_of_address, plain_address
from watcher.config.text.harmless import SECRETS_OF_SOURCES
from watcher.config.text.tree import ConfigNode, Items, Scalar, Table
from watcher.config.values import Config, Receiver
from watcher.model import Source
from watcher.model.network.hosts import is_public_name
from watcher.parsers import PARSERS
from watcher.policy.polls.pace import pace_of

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SOME_DAY = date(2026, 1, 1)
"""A day for addresses in which one stands: how many there are, and of which site, is the same on any."""

_OFTEN = timedelta(minutes=5)
_FIXED = re.compile(r"(?:EST|MST|HST|Etc/GMT[+-]\d+)")
_RULE_KEYS = frozenset({"rule", "any", "all", "none", "where"})


def warn_of_source(checker: Checker, source: Source) -> None:
    """Warn of a source that is polled too seldom or too often."""
    path = ("sources", source.name)
    is_elsewhere = PARSERS[source.kind].folder(source) is None and is_public_name(urlsplit(source.url or "").hostname)
    if timedelta(minutes=1) <= source.every < _OFTEN and not source.is_auto and is_elsewhere:
        what = "sites shut out who asks so often, and list papers once a day or a few times"
        checker.warn((*path, "every"), what, "write 1h, or auto", name="often-read")
    if source.every > _WEEK and not source.is_auto:
        what = "papers are listed for a day or two: what comes between two looks is missed"
        checker.warn((*path, "every"), what, "write 1h, or 1d at most", name="seldom-read")


def warn_of_address(checker: Checker, source: Source, *, is_kind_given: bool) -> None:
    """Warn of the address of a source if it is doubtful or names a user.

    ``is_kind_given``: the config names the kind; otherwise it was guessed.
    """
    path = ("sources", source.name)
    if doubt := doubts_of_address(source, is_kind_given=is_kind_given):
        name, what, hint = doubt
        checker.warn((*path, "url"), what, hint, name=name)
    if source.url and "@" in urlsplit(source.url).netloc:
        what = "a user's name stands in this address, which is shown in messages and stored"
        checker.warn((*path, "url"), what, "write the address without it", name="user-in-address")


def warn_of_zone_name(checker: Checker, path: Path, zone: str | None) -> None:
    """Warn of a zone that is only a fixed offset."""
    if zone is not None and _FIXED.fullmatch(zone):
        behind = ", behind UTC where it says +" if zone.startswith("Etc/") else ""
        what, hint = (
            f"{zone} is a fixed offset{behind}: it has no summer time",
            "write a place such as America/New_York",
        )
        checker.warn((*path, "timezone"), what, hint, name="zone-without-summer-time")


def warn_of_missing(checker: Checker, config: Config) -> None:
    """Warn of a config without sources, receivers, operator or subscriptions."""
    if not config.sources and _is_empty(checker, "sources"):
        what = "there is no source: nothing is read"
        hint = "write sources: {hf: {kind: huggingface}}, or another kind of docs/sources.md"
        checker.warn(_at(checker, "sources"), what, hint, name="no-sources")
    is_said = "unknown-receiver" in checker.mistakes.names  # where one is named that is not there
    if not config.receivers and _is_empty(checker, "receivers") and not is_said:
        what = "there is no receiver: nobody can be told"
        hint = 'write receivers: {me: {url: "console://"}}, or any address of docs/configuration.md'
        checker.warn(_at(checker, "receivers"), what, hint, name="no-receivers")
    elif _is_empty(checker, "operator") and not checker.is_silent(("operator",)) and not is_said:
        what = "there is no operator: nobody hears of sources that cannot be read, and receivers that fail"
        hint = f"write operator: [{next(iter(config.receivers), 'me')}]"
        checker.warn(_at(checker, "operator"), what, hint, name="no-operator")
    if not checker.has_key("subscriptions") and not checker.has_key("include"):
        what = "there are no subscriptions: nothing is told"
        hint = "write subscriptions:, or subscriptions: [] where the database has them all"
        checker.warn((), what, hint, name="no-subscriptions")


def _is_empty(checker: Checker, key: str) -> bool:
    return not checker.has_key(key) or checker.is_empty(key)


def _at(checker: Checker, key: str) -> Path:
    return (key,) if checker.has_key(key) else ()


def warn_of_unused(checker: Checker, config: Config, named: Collection[str]) -> None:
    """Warn of receivers, sources and places that no subscription uses.

    Nothing is warned of if the config has no subscriptions: those in the database, which may use them, are not known
    here.

    ``named``: receivers that other keys name.
    """
    if not config.subscriptions:
        return
    used = {target.partition(":")[0] for one in config.subscriptions for target in one.to} | set(named)
    for name, receiver in config.receivers.items():
        if name not in used and not receiver.address:
            what = "no subscription tells this receiver, and it is no operator"
            hint = f"name {name} in to:, or remove it"
            checker.warn(("receivers", name), what, hint, name="unused-receiver", in_key=True)
    kept = {name for one in config.subscriptions for name in one.keep}
    for name, place in config.keep.items():
        if name not in kept and not place.stars:
            what, hint = (
                "nothing is kept here but by hand",
                f"name {name} in keep: of a subscription, or write stars: true",
            )
            checker.warn(("keep", name), what, hint, name="unused-place", in_key=True)
    if all(one.sources for one in config.subscriptions):
        read = {name for one in config.subscriptions for name in one.sources}
        for name in config.sources:
            if name not in read:
                what, hint = "no subscription looks at this source", f"name {name} in sources: of one, or remove it"
                checker.warn(("sources", name), what, hint, name="unused-source", in_key=True)


def warn_of_same_address(checker: Checker, config: Config) -> None:
    """Warn of sources that read the same lists, and of receivers with the same address."""
    seen: dict[object, str] = {}
    for name, source in config.sources.items():
        same = _what_it_reads(source)
        if (first := seen.setdefault(same, name)) != name:
            here: Path = ("sources", name, "url") if source.url else ("sources", name)
            checker.warn(here, f"source {first} reads the same already", "remove one of them", name="same-address")
    known: dict[object, str] = {}
    for name, receiver in config.receivers.items():
        for label, address in receiver.urls.items():
            if address.text == "console://":  # what stands there until there is something better
                continue
            one = (address.text, address.file, receiver.address, receiver.quiet_hours, receiver.rate)
            if (first := known.setdefault(one, name)) != name:
                path = ("receivers", name, *address_key(receiver, label))
                checker.warn(path, f"receiver {first} has this address already", "use one of them", name="same-address")


def warn_of_allowances(checker: Checker, config: Config) -> None:
    """Warn of sites that answer less on a day than their sources ask for, even if each list has but one page.

    Sources that follow a rhythm of their own are not counted. Requests with a key and those without are counted apart,
    as sites do.
    """
    asked = defaultdict[tuple[str, int], float](float)
    for source in config.sources.values():
        for start in () if source.is_auto else PARSERS[source.kind].starts(source, _SOME_DAY):
            place = urlsplit(start)
            pace = pace_of(place.hostname or "", place.netloc, 0.0, place.query)
            asked[pace.name, pace.a_day] += pace.cost * (_DAY / source.every)
    for (site, allowed), number in asked.items():
        if 0 < allowed < number:
            what = f"these sources ask {site} for {number:,.0f} requests a day or more: it answers {allowed:,}"
            hint = "write a longer every: for some, such as 1d, or add a key that allows more"
            checker.warn(_at(checker, "sources"), what, hint, name="over-allowance", in_key=True)


def _what_it_reads(source: Source) -> object:
    """Return a value that is equal for two sources that list the same papers."""
    same = replace(source, name="", every=_WEEK, is_auto=False, look_back=1, follow=1, robots=None)
    if same.url:
        same = replace(same, url=plain_address(same.url))
    own: Any = same.own
    keys = ((one.name, getattr(own, one.name)) for one in fields(own))
    return replace(same, own=None), tuple((key, frozenset(v) if isinstance(v, tuple) else v) for key, v in keys)


def address_key(receiver: Receiver, label: str) -> Path:
    """Return the path, in a receiver's table, of its address with a label."""
    if label:
        return ("urls", label)
    return ("url_file",) if receiver.urls[label].file else ("url",)


def warn_of_includes(checker: Checker, patterns: Sequence[str], found: IncludedFiles) -> None:
    """Warn of patterns that match no file, or not all files that were probably meant.

    ``found``: what the patterns match.
    """
    for n, pattern in enumerate(patterns):
        path: Path = ("include",) if checker.scalar(("include",)) else ("include", n)
        if n in found.empty:
            hint = hint_of_path(pattern) or "it counts from the config's folder"
            if "," in pattern:
                hint = "write a list: [a.yaml, b.yaml]"
            what = "there is no such file: whoever has subscriptions there is told nothing"
            checker.warn(path, what, hint, name="include-without-files")
        if n in found.folders:
            checker.note(path, "this is a folder", f"write {pattern.rstrip('/')}/*.yaml", name="wrong-value")
        if n in found.mains:
            checker.note(path, "the config includes itself", "leave it out", name="wrong-value")
        if n in found.left_out:
            names = ", ".join(found.left_out[n][:3])
            what = f"it does not fit {names}, for the ending"
            checker.warn(path, what, "write a list of two patterns", name="include-leaves-out-files")


def warn_of_folders(checker: Checker, config: Config) -> None:
    """Warn of sources that read a folder that does not exist."""
    for name, source in config.sources.items():
        folder = PARSERS[source.kind].folder(source)
        if folder is not None and not os.path.isdir(folder):
            written = checker.scalar(("sources", name, "folder"))
            what = f"there is no folder {folder} on this machine"
            if os.path.exists(folder):
                what = f"{folder} is a file, no folder"
            hint = hint_of_path(written.text if written else "") or "make it, and let watcher's user write there"
            checker.warn(("sources", name, "folder"), what, hint, name="folder-not-there")


def warn_of_contact(checker: Checker, contact: str | None) -> None:
    """Warn of a contact that no site's operator can write to."""
    if contact is not None and not re.search(r"\S@\S|https?://", contact):
        what = "neither an e-mail nor a web address: nobody can answer"
        checker.warn(("contact",), what, "write you@lab.example", name="contact-without-address")


def warn_of_vain_exceptions(checker: Checker, config: Config) -> None:
    """Warn of exceptions from a proxy if there is no proxy."""
    if config.proxy_text is None and (config.way.domains or config.way.networks) and not checker.has_key("proxy"):
        what, hint = "there is no proxy: all is asked without one", "write proxy: http://…, or remove this"
        checker.warn(("proxy_except",), what, hint, name="proxy-except-without-proxy", in_key=True)


def hint_of_path(text: str) -> str:
    """Return what to write instead of a path that only a shell would understand, "" for any other path."""
    if text.startswith("~"):
        return "`~` is not read here: write the whole path"
    if text.startswith(("$", "%")):
        return "variables are not read here: write the whole path"
    return "write / between folders" if "\\" in text else ""


def note_variables(checker: Checker, *, allowed: Collection[str] = (), instead: str) -> None:
    """Note each ``${`` where no variable can stand. Those in rules are noted when the rule is read.

    ``allowed``: keys in which variables can stand, besides the addresses of sources.
    ``instead``: what to write.
    """
    if not isinstance(checker.root, Table) or "${" not in checker.source.text:
        return
    for path, node in _texts((), checker.root):
        is_address = path[0] == "sources" and len(path) == 3 and path[2] in {"url", *SECRETS_OF_SOURCES}
        if "${" not in node.text or path[0] in allowed or is_address or _RULE_KEYS & set(path[2:3]):
            continue
        what = "no variable is put in here"  # whatever else is wrong with it comes of that
        checker.note_once(path, what, instead, name="variable-outside-receivers")


def _texts(path: Path, node: ConfigNode) -> Iterator[tuple[Path, Scalar]]:
    waiting = [(path, node)]
    while waiting:
        here, one = waiting.pop()
        match one:
            case Scalar():
                yield here, one
            case Items():
                waiting += [((*here, n), item) for n, item in enumerate(one.items)]
            case Table():
                waiting += [((*here, key), value) for key, value in one.values.items()]
