"""Rows and tables that `status` and `status SOURCE` share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from watcher.cli.tables import print_table
from watcher.model import Source

if TYPE_CHECKING:
    from watcher.store.deliveries.incidents import Open
    from watcher.store.sources.pages import Poll

Report = dict[str, Any]


def next_look(source: Source, last: Poll | None, now: datetime) -> datetime:
    """Say when the daemon polls a source again, but for jitter and for what a server asks; ``now`` where it is due."""
    if last is None:
        return now
    from watcher.daemon.fleet import due_again

    return due_again(source, last, now)


def incident_row(one: Open) -> Report:
    """Describe an open incident for `--json` and for the table of incidents."""
    incident = one.incident
    return {
        "kind": incident.kind.value,
        "subject": incident.subject,
        "reason": incident.reason,
        "since": incident.began,
        "told": one.told_at,
    }


def section(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], zone: str = "UTC") -> None:
    """Print a table under its title, with instants as clocks in ``zone`` show them; nothing where it has no rows."""
    if rows:
        click.echo(f"\n{title}")
        print_table(columns, rows, zone=zone)
