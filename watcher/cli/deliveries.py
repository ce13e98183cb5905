"""Run ``watcher deliveries``: list messages that were sent, or were not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.cli.completion import RECEIVER
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.cli.tables import print_table
from watcher.model import DeliveryState
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.store.deliveries.deliveries import Listed

COLUMNS = ("id", "made", "receiver", "state", "message~")
SHORT = 8
"""Characters of an id that a table shows: enough to tell it from millions of others."""


@click.command()
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those in this state.")
@click.option("--receiver", type=RECEIVER, metavar="NAME", help="Only those to this receiver.")
@click.option("--limit", type=AtLeast(1), default=50, metavar="N", help="N at most, the newest.  [50]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a delivery an object.")
@click.pass_obj
def deliveries(desk: CliContext, state: str | None, receiver: str | None, limit: int, as_json: bool) -> int:
    """List messages, newest first: where they went, and how that ended.

    `watcher replay` sends those again that are dead.
    """
    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        found = tx.deliveries.listed(DeliveryState(state) if state else None, receiver, limit)
    if as_json:
        from watcher.pipeline.report import delivery_json

        show.json_array(delivery_json(one) for one in found)
    elif found:
        print_table(COLUMNS, [_row(one) for one in found], zone=config.timezone)
    else:
        of = f"{state} message" if state else "message"
        click.echo(f"no {of}" + (f" to {receiver}" if receiver else ""), err=True)
    return 0


def _row(one: Listed) -> tuple[object, ...]:
    message = f"{described(one)}: {one.reason}" if one.reason else one.subject or described(one)
    return one.id[:SHORT], one.created_at, one.endpoint, one.state.value, message


def described(one: Listed) -> str:
    """Return in a few words what a delivery, ``one``, tells: ``3 papers``, or its kind."""
    return counted(one.papers, "paper") if one.papers else one.kind.value
