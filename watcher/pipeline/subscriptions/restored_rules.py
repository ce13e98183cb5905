"""Restore the rules that are unchanged since an earlier process compiled them, and keep them for the next start."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from watcher.files.kept_rules import KeptRulesFile, version_of_rules
from watcher.rules import Index
from watcher.store.subscriptions.rule_rows import RuleRow

if TYPE_CHECKING:
    from watcher.rules.index.kept import KeptRules

LEAST = 2_000
"""Rules that must have been compiled or deleted before the file is written. Compiling fewer takes below 0.2 s."""

TAKEN_AT_ONCE = 8_192
"""Rows that are compared with the file at once."""

log = logging.getLogger(__name__)


class RestoredRules:
    """The compiled rules of an earlier process, and which of them are still the same.

    ``file``: None to restore and keep nothing.
    ``using_numbers``: ids of restored rules that compare upvotes or comments.
    """

    def __init__(self, file: KeptRulesFile | None) -> None:
        self._file = file
        self._kept = self._read()
        self._new = 0
        self.using_numbers: set[int] = set()

    def index(self) -> Index:
        """Return an empty index that makes the same keys of words as the restored rules."""
        return Index(keys=self._kept.keys if self._kept else None)

    def changed(self, rows: Iterable[RuleRow]) -> Iterator[RuleRow]:
        """Yield the rows whose rules must be compiled: they are not in the file, or differ from it."""
        for row in self._not_kept(rows):
            self._new += not row.library
            yield row

    def finish(self, index: Index, using_numbers: Collection[int]) -> None:
        """Add the restored rules to the index. Write all rules to the file if many were compiled or deleted.

        ``using_numbers``: ids of all rules that compare upvotes or comments.
        """
        kept, self._kept = self._kept, None
        gone = 0
        if kept and (pack := kept.taken()) is not None:
            index.adopt(pack)
            gone = len(pack.ids) - len(pack)
        if self._file and self._new + gone >= LEAST:
            self._keep(index, using_numbers)

    def _keep(self, index: Index, using_numbers: Collection[int]) -> None:
        from watcher.rules.index.kept import write_kept

        version, pack = version_of_rules(), index.in_one_pack()
        if not self._file or not version:
            return
        try:
            if pack is None:  # all that it holds are gone
                self._file.forget()
            else:
                self._file.write(write_kept(pack, index.keys, using_numbers, version))
        except OSError as error:
            log.warning("compiled rules are not kept for the next start: %s", error.strerror or error)

    def _read(self) -> KeptRules | None:
        data = self._file.read() if self._file else None
        if data is None:
            return None
        from watcher.rules.index.kept import read_kept

        return read_kept(data, version_of_rules())

    def _not_kept(self, rows: Iterable[RuleRow]) -> Iterator[RuleRow]:
        if not (kept := self._kept):
            yield from rows
            return
        from watcher.rules.index.kept import WrittenRule

        rows = iter(rows)
        while some := list(islice(rows, TAKEN_AT_ONCE)):
            asked = [one for one in some if not one.library]
            found = kept.take([WrittenRule(one.id, one.rule, one.sources) for one in asked]) if asked else []
            known = {one.id: numbers for one, numbers in zip(asked, found, strict=True) if numbers is not None}
            self.using_numbers.update(id for id, numbers in known.items() if numbers)
            yield from (one for one in some if one.id not in known)
