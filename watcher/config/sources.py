"""Read the sources of a config, and check the keys that their kinds have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from watcher.config.addresses import (
    VARIABLE,
    address_from_file,
    has_host_and_port,
    is_file_name,
    place_of_file,
    unknown_address,
)
from watcher.config.checking import Checker
from watcher.config.included.cited import cited_by
from watcher.config.included.libraries import LibraryFiles
from watcher.config.keys import SourceKeys
from watcher.config.lint.synonyms import synonym_of
from watcher.config.lint.whole import warn_of_address, warn_of_source
from watcher.config.text.harmless import is_name
from watcher.errors import WatcherError
from watcher.model import Source
from watcher.parsers import PARSERS, KeyForm, Parser
from watcher.parsers.parser import file_key
from watcher.policy.polls.rhythm import BEFORE_IT_IS_KNOWN

_NAME = re.compile(r"\w[\w.-]*")


def name_holds(checker: Checker, where: str, name: str) -> bool:
    """Return whether a source or receiver can have this name; note it if not.

    ``where``: the section of the config.
    """
    if _NAME.fullmatch(name) and len(name) <= 100:
        return True
    shown = f"`{name[:60]}`" if is_name(name) else "this"
    hint = "use letters, digits, - _ and ."
    checker.note((where, name), f"{shown} cannot be a name", hint, in_key=True, name="wrong-value")
    return False


def sources_of(
    checker: Checker, keys: Mapping[str, SourceKeys], env: Mapping[str, str], folder: Path
) -> dict[str, Source]:
    """Return name → source, of the sources whose name and kind are valid. Note what is wrong in ``checker``.

    ``folder``: where relative paths begin.
    """
    return {
        name: _source(checker, name, one, env, folder)
        for name, one in keys.items()
        if name_holds(checker, "sources", name) and not checker.is_silent(("sources", name, "kind"))
    }


def _source(checker: Checker, name: str, keys: SourceKeys, env: Mapping[str, str], folder: Path) -> Source:
    parser = PARSERS[keys.kind]
    checker.accept(("sources", name), keys.accept)
    source = Source(
        name=name,
        kind=keys.kind,
        every=BEFORE_IT_IS_KNOWN if keys.every is None else keys.every,
        is_auto=keys.every is None,
        robots=keys.robots,
        look_back=keys.look_back,
        shown_as=keys.shown_as or "",
        follow=keys.follow,
        url=_address(checker, name, keys, env, folder),
        own=parser.own(**_own(checker, name, keys, folder)),
    )
    if not _is_given(keys, "every") and (every := parser.every(source)):
        source = replace(source, every=every, is_auto=False)
    _check_numbers(checker, source, is_follow_given=_is_given(keys, "follow"))
    lacks_a_key = False
    for one in parser.check(source):
        path: tuple[int | str, ...] = ("sources", name, one.key)
        if one.item is not None and checker.scalar(path) is None:
            path = (*path, one.item)
        if one.warning:
            checker.warn(path, one.what, one.hint, name=one.warning)
        elif _is_given(keys, one.key):
            checker.note_value(path, one.what, one.hint)
        elif not checker.is_silent(path) and not checker.is_misspelt(path[:2], [one.key]):
            checker.note(path[:2], one.what, one.hint, name="missing-key")
            lacks_a_key = True
    if source.url and not has_host_and_port(source.url):
        what, hint = "its host or its port is none", "write https://HOST/PATH, a port in digits from 1 to 65535"
        checker.note_value(("sources", name, "url"), what, hint)
    else:
        warn_of_source(checker, source)
        if not lacks_a_key:  # its remedy says what becomes of the address
            warn_of_address(checker, source, is_kind_given=_is_given(keys, "kind"))
    return source


def _address(checker: Checker, name: str, keys: SourceKeys, env: Mapping[str, str], folder: Path) -> str | None:
    """Return the address of a source with placeholders for its secrets, None if it has none or a wrong one."""
    if keys.url_file is None:
        return keys.url
    if keys.url is not None:
        checker.note(
            ("sources", name, "url_file"), "url and url_file are both given", "remove one of them", name="wrong-value"
        )
        return keys.url
    try:
        return address_from_file(keys.url_file, env, folder)
    except WatcherError:
        return unknown_address(keys.url_file)


def _own(checker: Checker, name: str, keys: SourceKeys, folder: Path) -> dict[str, Any]:
    """Return the values of the keys that only this kind of source has. Note keys of other kinds as wrong."""
    parser, found = PARSERS[keys.kind], {}
    given = {key: value for key, value in keys if value is not None and key not in SourceKeys.model_fields}
    for key, value in sorted(given.items()):
        if key in parser.secret_keys:
            continue
        if key not in parser.keys and not _is_given(keys, "kind") and checker.is_misspelt(("sources", name), ["kind"]):
            continue  # of which kind it is cannot be known
        if key not in parser.keys:
            others = ", ".join(kind for kind, one in PARSERS.items() if key in one.keys)
            hint = f"remove it: it belongs to sources of kind {others}" if others else "remove it"
            if meant := synonym_of(key, parser.keys):
                hint = f"here it is called `{meant}`"
            elif key == "email":
                hint = "write contact: at the top of the config, which every site is sent"
            elif others and not _is_given(keys, "kind"):
                hint = f"add kind: {others.partition(',')[0]}; sources of kind {others} have it"
            what = f"a source of kind {keys.kind} has no `{key}`"
            checker.note(("sources", name, key), what, hint, in_key=True, name="unknown-key")
            continue
        match parser.keys[key].form:
            case KeyForm.TEXT:
                found[key] = value
            case KeyForm.TEXTS:
                found[key] = tuple(value)
            case KeyForm.FOLDER:
                found[key] = str(folder / value)
            case KeyForm.PAPERS:
                found[key] = cited_by(checker, ("sources", name, key), value, LibraryFiles(folder))
    return found | _secrets(checker, name, parser, given)


def _secrets(checker: Checker, name: str, parser: Parser, given: Mapping[str, str]) -> dict[str, str]:
    """Return key → placeholder for the secret of a source. Note secrets that are written out in the config."""
    found = {}
    for key in sorted(parser.keys.keys() & parser.secret_keys):
        by_file = file_key(key)
        value, file = given.get(key), given.get(by_file)
        if value is not None and file is not None:
            what = f"{key} and {by_file} are both given"
            checker.note(("sources", name, by_file), what, "remove one of them", name="wrong-value")
        elif value is not None and not VARIABLE.fullmatch(value):
            hint = f"write ${{NAME}}, and set NAME where watcher runs; or write {by_file} with a file that holds it"
            checker.note(("sources", name, key), "a secret does not stand in the config", hint, name="wrong-value")
        elif file is not None and not is_file_name(file):
            hint = "write the name of a file, without blanks and braces"
            checker.note(("sources", name, by_file), "this is no file's name", hint, name="wrong-value")
        elif place := value or (file and place_of_file(file)):
            found[key] = place
    return found


def _is_given(keys: SourceKeys, key: str) -> bool:
    return key in keys.model_fields_set


def _check_numbers(checker: Checker, source: Source, *, is_follow_given: bool) -> None:
    path = ("sources", source.name)
    if is_follow_given and source.follow <= source.look_back <= 31:
        what = f"the last {source.look_back} digest days are read at every look already: this counts for nothing"
        checker.warn((*path, "follow"), what, "write more days than look_back, or leave it out", name="follow-in-vain")
    if not 1 <= source.look_back <= 31:
        checker.note((*path, "look_back"), "look_back counts 1 to 31 digest days", "write 3", name="wrong-value")
    if source.follow > 60:
        checker.note((*path, "follow"), "follow counts 60 digest days at most", "write 14", name="wrong-value")
    if source.every < timedelta(minutes=1):
        checker.note((*path, "every"), "more often than once a minute is impolite", "write 1h", name="wrong-value")
