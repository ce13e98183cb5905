"""``watcher copy-to``: from SQLite to PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from watcher.cli.desk import CliContext
from watcher.cli.tables import print_table


@click.command("copy-to")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def copy_to(desk: CliContext, url: str, as_json: bool) -> None:
    """Copy everything to the empty PostgreSQL database at URL: papers, matches, alerts, deliveries, subscriptions.

    In URL, ${NAME} stands for an environment variable, so that no password is typed. No daemon may run meanwhile. Cut
    off, the same command goes on where it was. Both databases' rows are counted at the end; what was told stays told.
    """
    from watcher.cli import show
    from watcher.config.addresses import expand
    from watcher.store.database.copying import copy_database
    from watcher.store.database.engine import database_address

    target = database_address(expand(url, desk.env))
    with desk.open_store(desk.config(required=False), "write") as store, _progress() as progress:
        copied = copy_database(store, target, progress)
        source = store.place
    if as_json:
        show.json_array({"table": one.table, "rows": one.rows} for one in copied)
        return
    print_table(("table", "rows>"), [(one.table, one.rows) for one in copied])
    click.echo(f"{source} is copied to {target}; now write `database: {target}` into the config", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda table, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("copying {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda table, done, of: bar.update(task, description=table, completed=done, total=of)
