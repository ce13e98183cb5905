"""Every record that is stored comes back as it was: drawn from its fields, so that none can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drawn import SECONDS, TEXT, drawn
from tests.examples import times
from tests.integration.queues import LEASE, waiting_in
from watcher.model import (
    Because,
    Decision,
    Delivery,
    DeliveryKind,
    Endpoint,
    Entry,
    Fate,
    Hit,
    Incident,
    IncidentKind,
    Judged,
    LikedPaper,
    MatchedSpan,
    Nothing,
    Page,
    Reading,
    StoredSubscription,
    Subscription,
    Validators,
    Verdict,
)
from watcher.model.fields import FACTS, LISTED
from watcher.policy.deliveries.retry import Health
from watcher.policy.polls.days import KnownPage
from watcher.policy.polls.rhythm import Wait
from watcher.policy.polls.verdict import DayHistory
from watcher.policy.subscriptions.changes import Wanted
from watcher.store import Store, Transaction
from watcher.store.deliveries.outbox import Digest
from watcher.store.fleet.daemons import KnownDaemon
from watcher.store.papers.matches import NewMatch
from watcher.store.sources.pages import Poll
from watcher.store.subscriptions.subscriptions import New

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = Endpoint("me", "phone")
NAMED = drawn(LikedPaper, abstract=st.just(""), keywords=st.just(()))
"""What is kept of a liked paper with a match."""

KITES = Subscription(name="kites", rule="kite", to=("me",), endpoints=(HERE,))

some = settings(
    max_examples=times(20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def claimed_in(tx: Transaction, now: datetime) -> list[Delivery]:
    """What a sender takes at this instant."""
    return tx.queue.claim(list(waiting_in(tx, now).values()), now, LEASE)


class _Enough(Exception):
    """What was written is taken back."""


@contextmanager
def trying(store: Store) -> Iterator[Transaction]:
    """A transaction that leaves nothing behind."""
    try:
        with store.transaction() as tx:
            yield tx
            raise _Enough
    except _Enough:
        return


@some
@given(
    entry=drawn(
        Entry,
        keys=st.just(("url:x",)),
        is_follow_up=st.just(False),
        arxiv_id=st.one_of(st.none(), TEXT),
        # Of days ahead: test_days_ahead.
        listed=st.one_of(st.none(), st.dates(max_value=NOW.date())),
        published=st.one_of(st.none(), st.integers(0, 10**9).map(lambda n: NOW - timedelta(seconds=n))),
    )
)
def test_a_paper_and_where_it_is_listed(store: Store, entry: Entry) -> None:
    with trying(store) as tx:
        [paper] = tx.papers.get(tx.papers.record_entries([entry], "hf", NOW).ids)
    assert {fact.attribute: getattr(paper, fact.attribute) for fact in FACTS} == {
        fact.attribute: getattr(entry, fact.attribute) for fact in FACTS
    }
    assert (paper.key, paper.first_seen) == ("url:x", NOW)
    [listing] = paper.listings
    assert (listing.source, listing.day, listing.read_at) == ("hf", entry.listed, NOW)
    for number in LISTED:
        assert getattr(listing, number.attribute) == getattr(entry, number.attribute)


@some
@given(one=drawn(Subscription), next_due=drawn(datetime | None), sign_due=drawn(datetime | None))
def test_a_subscription(store: Store, one: Subscription, next_due: datetime | None, sign_due: datetime | None) -> None:
    with trying(store) as tx:
        [id] = tx.subscriptions.insert_many([New(Wanted(one, "digest"), next_due, sign_due)], NOW)
        [saved] = tx.subscriptions.get([id]).values()
        assert saved == StoredSubscription(
            id=id, subscription=one, rule_digest="digest", next_due=next_due, sign_due=sign_due, created_at=NOW
        )
        tx.subscriptions.set_told(id, NOW + DAY, next_due)
        tx.silence.set_paused(id, True)
        tx.subscriptions.set_gone(id, NOW + DAY)
        [saved] = tx.subscriptions.all()
        assert (saved.last_due, saved.gone_at, saved.paused) == (NOW + DAY, NOW + DAY, True)


@some
@given(
    poll=drawn(
        Poll, at=st.just(NOW), wait=st.one_of(st.none(), drawn(Wait, time=SECONDS.map(lambda n: timedelta(seconds=n))))
    )
)
def test_a_look_at_a_source(store: Store, poll: Poll) -> None:
    with trying(store) as tx:
        tx.pages.record_poll(poll.source, poll.judged, poll.new, poll.pages, poll.at, poll.wait)
        assert tx.pages.last_poll(poll.source) == poll


@some
@given(
    # Of a page that was read: of those that never could be, `missing` keeps the account.
    page=drawn(KnownPage, read_at=st.just(NOW), is_read=st.just(True), failing_since=st.none()),
    given_back=drawn(Validators),
    recent=st.lists(st.tuples(drawn(datetime).map(datetime.date), st.integers(1, 9)), max_size=3).map(tuple),
)
def test_a_page(store: Store, page: KnownPage, given_back: Validators, recent: tuple[tuple[object, int], ...]) -> None:
    fetched = Page(url=page.url, body=b"", fetched_at=NOW, validators=given_back)
    reading = Reading(entries=(), day=page.day, previous=page.previous, whole=page.is_whole, is_newest=page.is_newest)
    history = DayHistory(recent=recent)  # type: ignore[arg-type]
    with trying(store) as tx:
        tx.pages.record("hf", fetched, reading, 7, Judged(Verdict.NEW), frozenset(), history, NOW)
        known, validators = tx.pages.remembered("hf", 7)
        assert known == {page.url: page}
        assert validators == ({page.url: given_back} if given_back and page.is_whole else {})
        assert tx.pages.history("hf", page.url, None, 7).recent == recent


@some
@given(incident=drawn(Incident, began=st.just(NOW), ended=st.sampled_from([None, NOW + DAY])))
def test_an_incident(store: Store, incident: Incident) -> None:
    with trying(store) as tx:
        begun = tx.incidents.begin(incident.kind, incident.subject, incident.reason, incident.began)
        assert begun.incident == replace(incident, ended=None)
        tx.incidents.tell(begun.id, [HERE], NOW)
        if incident.ended:
            tx.incidents.end([incident.kind], incident.subject, [], incident.ended)
        assert tx.incidents.get(begun.id) == incident
        [claimed] = claimed_in(tx, NOW)
        assert tx.contents.gather([claimed])[claimed.id].incidents == [incident]


def test_every_kind_of_incident_is_stored(store: Store) -> None:
    for kind in IncidentKind:
        with trying(store) as tx:
            assert tx.incidents.begin(kind, "x", "y", NOW).incident.kind is kind


@some
@given(health=drawn(Health))
def test_the_health_of_an_endpoint(store: Store, health: Health) -> None:
    with trying(store) as tx:
        tx.endpoints.lock(HERE)
        tx.endpoints.set_health(HERE, health)
        assert tx.endpoints.health(HERE) == health


@some
@given(
    hit=drawn(
        Hit,
        score=st.floats(0, 1),
        places=st.lists(drawn(MatchedSpan), max_size=3).map(tuple),
        because=st.none() | drawn(Because, papers=st.lists(NAMED, max_size=2).map(tuple)),
    ),
    occasion=TEXT,
)
def test_a_match(store: Store, hit: Hit, occasion: str) -> None:
    with trying(store) as tx:
        [id] = tx.subscriptions.insert_many([New(Wanted(KITES, "d"), None)], NOW)
        [paper] = tx.papers.record_entries([Entry(title="Kites")], "hf", NOW).ids
        tx.matches.record([NewMatch(id, paper, hit, Decision(Fate.HELD), occasion)], NOW)
        tx.matches.owe(tx.matches.held(id), [HERE], NOW)
        [told] = tx.outbox.due_alerts([HERE], NOW)[HERE]
        assert (Hit(told.score, told.places, told.because), told.occasion) == (hit, occasion)
        assert (told.paper_id, told.subscription, told.timezone) == (paper, "kites", "UTC")


@some
@given(decision=drawn(Decision))
def test_what_was_decided_of_a_match(store: Store, decision: Decision) -> None:
    with trying(store) as tx:
        [id] = tx.subscriptions.insert_many([New(Wanted(KITES, "d"), None)], NOW)
        [paper] = tx.papers.record_entries([Entry(title="Kites")], "hf", NOW).ids
        tx.matches.record([NewMatch(id, paper, Hit(0.9), decision)], NOW)
        [told] = tx.history.of_subscription(id, 9)
        is_held = decision.fate is Fate.HELD
        assert (told.state, told.reason) == (
            ("held", "for its subscription's time") if is_held else ("not told", decision.reason)
        )


@some
@given(kind=st.sampled_from(DeliveryKind), part=st.integers(1, 9), at=drawn(datetime))
def test_a_delivery(store: Store, kind: DeliveryKind, part: int, at: datetime) -> None:
    with trying(store) as tx:
        if kind is DeliveryKind.DIGEST:
            [id] = tx.subscriptions.insert_many([New(Wanted(KITES, "d"), None)], NOW)
            [paper] = tx.papers.record_entries([Entry(title="Kites")], "hf", NOW).ids
            tx.matches.record([NewMatch(id, paper, Hit(0.9), Decision(Fate.HELD))], at)
            tx.matches.owe(tx.matches.held(id), [HERE], at)
            [told] = tx.outbox.due_alerts([HERE], at)[HERE]
            [made] = tx.outbox.enqueue_digests([Digest(HERE, part, 9, [told.match_id])], at)
            shown = Delivery(id=made, kind=kind, endpoint=HERE, fence=1, part=part, parts=9, created_at=at)
        elif kind in (DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE):
            [id] = tx.subscriptions.insert_many([New(Wanted(KITES, "d"), None)], NOW)
            tx.blanks.owe(id, kind, {HERE: at}, at, 3)
            made = tx.outbox.enqueue(HERE, kind, at)
            tx.blanks.tell([one.id for one in tx.blanks.due(HERE, at)], made)
            shown = Delivery(id=made, kind=kind, endpoint=HERE, fence=1, created_at=at)
            assert tx.contents.gather([shown])[made].nothing == [Nothing(subscription="kites", read=3, since=at)]
        else:
            made = tx.outbox.enqueue(HERE, kind, at)
            shown = Delivery(id=made, kind=kind, endpoint=HERE, fence=1, created_at=at)
        assert claimed_in(tx, at + DAY) == [shown]


@some
@given(daemon=drawn(KnownDaemon, id=st.uuids().map(lambda id: id.hex), seen_at=st.just(NOW)))
def test_a_daemon(store: Store, daemon: KnownDaemon) -> None:
    with trying(store) as tx:
        tx.daemons.beat(daemon)
        assert tx.daemons.alive(NOW) == [daemon]
        later = replace(daemon, host="b", pid=1, release="2", config="c", seen_at=NOW + timedelta(seconds=1))
        tx.daemons.beat(later)
        assert tx.daemons.alive(NOW) == [later]
