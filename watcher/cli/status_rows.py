"""Make the rows and tables that `status` and `status SOURCE` share."""

from __future__ import annotations

import click

from watcher.cli.tables import print_table


def section(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], zone: str) -> None:
    """Print a table below its title, with instants as clocks in ``zone`` show them. Nothing is printed without rows."""
    if rows:
        click.echo(f"\n{title}")
        print_table(columns, rows, zone=zone)
