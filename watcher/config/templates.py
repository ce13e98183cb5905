"""Read the templates in the config's folder that replace watcher's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from watcher.config.checking import Checker
from watcher.config.text.nearest import did_you_mean, known
from watcher.errors import Problem
from watcher.files.read import NotRead, read_regular
from watcher.model import TemplateTrouble
from watcher.render.pages import NAMES
from watcher.render.sample import usable_templates

LARGEST = 200_000
"""Most bytes of a template."""

INSTEAD = "watcher's own is used"


class Templates:
    """The templates of a config.

    ``texts``: name → text, of templates that work.
    ``broken``: name → why a template does not work.
    ``problems``: errors and warnings about them.
    """

    def __init__(self) -> None:
        self.texts: Mapping[str, str] = {}
        self.broken: dict[str, str] = {}
        self.problems: list[Problem] = []


def templates_of(checker: Checker, named: str | None, folder: Path, *, strict: bool) -> Templates:
    """Return the templates in a folder, after trying each.

    A template that does not work gives a warning, since watcher's own replaces it.

    ``named``: the folder as the config names it, relative to ``folder``; None for none.
    ``strict``: it gives an error instead.
    """
    made = Templates()
    if named is None:
        return made
    path = folder / os.path.expanduser(named)
    texts: dict[str, str] = {}
    try:
        files = sorted(path.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        checker.note(("templates",), f"there is no folder {path}", "make it, or leave the key out", name="wrong-folder")
        return made
    except OSError as error:
        what = f"the folder {path} cannot be read: {error.strerror}"
        checker.note(("templates",), what, "let watcher's user read it", name="wrong-folder")
        return made
    for file in files:
        _read(file, texts, made, strict=strict)
    made.texts, troubles = usable_templates(texts)
    for trouble in troubles:
        _note(made, path / trouble.template, trouble, texts, strict=strict)
    made.problems = [one for one in made.problems if one.fatal or not checker.accepted.take(("templates",), one.name)]
    return made


def _read(file: Path, texts: dict[str, str], made: Templates, *, strict: bool) -> None:
    if file.name.startswith(".") or os.path.isdir(file):
        return
    if file.name not in NAMES:
        hint = did_you_mean(file.name, NAMES) or known(NAMES)
        what = "no template has this name"
        made.problems.append(Problem(str(file), 0, 0, what, hint, fatal=False, name="unknown-template"))
        return
    data = read_regular(file, LARGEST)
    if isinstance(data, NotRead):
        what = data.what if data.is_error else f"it is {data.what}"
        _note(made, file, TemplateTrouble(file.name, 0, what), {}, strict=strict)
        return
    try:
        texts[file.name] = data.decode()
    except UnicodeDecodeError:
        _note(made, file, TemplateTrouble(file.name, 0, "it is not in UTF-8"), {}, strict=strict)


def _note(made: Templates, path: Path, trouble: TemplateTrouble, texts: Mapping[str, str], *, strict: bool) -> None:
    lines = texts.get(trouble.template, "").splitlines()
    line = lines[trouble.line - 1] if 0 < trouble.line <= len(lines) else ""
    column = len(line) - len(line.lstrip()) + 1 if trouble.line else 0
    made.broken[trouble.template] = str(trouble)
    source, name = line[:2000], "broken-template"
    made.problems.append(Problem(str(path), trouble.line, column, trouble.what, INSTEAD, source, strict, name))
