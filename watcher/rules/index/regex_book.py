"""Search a paper for all regexes that packed rules ask for, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from watcher.rules.language.regex import MOST_TOGETHER, PatternFilter
from watcher.rules.match.document import Document

FieldPattern = tuple[str, str]
"""A field and a pattern for its texts."""


class RegexBook:
    """The regexes of packed rules, by field.

    ``regexes``: (field, pattern) of each.
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
        """Yield (field, pattern) of the regexes in a paper, several times if several texts of a field match."""
        for field, some in self._filters:
            for text in document.texts(field):
                yield from ((field, pattern) for pattern in some.found(text.plain.text))
