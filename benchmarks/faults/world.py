"""Run a whole watcher with a faulty receiver, a working one and an operator; only network and clock are made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.faults.hook import Hook
from tests.integration.mailserver import MailServer
from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.config import Address, Config, Receiver
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Message, Outcome, Page, Subscription
from watcher.notify import Notifier
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, open_store
from watcher.store.database import schema

DAY = date(2026, 3, 10)
START = datetime(2026, 3, 10, 8, tzinfo=UTC)
PAPERS = 12
MESSAGES = 3
PATIENCE = 0.25
"""Seconds without an answer; in the daemon they are twenty."""


class Killed(BaseException):
    """The daemon ends here."""


WRONG, WORKS, OPERATOR = Endpoint("wrong"), Endpoint("works"), Endpoint("operator")


@dataclass(frozen=True)
class Arrived:
    """One message as its receiver has it."""

    key: str
    text: str


@dataclass(frozen=True)
class Ending:
    """What became of one fault: ``reasons`` of the tries in a row with how often, ``states`` of the deliveries.

    ``lost`` counts papers that neither arrived nor stand in a delivery that is kept (dead, to be replayed); ``twice``
    those that arrived again, ``unknown_twice`` those of them under another key; ``others`` the messages that the
    other receiver had, the first of them by the end of so many ``rounds`` of telling, ``after`` so many seconds;
    ``told`` what the operator heard.
    """

    reasons: tuple[tuple[str, int], ...]
    states: dict[DeliveryState, int]
    lost: int
    twice: int
    unknown_twice: int
    others: int
    rounds: int
    after: float
    told: tuple[str, ...]


class World:
    """Twelve papers, three saved rules, a message for each of them to each of two receivers."""

    def __init__(self, store: Store, notifier: Notifier, urls: dict[str, str], watched: MailServer | Hook) -> None:
        self.now, self.watched = START, watched
        self.papers = sample_papers(PAPERS)
        self.store, self.notifier = store, notifier
        self.dies = False
        self.rounds, self.served = 0, list[int]()
        self.source = make_source(name="hf", url="http://127.0.0.1/papers", look_back=1)
        self.context = self._parts(urls)
        apply_config(self.context)

    def _parts(self, urls: dict[str, str]) -> Context:
        receivers = {name: Receiver(name=name, urls={"": Address(text=url)}) for name, url in urls.items()}
        saved = tuple(_subscription(n) for n in range(MESSAGES))
        return Context(
            config=Config(operator=(OPERATOR,), sources={"hf": self.source}, receivers=receivers, subscriptions=saved),
            store=self.store,
            fetcher=self,  # type: ignore[arg-type]
            notifier=self,  # type: ignore[arg-type]
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )

    # --- what stands for the network ---

    def get(self, url: str, validators: Any) -> Page:
        """The page with all papers so far."""
        return Page(url=url, body=make_page(DAY, self.papers), fetched_at=self.now)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        """Through the real notifier; the daemon may be killed before it writes down what came of it."""
        outcome = self.notifier.send(url, message, delivery_id)
        if self.dies and url == self.context.config.address(WRONG, {}):
            self.dies = False
            raise Killed
        if url == self.context.config.address(WORKS, {}):
            self.served.append(self.rounds)
        return outcome

    # --- what a daemon does ---

    def look(self, more: int = 0) -> None:
        """Poll, with so many further papers on the page."""
        self.papers = sample_papers(len(self.papers) + more)
        poll_pages(self.source, self.context)

    def tell(self) -> None:
        """Tell and send everything that is due; start a killed daemon again."""
        self.rounds += 1
        tell_due(self.context)
        try:
            deliver_all(self.context)
        except Killed:
            with self.store.transaction() as tx:
                tx.queue.free_interrupted(self.now)

    def wait(self) -> None:
        """Let the time come at which the receiver is tried again."""
        with self.store.reading() as tx:
            next_try = tx.endpoints.health(WRONG).next_try
        self.now = max(next_try or self.now, self.now + timedelta(seconds=30))

    def is_done(self) -> bool:
        """Whether nothing is left to send."""
        with self.store.reading() as tx:
            return not {DeliveryState.PENDING, DeliveryState.SENDING} & set(tx.outbox.states())


def arrived_at(server: MailServer | Hook) -> list[Arrived]:
    """The messages with papers that a server took."""
    if isinstance(server, Hook):
        return [Arrived(key, text) for key, text, _ in server.taken]
    return [Arrived(one.key, _text_of(one.content)) for one in server.taken]


def ending(world: World, works: Hook, operator: Hook, begun: float) -> Ending:
    """Count what came of it."""
    arrived = arrived_at(world.watched)
    titles = [re.compile(re.escape(paper["title"]) + r"\b") for paper in world.papers]
    folded = [" ".join(one.text.split()) for one in arrived]
    keys = [[arrived[n].key for n, text in enumerate(folded) if title.search(text)] for title in titles]
    with world.store.reading() as tx:
        reasons = _reasons(tx)
        states = _states(tx)
        kept = sum(len(tx.contents.told(id)) for id in _dead(tx))
    told = tuple(text.splitlines()[0] for _, text, _ in operator.taken)
    return Ending(
        reasons=reasons,
        states=states,
        lost=sum(not found for found in keys) - kept,
        twice=sum(len(found) - 1 for found in keys if found),
        unknown_twice=sum(len(set(found)) - 1 for found in keys if found),
        others=len(works.taken),
        rounds=max(world.served[:MESSAGES], default=0),
        after=max((at for _, _, at in works.taken[:MESSAGES]), default=begun) - begun,
        told=told,
    )


def _reasons(tx: Any) -> tuple[tuple[str, int], ...]:
    attempt, delivery = schema.attempt, schema.delivery
    query = (
        select(attempt.c.outcome, attempt.c.reason)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(delivery.c.receiver == WRONG.receiver)
        .order_by(attempt.c.at, attempt.c.outcome == "sent")
    )
    said = [row.reason or row.outcome for row in tx.connection.execute(query)]
    return tuple((reason, len(list(times))) for reason, times in groupby(said))


def _states(tx: Any) -> dict[DeliveryState, int]:
    delivery = schema.delivery
    query = select(delivery.c.state).where(delivery.c.receiver == WRONG.receiver)
    return dict(Counter(DeliveryState(state) for state in tx.connection.scalars(query)))


def _dead(tx: Any) -> list[str]:
    delivery = schema.delivery
    query = select(delivery.c.id).where(
        delivery.c.state == DeliveryState.DEAD,
        delivery.c.receiver == WRONG.receiver,
        delivery.c.kind == DeliveryKind.DIGEST,
    )
    return list(tx.connection.scalars(query))


def _text_of(content: bytes) -> str:
    part = message_from_bytes(content, policy=default).get_body(("plain",))
    return part.get_content() if part else ""


def _subscription(n: int) -> Subscription:
    """Every third paper, by its number."""
    figures = [number for number in range(400) if number % MESSAGES == n]
    rule = " OR ".join(f'"part {number}"' for number in figures)
    one = Subscription(name=f"rule-{n}", rule=rule, to=("wrong", "works"), endpoints=(WRONG, WORKS))
    return replace(one, bundle=False)


@contextmanager
def worlds(folder: Path, urls: dict[str, str], watched: MailServer | Hook) -> Iterator[World]:
    """One world with a database in ``folder``."""
    notifier = Notifier(timeout=4 * PATIENCE, patience=PATIENCE, last_patience=PATIENCE)
    with open_store(folder / "watcher.db", mode="create") as store, notifier:
        yield World(store, notifier, urls, watched)
