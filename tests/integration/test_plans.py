"""No statement of a daemon reads a table from end to end that grows for ever.

The statements are those that the real steps run, heard where SQLAlchemy hands them to the driver, so that a new one is
looked at without being listed here. The databases explain them over tables with many rows.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import time, timedelta
from threading import Event
from time import monotonic as time_now
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from tests.integration.test_pipeline import DAYS, World, subscription
from tests.parsers.pages import sample_papers
from watcher.daemon.fleet import Self, poll_in_turn
from watcher.model import Outcome, Result, Rhythm, When
from watcher.outbox.deliver import deliver_all
from watcher.outbox.sender import Sender
from watcher.pipeline.imports import Imported, finish_import, import_page, summary_of
from watcher.pipeline.polling.poll import match_waiting
from watcher.pipeline.retention import sweep
from watcher.pipeline.subscriptions.subscribe import subscribe, unsubscribe
from watcher.pipeline.telling.tell import next_telling, tell_due
from watcher.policy.alerts.fate import Telling
from watcher.rules import compile_rule
from watcher.store import Store

BIG = {"paper", "paper_key", "listing", "metric", "match", "alert", "delivery", "attempt", "blank", "subscription"}
"""Tables that grow with papers, people and messages. ``page``, ``poll``, ``endpoint``, ``incident`` stay small."""

SHORT = {"ix_alert_waiting", "ix_blank_waiting", "ix_subscription_of_files"}
"""Indexes of what is still to be done, and of what people write by hand: short however long the history."""

MANY = 20_000

Statements = dict[str, Any]


@contextmanager
def heard() -> Iterator[Statements]:
    """Every statement with the values that it first came with."""
    found: Statements = {}

    def hear(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        first = parameters[0] if isinstance(parameters, list) else parameters
        # IN lists of other lengths are the same statement.
        found.setdefault(re.sub(r"\((?:(?:\?|%\(\w+\)s(?:::\w+)?)(?:, )?)+\)", "(…)", statement), (statement, first))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def live(world: World) -> None:
    """All that a daemon does: a week with news, edits, an outage of a receiver, silence, and tidying up."""
    daily = subscription("daily", to="you", when=When(Rhythm.DAILY, time(8)), sends_empty=True)
    life = subscription("life", rule="title:nothing", shows_life=True, tells_updates=True)
    world.apply(subscription(), daily, life)
    for n in range(4):
        world.papers[DAYS[-1]] += sample_papers(2, seed=20 + n)
        world.publish()
        world.look()
        world.tell()
        world.now += timedelta(hours=12)
        world.receivers.outcome = Outcome(Result.DOWN if n == 1 else Result.SENT, "HTTP 503")
        run_beside_others(world)
    world.apply(subscription(rule="title:part OR title:agents", to="you"), daily)
    world.apply(subscription(rule="title:part", when=When(Rhythm.DAILY, time(9))), daily, life)
    hers = [subscription(f"hers{n}", owner="ana", rule=rule) for n, rule in enumerate(("title:part", "title:agents"))]
    subscribe([(one, compile_rule(one.rule)) for one in hers], world.context)
    subscribe([(replace(hers[0], rule="title:tide"), compile_rule("title:tide"))], world.context)
    unsubscribe([("ana", "hers0")], world.context)
    world.now += timedelta(days=40)
    world.tell()
    match_waiting(world.context)
    done = Imported()
    import_page(world.network.pages[f"{world.source.url}"], "saved", "hf", Telling.LOOK_BACK, world.context, done)
    finish_import(done, Telling.LOOK_BACK, world.context)
    summary_of(done, world.context)
    world.receivers.outcome = Outcome(Result.SENT)
    world.now += timedelta(days=1)
    world.tell()
    deliver_all(world.context)
    world.now += timedelta(days=400)
    sweep(world.context)
    with world.context.store.transaction() as tx:
        tx.queue.free_interrupted(world.now)


def run_beside_others(world: World) -> None:
    """Do what the daemon alone does: report, poll in turns, send in batches from threads."""
    world.papers[DAYS[-1]] += sample_papers(1, seed=40 + world.now.day)
    world.publish()
    myself = Self("here", 1, world.now)
    myself.beat(world.context)
    world.now += timedelta(hours=2)
    poll_in_turn(world.source, world.context)
    tell_due(world.context)
    next_telling(world.context)
    sender = Sender(world.context)
    sender.start()
    patience, end = Event(), time_now() + 60
    while is_pending(world):
        assert time_now() < end, "nobody sends"
        patience.wait(0.02)
    world.context.stopping.set()
    assert sender.stop(60)
    world.context.stopping.clear()
    myself.leave(world.context)


def is_pending(world: World) -> bool:
    """Whether something waits at an endpoint that may be sent to."""
    with world.context.store.reading() as tx:
        waiting = tx.queue.waiting_after(None, 100)
    return any(not (one.health and one.health.is_waiting(world.now)) for one in waiting)


# --- many rows ---

_NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
_FILL = {
    "paper (id, key, title, title_folded, abstract, authors, keywords, categories, first_seen)": (
        "i + 100000, 'url:k' || i, 'Title ' || i, 'title ' || i, '', '[]', '[]', '[]', {instant}"
    ),
    "paper_key (key, paper_id)": "'url:k' || i, i + 100000",
    "listing (id, paper_id, source, day, read_at)": (
        "i + 100000, i + 100000, 'hf', '20' || (10 + i % 15) || '-' || (10 + i % 3) || '-' || (10 + i % 18), {instant}"
    ),
    "metric (listing_id, at, upvotes)": "i + 100000, {instant}, 1",
    "subscription (id, origin, owner, name, rule, rule_digest, sources, endpoints, settings, next_due, paused, "
    "created_at)": (
        "i + 100000, 'database', 'db', 's' || i, 'kite', 'd', '[]', '[]', {settings}, {later}, {false}, {instant}"
    ),
    "match (id, subscription_id, paper_id, occasion, fate, reason, strong, places, matched_at)": (
        "i + 100000, i + 100000, i + 100000, 'first', CASE WHEN i % 10 = 0 THEN 'held' ELSE 'owed' END, '', {false}, "
        "'[]', {instant}"
    ),
    "delivery (id, kind, receiver, label, part, parts, state, reason, fence, created_at, finished_at)": (
        "'d' || i, 'digest', 'mail:' || i || '@x', '', 1, 1, 'sent', '', 1, {instant}, {instant}"
    ),
    "alert (match_id, receiver, label, due, delivery_id, short)": (
        "i + 100000, 'mail:' || i || '@x', '', {instant}, 'd' || i, {false}"
    ),
    "attempt (delivery_id, n, fence, at, outcome, reason, subject, size, sha256)": (
        "'d' || i, 1, 1, {instant}, 'sent', '', '', 1, ''"
    ),
    "blank (subscription_id, receiver, label, kind, due, since, read, delivery_id)": (
        "i + 100000, 'mail:' || i || '@x', '', 'empty', {instant}, {instant}, 1, 'd' || i"
    ),
}


def fill(connection: Connection) -> None:
    is_postgres = connection.dialect.name == "postgresql"
    ago = "TIMESTAMPTZ '2026-01-01' - i * INTERVAL '1 hour'"
    if not is_postgres:
        ago = "strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', '-' || i || ' hours') || '.000000'"
    values = {
        "instant": ago,
        "later": "TIMESTAMPTZ '2036-01-01'" if is_postgres else "'2036-01-01 00:00:00.000000'",
        "false": "false" if is_postgres else "0",
        "settings": f"'{json.dumps({'to': ['mail'], 'rhythm': 'daily', 'timezone': 'UTC'})}'",
    }
    for table, row in _FILL.items():
        for name, value in values.items():
            row = row.replace("{" + name + "}", value)
        statement = f"INSERT INTO {table} {_NUMBERS} SELECT {row} FROM n"
        connection.exec_driver_sql(statement.replace("%", "%%") if is_postgres else statement)
    if is_postgres:
        connection.exec_driver_sql("ANALYZE")
        # A hundred million rows in each, as far as the planner knows.
        grown = text("UPDATE pg_class SET reltuples = reltuples * 5000 WHERE relname = :name")
        for table in sorted(BIG):
            connection.execute(grown, {"name": table})


# --- what the databases would do ---

MOST_STEPS = 30_000
"""Instructions of SQLite's machine; one that looks at each of ``MANY`` rows takes five times as many at least."""

MOST_COST = 50_000.0
"""In PostgreSQL's units; it costs a hundred million rows at least a million."""


def wrong_in_sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    found = [re.match(r"SCAN (\w+)(?: USING.* INDEX (\w+))?", row[3]) for row in rows]
    wrong = [one[0] for one in found if one and is_long(table_of(statement, one[1]), one[2])]
    steps = steps_of(connection, statement, parameters)
    return wrong + ([f"{steps} steps ({[row[3] for row in rows]})"] if steps > MOST_STEPS else [])


def steps_of(connection: Connection, statement: str, parameters: Any) -> int:
    """How many instructions it takes, to the hundred; what it changes is taken back."""
    driver: Any = connection.connection.driver_connection
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    driver.execute("SAVEPOINT before")
    driver.set_progress_handler(count, 100)
    with suppress(sqlite3.IntegrityError):  # it was said in another world
        driver.execute(statement, parameters).fetchall()
    driver.set_progress_handler(None, 0)
    driver.execute("ROLLBACK TO before")
    return steps


def table_of(statement: str, alias: str) -> str:
    found = re.search(rf'"?(\w+)"? AS "?{alias}"?\b', statement)
    return found[1] if found else alias


def is_long(table: str, index: str | None) -> bool:
    return table in BIG and index not in SHORT


def wrong_in_postgres(connection: Connection, statement: str, parameters: Any) -> list[str]:
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    wrong = [
        f"{node['Node Type']} on {node.get('Relation Name')} {node.get('Index Name', '')}"
        for node in nodes(plan["Plan"])
        if is_scan(node) and is_long(node.get("Relation Name", ""), node.get("Index Name"))
    ]
    cost = plan["Plan"]["Total Cost"]
    return wrong + ([f"cost {cost} ({json.dumps(plan)})"] if cost > MOST_COST else [])


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def is_scan(node: Mapping[str, Any]) -> bool:
    """Read from end to end, by the table or by an index of it; what ends at a LIMIT is seen by its cost."""
    return bool(node["Node Type"] == "Seq Scan")


def test_no_statement_of_the_daemon_reads_a_big_table_from_end_to_end(make_store: Callable[[], Store]) -> None:
    world = World(make_store())
    with world.context.store.reading() as tx:
        world.context.rules.bring_up_to_date(tx, hold=False)  # at its start a daemon does read all rules
    with heard() as statements:
        live(world)
    store = make_store()
    bad = []
    with store.transaction() as tx:
        connection = tx.connection
        fill(connection)
        wrong = wrong_in_postgres if connection.dialect.name == "postgresql" else wrong_in_sqlite
        for statement, parameters in statements.values():
            if re.match(r"(WITH|SELECT|INSERT|UPDATE|DELETE)\b", statement):
                bad += [f"{one}: {' '.join(statement.split())}" for one in wrong(connection, statement, parameters)]
        connection.rollback()
    assert len(statements) > 60
    assert "\n".join(bad) == ""
