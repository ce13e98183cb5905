"""Run a daemon in a single thread, let it die at any transaction or sending, and keep what it told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.integration.queues import Inline
from tests.integration.worlds import begun
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import DeliveryKind, Endpoint, Entry, Message, Outcome, Result, Subscription
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.record import Intake
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts import fate
from watcher.store import Store, Transaction
from watcher.store.database import schema

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
SENT = Outcome(Result.SENT)
TEAM = ("w1", "w2", "w3", "w4")
"""Receivers that are told together: their messages are claimed and recorded in one batch."""


class Killed(BaseException):
    """The process ends here, whatever it was about to do."""


class MortalStore:
    """The real store; the transaction that ``fuse`` counts down to dies before it begins, or before it is committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fuse: int | None = None
        self.dies_inside = False

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Transaction]:
        if self.fuse is not None:
            self.fuse -= 1
        is_last = self.fuse == 0
        if is_last and not self.dies_inside:
            raise Killed
        with self._store.transaction(durable=durable) as tx:
            yield tx
            if is_last:
                raise Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Life:
    """A database, a clock, and daemons in turn. ``heard`` counts what arrived: (endpoint, match)."""

    def __init__(self, store: Store) -> None:
        self.now = START
        self.store = MortalStore(store)
        self.outcomes: defaultdict[Endpoint, Outcome] = defaultdict(lambda: SENT)
        self.arrives_all_the_same = False
        self.dies_at: str | None = None
        self.sends_left = 0
        self.heard: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        self.notices: list[str] = []
        self.doubtful: set[str] = set()
        self.receivers: tuple[str, ...] = ("me", "you", "ops", *TEAM)
        self.subscriptions: tuple[Subscription, ...] = ()
        self.begin()

    def begin(self) -> None:
        """Start a daemon on what the last one left."""
        self.store.fuse, self.dies_at = None, None
        self.context = begun(self, self.config(), self.store)
        with self.store.transaction() as tx:
            tx.queue.free_interrupted(self.now)

    def config(self) -> Config:
        urls = {name: Receiver(name=name, urls={"": Address(text=f"json://{name}/")}) for name in self.receivers}
        subscriptions = tuple(one for one in self.subscriptions if set(one.to) <= set(self.receivers))
        return Config(
            operator=(Endpoint("ops"),),
            sources={},
            receivers=urls,
            subscriptions=subscriptions,
            unreachable_after=timedelta(0),
        )

    @contextmanager
    def mortal(self) -> Iterator[None]:
        """What happens in this block may end the daemon; then the next one begins."""
        try:
            yield
        except Killed:
            self.begin()
        self.store.fuse = None

    # --- what a daemon does ---

    def list_papers(self, *entries: Entry) -> None:
        with self.store.transaction() as tx:
            intake = Intake(tx, self.context.rules, self.now)
            intake.add(entries, "hf", whole=True)

            def decide(saved: Any, paper: Any, hit: Any) -> Any:
                return fate.of_polled(saved.subscription, paper, first_poll=False, now=self.now)

            intake.match(decide)

    def reload(self) -> None:
        self.context.config = self.config()
        apply_config(self.context)

    def tell(self) -> None:
        tell_due(self.context)

    def deliver(self) -> None:
        deliver_all(self.context, pool=Inline)

    # --- what stands for apprise ---

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        endpoint = Endpoint(url.removeprefix("json://").removesuffix("/"))
        outcome = self.outcomes[endpoint]
        if self.dies_at:
            self.sends_left -= 1
            # What was sent before in the same batch is not recorded yet.
            self.doubtful.add(delivery_id)
        is_last = self.dies_at and self.sends_left <= 0
        if is_last and self.dies_at == "before":
            raise Killed
        if outcome == SENT or self.arrives_all_the_same:
            self._hear(endpoint, delivery_id)
        if self.arrives_all_the_same and outcome != SENT:
            self.doubtful.add(delivery_id)
        if is_last:
            raise Killed
        # A message that is being marked may still be lost with its sender.
        if self.store.fuse is not None:
            self.doubtful.add(delivery_id)
        return outcome

    def _hear(self, endpoint: Endpoint, delivery_id: str) -> None:
        with self.store.reading() as tx:
            told = tx.contents.told(delivery_id)
            kind = tx.connection.scalar(select(schema.delivery.c.kind).where(schema.delivery.c.id == delivery_id))
            assert told or kind != DeliveryKind.DIGEST
            stands = standing(tx)
        self.notices += [] if told else [delivery_id]
        for one in told:
            before = [
                key
                for (where, match), keys in self.heard.items()
                if where == str(endpoint) and stands(match) == stands(one.match_id)
                for key in keys
            ]
            assert all(key in self.doubtful for key in before), "told twice, and nobody was killed"
            self.heard[str(endpoint), one.match_id].append(delivery_id)


def standing(tx: Transaction) -> Any:
    """A function from a match to the one that stands for it after merges of papers."""
    same = {row.id: row.same_as for row in tx.connection.execute(select(schema.match.c.id, schema.match.c.same_as))}

    def find(match: int) -> int:
        while same.get(match) is not None:
            match = same[match]
        return match

    return find
