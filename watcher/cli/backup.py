"""Run ``watcher backup``: copy the database so that it can be restored."""

from __future__ import annotations

from pathlib import Path

import click

from watcher.cli.desk import CliContext
from watcher.cli.progress import progress
from watcher.model.words import counted


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.pass_obj
def backup(desk: CliContext, file: Path, force: bool) -> None:
    """Copy the SQLite database to FILE, as it is at one instant, also while a daemon runs.

    The copy is checked, readable for its owner alone, and takes FILE's place only when it is whole. `watcher restore`
    puts it back. The config, its included files and its secrets are not in it. For PostgreSQL, it
    prints the command of PostgreSQL's own program.
    """
    from watcher.store.database.file.backups import back_up

    config = desk.config(required=False)
    with progress("copying pages") as steps:

        def copied(pages: int, of: int) -> None:
            steps.at(pages, of, "checking" if pages == of else "")

        made = back_up(desk.database(config), desk.state_dir(), file, force=force, copied=copied)
    click.echo(f"{file}: {made.size:,} bytes, {counted(made.papers, 'paper')}, revision {made.revision}; checked")
