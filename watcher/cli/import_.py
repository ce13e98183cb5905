"""Run ``watcher import``: store and match saved pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli.completion import SOURCE
from watcher.cli.desk import CliContext
from watcher.cli.outcome import delivered_line
from watcher.cli.progress import progress
from watcher.cli.working import Session, session, tell_and_send
from watcher.errors import UsageError
from watcher.files.read import NotRead, read_given
from watcher.policy.alerts.became import Became
from watcher.policy.alerts.fate import Telling

if TYPE_CHECKING:
    from watcher.pipeline.imports import Imported

LARGEST = 50_000_000
"""Most bytes of a saved page; a larger file is none."""


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--source", type=SOURCE, metavar="NAME", help="Read the pages as pages of this source.")
@click.option("--tell/--no-tell", "tell", default=None, help="Tell all that matches, or nothing.  [what is recent]")
@click.pass_obj
def import_(desk: CliContext, files: tuple[Path, ...], source: str | None, tell: bool | None) -> int:
    """Store and match saved digest pages: HTML, API answers, feeds, text, JSON Lines of papers.

    Tells only papers whose digest date lies in the look-back; --tell tells all of them at once, also what an earlier
    import of them left untold. At the end every paper that a rule matches is counted once: told now, waiting, told
    before, or why not. Exit status 1 if a file could not be read; the others are imported all the same.
    """
    from watcher.outbox.deliver import failed
    from watcher.pipeline.imports import Imported, finish_import, summary_of

    telling = {None: Telling.LOOK_BACK, True: Telling.ALL, False: Telling.NOTHING}[tell]
    with session(desk, required=False) as work:
        if source is not None and source not in work.context.config.sources:
            known = ", ".join(work.context.config.sources) or "none"
            raise UsageError(f"there is no source {source!r} in the config; it has: {known}")
        done = Imported()
        with progress("importing", len(files)) as steps:
            for file in steps.over(files):
                steps.begin(file.name)
                _import_file(file, source, telling, work, done)
        finish_import(done, telling, work.context)
        sent = tell_and_send(work) if telling is not Telling.NOTHING else []
        summary = summary_of(done, work.context)
    for name, warning in dict.fromkeys(done.warned):
        click.echo(f"{name}: warning: {warning}", err=True)
    for name, reason in done.failed:
        click.echo(f"{name}: {reason}", err=True)
    for one in failed(sent):
        click.echo(delivered_line(one), err=True)
    click.echo(str(summary))
    if not work.may_send and (summary.became[Became.HELD] or summary.became[Became.UNSENT]):
        click.echo("a daemon runs on this database: it sends what is due")
    return 1 if done.failed or failed(sent) else 0


def _import_file(file: Path, source: str | None, telling: Telling, work: Session, done: Imported) -> None:
    from watcher.pipeline.imports import import_page

    body = read_given(file, LARGEST)
    if isinstance(body, NotRead):
        done.failed.append((str(file), body.what))
        return
    import_page(body, str(file), source, telling, work.context, done)
