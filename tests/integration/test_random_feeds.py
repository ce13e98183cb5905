"""Random feeds: no paper that they list is lost, and none is taken for a new one a second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings

from tests.examples import times
from tests.integration.random_feeds import Play, plays
from watcher.model import Entry, Reading, Source
from watcher.parsers import PARSERS
from watcher.store import Store, Transaction

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


class Undone(Exception):
    """Ends a transaction without storing anything."""


def entries_of(play: Play, look: int) -> list[Entry]:
    url = f"https://{play.forms[play.looks[look].feed].site}/feed.xml"
    parsed = PARSERS["feed"].parse(play.page(look), url, Source(name=url, kind="feed", url=url))
    assert isinstance(parsed, Reading), parsed
    return list(parsed.entries)


def watch(tx: Transaction, play: Play) -> None:
    """Store look by look; say at the first one what is lost or told twice."""
    told: dict[str, int] = {}
    for look, seen in enumerate(play.looks):
        entries = entries_of(play, look)
        names = [entry.categories[0] for entry in entries]
        assert sorted(names) == sorted(f"paper {n}" for n in seen.shown), f"look {look}: the feed lists others"
        site = play.forms[seen.feed].site
        recorded = tx.papers.record_entries(entries, site, NOW + look * timedelta(hours=1))
        assert len(set(recorded.ids)) == len(names), f"look {look}: two papers became one, {names} {recorded.ids}"
        for name, id in zip(names, recorded.ids, strict=True):
            if name in told:
                assert id not in recorded.new, f"look {look}: {name} is told twice"
                assert id == told[name], f"look {look}: {name} became another one"
            else:
                assert id in recorded.new, f"look {look}: {name} is never told"
                told[name] = id


@settings(max_examples=times(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(play=plays())
def test_each_paper_of_a_feed_is_told_once(store: Store, play: Play) -> None:
    try:
        with store.transaction() as tx:
            watch(tx, play)
            raise Undone
    except Undone:
        pass
