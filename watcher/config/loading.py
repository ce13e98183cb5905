"""Load a config: the main file, its included files, and the last good versions of broken ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from watcher import __version__
from watcher.config.addresses import Address
from watcher.config.checking import Checker
from watcher.config.included.allowing import check_allow, holds_unnamed
from watcher.config.included.files import Included, included_files
from watcher.config.included.in_force import IncludedSubscriptions, accepted_of, subscriptions_of_file
from watcher.config.included.libraries import LibraryFiles
from watcher.config.keys import ConfigKeys, ReceiverKeys, WebKeys
from watcher.config.lint.file_modes import warn_of_modes
from watcher.config.lint.reach.addresses import AddressChecks, DoubtUrl, check_addresses
from watcher.config.lint.reach.places import places_of
from watcher.config.lint.reach.way_out import authorities_of
from watcher.config.lint.rules import ReadRule
from watcher.config.lint.times import warn_of_no_hours
from watcher.config.lint.web import check_web
from watcher.config.lint.whole import (
    note_variables,
    warn_of_allowances,
    warn_of_contact,
    warn_of_folders,
    warn_of_includes,
    warn_of_missing,
    warn_of_same_address,
    warn_of_unused,
    warn_of_vain_exceptions,
    warn_of_zone_name,
)
from watcher.config.sources import name_holds, sources_of
from watcher.config.subscriptions import (
    CheckTarget,
    Surroundings,
    never_of,
    quiet_hours_of,
    subscriptions_of,
    target_check,
    target_holds,
)
from watcher.config.templates import Templates, templates_of
from watcher.config.text.harmless import is_name
from watcher.config.text.reading import LARGEST, read
from watcher.config.text.tree import Scalar, Table
from watcher.config.values import Config, Receiver, Retain, WebSettings
from watcher.errors import ConfigError, Problem, UsageError
from watcher.files.read import read_given
from watcher.model import Endpoint, NeverItem
from watcher.model.network.way_out import WayOut, network_in

_NOTHING: Mapping[Path, bytes] = {}

CheckUrl = Callable[[str], str | None]
"""Returns what is wrong with an address, None if nothing is."""


def nothing_wrong(address: str) -> None:
    """Return None, in place of what is wrong with an address: for callers that cannot check addresses."""
    return None


def load(
    path: Path,
    *,
    env: Mapping[str, str],
    check_url: CheckUrl,
    check_rule: ReadRule,
    doubt_url: DoubtUrl = nothing_wrong,
    check_database: CheckUrl = nothing_wrong,
    last_good: Path | None = None,
    strict: bool = False,
    need_secrets: bool = False,
    version: str = __version__,
    instead: Mapping[Path, bytes] = _NOTHING,
) -> Config:
    """Return the config at ``path`` with everything that it includes. Raises ``ConfigError`` with all problems at once.

    A broken included file is replaced by its last good copy and reported in ``Config.broken_includes``.

    ``env``: environment variables, for secrets.
    ``check_url``: returns what is wrong with a receiver's address, None for nothing.
    ``check_rule``: compiles a rule.
    ``doubt_url``: returns a warning about a receiver's address, None for none.
    ``check_database``: returns what is wrong with the database's address, None for nothing.
    ``last_good``: the folder of last good copies, None for none.
    ``strict``: a broken included file is an error.
    ``need_secrets``: a missing secret is an error; otherwise it is a warning.
    ``version``: watcher's own. From 0.3.0 on the subscriptions of files that ``allow`` forgets are held.
    ``instead``: resolved path of the main or an included file → bytes that are read in place of its own.
    """
    checker = Checker(read(str(path), data := _bytes_of(path, instead)))
    config = _main(checker, keys := _keys(checker), env, path)
    check_addresses(checker, config, AddressChecks(env, check_url, doubt_url, check_database, need_secrets))
    if not checker.is_broken:
        warn_of_modes(checker, config, env)
    around = _surroundings(checker, keys, config, check_rule, target_check(config, env, check_url))
    own = subscriptions_of(checker, keys.subscriptions, around)
    config = replace(config, operator=_operator(checker, keys, around), sections=_sections(checker))
    files = _files(checker, keys, path, last_good, instead)
    unnamed = check_allow(checker, keys, config, files, holds_unnamed(version))
    theirs = [subscriptions_of_file(one, around, keys.allow, strict=strict) for one in files]
    templates = templates_of(checker, keys.templates, path.parent, strict=strict)
    some = (replace(sub, is_unnamed=one.name in unnamed) for one in theirs for sub in one.subscriptions)
    config = replace(config, subscriptions=(*own, *some), never=around.never + _never_of(theirs))
    others = [*templates.problems, *(problem for one in theirs for problem in one.problems)]
    return replace(
        _with_files(config, files, theirs, templates),
        problems=_problems(checker, keys, config, others, is_whole=not any(one.broken for one in theirs)),
        accepted=accepted_of(checker, own) | {name: names for one in theirs for name, names in one.accepted.items()},
        digest=_digest_of(data, files, _read_beside(config, templates)),
    )


def _never_of(theirs: Sequence[IncludedSubscriptions]) -> tuple[NeverItem, ...]:
    return tuple(item for one in theirs for item in one.never)


def _read_beside(config: Config, templates: Templates) -> list[str]:
    """Return the texts beside the config's files that change it: templates, certificates, names of libraries."""
    libraries = [one.library for one in config.subscriptions]
    return [*templates.texts.values(), config.way.authorities, *libraries]


def _problems(
    checker: Checker, keys: ConfigKeys, config: Config, others: Sequence[Problem], *, is_whole: bool
) -> tuple[Problem, ...]:
    """Return all warnings. Raises ``ConfigError`` if any problem is an error.

    ``others``: problems of included files and templates.
    ``is_whole``: no included file is replaced by an earlier version, or left out.
    """
    _warn_of_whole(checker, keys, config, is_whole=is_whole and not any(problem.fatal for problem in others))
    problems = [*checker.problems, *others]
    if any(problem.fatal for problem in problems):
        raise ConfigError(_in_order(problems))
    return tuple(problems)


def _with_files(
    config: Config, files: Sequence[Included], theirs: Sequence[IncludedSubscriptions], templates: Templates
) -> Config:
    """Return the config with what is said about included files and templates."""
    return replace(
        config,
        includes={one.shown: one.path for one in files if one.path is not None},
        templates=templates.texts,
        broken_templates=templates.broken,
        broken_includes={one.name: one.broken for one in theirs if one.broken},
        instead={one.name: one.instead for one in theirs if one.broken},
    )


def _surroundings(
    checker: Checker, keys: ConfigKeys, config: Config, check_rule: ReadRule, check_target: CheckTarget
) -> Surroundings:
    around = Surroundings(
        config,
        check_rule,
        check_target,
        sources=checker.declared("sources"),
        receivers=checker.declared("receivers"),
        places=checker.declared("keep"),
        unknown=frozenset(key for key in ("sources", "receivers") if checker.is_silent((key,))),
        timezone=keys.timezone,
        accepted=checker.accepted,
        libraries=LibraryFiles(config.folder),
    )
    return replace(around, never=never_of(checker, keys.never, around))


def _keys(checker: Checker) -> ConfigKeys:
    """Return the keys of the main file. Raises ``ConfigError`` if it has none."""
    keys = checker.keys(ConfigKeys)
    is_empty = not _sections(checker)
    if is_empty and not checker.is_broken:
        hint = "write sources:, receivers: and subscriptions:; `watcher init` writes a file to begin with"
        what = "the config is empty: nothing would be watched, and nobody told"
        checker.mistakes.note(0, what, hint, name="empty-config")
    if keys is None or is_empty:
        raise ConfigError(_in_order(checker.problems))
    instead = "it is read in receivers, in the url of sources, in keep, in proxy, in heartbeat and in database"
    note_variables(checker, allowed=("receivers", "database", "proxy", "keep", "heartbeat"), instead=instead)
    checker.accept((), keys.accept)
    return keys


def _bytes_of(path: Path, instead: Mapping[Path, bytes]) -> bytes:
    data = instead.get(path.resolve()) or read_given(path, LARGEST)
    if isinstance(data, bytes):
        return data
    if data.is_error:
        raise UsageError(f"{path}: {data.what}; write a config with `watcher init`, or name one with -c")
    raise ConfigError([Problem(str(path), 0, 0, f"cannot be read: {data.what}", data.hint, name="wrong-file")])


def _warn_of_whole(checker: Checker, keys: ConfigKeys, config: Config, *, is_whole: bool) -> None:
    """Warn of what all files together lack, or have and do not use.

    ``is_whole``: all included files are valid. If not, nothing is warned of that may follow from it.
    """
    _warn_of_zone(checker, keys)
    warn_of_zone_name(checker, (), keys.timezone)
    warn_of_contact(checker, keys.contact)
    warn_of_vain_exceptions(checker, config)
    warn_of_missing(checker, config)
    warn_of_same_address(checker, config)
    warn_of_folders(checker, config)
    check_web(checker, config.web)
    checker.warn_of_twins(("operator",), keys.operator or ())
    if is_whole and not checker.is_broken:
        named = [*(keys.operator or ()), *(name for names in (keys.allow or {}).values() for name in names)]
        warn_of_unused(checker, config, [one.partition(":")[0] for one in named])
        warn_of_allowances(checker, config)
        checker.warn_of_vain()


def _sections(checker: Checker) -> frozenset[str]:
    """Return the keys of the main file that have a value."""
    values = checker.root.values if isinstance(checker.root, Table) else {}
    return frozenset(key for key, node in values.items() if not (isinstance(node, Scalar) and node.empty))


def _files(
    checker: Checker, keys: ConfigKeys, main: Path, last_good: Path | None, instead: Mapping[Path, bytes]
) -> list[Included]:
    found = included_files(keys.include or [], main, last_good)
    for n, what in found.wrong.items():
        path: tuple[int | str, ...] = ("include",) if checker.scalar(("include",)) else ("include", n)
        hint = "write a pattern such as subscriptions.d/*.yaml"
        checker.note(path, f"no file can be found so: {what}", hint, name="wrong-value")
    for one in found.files:
        one.data = one.data if one.path is None else instead.get(one.path.resolve(), one.data)
    warn_of_includes(checker, keys.include or [], found)
    return found.files


def _digest_of(data: bytes, files: list[Included], texts: list[str]) -> str:
    others = [text.encode() for text in texts]
    return hashlib.sha256(b"\0".join([data, *(one.data or b"" for one in files), *others])).hexdigest()


def _main(checker: Checker, keys: ConfigKeys, env: Mapping[str, str], path: Path) -> Config:
    sources = sources_of(checker, keys.sources, env, path.parent)
    receivers = {
        name: made
        for name, one in keys.receivers.items()
        if name_holds(checker, "receivers", name) and (made := _receiver(checker, name, one)) is not None
    }
    return Config(
        path=path,
        folder=path.parent,
        timezone=keys.timezone or "UTC",
        sources=sources,
        receivers=receivers,
        keep=places_of(checker, keys.keep, [*receivers]),
        database_text=keys.database,
        unreachable_after=keys.unreachable_after,
        retain=Retain(**keys.retain.model_dump()),
        contact=keys.contact,
        heartbeat=keys.heartbeat or "",
        proxy_text=keys.proxy,
        way=_way(checker, keys, path.parent),
        unsubscribe=keys.unsubscribe or "",
        web=_web(keys.web),
        patterns=keys.patterns,
        reloads_itself=keys.reload == "auto",
    )


def _way(checker: Checker, keys: ConfigKeys, folder: Path) -> WayOut:
    """Return how requests leave this machine, without the proxy's address."""
    excepted = keys.proxy_except or ()
    networks = {one: network for one in excepted if (network := network_in(one)) is not None}
    return WayOut(
        domains=tuple(one for one in excepted if one not in networks),
        networks=tuple(networks.values()),
        authorities=authorities_of(checker, keys.ca_bundle, folder),
    )


def _web(keys: WebKeys | None) -> WebSettings | None:
    if keys is None:
        return None
    return WebSettings(keys.listen, keys.token_file or "", keys.open, (keys.public_url or "").rstrip("/"))


def _receiver(checker: Checker, name: str, keys: ReceiverKeys) -> Receiver | None:
    path = ("receivers", name)
    given = [key for key in ("url", "url_file", "urls") if getattr(keys, key)]
    if len(given) != 1:
        what = "has no address" if not given else f"has {' and '.join(given)}"
        if not checker.has_silent(path):
            hint, kind = "give it one of url, url_file and urls", "wrong-value" if given else "missing-key"
            checker.note(path, f"receiver `{name}` {what}", hint, in_key=True, name=kind)
        return None
    checker.accept(path, keys.accept)
    warn_of_no_hours(checker, path, keys)
    urls: dict[str, Address] = {"": Address(text=keys.url or "", file=keys.url_file or "")}
    if keys.urls:
        for label in keys.urls:
            if not is_name(label):
                here, hint = (*path, "urls", label), "use letters, digits, - _ and ."
                checker.note(here, "this cannot be a label", hint, in_key=True, name="wrong-value")
        urls = {label: Address(text=text) for label, text in keys.urls.items()}
    return Receiver(name=name, urls=urls, address=keys.address, quiet_hours=quiet_hours_of(keys), rate=keys.rate)


def _operator(checker: Checker, keys: ConfigKeys, around: Surroundings) -> tuple[Endpoint, ...]:
    targets = [
        target for n, target in enumerate(keys.operator or []) if target_holds(checker, ("operator", n), target, around)
    ]
    return tuple(dict.fromkeys(one for target in targets for one in around.config.endpoints_of(target)))


def _warn_of_zone(checker: Checker, keys: ConfigKeys) -> None:
    if not checker.has_key("timezone") and any(
        one.timezone is None and (one.when.at or one.when.cron) for one in keys.subscriptions
    ):
        checker.warn((), "no timezone: schedules are in UTC", "add timezone: Europe/Paris", name="no-timezone")


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Return problems file by file, from top to bottom, each once."""
    files: dict[str, dict[Problem, None]] = {}
    for problem in problems:
        files.setdefault(problem.file, {})[problem] = None
    return [problem for one in files.values() for problem in one]
