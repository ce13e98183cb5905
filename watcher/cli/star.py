"""Run ``watcher star``: mark a paper that somebody wants to find again."""

from __future__ import annotations

import click

from watcher.cli import rules
from watcher.cli.completion import PERSON
from watcher.cli.desk import CliContext
from watcher.cli.naming import paper_named


@click.command()
@click.argument("paper")
@click.option("--off", is_flag=True, help="Take the star back.")
@click.option("--by", metavar="PERSON", type=PERSON, help="Whose star it is, as `export` names people.  [everybody's]")
@click.pass_obj
def star(desk: CliContext, paper: str, off: bool, by: str | None) -> int:
    """Star PAPER: `watcher papers --starred` lists what was starred, newest first.

    PAPER is a key, an arXiv id, a DOI, a link, or a part of the title.
    """
    from watcher.pipeline.marking import mark_paper, require_person
    from watcher.store.papers.marks import EVERYBODY, MarkKind

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        if by is not None:
            require_person(tx, by, config)
        found = paper_named(tx, paper)
        is_new = mark_paper(tx, found, MarkKind.STAR, store.clock(), config, person=by or EVERYBODY, off=off)
    state = ("no longer starred" if is_new else "not starred") if off else ("starred" if is_new else "already starred")
    click.echo(f"{found.key} ({rules.fit_line(found.title, 40)}) is {state}{f' by {by}' if by else ''}")
    return 0
