"""What a row of the tables of doubts has: a pattern in a rule, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

START = r"(?:(?<=[\s(])|^)"
"""A pattern that matches where a term may begin."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pattern, and what is said about what it matches.

    ``what``: what is wrong.
    ``hint``: returns what to write instead of a match.
    ``in_quotes``: the pattern is for the whole text, even for what is in quotes.
    """

    name: str
    pattern: re.Pattern[str]
    what: str
    hint: Callable[[re.Match[str]], str]
    in_quotes: bool = False
