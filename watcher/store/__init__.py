"""The database: every SQL statement of the program is in this package, and rows never leave it.

``database``       opening and closing, transactions and the rooms that they have
``engine, locks``  connections, errors in words, the two lock files of SQLite
``migrate``        the tables brought to this release
``schema``         the tables
``papers``, ``recording``, ``identity``, ``queries``  papers: read, written, recognised, listed
``pages``          pages and polls
``retention``      history that is forgotten;  ``copying``  from SQLite to PostgreSQL
``subscriptions``, ``matches``, ``outbox``, ``blanks``, ``endpoints``, ``incidents``  what is asked for, found and told
``queue``, ``contents``  deliveries on their way, and what they say
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watcher.store.database import Store, Transaction, open_store

__all__ = ["Store", "Transaction", "open_store"]


def __getattr__(name: str) -> Any:
    # SQLAlchemy takes long to import; who only looks at a lock file does not need it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from watcher.store import database

    return getattr(database, name)
