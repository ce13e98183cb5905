"""``watcher once``: everything that is due, once, and what came of it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from watcher.alerts.effects import Effect
from watcher.alerts.schedule import next_due
from watcher.cli import rules, show
from watcher.cli.desk import CliContext
from watcher.cli.working import Session, news, session
from watcher.errors import UsageError
from watcher.model import DeliveryState, Rhythm, Source, StoredSubscription, Verdict
from watcher.model.words import counted
from watcher.parsers import PARSERS
from watcher.pipeline.polling.poll import Polled, match_waiting
from watcher.pipeline.polling.source import poll_source
from watcher.pipeline.telling.tell import tell_due
from watcher.sending.deliver import Delivered, deliver_all

if TYPE_CHECKING:
    from watcher.config import Config

FIRST_PAPERS = date(1991, 8, 1)
"""When the oldest of all sites that are read began."""

BAD = frozenset({Verdict.BROKEN, Verdict.UNREACHABLE})


@click.command()
@click.option("--flush", is_flag=True, help="Send digests that are not due yet, too.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="Poll this source only.")
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Read what it listed since then and was missed, too."
)
@click.option("--json", "as_json", is_flag=True, help="Say what was done as one JSON object.")
@click.pass_obj
def once(desk: CliContext, flush: bool, names: tuple[str, ...], since: date | None, as_json: bool) -> int:
    """Poll every source now, whatever its `every` says, tell what is due, and end.

    A new or edited subscription is named with what it matches among the papers that were there: those are told, or
    count as known. A digest that is not due is named with its time. --since goes back as far as it says, for days that
    `watcher status` names as missing, where watcher itself no longer does. Exit status 1 if a source is broken or
    unreachable or a message could not be sent.
    """
    with session(desk, console=sys.stderr if as_json else None, shows_effects=True) as work:
        sources = _sources(work.parts.config, names, since)
        for line in () if as_json else news(work):  # at once: who ends this during a slow poll has seen it
            click.echo(line)
        polls = [poll_source(source, work.parts, since=since) for source in sources]
        match_waiting(work.parts)
        sent = _send(work, flush)
        waiting = held_digests(work)
    if as_json:
        click.echo(show.json_text(_as_json(work, polls, sent, waiting)))
    else:
        _print(polls, sent, waiting, work.may_send)
    failed = any(one.judged.verdict in BAD for one in polls) or any(one.state in UNSENT for one in sent)
    return 1 if failed else 0


def _sources(config: Config, names: tuple[str, ...], since: date | None) -> list[Source]:
    """Those that are meant; all if none is named."""
    known = ", ".join(config.sources) or "none"
    for name in names:
        if name not in config.sources:
            raise UsageError(f"there is no source {name!r} in the config; it has: {known}")
    if since is not None and not names:
        raise UsageError(f"--since needs a source: add --source with one of {known}")
    if since is not None and not FIRST_PAPERS <= since <= datetime.now(UTC).date():
        raise UsageError(f"--since {since}: write a day of the past, such as 30d or one that `watcher status` names")
    sources = [config.sources[name] for name in names or config.sources]
    for source in sources if since is not None else ():
        if not PARSERS[source.kind].asks_back(source):
            raise UsageError(
                f"{source.name} shows what is newest and cannot be asked for what it listed before: save the page that "
                "has it, and let `watcher import` read that"
            )
    return sources


HeldDigest = tuple[StoredSubscription, int, datetime | None]

UNSENT = frozenset({DeliveryState.PENDING, DeliveryState.DEAD})


def _send(work: Session, flush: bool) -> list[Delivered]:
    """Nothing while a daemon runs: it sees at its next tick what there is to send."""
    if not work.may_send:
        return []
    if flush:
        with work.parts.store.transaction() as tx:
            tx.endpoints.try_now()
    tell_due(work.parts, flush=flush)
    return deliver_all(work.parts)


def held_digests(work: Session) -> list[HeldDigest]:
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


def _as_json(work: Session, polls: list[Polled], sent: list[Delivered], waiting: list[HeldDigest]) -> object:
    return {
        "config_counts": not work.is_edited,
        "changes": [_effect_as_json(one) for one in work.effects],
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


def _effect_as_json(one: Effect) -> object:
    return {
        "subscription": one.subscription,
        "change": one.change.value,
        "was": one.was or None,
        "keys": list(one.keys),
        "held": one.held,
        "known": one.known,
        "matched_before": one.before,
        "no_longer_told": one.dropped,
    }


def _print(polls: list[Polled], sent: list[Delivered], waiting: list[HeldDigest], may_send: bool) -> None:
    for poll_ in polls:
        counts = f", {counted(poll_.new, 'new paper')}, {poll_.matched} matched" if poll_.new or poll_.matched else ""
        reason = f": {poll_.judged.reason}" if poll_.judged.reason else ""
        click.echo(f"{poll_.source}: {poll_.judged.verdict.value}{counts}{reason}")
    for one in sent:
        click.echo(delivered_line(one))
    for held in waiting:
        click.echo(waiting_line(held) + ("" if held[2] is None else " (--flush sends now)"))
    if not may_send:
        click.echo("a daemon runs on this database: it sends what is due")
    elif not sent and not waiting:
        click.echo("nothing to tell")


def waiting_line(waiting: HeldDigest) -> str:
    """One line for what a subscription holds: how many papers, and until when."""
    saved, papers, due = waiting
    name = saved.subscription.full_name
    if due is None:
        return f"{name}: {counted(papers, 'paper')} held: it is paused (`watcher unpause {name}`)"
    local = due.astimezone(ZoneInfo(saved.subscription.timezone))
    when = f"{local:%a} {local.day} {local:%b %H:%M} {saved.subscription.timezone}"
    return f"{name}: {counted(papers, 'paper')} held until {when}"


def delivered_line(one: Delivered) -> str:
    """One line for one attempt: where, what, how it ended."""
    what = counted(len(one.papers), "paper") if one.papers else f"the {one.delivery.kind.value} message"
    of = f" of {', '.join(one.subscriptions)}" if one.subscriptions else ""
    ended = "sent" if one.state is DeliveryState.SENT else f"not sent ({one.state.value}: {one.reason})"
    return f"{one.delivery.endpoint}: {what}{of} {ended}"
