"""Run ``watcher gc``: delete history that is older than the config's ``retain`` says."""

from __future__ import annotations

import click

from watcher.cli.desk import CliContext
from watcher.cli.tables import print_table


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def gc(desk: CliContext, dry_run: bool, as_json: bool) -> None:
    """Delete history that is older than `retain:` in the config keeps it: attempts, polls, numbers, pages that broke.

    Papers, matches, alerts and deliveries stay for ever: by them watcher knows what it has told. A running daemon does
    this once a day by itself; this works beside it.
    """
    from watcher.cli import show
    from watcher.daemon.opening import open_context
    from watcher.pipeline.retention import sweep

    config = desk.config(required=False)
    with desk.open_store(config, "read" if dry_run else "write") as store:
        context = open_context(config, store, desk.env, state_dir=desk.state_dir())
        try:
            swept = sweep(context, dry_run=dry_run)
        finally:
            context.fetcher.close()
    if as_json:
        show.json_array({"what": one.what, "count": one.count, "before": one.before} for one in swept)
        return
    done = "would go>" if dry_run else "deleted>"
    print_table(("what", done, "older than"), [(one.what, one.count, one.before or "never") for one in swept])
