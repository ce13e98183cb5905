"""Apply the config to the database: new, edited, renamed, returning and removed subscriptions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from watcher.config import Config
from watcher.model import Decision, Fate, Hit, IncidentKind, Origin, Paper, Source, StoredSubscription, Subscription
from watcher.model.words import counted
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.rulebook import PAGE
from watcher.pipeline.subscriptions.never import apply_never
from watcher.pipeline.thumbs import score_anew
from watcher.policy.alerts import fate
from watcher.policy.schedules.schedule import next_due, next_sign
from watcher.policy.subscriptions.changes import Changes, Wanted, compare
from watcher.policy.subscriptions.effects import Change, Effect, differing, said
from watcher.rules import Index, NeverList, Rule, Unwanted, compile_beside_library, document_of, evaluate
from watcher.store import Transaction
from watcher.store.papers.matches import NewMatch
from watcher.store.subscriptions.subscriptions import New

log = logging.getLogger(__name__)
effects_log = logging.getLogger(f"{__name__}.effects")
"""Logger for effects alone: commands print effects themselves, and show none of it."""

RULE_EDITED = Decision(Fate.DROPPED, "rule edited")
DEFAULT_LOOK_BACK = 3
LISTED = 30
"""Fewest days of the past that a new or edited rule is tried on."""


@dataclass(frozen=True, slots=True)
class PastMatches:
    """The matches of new and edited rules among stored papers.

    ``tried``: number of papers that were tried.
    ``matched``: full name of the subscription → its matches.
    ``present``: which papers count as present.
    ``unwanted``: paper id → why ``never:`` lists keep the paper back.
    """

    tried: int
    matched: Mapping[str, Sequence[tuple[Paper, Hit]]]
    present: fate.Present
    unwanted: Mapping[int, Unwanted] = field(default_factory=dict)


class _TakenBackError(Exception):
    """Ends a transaction so that nothing of it is stored."""


def apply_config(context: Context) -> list[Effect]:
    """Make the database's subscriptions those of ``context.config``, in one transaction; return and log the effects.

    The transaction also raises the rules' generation, so that a poll at the same time misses neither paper nor rule.
    """
    now = context.clock()
    with context.store.transaction() as tx:
        effects = _take_over(tx, context.config, now)
        tx.libraries.forget_unused()
        _give_up_endpoints(tx, context, now)
        if context.config.digest:
            tx.daemons.set_version(context.config.digest, now)
    with context.store.reading() as tx:
        # Only after the commit: a generation that is rolled back may later mean other rules.
        context.rules.bring_up_to_date(tx, hold=False)
    for effect in effects:
        # A removal is a warning: the subscription may be lost with a part of its file.
        effects_log.log(logging.WARNING if effect.change is Change.GONE else logging.INFO, "%s", said(effect))
    return effects


def foresee(context: Context, config: Config) -> list[Effect]:
    """Return the effects that applying a config would have, and store nothing.

    It applies the config in a transaction and takes that back, so that other writers have to wait for it.
    """
    effects: list[Effect] = []
    with suppress(_TakenBackError), context.store.transaction() as tx:
        effects = _take_over(tx, config, context.clock())
        raise _TakenBackError
    return effects


def _take_over(tx: Transaction, config: Config, now: datetime) -> list[Effect]:
    """Make the database's subscriptions those of a config; return the effects."""
    rules = {one.full_name: _asked(one) for one in config.subscriptions}
    wanted = [Wanted(one, rules[one.full_name].digest) for one in config.subscriptions]
    tx.daemons.hold_config()
    changes = compare(wanted, tx.subscriptions.of_files())
    edits_never = list(config.never) != tx.never.all()
    if changes or edits_never:
        tx.subscriptions.raise_generation()
    effects = apply_never(tx, config.never) if edits_never else []
    if not changes:
        return effects
    past = past_matches(tx, config, changed_rules(tx, changes, rules), now)
    effects += add_subscriptions(tx, changes.new, past, now)
    effects += change(tx, changes, past, config, now)
    return effects + [take_away(tx, saved, now) for saved in changes.gone]


def present_of(tx: Transaction, config: Config, now: datetime) -> fate.Present:
    """Return the digest days that count as present, for every source and for papers that no source lists."""
    by_source = {
        source.name: fate.last_digests(_digest_days(tx, source), source.look_back, now)
        for source in config.sources.values()
    }
    longest = max((source.look_back for source in config.sources.values()), default=DEFAULT_LOOK_BACK)
    return fate.Present(by_source, fate.last_days(longest, now))


def _digest_days(tx: Transaction, source: Source) -> list[date]:
    """Return the digest days that the source's newest pages show; empty if it has no page for each digest day."""
    has_days = PARSERS[source.kind].day_url(source) is not None
    return tx.pages.days(source.name, source.look_back) if has_days else []


def changed_rules(tx: Transaction, changes: Changes, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return full name → rule, of the rules that must be tried on the past, compiled with their libraries.

    These are the rules of new, edited and returning subscriptions.

    ``rules``: all rules by full name, compiled without libraries.
    """
    edited = [one for saved, one in changes.kept if saved.rule_digest != one.rule_digest]
    changed = [*changes.new, *edited, *(one for _, one in changes.back)]
    with_libraries = SubscriptionRules(tx)
    return {
        one.full_name: with_libraries.of(one) if one.library else rules[one.full_name]
        for one in (wanted.subscription for wanted in changed)
    }


def _asked(one: Subscription) -> Rule:
    return compile_beside_library(one.rule, one.sources, one.library, one.above)


def past_matches(
    tx: Transaction, config: Config, rules: Mapping[str, Rule], now: datetime, *, at_least: int = LISTED
) -> PastMatches:
    """Return the matches of rules among stored papers.

    Rules are tried on the papers of the last ``max(look_back, follow)`` digest days of every source, and of the same
    number of days before now.

    ``rules``: by full name of the subscription.
    ``at_least``: fewest days.
    """
    ids: set[int] = set()
    longest = at_least
    for source in config.sources.values():
        days = max(source.look_back, source.follow)
        ids |= set(tx.papers.listed_in(source.name, tx.pages.days(source.name, days)))
        longest = max(longest, days)
    ids |= set(tx.papers.listed_since(now.date() - timedelta(days=longest)))
    index, names = Index(), list(rules)
    index.add_many(enumerate(rules.values()))
    matched: dict[str, list[tuple[Paper, Hit]]] = {name: [] for name in names}
    papers = tx.papers.get(ids) if rules else []
    never, unwanted = NeverList(tx.never.all()), dict[int, Unwanted]()
    for at in range(0, len(papers), PAGE):
        page = papers[at : at + PAGE]
        documents = [document_of(one) for one in page]
        unwanted |= dict(zip((paper.id for paper in page), never.tried_on(documents), strict=True))
        for paper, matches in zip(page, index.match_page(documents), strict=True):
            for id, hit in matches.items():
                matched[names[id]].append((paper, hit))
    return PastMatches(len(papers), matched, present_of(tx, config, now), unwanted)


def add_subscriptions(
    tx: Transaction, new: Sequence[Wanted], past: PastMatches, now: datetime, origin: Origin = Origin.FILE
) -> list[Effect]:
    """Add subscriptions together with their matches in the past; return the effects.

    ``origin``: whether they come from a file or from the database.
    """
    rows = [
        New(one, next_due(one.subscription.when, one.subscription.timezone, now, now), next_sign(one.subscription, now))
        for one in new
    ]
    effects: list[Effect] = []
    found: list[NewMatch] = []
    for id, one in zip(tx.subscriptions.insert_many(rows, now, origin), new, strict=True):
        decided = _decided(id, one.subscription, past, _of_known(one.subscription, past, now))
        effects.append(_effect(one.subscription, Change.NEW, past, decided))
        found += decided
    tx.matches.record(found, now)
    return effects


def change(tx: Transaction, changes: Changes, past: PastMatches, config: Config, now: datetime) -> list[Effect]:
    """Apply edits and returns of subscriptions that are stored; return the effects."""
    kept = [edit(tx, saved, one, past, config, now) for saved, one in changes.kept]
    return kept + [take_back(tx, saved, one, past, now) for saved, one in changes.back]


def edit(
    tx: Transaction, saved: StoredSubscription, one: Wanted, past: PastMatches, config: Config, now: datetime
) -> Effect:
    """Apply an edited subscription, stored as ``saved`` and wanted as ``one``; return the effect.

    - A changed schedule sets the next due instant anew.
    - Unsent alerts of removed receivers are cancelled.
    - If the rule was edited, its matches in the past become baseline (known, not told), and held matches that it no
      longer makes are dropped.
    """
    before, after = saved.subscription, one.subscription
    due = saved.next_due
    if (before.when, before.timezone) != (after.when, after.timezone):
        due = next_due(after.when, after.timezone, now, saved.created_at)
    tx.subscriptions.update(saved.id, one, due, now)
    if next_sign(before, now) != next_sign(after, now):
        tx.subscriptions.set_sign_due(saved.id, next_sign(after, now))
    if after.is_unnamed and not before.is_unnamed:
        # As of a pause: what was never tried leaves its deliveries, and is told once the file is named.
        tx.silence.take_back(saved.id, before.endpoints)
        tx.blanks.drop(saved.id, before.endpoints)
    left = set(before.endpoints) - set(after.endpoints)
    if left:
        # Alerts for a receiver that no longer exists are not cancelled: they become dead, and can be replayed.
        tx.matches.cancel(saved.id, [one for one in left if config.has_endpoint(one)])
        tx.blanks.drop(saved.id, left)
    if before.learns != after.learns:
        score_anew(tx, replace(saved, subscription=after))
    if saved.rule_digest == one.rule_digest:
        return _effect(after, Change.CHANGED, past, was=before)
    fresh = _match_past(tx, saved.id, after, past, lambda paper: fate.of_edited_rule(), now)
    dropped = _drop_what_no_longer_holds(tx, saved.id, after)
    if after.learns:
        score_anew(tx, replace(saved, subscription=after))
    return _effect(after, Change.EDITED, past, fresh, was=before, dropped=dropped)


def take_away(tx: Transaction, saved: StoredSubscription, now: datetime) -> Effect:
    """Mark a subscription as gone and cancel its unsent alerts; return the effect."""
    waited = len(set(tx.matches.held(saved.id).values())) + tx.silence.waiting(saved.id)
    tx.matches.cancel(saved.id)
    tx.blanks.drop(saved.id, saved.subscription.endpoints)
    tx.subscriptions.set_gone(saved.id, now)
    return Effect(subscription=saved.subscription.full_name, change=Change.GONE, dropped=waited)


def take_back(tx: Transaction, saved: StoredSubscription, one: Wanted, past: PastMatches, now: datetime) -> Effect:
    """Make the subscription ``saved``, which was gone, active again as ``one`` wants it; return the effect.

    It keeps its row, so that nothing is told twice.
    """
    subscription = one.subscription
    due = next_due(subscription.when, subscription.timezone, now, saved.created_at)
    tx.subscriptions.update(saved.id, one, due, now)
    tx.subscriptions.set_sign_due(saved.id, next_sign(subscription, now))
    tx.matches.owe_cancelled(saved.id, subscription.endpoints, now)
    fresh = _match_past(tx, saved.id, subscription, past, _of_known(subscription, past, now), now)
    edited = saved.rule_digest != one.rule_digest
    dropped = _drop_what_no_longer_holds(tx, saved.id, subscription) if edited else 0
    if subscription.learns:
        score_anew(tx, replace(saved, subscription=subscription))
    return _effect(subscription, Change.BACK, past, fresh, dropped=dropped)


def _of_known(subscription: Subscription, past: PastMatches, now: datetime) -> Callable[[Paper], Decision]:
    return lambda paper: fate.of_known_paper(subscription, paper, past.present, now)


def _decided(
    id: int, subscription: Subscription, past: PastMatches, decide: Callable[[Paper], Decision]
) -> list[NewMatch]:
    found = []
    for paper, hit in past.matched[subscription.full_name]:
        why = past.unwanted[paper.id].why(subscription.owner)
        found.append(NewMatch(id, paper.id, hit, fate.of_unwanted(why) if why else decide(paper)))
    return found


def _match_past(
    tx: Transaction,
    id: int,
    subscription: Subscription,
    past: PastMatches,
    decide: Callable[[Paper], Decision],
    now: datetime,
) -> list[NewMatch]:
    """Store a rule's matches in the past; return those that were not stored before."""
    decided = _decided(id, subscription, past, decide)
    known = tx.matches.known({one.paper_id for one in decided})
    fresh = [one for one in decided if (id, one.paper_id) not in known]
    tx.matches.record(fresh, now)
    return fresh


def _drop_what_no_longer_holds(tx: Transaction, id: int, subscription: Subscription) -> int:
    """Drop held papers that the rule no longer matches, but not news of told papers; return their number."""
    rule = SubscriptionRules(tx).of(subscription)
    held = tx.matches.held(id, only_first=True)
    still = {paper.id for paper in tx.papers.get(held.values()) if evaluate(rule, document_of(paper))}
    gone = {match_id: paper_id for match_id, paper_id in held.items() if paper_id not in still}
    tx.matches.decide(gone, RULE_EDITED)
    return len(set(gone.values()))


def _effect(
    subscription: Subscription,
    change: Change,
    past: PastMatches,
    fresh: Sequence[NewMatch] = (),
    *,
    was: Subscription | None = None,
    dropped: int = 0,
) -> Effect:
    """Return the effect of a change.

    ``fresh``: the new matches that it made in the past.
    ``was``: the subscription before, None for a new or returning one.
    ``dropped``: number of papers that waited and will not be told.
    """
    fates = [one.decision.fate for one in fresh]
    name = subscription.full_name
    return Effect(
        subscription=name,
        change=change,
        was=was.full_name if was and was.full_name != name else "",
        keys=differing(was, subscription) if was else (),
        tried=past.tried,
        held=fates.count(Fate.HELD),
        known=fates.count(Fate.BASELINE),
        unwanted=fates.count(Fate.DROPPED),
        before=len(past.matched.get(name, ())) - len(fresh),
        dropped=dropped,
    )


def _give_up_endpoints(tx: Transaction, context: Context, now: datetime) -> None:
    """Give up endpoints that the config no longer has: their waiting deliveries become dead, the operator is told."""
    for endpoint in sorted(tx.outbox.endpoints_owed()):
        if context.config.has_endpoint(endpoint):
            continue
        dead = tx.outbox.give_up(endpoint, "the receiver is gone from the config", now)
        reason = f"{counted(dead, 'message')} to {endpoint} will not be sent: the receiver is gone from the config"
        log.warning("%s", reason)
        begun = tx.incidents.begin(IncidentKind.ENDPOINT_GONE, str(endpoint), reason, now)
        tx.incidents.tell(begun.id, context.config.operator, now)
