"""The regexes that stand alone in packed rules: all of them are looked for in a paper together."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from watcher.rules.language.regex import MOST_TOGETHER, PatternFilter
from watcher.rules.match.document import Document

FieldPattern = tuple[str, str]
"""A field and a pattern for its texts."""


class RegexBook:
    """Regexes by field.

    ``regexes``: all that may be asked for.
    """

    def __init__(self, regexes: Collection[FieldPattern]) -> None:
        self.regexes = frozenset(regexes)
        by_field: dict[str, list[str]] = {}
        for field, pattern in sorted(self.regexes):
            by_field.setdefault(field, []).append(pattern)
        self._filters = [
            (field, PatternFilter(patterns[at : at + MOST_TOGETHER]))
            for field, patterns in by_field.items()
            for at in range(0, len(patterns), MOST_TOGETHER)
        ]

    def found(self, document: Document) -> Iterator[FieldPattern]:
        """Yield the regexes that are found in a paper; one that is in several texts of a field comes again."""
        for field, some in self._filters:
            for text in document.texts(field):
                yield from ((field, pattern) for pattern in some.found(text.plain.text))
