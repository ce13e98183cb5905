"""Run ``watcher migrate``: bring the database up to this version."""

from __future__ import annotations

import click

from watcher.cli.desk import CliContext


@click.command()
@click.option("--accept", is_flag=True, help="Take what lies there, though watcher last used another one.")
@click.pass_obj
def migrate(desk: CliContext, accept: bool) -> None:
    """Bring the database up to this version, and say from where to where.

    Every command that writes does this by itself; this one does nothing else. A missing database is made. One that is
    gone, empty or not the one that was last used is refused by every command until it is put back, restored (`watcher
    restore`) or accepted: --accept makes a new one where there is none, which tells again what the sources list now.
    """
    with desk.open_store(desk.config(required=False), mode="create", accepted=accept) as store:
        place, done = store.place, store.migrated
    assert done is not None
    if done.before is None:
        click.echo(f"{place}: new, at revision {done.after}")
    elif done:
        click.echo(f"{place}: from revision {done.before} to {done.after}")
    else:
        click.echo(f"{place}: at revision {done.after} already")
