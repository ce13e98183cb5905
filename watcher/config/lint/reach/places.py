"""Check the places under ``keep``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from watcher.config.addresses import Address
from watcher.config.checking import Checker
from watcher.config.keys import KeepKeys
from watcher.config.sources import name_holds
from watcher.config.values import KeepPlace
from watcher.model.subscriptions import KeepKind, KeepTarget

_LIBRARY = re.compile(r"(?:users|groups)/[0-9]{1,12}", re.ASCII)
_OF_KIND: Mapping[KeepKind, tuple[str, ...]] = {
    KeepKind.FOLDER: ("tags",),
    KeepKind.BIB: (),
    KeepKind.ZOTERO: ("key", "key_file", "collection", "api", "tags"),
    KeepKind.WEBHOOK: ("headers", "body", "find", "find_body", "tags"),
}
"""Kind of place → the keys that it has in addition to its own name and ``stars``."""

WrongKey = tuple[str, str, str]
"""(key, what is wrong with it, what to write)."""


def places_of(checker: Checker, asked: Mapping[str, KeepKeys], receivers: Collection[str]) -> dict[str, KeepPlace]:
    """Return name → place, of the places that are valid. Note what is wrong with the others in ``checker``.

    ``receivers``: names of receivers, which no place may have.
    """
    found = {}
    for name, keys in asked.items():
        if not name_holds(checker, "keep", name):
            continue
        path = ("keep", name)
        if name in receivers:
            hint = "give one of the two another name"
            checker.note(path, f"a receiver is called `{name}`, too", hint, in_key=True, name="wrong-value")
        kinds = [kind for kind in KeepKind if getattr(keys, kind.value)]
        if len(kinds) != 1:
            if not checker.has_silent(path):
                what = "says no place" if not kinds else f"has {' and '.join(kinds)}"
                hint = "give it one of folder, bib, zotero and webhook"
                kind_of_mistake = "wrong-value" if kinds else "missing-key"
                checker.note(path, f"`{name}` {what}", hint, in_key=True, name=kind_of_mistake)
            continue
        checker.accept(path, keys.accept)
        wrong = list(_wrong(keys, kinds[0]))
        for key, what, hint in wrong:
            if getattr(keys, key, None) or not checker.is_misspelt(path, [key]):
                here = key if getattr(keys, key, None) else kinds[0].value
                checker.note((*path, here), what, hint, name="wrong-value")
        if not wrong:
            found[name] = _place(name, kinds[0], keys)
    return found


def _wrong(keys: KeepKeys, kind: KeepKind) -> Iterator[WrongKey]:
    """Yield what is wrong with the keys of a place of one kind."""
    from watcher.citations.kept.body import address_problem, body_problem

    others = {key for keys_of in _OF_KIND.values() for key in keys_of} - set(_OF_KIND[kind])
    for key in sorted(others):
        if getattr(keys, key):
            yield key, f"a place with `{kind.value}` has no `{key}`", f"it has {', '.join((*_OF_KIND[kind], 'stars'))}"
    if kind is KeepKind.ZOTERO:
        if not _LIBRARY.fullmatch(keys.zotero or ""):
            yield (
                "zotero",
                "this is no Zotero library",
                "write users/NUMBER or groups/NUMBER, as the site's Keys page has it",
            )
        if bool(keys.key) == bool(keys.key_file):
            yield "key", "a Zotero library needs its key once", 'write key: "${ZOTERO_KEY}", or key_file: zotero_key'
    if kind is KeepKind.WEBHOOK:
        if not re.match(r"https?://|\$\{", keys.webhook or ""):
            yield "webhook", "this is no web address", "write https://host/path"
        if not keys.body:
            yield "body", "a webhook needs a body", 'write body: \'{"url": "{url}", "title": "{title}"}\''
        for key in ("body", "find_body"):
            if (text := getattr(keys, key)) and (problem := body_problem(text)):
                yield key, problem, "docs/keeping.md shows some"
        for key in ("webhook", "find"):
            if (text := getattr(keys, key)) and (problem := address_problem(text)):
                yield key, problem, "docs/keeping.md shows some"


def _place(name: str, kind: KeepKind, keys: KeepKeys) -> KeepPlace:
    target = KeepTarget(
        name=name,
        kind=kind,
        place=getattr(keys, kind.value),
        api=(keys.api or "").rstrip("/"),
        collection=keys.collection or "",
        tags=tuple(keys.tags or ()),
        headers=dict(keys.headers or {}),
        body=keys.body or "",
        find=keys.find or "",
        find_body=keys.find_body or "",
    )
    return KeepPlace(target=target, key=Address(text=keys.key or "", file=keys.key_file or ""), stars=keys.stars)
