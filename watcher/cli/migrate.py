"""``watcher migrate``: bring the database up to this version."""

from __future__ import annotations

import click

from watcher.cli.desk import CliContext


@click.command()
@click.pass_obj
def migrate(desk: CliContext) -> None:
    """Bring the database up to this version, and say from where to where.

    Every command that writes does this by itself; this one does nothing else. A missing database is made.
    """
    with desk.open_store(desk.config(required=False), mode="create") as store:
        place, done = store.place, store.migrated
    assert done is not None
    if done.before is None:
        click.echo(f"{place}: new, at revision {done.after}")
    elif done:
        click.echo(f"{place}: from revision {done.before} to {done.after}")
    else:
        click.echo(f"{place}: at revision {done.after} already")
