"""Match regexes with RE2, in linear time whatever the pattern and the text; many at once by literals they need."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from watcher.errors import RuleError

MOST_MEMORY = 8 << 20
"""Most bytes of a compiled pattern."""


MOST_TOGETHER = 8_192
"""Most patterns whose literals are searched together; RE2 refuses some twenty thousand."""

_MARK = "\0watcher\0"
"""A text that no paper contains. It is put behind each text; if it is not found there, the search itself has failed."""


@lru_cache(maxsize=1024)
def compiled_regex(pattern: str) -> Any:
    """Return a compiled pattern. Raises ``RuleError`` if RE2 is not installed."""
    try:
        import re2
    except ImportError:
        raise RuleError(
            "this machine cannot read regexes", hint="install google-re2, or write words and prefixes"
        ) from None
    return re2.compile(pattern, _options())


def _options() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    return options


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
    """Return whether a pattern matches the empty text, and so every text."""
    return compiled_regex(pattern).search("") is not None


def holds(pattern: str, text: str) -> bool:
    """Return whether a pattern is found in a text."""
    return compiled_regex(pattern).search(text) is not None


def places(pattern: str, text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the first ``most`` matches in a text, without empty ones.

    ``pattern``: a regular expression.
    """
    spans = (found.span() for found in compiled_regex(pattern).finditer(text))
    return islice((span for span in spans if span[0] < span[1]), most)


class PatternFilter:
    """Finds many patterns in a text: reads those alone whose necessary literals are there.

    ``patterns``: at most ``MOST_TOGETHER``, which RE2 accepts.
    """

    def __init__(self, patterns: Collection[str]) -> None:
        import re2

        self._patterns = list(patterns)
        self._filter: Any = re2.Filter()
        for one in (re2.escape(_MARK), *self._patterns):
            self._filter.Add(one, _options())
        try:
            self._filter.Compile()
        except re2.error:  # too many literals
            self._filter = None

    def found(self, text: str) -> Iterator[str]:
        """Yield the patterns that are found."""
        some = self._filter and self._filter.Match(text + _MARK, potential=True)
        if not some or some[0] != 0:  # it ran out of memory, and has no other way to say so
            yield from (one for one in self._patterns if holds(one, text))
            return
        for number in some[1:]:
            if self._filter.re(number).search(text) is not None:
                yield self._patterns[number - 1]
