"""Run ``watcher copy-to``: copy the database from SQLite to PostgreSQL."""

from __future__ import annotations

import click

from watcher.cli.desk import CliContext
from watcher.cli.progress import progress
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
    with desk.open_store(desk.config(required=False), "write") as store, progress("copying") as steps:
        copied = copy_database(store, target, lambda table, done, of: steps.at(done, of, table))
        source = store.place
    if as_json:
        show.json_array({"table": one.table, "rows": one.rows} for one in copied)
        return
    print_table(("table", "rows>"), [(one.table, one.rows) for one in copied])
    click.echo(f"{source} is copied to {target}; now write `database: {target}` into the config", err=True)
