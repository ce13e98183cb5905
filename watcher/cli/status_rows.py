"""Make the rows and tables that `status` and `status SOURCE` share."""

from __future__ import annotations

import click

from watcher.cli.tables import print_table


def section(title: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], zone: str) -> None:
    """Print a table, ``columns`` over ``rows``, below its title; nothing without rows.

    ``zone``: time zone in which instants are shown.
    """
    if rows:
        click.echo(f"\n{title}")
        print_table(columns, rows, zone=zone)
