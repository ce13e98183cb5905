"""Run ``watcher pause`` and ``watcher unpause``: hold what a subscription matches, and tell it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext
from watcher.cli.naming import active_named
from watcher.cli.tables import clock_time
from watcher.model.words import counted

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.model import StoredSubscription


@click.command()
@click.argument("subscription", type=SUBSCRIPTION)
@click.pass_obj
def pause(desk: CliContext, subscription: str) -> int:
    """Hold what SUBSCRIPTION matches until `watcher unpause`; nothing of it is lost, nothing sent.

    What waits already is held, too. Only messages that were tried before are still sent, when their receiver works
    again. `watcher status` names what is paused.
    """
    from watcher.pipeline.subscriptions.pause_and_mute import record_pause as paused

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        saved = active_named(tx, subscription, config)
        if not saved.paused:
            paused(tx, saved)
    name = saved.subscription.full_name
    click.echo(f"{name} was paused before" if saved.paused else f"{name} is paused: what it matches is held")
    return 0


@click.command()
@click.argument("subscription", type=SUBSCRIPTION)
@click.option("--drop", is_flag=True, help="Never tell what was held meanwhile.")
@click.pass_obj
def unpause(desk: CliContext, subscription: str, drop: bool) -> int:
    """Let SUBSCRIPTION go on: what was held meanwhile is told in one message, or dropped."""
    from watcher.pipeline.subscriptions.pause_and_mute import end_pause as unpaused

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        saved, now = active_named(tx, subscription, config), store.clock()
        papers = unpaused(tx, saved, now, drop=drop) if saved.paused else 0
    name = saved.subscription.full_name
    outcome = f"goes on: {_outcome(saved, papers, drop, now, config.timezone)}" if saved.paused else "is not paused"
    if saved.subscription.is_unnamed:
        outcome = "is held until `allow` names its file: add it there, with a list of receivers"
    click.echo(f"{name} {outcome}")
    return 0


def _outcome(saved: StoredSubscription, papers: int, drop: bool, now: datetime, zone: str) -> str:
    if not papers:
        return "nothing was held"
    what = counted(papers, "held paper")
    if drop:
        return f"{what} will not be told"
    if saved.next_due and saved.next_due > now:
        return f"{what} will be told {saved.subscription.when}, next on {clock_time(saved.next_due, zone)} {zone}"
    return f"{what} will be told by the daemon now, else by the next `watcher once`"
