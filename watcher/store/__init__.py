"""The database: every SQL statement of the program is in this package, and rows never leave it.

``database/``: connections, transactions, locks, tables, migrations, copying
``papers/``: papers, their listings, their matches
``sources/``: pages, polls, missed days, turns at a site
``subscriptions/``: subscriptions, mutes, pauses
``deliveries/``: alerts, deliveries, the sender's queue, endpoints, incidents
``fleet/``: daemons that share a database
``people/``: what belongs to a person
``history/``: what became of a paper, checks, deletion of old rows
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watcher.store.database.database import Store, Transaction, open_store
    from watcher.store.database.engine import database_problem

__all__ = ["Store", "Transaction", "database_problem", "open_store"]


def __getattr__(name: str) -> Any:
    # SQLAlchemy takes long to import; who only looks at a lock file does not need it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from watcher.store.database import database, engine

    return getattr(engine if name == "database_problem" else database, name)
