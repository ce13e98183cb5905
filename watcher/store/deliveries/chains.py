"""Follow replays back to the first delivery; find the delivery with the alerts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Table, Text, bindparam, select, text

from watcher.model import Endpoint
from watcher.store.database.batches import in_batches

_CHAINS = (
    text("""
WITH RECURSIVE chain(root, id, receiver, label, replay_of, n) AS (
    SELECT id, id, receiver, label, replay_of, 1 FROM delivery WHERE id IN :roots
    UNION ALL
    SELECT chain.root, older.id, older.receiver, older.label, older.replay_of, chain.n + 1
    FROM chain JOIN delivery AS older ON older.id = chain.replay_of
)
SELECT root, id, receiver, label FROM chain ORDER BY root, n
""")
    .bindparams(bindparam("roots", expanding=True))
    .columns(root=Text, id=Text, receiver=Text, label=Text)
)

Chain = Sequence[tuple[str, Endpoint]]
"""A delivery and those that it repeats, newest first: (delivery id, endpoint) of each."""


def chains_of(connection: Connection, ids: Collection[str]) -> dict[str, Chain]:
    """Return delivery id → chain that begins with it."""
    found: dict[str, list[tuple[str, Endpoint]]] = {}
    for batch in in_batches(ids):
        for root, id, receiver, label in connection.execute(_CHAINS, {"roots": batch}):
            found.setdefault(root, []).append((id, Endpoint(receiver, label)))
    return dict(found)


def at_one_endpoint(chain: Chain) -> list[str]:
    """Return the delivery ids from the beginning of a chain up to the first one to another endpoint.

    What another endpoint was told is not part of this delivery.
    """
    found = []
    for id, endpoint in chain:
        if endpoint != chain[0][1]:
            break
        found.append(id)
    return found


def holders(connection: Connection, table: Table, chains: Mapping[str, Chain]) -> dict[str, str]:
    """Return delivery id → id of the delivery in its chain that has rows in ``table``; its own id if none has.

    A replay to the same endpoint leaves the rows with the earlier delivery.
    """
    own = {root: at_one_endpoint(chain) for root, chain in chains.items()}
    column, found = table.c.delivery_id, set[str]()
    for batch in in_batches([id for ids in own.values() if len(ids) > 1 for id in ids]):
        found.update(connection.scalars(select(column).where(column.in_(batch)).distinct()))
    return {root: next((id for id in ids if id in found), root) for root, ids in own.items()}


def holder(connection: Connection, table: Table, delivery_id: str) -> str:
    """Return for one delivery what :func:`holders` returns for many."""
    return holders(connection, table, chains_of(connection, [delivery_id]))[delivery_id]
