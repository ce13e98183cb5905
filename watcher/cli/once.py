"""Run ``watcher once``: do everything that is due, once, and say what came of it."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import SOURCE
from watcher.cli.desk import CliContext
from watcher.cli.outcome import delivered_line, held_digests, waiting_line, warned_line
from watcher.cli.working import Session, news, session, tell_and_send
from watcher.errors import UsageError
from watcher.model import DeliveryState, Verdict
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.cli.outcome import HeldDigest
    from watcher.config import Config
    from watcher.model import Source
    from watcher.outbox.deliver import Delivered
    from watcher.pipeline.polling.polled import Polled
    from watcher.policy.subscriptions.effects import Effect

STORING = 5.0
"""Most seconds for storing the words of papers; the rest is stored the next time."""

FIRST_PAPERS = date(1991, 8, 1)
"""Day on which the oldest site that can be read began."""

BAD = frozenset({Verdict.BROKEN, Verdict.UNREACHABLE})
TROUBLE = BAD | {Verdict.PARTIAL}
UNSENT = frozenset({DeliveryState.PENDING, DeliveryState.DEAD})


@click.command()
@click.option("--flush", is_flag=True, help="Send digests that are not due yet, too.")
@click.option("--source", "names", type=SOURCE, multiple=True, metavar="NAME", help="Poll this source only.")
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Read what it listed since then and was missed, too."
)
@click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong, for cron.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as one JSON object.")
@click.pass_obj
def once(desk: CliContext, flush: bool, names: tuple[str, ...], since: date | None, quiet: bool, as_json: bool) -> int:
    """Poll every source now, whatever its `every` says, tell what is due, and end.

    A new or edited subscription is named with what it matches among the papers that were there: those are told, or
    count as known. A digest that is not due is named with its time. --since reads what was missed since that day:
    `watcher status` names days that are missing and too old to be read by themselves. With -v, every request is named
    with its status, bytes and time. Exit status 1 if a source is broken or unreachable or a message could not be sent.
    """
    if quiet and as_json:
        raise UsageError("--json says all of it: leave out --quiet")
    from watcher.daemon.chores import beat
    from watcher.pipeline.folding import fold_all
    from watcher.pipeline.polling.poll import match_waiting
    from watcher.pipeline.polling.together import poll_together

    with session(desk, console=sys.stderr if as_json else None, shows_effects=True) as work:
        if not quiet and (warned := warned_line(work.context.config)):
            click.echo(warned, err=True)
        sources = _sources(work.context.config, names, since)
        for line in () if as_json or quiet else news(work):  # at once: who ends this during a slow poll has seen it
            click.echo(line)
        polls: list[Polled] = []
        sent: list[Delivered] = []
        tell = partial(_tell, work, sent)
        for polled in poll_together(sources, work.context, since=since, meanwhile=tell):
            polls.append(polled)
            if polled.judged.verdict in TROUBLE if quiet else not as_json:
                click.echo(_poll_line(polled), err=quiet)
        match_waiting(work.context)
        tell(flush=flush)
        waiting = held_digests(work.context)
        ends = time.monotonic() + STORING
        fold_all(work.context.store, is_over=lambda: time.monotonic() > ends)
        if not _failed(polls, sent) and (unheard := beat(work.context)):
            click.echo(unheard, err=True)
    if quiet:
        _complain(sent)
    elif as_json:
        click.echo(show.json_text(_as_json(work, polls, sent, waiting)))
    else:
        _print(sent, waiting, polls, work.may_send)
    return 1 if _failed(polls, sent) else 0


def _failed(polls: list[Polled], sent: list[Delivered]) -> bool:
    return any(one.judged.verdict in BAD for one in polls) or any(one.state in UNSENT for one in sent)


def _tell(work: Session, sent: list[Delivered], *, flush: bool = False) -> None:
    sent += tell_and_send(work, flush=flush)


def _sources(config: Config, names: tuple[str, ...], since: date | None) -> list[Source]:
    """Return the sources with these names, all if no name is given."""
    from watcher.parsers import PARSERS

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


def _poll_line(polled: Polled) -> str:
    counts = f", {counted(polled.new, 'new paper')}, {_matches(polled.matched)}" if polled.new or polled.matched else ""
    reason = f": {polled.judged.reason}" if polled.judged.reason else ""
    return f"{polled.source}: {polled.judged.verdict.value}{counts}{reason}"


def _matches(n: int) -> str:
    """Return a number of matches in words. Several subscriptions may match the same paper."""
    return "1 match" if n == 1 else f"{n:,} matches"


def _complain(sent: list[Delivered]) -> None:
    """Say which messages were not sent, and why."""
    for one in sent:
        if one.state in UNSENT:
            click.echo(delivered_line(one), err=True)


def _print(sent: list[Delivered], waiting: list[HeldDigest], polls: list[Polled], may_send: bool) -> None:
    """Say how much was told and how much waits; if neither is so though papers matched, or none was read, say why."""
    for one in sent:
        click.echo(delivered_line(one))
    for held in waiting:
        click.echo(waiting_line(held) + ("" if held.due is None else " (--flush sends now)"))
    if not may_send:
        click.echo("a daemon runs on this database: it sends what is due")
    elif not sent and not waiting:
        why = ""
        if any(one.matched for one in polls):
            why = ": what matched is older than the look-back, muted or known; `watcher history NAME` says which"
        elif polls and all(one.judged.verdict in BAD for one in polls):
            why = ": no source could be read, so that nobody knows what there is"
        click.echo(f"nothing to tell{why}")
