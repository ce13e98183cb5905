"""Decide which citing papers were there before anybody asked for them. Pure.

Lists of citing papers begin with the newest publication and are read only some way back. Which papers come into view
depends on the papers that are asked for together: an id that is added or taken away makes a list reach further back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from watcher.model import Hit, Paper, Reading
from watcher.model.citing import cited_in
from watcher.model.fields import id_of


def reached_by(reading: Reading, *, goes_on: bool) -> date | None:
    """Return the day of publication down to which a list is read once this page is; None if the page does not tell.

    ``goes_on``: the list has more than was read, though the page names no next one.
    """
    if reading.next is None and reading.whole and not goes_on:
        return date.min
    return reading.reaches.date() if reading.reaches else None


@dataclass(frozen=True, slots=True)
class CitingLists:
    """How far back lists of citing papers were read before this poll.

    ``reached``: key of each paper whose citations this poll asks for → the day of publication down to which the papers
        that cite it were read, None if they never were.
    """

    reached: Mapping[str, date | None]

    def shows_first(self, paper: Paper, hit: Hit) -> bool:
        """Return whether a paper is listed only since a list is read for the first time, or further back than before.

        A paper that lies within what was read before is new there: its references were read late. The cited papers
        that the rule asks for count; if it asks for none, all do.
        """
        cited = {id_of(one) for one in paper.cited_ids}
        asked = ((cited_in(hit.places) & cited) or cited) & self.reached.keys()
        return bool(asked) and not any(self._was_read(one, paper) for one in asked)

    def _was_read(self, key: str, paper: Paper) -> bool:
        reached = self.reached[key]
        return reached is not None and (paper.published is None or paper.published.date() > reached)
