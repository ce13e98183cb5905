"""Run ``watcher migrate``: bring the database up to this version."""

from __future__ import annotations

import click

from watcher.cli.desk import CliContext


@click.command()
@click.option("--accept", is_flag=True, help="Take what lies there, though watcher last used another one.")
@click.pass_obj
def migrate(desk: CliContext, accept: bool) -> None:
    """Bring the database up to this version, and say from where to where.

    Every command that writes does this by itself; this one does nothing else. A missing database is made. Every
    command refuses a database that was used before and is gone, is empty, or is another one now. Put it back, restore
    it (`watcher restore`), or take what is there by --accept. Where nothing is there, --accept makes a new one, and
    what the sources list now is told again.
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
