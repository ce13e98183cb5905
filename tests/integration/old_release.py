"""A database as an older release left it, and today's program that goes on with it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from tests.integration.migrating import migrate_to
from tests.integration.old_site import DAYS, FEED, digest, feed, titles
from tests.integration.test_pipeline import Pages
from watcher.config.loading import load
from watcher.model import Message, Outcome, Result
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import match_waiting
from watcher.pipeline.polling.source import poll_source
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.telling.tell import tell_due
from watcher.render.readable import readable
from watcher.rules import compile_rule
from watcher.store import Store

FOLDER = Path(__file__).parents[1] / "fixtures" / "upgrade"
REVISION = "0011"
ENDED = datetime(2026, 3, 10, 11, 29, 33, tzinfo=UTC)
"""When the older program was last heard of."""

Told = tuple[str, str]
"""A receiver, and the title of a paper that it is told of."""

_UNSENT = """
SELECT alert.receiver, paper.title FROM alert
JOIN match ON match.id = alert.match_id JOIN paper ON paper.id = match.paper_id
LEFT JOIN delivery ON delivery.id = alert.delivery_id
WHERE alert.dropped IS NULL AND (delivery.id IS NULL OR delivery.state IN ('pending', 'sending'))
"""
_HELD = """
SELECT subscription.name, subscription.endpoints, paper.title FROM match
JOIN subscription ON subscription.id = match.subscription_id JOIN paper ON paper.id = match.paper_id
WHERE match.fate = 'held' AND subscription.gone_at IS NULL
"""


def make_old_database(address: str) -> set[Told]:
    """Let the database at ``address`` (a path or URL), which is empty, be as the older release left it; what it owes.

    That is whatever waits for a message or in one, or is held for its time, but for what is muted.
    """
    engine = create_engine(address if "://" in address else f"sqlite:///{address}")
    with engine.begin() as connection:
        migrate_to(connection, REVISION)
        for statement in (FOLDER / "old.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        if engine.dialect.name == "postgresql":
            _count_on(connection)
        owed = _owed(connection)
    engine.dispose()
    return owed


def _count_on(connection: Connection) -> None:
    """Let ids go on after those that were given."""
    columns = (
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND column_default LIKE 'next%'"
    )
    for table in connection.scalars(text(columns)).all():
        highest = f"(SELECT max(id) FROM {table})"
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest}) WHERE {highest} > 0")
        )


def _owed(connection: Connection) -> set[Told]:
    owed = {(row.receiver, row.title) for row in connection.execute(text(_UNSENT))}
    for row in connection.execute(text(_HELD)):
        endpoints = json.loads(row.endpoints) if isinstance(row.endpoints, str) else row.endpoints
        owed |= {(receiver, row.title) for receiver, _ in endpoints if row.name != "muted"}
    return owed


@dataclass
class Inboxes:
    """Stands for apprise: every receiver works again, and keeps what it gets by the message's id."""

    sent: list[tuple[str, str, Message]] = field(default_factory=list)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.sent.append((_receiver(url), delivery_id, message))
        return Outcome(Result.SENT)

    def told(self) -> Counter[Told]:
        """How often each receiver was told of each paper."""
        told: Counter[Told] = Counter()
        for receiver, _, message in self.sent:
            words = " ".join(message.text.split())
            told.update({(receiver, title): count for title in titles() if (count := words.count(readable(title)))})
        return told

    def ids(self, receiver: str) -> list[str]:
        """The messages that a receiver got, in their order."""
        return [id for name, id, _ in self.sent if name == receiver]

    def subjects(self, receiver: str) -> list[str]:
        return [message.subject for name, _, message in self.sent if name == receiver]


def _receiver(url: str) -> str:
    """What the fixture's config calls the receiver with this address."""
    if url.startswith("mailto"):
        return "mail:" + url.rpartition("to=")[2].replace("%40", "@").replace("%27", "'")
    return "parted" if url.startswith("discord") else url.split("//")[1].split(".")[0]


class Upgraded:
    """Today's program on the older one's database, with the same config and the same site."""

    def __init__(self, store: Store) -> None:
        self.now = ENDED
        self.inboxes = Inboxes()
        network: Any = Pages(self)  # type: ignore[arg-type]
        network.pages = digest(DAYS) | {FEED: feed(3)}
        config = load(FOLDER / "config.yaml", env={}, check_url=lambda url: None, check_rule=compile_rule)
        notifier: Any = self.inboxes
        self.context = Context(config, store, network, notifier, lambda: self.now, lambda: 0.5, {}, RuleBook())

    def look(self) -> list[str]:
        """Read every source; the verdicts."""
        found = [
            poll_source(source, self.context).judged.verdict.value for source in self.context.config.sources.values()
        ]
        match_waiting(self.context)
        return found

    def tell(self, at: datetime) -> int:
        """Tell and send what is due at an instant; how many messages arrived."""
        self.now, before = at, len(self.inboxes.sent)
        tell_due(self.context)
        deliver_all(self.context)
        return len(self.inboxes.sent) - before
