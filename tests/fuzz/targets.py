"""List everything that reads input of strangers or users: these are the targets of fuzzing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from tests.fuzz.target import Target

GROUPS = ("reading", "writing", "asking", "setting", "storing")
"""The files with targets, those that are imported fastest first. Each has them in a table with its name in capitals."""


def _tables() -> Iterator[Mapping[str, Target]]:
    for group in GROUPS:
        yield getattr(import_module(f"tests.fuzz.{group}"), group.upper())


def all_targets() -> dict[str, Target]:
    """Return name → target."""
    return {name: target for table in _tables() for name, target in table.items()}


def target_called(name: str) -> Target:
    """Return a target; import no file behind the file that has it. Raises ``KeyError``."""
    return next(table[name] for table in _tables() if name in table)
