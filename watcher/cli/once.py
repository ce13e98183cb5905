"""``watcher once``: everything that is due, once, and what came of it."""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from watcher.alerts.schedule import next_due
from watcher.cli import show
from watcher.cli.desk import Desk
from watcher.cli.show import counted
from watcher.cli.working import Work, at_work
from watcher.model import DeliveryState, Rhythm, Saved, Verdict
from watcher.pipeline.deliver import Delivered, deliver_all
from watcher.pipeline.looking import look
from watcher.pipeline.poll import Polled, match_waiting
from watcher.pipeline.tell import tell_due

BAD = frozenset({Verdict.BROKEN, Verdict.UNREACHABLE})


@click.command()
@click.option("--flush", is_flag=True, help="Send digests that are not due yet, too.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as one JSON object.")
@click.pass_obj
def once(desk: Desk, flush: bool, as_json: bool) -> int:
    """Poll every source now, whatever its `every` says, tell what is due, and end.

    A digest that is not due is named with its time. Exit status 1 if a source is broken or unreachable or a message
    could not be sent.
    """
    with at_work(desk, console=sys.stderr if as_json else None) as work:
        polls = [look(source, work.parts) for source in work.parts.config.sources.values()]
        match_waiting(work.parts)
        sent = _send(work, flush)
        waiting = _waiting(work)
    if as_json:
        click.echo(show.json_text(_as_json(polls, sent, waiting)))
    else:
        _print(polls, sent, waiting, work.may_send)
    failed = any(one.judged.verdict in BAD for one in polls) or any(one.state in UNSENT for one in sent)
    return 1 if failed else 0


Waiting = tuple[Saved, int, datetime | None]

UNSENT = frozenset({DeliveryState.PENDING, DeliveryState.DEAD})


def _send(work: Work, flush: bool) -> list[Delivered]:
    """Nothing while a daemon runs: it sees at its next tick what there is to send."""
    if not work.may_send:
        return []
    if flush:
        with work.parts.store.transaction() as tx:
            tx.endpoints.try_now()
    tell_due(work.parts, flush=flush)
    return deliver_all(work.parts)


def _waiting(work: Work) -> list[Waiting]:
    """Subscriptions that hold something for later, how much, and until when; None for those that are paused."""
    now = work.parts.clock()
    found = []
    with work.parts.store.reading() as tx:
        for saved in tx.subscriptions.get(tx.subscriptions.holding()).values():
            subscription = saved.subscription
            is_told_now = subscription.when.rhythm is Rhythm.IMMEDIATELY and not saved.paused
            if is_told_now or not (held := tx.matches.held(saved.id)):
                continue
            due = saved.next_due or next_due(subscription.when, subscription.timezone, now, saved.created_at)
            if saved.paused or due is not None:
                found.append((saved, len(held), None if saved.paused else due))
    return found


def _as_json(polls: list[Polled], sent: list[Delivered], waiting: list[Waiting]) -> object:
    return {
        "polls": [
            {
                "source": one.source,
                "verdict": one.judged.verdict.value,
                "reason": one.judged.reason,
                "new": one.new,
                "matched": one.matched,
            }
            for one in polls
        ],
        "deliveries": [
            {
                "id": one.delivery.id,
                "kind": one.delivery.kind.value,
                "subscriptions": list(one.subscriptions),
                "receiver": str(one.delivery.endpoint),
                "state": one.state.value,
                "reason": one.reason,
                "papers": list(one.papers),
            }
            for one in sent
        ],
        "held": [
            {"subscription": saved.subscription.full_name, "papers": papers, "due": due}
            for saved, papers, due in waiting
        ],
    }


def _print(polls: list[Polled], sent: list[Delivered], waiting: list[Waiting], may_send: bool) -> None:
    for poll_ in polls:
        counts = f", {counted(poll_.new, 'new paper')}, {poll_.matched} matched" if poll_.new or poll_.matched else ""
        reason = f": {poll_.judged.reason}" if poll_.judged.reason else ""
        click.echo(f"{poll_.source}: {poll_.judged.verdict.value}{counts}{reason}")
    for one in sent:
        click.echo(delivered_line(one))
    for saved, papers, due in waiting:
        name = saved.subscription.full_name
        if due is None:
            click.echo(f"{name}: {counted(papers, 'paper')} held: it is paused (`watcher unpause {name}`)")
            continue
        local = due.astimezone(ZoneInfo(saved.subscription.timezone))
        when = f"{local:%a} {local.day} {local:%b %H:%M} {saved.subscription.timezone}"
        click.echo(f"{name}: {counted(papers, 'paper')} held until {when} (--flush sends now)")
    if not may_send:
        click.echo("a daemon runs on this database: it sends what is due")
    elif not sent and not waiting:
        click.echo("nothing to tell")


def delivered_line(one: Delivered) -> str:
    """One line for one attempt: where, what, how it ended."""
    what = counted(len(one.papers), "paper") if one.papers else f"the {one.delivery.kind.value} message"
    of = f" of {', '.join(one.subscriptions)}" if one.subscriptions else ""
    ended = "sent" if one.state is DeliveryState.SENT else f"not sent ({one.state.value}: {one.reason})"
    return f"{one.delivery.endpoint}: {what}{of} {ended}"
