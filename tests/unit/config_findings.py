"""What the linter finds in a config: in a folder with one file to include."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from watcher.config import Config, load
from watcher.errors import ConfigError, Problem
from watcher.notify import doubt_of, problem_of
from watcher.rules import compile_rule
from watcher.store import database_problem

ENV = {"PW": "secret", "TOPIC": "x", "HOOK": "jsons://hook.lab.example/x"}


def folder_of(path: Path) -> Path:
    """The folder, with ``there/a.yml`` in it."""
    (path / "there").mkdir(exist_ok=True)
    file = path / "there" / "a.yml"
    file.write_text("subscriptions: [{name: z, rule: moon, to: me}]\n")
    file.chmod(0o600)
    return path


def read(folder: Path, text: str | bytes, **options: Any) -> Config:
    """The config of this text. Raises ``ConfigError``."""
    path = folder / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o600)
    checks: dict[str, Any] = {"check_url": problem_of, "doubt_url": doubt_of, "check_database": database_problem}
    return load(path, env=ENV, check_rule=compile_rule, strict=True, **checks, **options)


def found(folder: Path, text: str | bytes) -> list[Problem]:
    """All that is said of it."""
    try:
        return [*read(folder, text).problems]
    except ConfigError as error:
        return [*error.problems]
