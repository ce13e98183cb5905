"""Match regexes by RE2, in linear time whatever the pattern and the text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from watcher.errors import RuleError

MOST_MEMORY = 8 << 20
"""Most bytes of a compiled pattern."""


@lru_cache(maxsize=1024)
def compiled_regex(pattern: str) -> Any:
    """Compile a pattern. Raises ``RuleError`` if RE2 is not installed."""
    try:
        import re2
    except ImportError:
        raise RuleError(
            "this machine cannot read regexes", hint="install google-re2, or write words and prefixes"
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    return re2.compile(pattern, options)


def regex_problem(pattern: str) -> str | None:
    """Return why RE2 refuses the pattern, None if it accepts it."""
    try:
        compiled_regex(pattern)
    except RuleError:
        raise
    except Exception as error:  # re2.error is a C++ exception's shadow without a public base
        text = error.args[0] if error.args else error
        return text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return None


def matches_nothing(pattern: str) -> bool:
    """Return whether the pattern matches the empty text, and so every text."""
    return compiled_regex(pattern).search("") is not None


def holds(pattern: str, text: str) -> bool:
    """Return whether the pattern is found."""
    return compiled_regex(pattern).search(text) is not None


def places(pattern: str, text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield the character spans of the first ``most`` matches, without empty ones."""
    spans = (found.span() for found in compiled_regex(pattern).finditer(text))
    return islice((span for span in spans if span[0] < span[1]), most)
