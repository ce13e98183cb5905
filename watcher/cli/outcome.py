"""Put into words what sending did, and what subscriptions hold for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from watcher.model import DeliveryState, Rhythm
from watcher.model.words import counted

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.config import Config
    from watcher.model import StoredSubscription
    from watcher.outbox.deliver import Delivered
    from watcher.pipeline.context import Context


class HeldDigest(NamedTuple):
    """What a subscription holds.

    ``papers``: number of papers.
    ``due``: until when, None while it is paused.
    """

    saved: StoredSubscription
    papers: int
    due: datetime | None


def warned_line(config: Config) -> str:
    """Return one line that names the warnings of a config, "" if there are none."""
    if not config.problems:
        return ""
    names = ", ".join(dict.fromkeys(one.name for one in config.problems if one.name))
    return f"{config.path}: {counted(len(config.problems), 'warning')} ({names}): `watcher check-config` shows them"


def held_digests(context: Context) -> list[HeldDigest]:
    """Return what each subscription holds that is told later, or is paused."""
    from watcher.policy.schedules.schedule import next_due

    now = context.clock()
    found = []
    with context.store.reading() as tx:
        for saved in tx.subscriptions.get(tx.subscriptions.holding()).values():
            subscription = saved.subscription
            is_told_now = subscription.when.rhythm is Rhythm.IMMEDIATELY and not saved.rests
            if is_told_now or not (held := tx.matches.held(saved.id)):
                continue
            due = saved.next_due or next_due(subscription.when, subscription.timezone, now, saved.created_at)
            if saved.rests or due is not None:
                found.append(HeldDigest(saved, len(held), None if saved.rests else due))
    return found


def next_look_line(context: Context) -> str:
    """Return one line about the source that is polled next, "" without sources."""
    from watcher.pipeline.report import next_look

    now, config = context.clock(), context.config
    with context.store.reading() as tx:
        looks = [(next_look(one, tx.pages.last_poll(one.name), now), one.name) for one in config.sources.values()]
    if not looks:
        return ""
    at, name = min(looks)
    if at <= now:
        return f"next look: {name}, now"
    local = at.astimezone(ZoneInfo(config.timezone))
    return f"next look: {name}, {local:%a} {local.day} {local:%b %H:%M} {config.timezone} or soon after"


def waiting_line(waiting: HeldDigest) -> str:
    """Return one line about what a subscription holds: how many papers, and until when."""
    saved, papers, due = waiting
    name = saved.subscription.full_name
    if due is None:
        return f"{name}: {counted(papers, 'paper')} held: it is paused (`watcher unpause {name}`)"
    local = due.astimezone(ZoneInfo(saved.subscription.timezone))
    when = f"{local:%a} {local.day} {local:%b %H:%M} {saved.subscription.timezone}"
    return f"{name}: {counted(papers, 'paper')} held until {when}"


def delivered_line(one: Delivered) -> str:
    """Return one line about an attempt: receiver, message, outcome."""
    what = counted(len(one.papers), "paper") if one.papers else f"the {one.delivery.kind.value} message"
    of = f" of {', '.join(one.subscriptions)}" if one.subscriptions else ""
    ended = "sent" if one.state is DeliveryState.SENT else f"not sent ({one.state.value}: {one.reason})"
    return f"{one.delivery.endpoint}: {what}{of} {ended}"
