"""From files to a config: the main file, its included files, and their last good versions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from watcher.config.checking import Checker
from watcher.config.includes import Included, included_files
from watcher.config.keys import ConfigKeys, IncludedKeys, ReceiverKeys
from watcher.config.sources import name_holds, sources_of
from watcher.config.subscriptions import (
    CheckRule,
    Surroundings,
    allowed_receivers,
    no_receiver,
    quiet_hours_of,
    subscriptions_of,
    target_check,
    target_holds,
)
from watcher.config.templates import Templates, templates_of
from watcher.config.text.harmless import is_name, quoted_value
from watcher.config.text.nearest import known
from watcher.config.text.reading import LARGEST, read
from watcher.config.text.tree import Scalar, Table, scalars
from watcher.config.values import VARIABLE, Address, Config, Receiver, Retain
from watcher.errors import ConfigError, Problem, UsageError, WatcherError
from watcher.files.read import read_given
from watcher.model import Endpoint, Subscription

CheckUrl = Callable[[str], str | None]

MOST_NAMED = 10
"""Names that a message lists."""


def load(
    path: Path,
    *,
    env: Mapping[str, str],
    check_url: CheckUrl,
    check_rule: CheckRule,
    last_good: Path | None = None,
    strict: bool = False,
    need_secrets: bool = False,
) -> Config:
    """Read the config at ``path`` and all that it includes; raises ``ConfigError`` with all problems at once.

    A broken included file is replaced by its copy in ``last_good`` and reported in ``Config.broken_includes``;
    ``strict`` makes it an error. A missing secret is a warning, and with ``need_secrets`` an error.
    """
    data = _bytes_of(path)
    checker = Checker(read(str(path), data))
    keys = _keys(checker)
    config = _main(checker, keys, path, env, check_url, need_secrets=need_secrets)
    around = Surroundings(
        config,
        check_rule,
        target_check(config, env, check_url),
        sources=checker.declared("sources"),
        receivers=checker.declared("receivers"),
        timezone=keys.timezone,
    )
    own = subscriptions_of(checker, keys.subscriptions, around)
    config = replace(config, operator=_operator(checker, keys, around), sections=_sections(checker))
    files = _files(checker, keys, path.parent, last_good)
    _check_allow(checker, keys, files)
    theirs = [_include(one, around, keys.allow, strict=strict) for one in files]
    _warn_of_zone(checker, keys)
    templates = templates_of(checker, keys.templates, path.parent, strict=strict)
    problems = [*checker.problems, *templates.problems, *(problem for one in theirs for problem in one.problems)]
    if any(problem.fatal for problem in problems):
        raise ConfigError(_in_order(problems))
    return replace(
        config,
        subscriptions=own + tuple(sub for one in theirs for sub in one.subscriptions),
        problems=tuple(problems),
        templates=templates.texts,
        broken_templates=templates.broken,
        broken_includes={one.name: one.broken for one in theirs if one.broken},
        instead={one.name: one.instead for one in theirs if one.broken},
        digest=_digest_of(data, files, templates),
    )


def _keys(checker: Checker) -> ConfigKeys:
    """The main file's keys; raises ``ConfigError`` where there are none."""
    keys = checker.keys(ConfigKeys)
    is_empty = not _sections(checker)
    if is_empty and not checker.is_broken:
        hint = "write sources:, receivers: and subscriptions:; `watcher init` writes a file to begin with"
        checker.mistakes.note(0, "the config is empty: nothing would be watched, and nobody told", hint)
    if keys is None or is_empty:
        raise ConfigError(_in_order(checker.problems))
    return keys


def _bytes_of(path: Path) -> bytes:
    data = read_given(path, LARGEST)
    if isinstance(data, bytes):
        return data
    if data.is_error:
        raise UsageError(f"{path}: {data.what}; write a config with `watcher init`, or name one with -c")
    raise ConfigError([Problem(str(path), 0, 0, f"cannot be read: {data.what}", data.hint)])


def _sections(checker: Checker) -> frozenset[str]:
    """The main file's keys that hold something."""
    values = checker.root.values if isinstance(checker.root, Table) else {}
    return frozenset(key for key, node in values.items() if not (isinstance(node, Scalar) and node.empty))


def _files(checker: Checker, keys: ConfigKeys, folder: Path, last_good: Path | None) -> list[Included]:
    found = included_files(keys.include or [], folder, last_good)
    for n, what in found.wrong.items():
        path: tuple[int | str, ...] = ("include",) if checker.scalar(("include",)) else ("include", n)
        checker.note(path, f"no file can be found so: {what}", "write a pattern such as subscriptions.d/*.yaml")
    return found.files


def _digest_of(data: bytes, files: list[Included], templates: Templates) -> str:
    texts = [text.encode() for text in templates.texts.values()]
    return hashlib.sha256(b"\0".join([data, *(one.data or b"" for one in files), *texts])).hexdigest()


def _main(
    checker: Checker, keys: ConfigKeys, path: Path, env: Mapping[str, str], check_url: CheckUrl, *, need_secrets: bool
) -> Config:
    sources = sources_of(checker, keys.sources, path.parent)
    receivers = {
        name: made
        for name, one in keys.receivers.items()
        if name_holds(checker, "receivers", name) and (made := _receiver(checker, name, one)) is not None
    }
    config = Config(
        path=path,
        folder=path.parent,
        timezone=keys.timezone or "UTC",
        sources=sources,
        receivers=receivers,
        database_text=keys.database,
        unreachable_after=keys.unreachable_after,
        retain=Retain(**keys.retain.model_dump()),
        contact=keys.contact,
        unsubscribe=keys.unsubscribe or "",
    )
    for receiver in receivers.values():
        _check_addresses(checker, receiver, config, env, check_url, need_secrets=need_secrets)
    return config


def _receiver(checker: Checker, name: str, keys: ReceiverKeys) -> Receiver | None:
    path = ("receivers", name)
    given = [key for key in ("url", "url_file", "urls") if getattr(keys, key)]
    if len(given) != 1:
        what = "has no address" if not given else f"has {' and '.join(given)}"
        checker.note(path, f"receiver `{name}` {what}", "give it one of url, url_file and urls", in_key=True)
        return None
    urls: dict[str, Address] = {"": Address(text=keys.url or "", file=keys.url_file or "")}
    if keys.urls:
        for label in keys.urls:
            if not is_name(label):
                checker.note(
                    (*path, "urls", label), "this cannot be a label", "use letters, digits, - _ and .", in_key=True
                )
        urls = {label: Address(text=text) for label, text in keys.urls.items()}
    return Receiver(name=name, urls=urls, address=keys.address, quiet_hours=quiet_hours_of(keys), rate=keys.rate)


def _check_addresses(
    checker: Checker,
    receiver: Receiver,
    config: Config,
    env: Mapping[str, str],
    check_url: CheckUrl,
    *,
    need_secrets: bool,
) -> None:
    """Whether apprise takes the addresses, as far as their secrets are there."""
    for label, address in receiver.urls.items():
        key = ("url_file",) if address.file else ("urls", label) if label else ("url",)
        path = ("receivers", receiver.name, *key)
        try:
            url = address.resolve(env, config.folder)
        except WatcherError as error:
            hint = "set it where watcher runs" if not address.file else "write the file where watcher runs"
            checker.note(path, str(error), hint, fatal=need_secrets)
            continue
        if receiver.address:
            url += ("&" if "?" in url else "?") + f"{receiver.address}=somebody@example.org"
        if problem := check_url(url):
            checker.note(path, _shown(problem, url, address), "see docs/configuration.md, Receivers")


def _shown(problem: str, url: str, address: Address) -> str:
    """Describe the problem of an address by its service, unless a password may stand in the service's place."""
    scheme, written = url.partition("://")[0].lower(), address.text.partition("://")[0]
    is_secret = "${" in written and VARIABLE.fullmatch(address.text) is None
    if scheme in problem and (is_secret or not re.fullmatch(r"[a-z][a-z0-9+.-]{0,19}", scheme)):
        return "apprise does not take this address"
    return problem


def _operator(checker: Checker, keys: ConfigKeys, around: Surroundings) -> tuple[Endpoint, ...]:
    targets = [
        target for n, target in enumerate(keys.operator or []) if target_holds(checker, ("operator", n), target, around)
    ]
    return tuple(dict.fromkeys(one for target in targets for one in around.config.endpoints_of(target)))


def _check_allow(checker: Checker, keys: ConfigKeys, files: list[Included]) -> None:
    names = {one.name: one for one in files}
    receivers = checker.declared("receivers")
    for name, allowed in (keys.allow or {}).items():
        if name not in names:
            what = (
                f"no included file is called {quoted_value(name)}" if is_name(name) else "no included file is called so"
            )
            checker.note(("allow", name), what, known(names), fatal=False, in_key=True)
        for n, receiver in enumerate(allowed):
            if receiver not in receivers:
                place = ("allow", name) if checker.scalar(("allow", name)) else ("allow", name, n)
                checker.note(place, *no_receiver(receiver, receivers))
    if "allow" in keys.model_fields_set:
        _warn_of_unnamed(checker, [name for name in names if name not in (keys.allow or {})])


def _warn_of_unnamed(checker: Checker, names: list[str]) -> None:
    """Whoever writes ``allow`` means to restrict: a file that is forgotten there is not restricted at all."""
    if names:
        listed = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        what = f"`allow` does not name {listed}: {'it' if len(names) == 1 else 'they'} may use every receiver"
        hint = f"add {names[0]}: with a list of those that it may use"
        checker.note(("allow",), what, hint, fatal=False, in_key=True)


def _warn_of_zone(checker: Checker, keys: ConfigKeys) -> None:
    if keys.timezone is None and any(one.timezone is None and one.when.at for one in keys.subscriptions):
        checker.note((), "no timezone: schedules are in UTC", "add timezone: Europe/Paris", fatal=False)


class _Theirs:
    """What one included file gives: its subscriptions, or those of its last good version and why.

    ``instead`` says in words what is in force where ``broken`` says why the file is not.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.subscriptions: tuple[Subscription, ...] = ()
        self.problems: list[Problem] = []
        self.broken: tuple[Problem, ...] = ()
        self.instead = ""


def _include(file: Included, around: Surroundings, allow: Mapping[str, list[str]] | None, *, strict: bool) -> _Theirs:
    theirs = _Theirs(file.name)
    around = replace(around, owner=file.owner, allowed=allowed_receivers(allow, file.name))
    problems = list(file.problems)
    if file.data is not None:
        theirs.subscriptions, found = _read_include(file.shown, file.data, around)
        problems += found
    if strict:
        if not problems and not theirs.subscriptions:
            problems.append(Problem(file.shown, 0, 0, "holds no subscriptions", "write subscriptions:", fatal=False))
        theirs.problems = problems
        return theirs
    is_broken, is_kept = any(problem.fatal for problem in problems), file.has_vanished
    copy = file.last_good() if is_broken or not theirs.subscriptions else None
    before = _read_include(file.shown, copy, around)[0] if copy is not None else ()
    if not is_broken and before and file.is_missed():
        problems.append(_emptied(file, before))
        is_broken = is_kept = True
    if not is_broken:
        theirs.problems = problems
        file.is_taken()
        if file.data is not None:
            file.keep_copy(file.data)
        return theirs
    theirs.broken = tuple(problem for problem in problems if problem.fatal)
    theirs.subscriptions = before
    theirs.instead = _instead(is_kept=is_kept, has_copy=copy is not None)
    return theirs


def _emptied(file: Included, before: tuple[Subscription, ...]) -> Problem:
    names = ", ".join(one.name for one in before[:MOST_NAMED]) + (", …" if len(before) > MOST_NAMED else "")
    what = f"{len(before)} subscription{'s' if len(before) > 1 else ''} of {file.name}"
    what += f" {'are' if len(before) > 1 else 'is'} gone, and none is left: {names}"
    return Problem(file.shown, 0, 0, what, "put them back within a day, or they end")


def _instead(*, is_kept: bool, has_copy: bool) -> str:
    """What is in force in the place of a file that is not."""
    if not has_copy:
        return "it has never been read, so its subscriptions do not exist yet"
    return "its subscriptions are kept for a day" if is_kept else "its last good version stays in force"


def _read_include(shown: str, data: bytes, around: Surroundings) -> tuple[tuple[Subscription, ...], list[Problem]]:
    checker = Checker(read(shown, data))
    for one in scalars(checker.root) if checker.root else ():
        if "${" in one.text:
            checker.mistakes.note(one.start, "an included file has no ${…}", "secrets stand in the main file")
    keys = checker.keys(IncludedKeys)
    made = subscriptions_of(checker, keys.subscriptions, around) if keys else ()
    return made, checker.problems


def _in_order(problems: list[Problem]) -> list[Problem]:
    """File by file, each as it was read, from top to bottom; the same once."""
    files: dict[str, dict[Problem, None]] = {}
    for problem in problems:
        files.setdefault(problem.file, {})[problem] = None
    return [problem for one in files.values() for problem in one]


def default_config() -> Config:
    """What commands work with that need no config."""
    return Config()


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path) -> Path | None:
    """The config's path: the one named, ``$WATCHER_CONFIG``, or the first that lies at a usual place."""
    if explicit is not None:
        return explicit
    if named := env.get("WATCHER_CONFIG"):
        return Path(named)
    home = Path(env.get("HOME") or "~").expanduser()
    usual = [cwd / "config.yaml", home / ".config/watcher/config.yaml", Path("/etc/watcher/config.yaml")]
    return next((path for path in usual if path.is_file()), None)
