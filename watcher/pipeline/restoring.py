"""Bring a restored database up to now: what was due since the backup may have been told, and counts as known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watcher.model import Decision, Endpoint, Fate, Paper, StoredSubscription
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.polling.restored import begin_blind_span, end_blind_spans
from watcher.pipeline.record import WAIT_FOR_ABSTRACT, record_matches
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.policy.alerts.fate import BlindSpan, of_restored
from watcher.policy.schedules.schedule import next_due, next_sign
from watcher.store import Transaction

NOTHING_KNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was found due in a restored database.

    ``blind``: the blind span.
    ``papers``: (full name of the subscription, paper) of everything that was due.
    ``messages``: endpoint → number of messages that waited there.
    ``is_known``: all of this counts as known; False if it is told.
    """

    blind: BlindSpan
    papers: Sequence[tuple[str, Paper]]
    messages: dict[Endpoint, int] = field(default_factory=dict)
    is_known: bool = True


def bring_up_to_now(context: Context, *, tell: bool, has_config: bool) -> Restored:
    """Apply the config, then count everything due as known; return all of it.

    Subscriptions that the backup lacks are applied first, since they were told in the blind span, too: what they match
    in the past is treated like the rest.

    ``tell``: leave everything to be told, even what an earlier restore would take as known.
    ``has_config``: the config could be read; False to leave subscriptions as they are.
    """
    now = context.clock()
    with context.store.reading() as tx:
        blind = BlindSpan(tx.history.last_instant(now) or NOTHING_KNOWN, now)
    if has_config:
        apply_config(context)
    with context.store.transaction() as tx:
        if not context.store.is_shared:
            tx.queue.free_interrupted(now)
        held = _held(tx, blind)
        found = tx.outbox.owed(now)
        found += [(one.saved.subscription.full_name, id) for one in held for id in one.due.values()]
        if tell:
            end_blind_spans(tx, now)
        messages = {} if tell else _take_as_known(tx, held, blind, context)
        papers = {paper.id: paper for paper in tx.papers.get({id for _, id in found})}
        named = [(name, papers[id]) for name, id in dict.fromkeys(found) if id in papers]
    return Restored(blind, named, messages, is_known=not tell)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a subscription holds after a restore.

    ``due``: match id → paper id, of what was due in the blind span.
    ``is_all``: it holds nothing else.
    """

    saved: StoredSubscription
    due: dict[int, int]
    is_all: bool


def _held(tx: Transaction, blind: BlindSpan) -> list[Waiting]:
    found = []
    for saved in tx.subscriptions.active():
        held = tx.matches.held(saved.id)
        papers = {paper.id: paper for paper in tx.papers.get(held.values())}
        due = {match: id for match, id in held.items() if id in papers and of_restored(saved, papers[id], blind)}
        found.append(Waiting(saved, due, len(due) == len(held)))
    return found


def _take_as_known(tx: Transaction, held: Sequence[Waiting], blind: BlindSpan, context: Context) -> dict[Endpoint, int]:
    known, now = Decision(Fate.BASELINE, blind.reason), blind.until
    for one in held:
        tx.matches.decide(one.due, known)
        if not one.saved.rests:
            _move_on(tx, one, now)
    messages = tx.outbox.give_up_due(known.reason, now)
    tx.blanks.drop_due(now)
    waited = tx.papers.waiting(before=now - WAIT_FOR_ABSTRACT)
    context.rules.bring_up_to_date(tx)
    record_matches(tx, context.rules, waited, lambda saved, paper, hit: known, now)
    tx.papers.stop_waiting(waited)
    for source in context.config.sources.values():
        if PARSERS[source.kind].folder(source) is None:
            begin_blind_span(tx, source, blind)
    return messages


def _move_on(tx: Transaction, one: Waiting, now: datetime) -> None:
    """Set a subscription's next due instant after now.

    A subscription told immediately is left unchanged if it also holds something that was not due in the blind span.
    """
    saved, subscription = one.saved, one.saved.subscription
    if (saved.next_due is None and one.is_all) or (saved.next_due is not None and saved.next_due <= now):
        following = next_due(subscription.when, subscription.timezone, now, saved.created_at)
        tx.subscriptions.set_told(saved.id, now, following)
    if saved.sign_due is not None and saved.sign_due <= now:
        tx.subscriptions.set_sign_due(saved.id, next_sign(subscription, now))
