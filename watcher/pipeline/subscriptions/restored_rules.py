"""Take the rules that have not changed from the file in which an earlier process kept them, and keep them anew."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from watcher.files.kept_rules import KeptRulesFile, version_of_rules
from watcher.rules import Index
from watcher.store.subscriptions.subscriptions import RuleRow

if TYPE_CHECKING:
    from watcher.rules.index.kept import KeptRules

LEAST = 2_000
"""Rules that have to be read anew before they are kept: fewer are read in less than a fifth of a second."""

TAKEN_AT_ONCE = 8_192
"""Rows of rules that are compared together."""

log = logging.getLogger(__name__)


class RestoredRules:
    """What an earlier process kept of the rules that are loaded now.

    ``file``: None if nothing is kept.
    ``using_numbers``: restored rules that compare numbers.
    """

    def __init__(self, file: KeptRulesFile | None) -> None:
        self._file = file
        self._kept = self._read()
        self._new = 0
        self.using_numbers: set[int] = set()

    def index(self) -> Index:
        """Return an empty index whose keys are those of what is kept."""
        return Index(keys=self._kept.keys if self._kept else None)

    def changed(self, rows: Iterable[RuleRow]) -> Iterator[RuleRow]:
        """Yield the rules that have to be read, since they are not kept as they are now."""
        for row in self._not_kept(rows):
            self._new += not row.library
            yield row

    def finish(self, index: Index, using_numbers: Collection[int]) -> None:
        """Add the restored rules to the index; keep all that are in it, if many were read or are gone.

        ``using_numbers``: all rules that compare numbers.
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
        if not self._file or not version or pack is None:
            return
        try:
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
