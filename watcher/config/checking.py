"""From a tree with places to keys that hold: pydantic's errors, and the checks across keys, brought to their lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from pydantic import ValidationError

from watcher.config.keys import ConfigTable
from watcher.config.text.harmless import is_name, is_written_as_key, repeats_secret, shown_key
from watcher.config.text.mistakes import Hint
from watcher.config.text.nearest import near_or_known
from watcher.config.text.reading import Parsed
from watcher.config.text.tree import BROKEN, ConfigNode, Scalar, Table, find_node, plain_values, scalars
from watcher.errors import Problem, RuleError

K = TypeVar("K", bound=ConfigTable)
Path = tuple[int | str, ...]

MOST_PASSES = 6
MOST_LOOKED_AT = 1000
"""Wrong keys that are looked at one by one, and subscriptions at a time where there are more."""
FURTHEST = 200
"""Characters of a file that are looked through for the next one of a value."""
STAND_INS = {"name": "unnamed-", "to": "?"}
"""What stands for a required key that is missing, so that the rest of its table can be checked."""


class Checker:
    """One file: its tree, and the problems found so far."""

    def __init__(self, parsed: Parsed) -> None:
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
        """The file as ``model``, with all that is wrong in its keys noted.

        What is wrong is left out, or stood in for where it has to be there, so that the checks that follow see the
        rest. None where nothing can be made of the file.
        """
        if self.root is None:
            return None if self.is_broken else model()
        if not isinstance(self.root, Table):
            self.note((), "a table of keys belongs here", "begin with subscriptions:")
            return None
        data = plain_values(self.root)
        for n in range(MOST_PASSES):
            try:
                return model.model_validate(data)
            except ValidationError as error:
                error = self._first_of(error, model, data)
                for one in error.errors(include_url=False, include_input=False):
                    if not n:
                        self._note_validation(model, one)
                    self._leave_out(data, tuple(one["loc"]), is_missing=one["type"] == "missing")
        return None

    def _first_of(self, error: ValidationError, model: type[K], data: Any) -> ValidationError:
        """The same error, cut where it says too much: ``data`` loses what follows the first wrong subscriptions."""
        listed = data.get("subscriptions")
        if error.error_count() <= MOST_LOOKED_AT or not isinstance(listed, list):
            return error
        for end in range(MOST_LOOKED_AT, len(listed), MOST_LOOKED_AT):
            if _is_wrong(model, {"subscriptions": listed[end - MOST_LOOKED_AT : end]}):
                del listed[end:]
                break
        try:
            model.model_validate(data)
        except ValidationError as first:
            self.mistakes.count(error.error_count() - first.error_count())
            return first
        return error

    def _leave_out(self, data: Any, path: Path, *, is_missing: bool) -> None:
        """Take a wrong value out of ``data``, or put a stand-in where one is missing; nothing more is said of it."""
        self._silent.add(path)
        for step in path[:-1]:
            data = data[step]
        if is_missing:
            data[path[-1]] = STAND_INS.get(str(path[-1]), "00:00") + (str(path[-2]) if path[-1] == "name" else "")
        elif isinstance(data, dict):
            data.pop(path[-1], None)
        else:
            data[path[-1]] = {}

    def declared(self, key: str) -> frozenset[str]:
        """The names in a table of the file, whether or not what they stand for holds."""
        node, found = self._node((key,))
        if not found or not isinstance(node, Table):
            return frozenset()
        return frozenset(
            name for name, one in node.keys.items() if is_name(name) and is_written_as_key(one, self.source)
        )

    def note(self, path: Path, what: str, hint: Hint = "", *, fatal: bool = True, in_key: bool = False) -> None:
        """Something wrong at a path of keys and indexes; ``what`` shows nothing of a value that may be secret."""
        if any(path[:n] in self._silent for n in range(1, len(path) + 1)):
            return
        node, _ = self._node(path)
        offset = node.start if node else 0
        if in_key and path:
            parent, found = self._node(path[:-1])
            if found and isinstance(parent, Table) and str(path[-1]) in parent.keys:
                offset = parent.keys[str(path[-1])].start
        self.note_at(offset, what, hint, fatal=fatal)

    def note_value(self, path: Path, what: str, hint: Hint = "") -> None:
        """Note a problem with a harmless key; ``what`` may repeat its value, except for a possible secret in it."""
        node, found = self._node(path)
        if found and node is not None and any(repeats_secret(one.text, what) for one in scalars(node)):
            what = "an address, or another key, cannot stand here"
        self.note(path, what, hint)

    def note_rule(self, path: Path, error: RuleError) -> None:
        """A rule that cannot be read, with the place inside the rule."""
        node, found = self._node(path)
        offset = node.start if node else 0
        what, hint = error.what, error.hint
        if found and isinstance(node, Scalar):
            offset = self._inside(node, error.start)
            if repeats_secret(node.text, what + hint):
                what, hint = (
                    "this is no rule",
                    "an address or another key stands in it: see the quotes and the indentation",
                )
        self.note_at(offset, what, hint)

    def note_at(self, offset: int, what: str, hint: Hint = "", *, fatal: bool = True) -> None:
        """Something wrong at a character offset, unless what stands there could not be read: that is said already."""
        if not fatal or offset not in self._broken:
            self.mistakes.note(offset, what, hint, fatal=fatal)

    def check_rule(self, path: Path, read: Callable[[], object]) -> bool:
        """Whether ``read`` raises no ``RuleError``; noted if it does."""
        try:
            read()
        except RuleError as error:
            self.note_rule(path, error)
            return False
        return True

    def scalar(self, path: Path) -> Scalar | None:
        node, found = self._node(path)
        return node if found and isinstance(node, Scalar) else None

    def after(self, node: Scalar) -> str:
        """What stands on the line behind a value."""
        end = self.source.text.find("\n", node.end)
        return self.source.text[node.end : None if end < 0 else end]

    def _node(self, path: Path) -> tuple[ConfigNode | None, bool]:
        return (None, False) if self.root is None else find_node(self.root, path)

    def _inside(self, node: Scalar, at: int) -> int:
        """The offset of a value's character ``at`` in the file: blanks are folded and quotes doubled by YAML."""
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
        """Where values begin that could not be read."""
        return frozenset(one.start for one in scalars(self.root) if one.style == BROKEN) if self.root else frozenset()

    def _note_validation(self, model: type[ConfigTable], error: Any) -> None:
        path: Path = tuple(error["loc"])
        match error["type"]:
            case "extra_forbidden":
                key = str(path[-1])
                parent, _ = self._node(path[:-1])
                written = parent.keys.get(key) if isinstance(parent, Table) else None
                shown = shown_key(written, self.source, str(path[-2]) if len(path) > 1 else "")
                self.note(
                    path,
                    f"unknown key {shown}".rstrip(),
                    lambda: near_or_known(key, _names(model, path[:-1])),
                    in_key=True,
                )
            case "missing":
                self.note(path[:-1], f"`{path[-1]}` is missing", f"add {path[-1]}: …")
            case "watcher":
                self.note(path, error["ctx"]["what"], error["ctx"]["hint"])
            case "list_type":
                self.note(path, "a list belongs here", "begin each item with -")
            case "model_type" | "dict_type" | "model_attributes_type":
                self.note(path, "a table of keys belongs here", "write key: value, one a line, indented")
            case _:
                self.note(path, error["msg"].lower(), "")


def _is_wrong(model: type[ConfigTable], data: Any) -> bool:
    try:
        model.model_validate(data)
    except ValidationError:
        return True
    return False


def _names(model: type[ConfigTable], path: Path) -> list[str]:
    """The keys that are known at a path."""
    fields = model.model_fields
    here: type[ConfigTable] = model
    for step in path:
        if isinstance(step, int) or step not in {field.alias or name for name, field in fields.items()}:
            continue
        field = next(field for name, field in fields.items() if (field.alias or name) == step)
        inner = _model_in(field.annotation)
        if inner is not None:
            here, fields = inner, inner.model_fields
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> type[ConfigTable] | None:
    if isinstance(annotation, type) and issubclass(annotation, ConfigTable):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
