"""How long a claim takes with a million messages waiting."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import text

from watcher.model import Tuning
from watcher.store import open_store

LEASE = Tuning().lease

FILL = """
INSERT INTO endpoint (receiver, label, failures, last_reason)
SELECT 'r' || n, '', 0, '' FROM generate_series(1, :endpoints) AS n;
INSERT INTO delivery (id, kind, receiver, label, part, parts, state, reason, fence, created_at)
SELECT md5(n::text), 'digest', 'r' || (n % :endpoints + 1), '', 1, 1, 'pending', '', 0, now() - n * interval '1 ms'
FROM generate_series(1, :waiting) AS n
"""


def measure(url: str, waiting: int, endpoints: int, claims: int, batch: int) -> dict[str, Any]:
    """Milliseconds of claims of ``batch`` messages, each with the look for endpoints before it."""
    took: list[float] = []
    with open_store(url, mode="create") as store:
        with store.transaction() as tx:
            for statement in FILL.split(";"):
                tx.connection.execute(text(statement), {"endpoints": endpoints, "waiting": waiting})
        with store.transaction() as tx:
            tx.connection.execute(text("ANALYZE delivery"))
        last, claimed = None, 0
        for _ in range(claims):
            begun = time.perf_counter()
            with store.transaction() as tx:
                found = tx.queue.waiting_after(last, batch)
                deliveries = tx.queue.claim(found, store.clock(), LEASE)
            took.append(1000 * (time.perf_counter() - begun))
            last, claimed = (found[-1].endpoint if len(found) == batch else None), claimed + len(deliveries)
            with store.transaction() as tx:
                tx.queue.cancel(deliveries, "measured", store.clock())
    took.sort()
    middle, high = took[len(took) // 2], took[int(len(took) * 0.99)]
    return {
        "waiting": waiting,
        "claims": claims,
        "claimed": claimed,
        "p50 ms": round(middle, 2),
        "p99 ms": round(high, 2),
    }
