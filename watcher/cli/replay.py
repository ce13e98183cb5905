"""Run ``watcher replay``: send messages again that are dead, or that arrived and were lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import click

from watcher.cli import rules
from watcher.cli.completion import RECEIVER
from watcher.cli.deliveries import SHORT, described
from watcher.cli.desk import CliContext
from watcher.cli.working import Session, session, tell_and_send
from watcher.errors import UsageError
from watcher.model import DeliveryKind, DeliveryState, Endpoint
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.store import Transaction
    from watcher.store.deliveries.deliveries import Listed


@dataclass
class Replayed:
    """The result of a replay.

    ``made``: ids of the new deliveries.
    ``endpoints``: where they go.
    ``left``: why others were not replayed.
    """

    made: list[str] = field(default_factory=list)
    endpoints: set[Endpoint] = field(default_factory=set)
    left: list[str] = field(default_factory=list)


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--receiver", type=RECEIVER, metavar="NAME", help="All dead messages to this receiver.")
@click.option("--all-dead", is_flag=True, help="All dead messages.")
@click.option("--known", metavar="SUBSCRIPTION", help="What it matched and counts as known; told at its time.")
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="With --known: of papers announced since then only."
)
@click.option("--to", type=RECEIVER, metavar="NAME", help="Send them to this receiver instead.")
@click.pass_obj
def replay(
    desk: CliContext,
    ids: tuple[str, ...],
    receiver: str | None,
    all_dead: bool,
    known: str | None,
    since: date | None,
    to: str | None,
) -> int:
    """Send messages again: dead ones, or by ID also those that arrived and were lost.

    ID is as `watcher deliveries` shows it. Each is sent as a new message; another receiver is told only what it was not
    told yet. --known tells what counted as known when a subscription began or its rule was edited.
    Exit status 1 if one could not be sent.
    """
    if bool(ids) + bool(receiver) + all_dead + bool(known) != 1:
        raise UsageError("say what to replay: IDs, or --receiver NAME, or --all-dead, or --known SUBSCRIPTION")
    if known:
        if to:
            raise UsageError("--known tells a subscription's own receivers: leave out --to")
        return _tell_known(desk, known, since)
    if since:
        raise UsageError("--since goes with --known")
    with session(desk, mode="write") as work:
        targets = _known(work, to) if to else None
        with work.context.store.transaction() as tx:
            old = [_replayable(tx.deliveries.find(id)) for id in ids] if ids else tx.deliveries.dead(receiver)
            done = _replay(tx, old, targets, work)
            if ids and done.left:
                raise UsageError(done.left[0])
        ended = _send(work, done)
    for line in [*(_line(one, work) for one in ended), *done.left]:
        click.echo(line)
    if not old or not (done.made or done.left):
        click.echo("nothing to replay" + (": it was told already" if old else ""))
    elif done.made and not work.may_send:
        click.echo("a daemon runs on this database: it sends them")
    failed = work.may_send and any(not _is_well(one, work) for one in ended)
    return 1 if failed or done.left else 0


def _tell_known(desk: CliContext, name: str, since: date | None) -> int:
    """Make a subscription tell its baseline matches, and say when it does."""
    from watcher.cli.naming import active_named
    from watcher.cli.outcome import delivered_line, held_digests, waiting_line
    from watcher.outbox.deliver import failed

    with session(desk, mode="write") as work:
        with work.context.store.transaction() as tx:
            saved = active_named(tx, name, work.context.config)
            known = tx.matches.baseline(saved.id)
            if since:
                recent = {paper.id for paper in tx.papers.get(known.values()) if paper.digest_day >= since}
                known = {match: paper for match, paper in known.items() if paper in recent}
            tx.matches.hold(saved.id, known, work.context.clock())
        sent = tell_and_send(work)
        waiting = [one for one in held_digests(work.context) if one.saved.id == saved.id]
    full, papers = saved.subscription.full_name, len(set(known.values()))
    if papers:
        click.echo(f"{full}: {counted(papers, 'paper')} no longer {'count' if papers != 1 else 'counts'} as known")
    else:
        click.echo(f"{full}: no paper counts as known; `watcher history {full}` says of each why it was not told")
    for line in [*map(delivered_line, sent), *map(waiting_line, waiting)]:
        click.echo(line)
    if known and not work.may_send:
        click.echo("a daemon runs on this database: it sends what is due")
    return 1 if failed(sent) else 0


def _known(work: Session, name: str) -> Sequence[Endpoint]:
    targets = work.context.config.endpoints_of(name)
    if not targets:
        known = ", ".join(work.context.config.receivers) or "none"
        raise UsageError(f"there is no receiver {name!r} in the config; it has: {known}")
    return targets


def _replayable(one: Listed) -> Listed:
    """Return a delivery that a person named. Raises ``UsageError`` if it makes no sense to send it again."""
    if one.state in (DeliveryState.PENDING, DeliveryState.SENDING):
        raise UsageError(f"{one.id[:SHORT]} is {one.state.value}: it is sent without being asked for")
    if one.folded_into:
        raise UsageError(f"{one.id[:SHORT]} was told by another message: replay {one.folded_into[:SHORT]}")
    if one.kind is DeliveryKind.TEST:
        raise UsageError(f"{one.id[:SHORT]} is a test: run `watcher test-notify {one.endpoint.receiver}`")
    return one


def _replay(tx: Transaction, old: Sequence[Listed], targets: Sequence[Endpoint] | None, work: Session) -> Replayed:
    """Make the new deliveries. One whose receiver is gone is left out, unless another receiver is named."""
    done, gone = Replayed(), dict[Endpoint, int]()
    for one in old:
        if targets is None and not work.context.config.has_endpoint(one.endpoint):
            gone[one.endpoint] = gone.get(one.endpoint, 0) + 1
            continue
        to = targets or [one.endpoint]
        done.made += tx.deliveries.replay(one, to, work.context.clock())
        done.endpoints |= set(to)
    done.left = [
        f"{counted(many, 'message')} to {endpoint} not sent: it is gone from the config; name another with --to"
        for endpoint, many in gone.items()
    ]
    return done


def _send(work: Session, done: Replayed) -> list[Listed]:
    """Send the new deliveries, except in quiet hours and while a daemon runs; return how each ended."""
    from watcher.outbox.deliver import deliver_all

    if work.may_send:
        deliver_all(work.context, only=done.endpoints)
    with work.context.store.reading() as tx:
        return [tx.deliveries.find(id) for id in done.made]


def _is_well(one: Listed, work: Session) -> bool:
    return one.state is DeliveryState.SENT or _is_quiet(one, work)


def _is_quiet(one: Listed, work: Session) -> bool:
    from watcher.policy.schedules.schedule import quiet_until

    config = work.context.config
    hours = config.quiet_hours_of(one.endpoint)
    return not one.tries and quiet_until(hours, config.timezone, work.context.clock()) is not None


def _line(one: Listed, work: Session) -> str:
    reason = one.reason or ("its receiver keeps quiet now" if _is_quiet(one, work) else "")
    ended = one.state.value + (f": {reason}" if reason else "")
    return f"{one.id[:SHORT]} {described(one)} to {one.endpoint}: {ended}"
