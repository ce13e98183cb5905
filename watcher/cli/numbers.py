"""Read numbers of a command line."""

from __future__ import annotations

import click


class AtLeast(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A whole number that is not below ``least``."""

    name = "integer"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that is given; refuse anything else."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= self._least:
            return int(text)
        self.fail(f"{text!r} is no number from {self._least} on", param, ctx)
