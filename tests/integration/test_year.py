"""Play a year of digests with its troubles on a real database. Each paper is told once.

Some are told after the operator has done as a message says.

A play takes a minute: `python -m tests.year --seeds 1-20` plays further years, of every town, on either database.
"""

from __future__ import annotations

import pytest

from tests.examples import is_short, patience
from tests.year.plan import drawn_year
from tests.year.play import YearPlay
from watcher.store import Store


@pytest.mark.skipif(is_short(), reason="takes minutes: left to runs with all examples")
@pytest.mark.timeout(patience(600))
@pytest.mark.parametrize(("make_store", "seed", "town"), [("postgresql", 2, "mirrored")], indirect=["make_store"])
def test_of_a_year_each_paper_is_told_once_and_none_is_lost_without_a_word(store: Store, seed: int, town: str) -> None:
    year = drawn_year(seed, town)
    told = YearPlay(store, year).run()
    assert len(told.due) > 300 and told.polls > 500, "the year is long enough"
    assert not {reader: sorted(some) for reader, some in told.twice.items() if some}
    assert not {reader: sorted(some) for reader, some in told.lost.items() if some}
    assert all(times == 1 for times in told.updates.values()), "what became of a paper is told once as well"
    if town != "announced":
        assert told.acts and told.late and told.updates, "lists that show a few papers were behind, and it was said"
