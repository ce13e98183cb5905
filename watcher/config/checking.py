"""Check a tree of texts against the keys of a model, and report each error at its line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, TypeVar

from pydantic import ValidationError

from watcher.config.keys import PLACES, ConfigTable, keys_at
from watcher.config.lint.accepting import AcceptedWarnings
from watcher.config.lint.listed import is_refused, taken_out
from watcher.config.lint.synonyms import ONE_ADDRESS, meant_key, table_meant
from watcher.config.lint.table import ERRORS, WARNINGS
from watcher.config.text.harmless import is_name, is_written_as_key, quoted_value, repeats_secret, shown_key
from watcher.config.text.mistakes import Hint
from watcher.config.text.nearest import did_you_mean
from watcher.config.text.reading import Parsed
from watcher.config.text.signs import INVISIBLE, STRANGE_BLANK
from watcher.config.text.tree import BROKEN, ConfigNode, Items, Scalar, Table, find_node, plain_values, scalars
from watcher.errors import Problem, RuleError

K = TypeVar("K", bound=ConfigTable)
R = TypeVar("R")
Path = tuple[int | str, ...]

MOST_PASSES = 6
MOST_LOOKED_AT = 1000
"""Most wrong keys that are looked at one by one. If there are more, subscriptions are checked this many at a time."""
FURTHEST = 200
"""How many characters of a file are searched for the next character of a value."""
STAND_INS = {"name": "unnamed-", "to": "?"}
"""Required key → value that replaces it if it is missing, so that the rest of its table can be checked."""


class Checker:
    """One file of the config: its tree, and the problems found in it so far.

    ``above``: warnings that are accepted for all files. These, and those that the file itself accepts, are not noted.
    """

    def __init__(self, parsed: Parsed, above: AcceptedWarnings | None = None) -> None:
        self.accepted = AcceptedWarnings(above)
        self.source = parsed.source
        self.root = parsed.root
        self.mistakes = parsed.mistakes
        self._silent: set[Path] = set()

    @property
    def problems(self) -> list[Problem]:
        return self.mistakes.listed()

    @property
    def is_broken(self) -> bool:
        return self.mistakes.has_errors

    def keys(self, model: type[K]) -> K | None:
        """Return the file as ``model``, after noting all that is wrong in its keys; None if nothing can be made of it.

        Wrong values are left out, or replaced if they are required, so that later checks see everything else.
        """
        if self.root is None:
            return None if self.is_broken else model()
        if not isinstance(self.root, Table):
            self.note((), "a table of keys belongs here", "begin with subscriptions:", name="wrong-value")
            return None
        data = plain_values(self.root)
        for wrong in taken_out(data, keys_at(model, ("subscriptions", 0))):
            here: Path = ("subscriptions", *wrong.place)
            self.note(here, wrong.what, wrong.hint, in_key=len(here) > 2, name="wrong-value")
            self._silent.add(("subscriptions", *wrong.whole))
        for n in range(MOST_PASSES):
            try:
                return model.model_validate(data)
            except ValidationError as error:
                error = self._first_of(error, model, data)
                found = error.errors(include_url=False, include_input=False)
                strange = [tuple(one["loc"]) for one in found if one["type"] == "extra_forbidden"]
                for one in found:
                    if not n and not _is_misspelt(tuple(one["loc"]), one["type"], strange):
                        self._note_validation(model, one)
                    self._leave_out(data, tuple(one["loc"]), is_missing=one["type"] == "missing")
        return None

    def _first_of(self, error: ValidationError, model: type[K], data: Any) -> ValidationError:
        """Return the same error; if it is too long, only about the first wrong subscriptions, which ``data`` keeps."""
        listed = data.get("subscriptions")
        if error.error_count() <= MOST_LOOKED_AT or not isinstance(listed, list):
            return error
        for end in range(MOST_LOOKED_AT, len(listed), MOST_LOOKED_AT):
            if is_refused(model, {"subscriptions": listed[end - MOST_LOOKED_AT : end]}):
                del listed[end:]
                break
        try:
            model.model_validate(data)
        except ValidationError as first:
            self.mistakes.count(error.error_count() - first.error_count())
            return first
        return error

    def _leave_out(self, data: Any, path: Path, *, is_missing: bool) -> None:
        """Take a wrong value out of ``data``, or put in a missing one; nothing more is noted about it."""
        self._silent.add(path)
        for step in path[:-1]:
            data = data[step]
        if is_missing:
            data[path[-1]] = STAND_INS.get(str(path[-1]), "00:00") + (str(path[-2]) if path[-1] == "name" else "")
        elif isinstance(data, dict):
            data.pop(path[-1], None)
        else:
            data[path[-1]] = {}

    def has_key(self, key: str) -> bool:
        """Return whether the file has a key at its top, even misspelt."""
        return self._meant(key) is not None

    def is_empty(self, key: str) -> bool:
        """Return whether a key at the top is missing or has no value, or an empty list or table."""
        node = self._meant(key)
        held = node.values if isinstance(node, Table) else node.items if isinstance(node, Items) else ()
        return node.empty if isinstance(node, Scalar) else not held

    def _meant(self, key: str) -> ConfigNode | None:
        """Return the value of a key at the top, even if the key is misspelt; None if it is not there."""
        values = self.root.values if isinstance(self.root, Table) else {}
        if key in values:
            return values[key]
        wrong = (name for name in values if (name,) in self._silent)
        return next((values[name] for name in wrong if did_you_mean(name, [key])), None)

    def declared(self, key: str) -> Collection[str]:
        """Return the names in the file's table under ``key``, in their order, even those whose value is wrong."""
        node = self._meant(key)
        keys = node.keys if isinstance(node, Table) else {}
        return {name: one for name, one in keys.items() if is_name(name) and is_written_as_key(one, self.source)}.keys()

    def note(
        self, path: Path, what: str, hint: Hint = "", *, name: str, fatal: bool = True, in_key: bool = False
    ) -> None:
        """Note a problem at a path of keys and indexes; with ``fatal=False`` a warning. ``what`` quotes nothing secret.

        ``hint``: what to write instead. ``name``: as docs/warnings.md has it. ``in_key``: point at the key, not the
            value.
        """
        if self.is_silent(path) or (not fatal and self.accepted.take(path, name)):
            return
        node, _ = self._node(path)
        offset = node.start if node else 0
        if in_key and path:
            parent, found = self._node(path[:-1])
            if found and isinstance(parent, Table) and str(path[-1]) in parent.keys:
                offset = parent.keys[str(path[-1])].start
        self.note_at(offset, what, hint, fatal=fatal, name=name)

    def warn(
        self, path: Path, what: str, hint: Hint = "", *, name: str, in_key: bool = False, at: int | None = None
    ) -> None:
        """Note a warning about the value at a path.

        ``what``: what is wrong, in words; ``hint``: what to write instead; ``name``: the warning's.
        ``in_key``: point at the key, not at its value.
        ``at``: index of the character to point at, None if not known.
        """
        node, found = self._node(path)
        if at is None or not found or not isinstance(node, Scalar):
            self.note(path, what, hint, name=name, in_key=in_key, fatal=False)
        elif not self.is_silent(path) and not self.accepted.take(path, name):
            self.note_at(self._inside(node, at), what, hint, fatal=False, name=name)

    def note_once(self, path: Path, what: str, hint: Hint = "", *, name: str) -> None:
        """Note an error at a path, and nothing more at this path afterwards; see :meth:`note`."""
        self.note(path, what, hint, name=name)
        self._silent.add(path)

    def is_silent(self, path: Path) -> bool:
        """Return whether something is noted at this path or above it, so that nothing more is."""
        return any(path[:n] in self._silent for n in range(1, len(path) + 1))

    def is_misspelt(self, path: Path, names: Sequence[str]) -> bool:
        """Return whether the table at a path has one of these keys under a misspelt name that was noted."""
        wrong = [str(one[-1]) for one in self._silent if one[:-1] == path]
        return any(_may_mean(name, one) for name in wrong for one in names)

    def has_silent(self, path: Path) -> bool:
        """Return whether anything in the table at a path was noted as wrong."""
        return any(one[: len(path)] == path for one in self._silent)

    def accept(self, path: Path, names: Sequence[str] | None) -> None:
        """Accept the warnings that the ``accept:`` of the table at ``path`` names. Names of no warning are errors."""
        self.accepted.add(path, names or ())
        place = (*path, "accept")
        for n, name in enumerate(names or ()):
            here = place if self.scalar(place) else (*place, n)
            if name in ERRORS:
                self.note(here, f"`{name}` is an error: it cannot be accepted", "mend it", name="unknown-warning")
            elif name not in WARNINGS:
                shown = f"there is no warning {quoted_value(name)}"
                hint = did_you_mean(name, WARNINGS) or "their names are in docs/warnings.md"
                self.note(here, shown, hint, name="unknown-warning")
        self.warn_of_twins(place, names or ())

    def warn_of_twins(self, path: Path, names: Sequence[str]) -> None:
        """Warn of names that stand in the list at a path more than once."""
        for n, name in enumerate(names):
            if name in names[:n]:
                self.warn((*path, n), "it stands in this list already", "name it once", name="named-twice")

    def warn_of_vain(self) -> None:
        """Warn of accepted warnings that did not occur. Call it at the end; it does nothing if the file has errors."""
        if not self.is_broken:
            for path, n, name in list(self.accepted.in_vain()):
                place = (*path, "accept")
                here = place if self.scalar(place) else (*place, n)
                self.warn(here, f"there is no warning `{name}` here", "take it off the list", name="accepted-in-vain")

    def note_value(self, path: Path, what: str, hint: Hint = "", *, name: str = "wrong-value") -> None:
        """Note an error about a harmless key. ``what`` may quote its value; it is replaced if that may be a secret."""
        node, found = self._node(path)
        if found and node is not None and any(repeats_secret(one.text, what) for one in scalars(node)):
            what = "an address, or another key, cannot stand here"
        self.note(path, what, hint, name=name)

    def note_rule(self, path: Path, error: RuleError, name: str = "wrong-rule") -> None:
        """Note a rule that cannot be read, at the place inside the rule."""
        node, found = self._node(path)
        if found and isinstance(node, Scalar) and node.style == BROKEN:
            return
        offset = node.start if node else 0
        what, hint = error.what, error.hint
        if found and isinstance(node, Scalar):
            offset = self._inside(node, error.start)
            if repeats_secret(node.text, what + hint):
                what, hint = (
                    "this is no rule",
                    "an address or another key stands in it: see the quotes and the indentation",
                )
        self.note_at(offset, what, hint, name=name)

    def note_at(self, offset: int, what: str, hint: Hint = "", *, name: str, fatal: bool = True) -> None:
        """Note a problem at an offset in the file, with ``fatal=False`` a warning.

        An error at a value that could not be read is not noted again. ``what``: what is wrong, in words.
        """
        if not fatal or offset not in self._broken:
            self.mistakes.note(offset, what, hint, fatal=fatal, name=name)

    def read_rule(self, path: Path, read: Callable[[], R]) -> R | None:
        """Return what ``read`` returns, None if it raises ``RuleError``, which is noted."""
        try:
            return read()
        except RuleError as error:
            self.note_rule(path, error)
            return None

    def scalar(self, path: Path) -> Scalar | None:
        node, found = self._node(path)
        return node if found and isinstance(node, Scalar) else None

    def after(self, node: Scalar) -> str:
        """Return the text behind a value on the same line."""
        end = self.source.text.find("\n", node.end)
        return self.source.text[node.end : None if end < 0 else end]

    def _node(self, path: Path) -> tuple[ConfigNode | None, bool]:
        return (None, False) if self.root is None else find_node(self.root, path)

    def _inside(self, node: Scalar, at: int) -> int:
        """Return the offset in the file of a value's character ``at``. YAML folds blanks and doubles quotes."""
        text = self.source.text
        place = node.start
        if node.style in ("|", ">"):
            place = text.find("\n", place) + 1
        elif node.style:
            place += 1
        for char in node.text[:at]:
            if not char.isspace():  # further on only where indentation or an escape lies between
                place = text.find(char, place, min(place + FURTHEST, node.end)) + 1 or place
        while place < node.end and text[place].isspace() and at < len(node.text) and not node.text[at].isspace():
            place += 1
        return min(place, max(node.end - 1, node.start))

    @cached_property
    def _broken(self) -> frozenset[int]:
        """The offsets at which values begin that could not be read."""
        return frozenset(one.start for one in scalars(self.root) if one.style == BROKEN) if self.root else frozenset()

    def _note_validation(self, model: type[ConfigTable], error: Any) -> None:
        path: Path = tuple(error["loc"])
        match error["type"]:
            case "extra_forbidden":
                key = str(path[-1])
                parent, _ = self._node(path[:-1])
                written = parent.keys.get(key) if isinstance(parent, Table) else None
                shown = shown_key(written, self.source, str(path[-2]) if len(path) > 1 else "")
                if blank := STRANGE_BLANK.search(key) or INVISIBLE.search(key):
                    where = "before" if blank.start() == 0 else "in"
                    what = f"an invisible sign (U+{ord(blank[0]):04X}) stands {where} this key"
                    self.note(path, what, "write plain blanks in its place", in_key=True, name="unknown-key")
                    return
                if key == "<<":
                    what, hint = "merge keys, as `<<` is one, are not read", "write the keys themselves"
                    self.note(path, what, hint, in_key=True, name="unreadable")
                    return
                if written is not None and not is_written_as_key(written, self.source):
                    hint = "in braces each key has a value, and a list stands in brackets: [one, two]"
                    self.note(path, "a key without a value", hint, in_key=True, name="unknown-key")
                    return
                self.note(
                    path,
                    f"unknown key {shown}".rstrip(),
                    lambda: meant_key(key, keys_at(model, path[:-1]), PLACES),
                    in_key=True,
                    name="unknown-key",
                )
                if path[:1] == ("receivers",) and meant_key(key, keys_at(model, path[:-1])).startswith(ONE_ADDRESS):
                    self._silent.add(path[:-1])  # the other pieces are the same mistake
            case "missing":
                self.note(path[:-1], f"`{path[-1]}` is missing", f"add {path[-1]}: …", name="missing-key")
            case "watcher":
                ctx = error["ctx"]
                here = path if ctx.get("item") is None else (*path, ctx["item"])
                self.note(here, ctx["what"], ctx["hint"], name="wrong-value")
            case "list_type":
                self.note(path, "a list belongs here", "begin each item with -", name="wrong-value")
            case "model_type" | "dict_type" | "model_attributes_type":
                if ":{" in str(path[-1]):
                    hint = "write it as in `hf: {kind: …}`"
                    self.note(path, "a blank is missing behind a colon", hint, in_key=True, name="unreadable")
                    return
                names = () if error["type"] == "dict_type" else keys_at(model, path)
                hint = table_meant(self._node(path)[0], str(path[-1]), names)
                self.note(path, "a table of keys belongs here", hint, name="wrong-value")
            case _:
                self.note(path, error["msg"].lower(), "", name="wrong-value")


def _is_misspelt(path: Path, kind: str, strange: list[Path]) -> bool:
    """Return whether a missing key is there under a misspelt name, one of the unknown keys at ``strange``."""
    beside = (str(one[-1]) for one in strange if one[:-1] == path[:-1])  # looked through only if need be
    return kind == "missing" and any(_may_mean(name, str(path[-1])) for name in beside)


def _may_mean(name: str, key: str) -> bool:
    """Return whether an unknown key may be a misspelling of ``key``. A merge key may hold any key."""
    bare = INVISIBLE.sub("", STRANGE_BLANK.sub("", name))
    return name == "<<" or bare == key or key in meant_key(bare, [key]).split("`")[1:2]
