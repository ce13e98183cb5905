"""Make a new database's tables by the statements of the first time: Alembic works out the same ones each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event, inspect

_ASKING = ("SELECT", "PRAGMA", "SHOW")

Upgrade = Callable[[Connection], None]
Statements = list[tuple[str, Any]]


class RememberedTables:
    """Migrates databases: by ``upgrade``; an empty database by the statements remembered of the first of its kind."""

    def __init__(self, upgrade: Upgrade) -> None:
        self._upgrade = upgrade
        self._known: dict[str, Statements] = {}

    def __call__(self, connection: Connection) -> None:
        if inspect(connection).get_table_names():
            self._upgrade(connection)
        elif known := self._known.get(connection.dialect.name):
            for statement, values in known:
                connection.exec_driver_sql(statement, values)
        else:
            heard = self._heard(connection)
            self._known[connection.dialect.name] = _in_one(heard) if connection.dialect.name == "postgresql" else heard

    def _heard(self, connection: Connection) -> Statements:
        """Migrate really; return the statements that wrote something."""
        found: Statements = []

        def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
            if not statement.lstrip().upper().startswith(_ASKING):
                found.append((statement, values or None))

        event.listen(connection, "before_cursor_execute", hear)
        try:
            self._upgrade(connection)
        finally:
            event.remove(connection, "before_cursor_execute", hear)
        return found


def _in_one(statements: Statements) -> Statements:
    """Return the statements joined for a single request; unjoined if any has values."""
    if any(values or "%" in statement for statement, values in statements):
        return statements
    return [(";\n".join(statement for statement, _ in statements), None)]
