"""Check, page by page, whether a list goes on as a list should. Does no IO."""

from __future__ import annotations

from datetime import datetime, timedelta

from watcher.model import Reading
from watcher.policy.polls.verdict import SOME, entry_key

SAME_TIME = timedelta(days=1)
"""How much newer than the page before it a page may be, since lists change while they are read."""


class ListPages:
    """The pages of one list that were read so far.

    It compares papers with their versions, not addresses: all pages of a list may have the same cursor, and a list of
    versions shows a paper once for each.
    """

    def __init__(self) -> None:
        self._pages = self._records = 0
        self._seen: set[tuple[str, int | None]] = set()
        self._reached: datetime | None = None
        self._is_blank = self._is_all = False

    def oddity(self, reading: Reading) -> str:
        """Add the next page. Return why the list cannot be followed any further, "" if it can."""
        if reading.parts:
            return ""  # it only counts papers
        self._pages += 1
        n = len(reading.entries) if reading.records is None else reading.records
        shown = {(entry_key(entry), entry.version) for entry in reading.entries}
        reason = self._repeats(shown) or self._runs_backwards(reading) or self._is_empty(n, reading)
        self._records += n
        self._is_blank, self._is_all = n == 0, reading.total is not None and self._records >= reading.total
        self._seen |= shown
        self._reached = reading.reaches or self._reached
        return reason or self._ends_early(reading)

    @property
    def is_over(self) -> bool:
        """Whether the list ends here even if the page names a next one: all was shown, or a later page is empty."""
        return self._is_all or (self._pages > 1 and self._is_blank)

    def _repeats(self, shown: set[tuple[str, int | None]]) -> str:
        if self._pages == 1 or not shown or not shown <= self._seen:
            return ""
        return f"page {self._pages} of the list shows papers of earlier pages only: it does not go on"

    def _runs_backwards(self, reading: Reading) -> str:
        if self._reached is None or reading.reaches is None or reading.reaches <= self._reached + SAME_TIME:
            return ""
        to, back = f"{reading.reaches:%Y-%m-%d}", f"{self._reached:%Y-%m-%d}"
        return f"page {self._pages} of the list goes back to {to}, the page before it to {back}: it runs backwards"

    def _is_empty(self, n: int, reading: Reading) -> str:
        """Return why an empty page is not the list's end, "" if it is or the page has records."""
        if n or reading.next is None or not _is_missing(self._records, reading.total):
            return ""
        return f"page {self._pages} of the list is empty; it has {reading.total}, by its own account"

    def _ends_early(self, reading: Reading) -> str:
        if reading.next is not None or not _is_missing(self._records, reading.total):
            return ""
        return f"the list ends after {self._records} of {reading.total}, by its own account"


def _is_missing(records: int, total: int | None) -> bool:
    """Return whether a list lacks more records than can have vanished while it was read."""
    return total is not None and total - records > max(SOME - 1, total // 100)
