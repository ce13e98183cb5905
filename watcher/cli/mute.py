"""Run ``watcher mute`` and ``watcher unmute``: tell nothing of a subscription or paper for a while."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from watcher.cli import rules, show
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext
from watcher.cli.naming import anything_named
from watcher.cli.tables import NamedText, clock_time, print_table
from watcher.errors import UsageError
from watcher.model import Paper, StoredSubscription

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _span(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """Return the time that ``--for`` means."""
    if value is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,3})([hdw])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time; write 12h, 14d or 3w", ctx, param)
    return int(found[1]) * _UNITS[found[2]]


@click.command()
@click.argument("what", type=SUBSCRIPTION, metavar="[SUBSCRIPTION|PAPER]", required=False)
@click.option("--for", "span", metavar="TIME", callback=_span, help="For how long: 12h, 14d, 3w.")
@click.option("--json", "as_json", is_flag=True, help="Print what is muted as one JSON array.")
@click.pass_obj
def mute(desk: CliContext, what: str | None, span: timedelta | None, as_json: bool) -> int:
    """Tell nothing of a subscription, or of a paper, for a while; without one, list what is muted.

    What would be told in that time is not told later either; `watcher pause` keeps it for later. Messages that were
    tried before are still sent.
    """
    if what is None:
        if span is not None:
            raise UsageError("say what to mute: a subscription or a paper")
        return _list(desk, as_json)
    if span is None:
        raise UsageError("say for how long, for instance --for 14d")
    from watcher.pipeline.subscriptions.pause_and_mute import record_mute as muted

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        subject, now = anything_named(tx, what, config), store.clock()
        _refuse_gone(subject)
        muted(tx, subject, now, now + span)
    click.echo(f"{_name(subject)} is muted until {clock_time(now + span, config.timezone)} {config.timezone}")
    return 0


@click.command()
@click.argument("what", type=SUBSCRIPTION, metavar="SUBSCRIPTION|PAPER")
@click.pass_obj
def unmute(desk: CliContext, what: str) -> int:
    """Tell of a muted subscription or paper again, from now on."""
    from watcher.pipeline.subscriptions.pause_and_mute import end_mute as unmuted

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        subject = anything_named(tx, what, config)
        was_muted = unmuted(tx, subject, store.clock())
    click.echo(f"{_name(subject)} is {'no longer' if was_muted else 'not'} muted")
    return 0


def _list(desk: CliContext, as_json: bool) -> int:
    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        found = tx.mutes.all(store.clock())
        shown = {one.subscription.full_name: one.subscription.shown_as for one in tx.subscriptions.active()}
    if as_json:
        from watcher.pipeline.report import mute_json

        show.json_array(mute_json(one) for one in found)
    elif found:
        print_table(
            ("muted", "since", "until", "title~"),
            [(NamedText(one.subject, shown.get(one.subject)), one.since, one.until, one.title) for one in found],
            zone=config.timezone,
        )
    else:
        click.echo("nothing is muted", err=True)
    return 0


def _refuse_gone(subject: StoredSubscription | Paper) -> None:
    if isinstance(subject, StoredSubscription) and subject.gone_at is not None:
        raise UsageError(f"subscription {subject.subscription.full_name!r} is gone from the config")


def _name(subject: StoredSubscription | Paper) -> str:
    if isinstance(subject, Paper):
        return f"{subject.key} ({rules.fit_line(subject.title, 40)})"
    return subject.subscription.full_name
