"""Report on sources, subscriptions, receivers, deliveries and trials of rules, as objects for ``--json`` and tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from watcher.config import Config
from watcher.model import IncidentKind, Origin, Paper, Source, Subscription
from watcher.pipeline.polling.polled import due_again
from watcher.rules.advice.trial import Trial
from watcher.store import Store, Transaction
from watcher.store.deliveries.deliveries import Listed
from watcher.store.deliveries.incidents import Open
from watcher.store.fleet.daemons import KnownDaemon, Version
from watcher.store.history.checks import find_lost
from watcher.store.history.history import HistoryRow
from watcher.store.sources.pages import Poll
from watcher.store.subscriptions.mutes import Mute

Report = dict[str, Any]

LASTING = frozenset(IncidentKind) - {IncidentKind.ENDPOINT_GONE, IncidentKind.DATABASE_RESTORED}
"""Kinds of incident that count as trouble until they end.

Two kinds do not: a receiver that the config no longer has (its messages were given up and the operator told), and a
source that was not read yet since the database was restored.
"""


def next_look(source: Source, last: Poll | None, now: datetime) -> datetime:
    """Return when the daemon polls a source next, ``now`` if it is due.

    Jitter and what the server asks for are not counted in.
    """
    return now if last is None else due_again(source, last, now)


def incident_row(one: Open) -> Report:
    """Return an open incident, ``one``, as an object for ``--json`` and for the table of incidents."""
    incident = one.incident
    return {
        "kind": incident.kind.value,
        "subject": incident.subject,
        "reason": incident.reason,
        "since": incident.began,
        "told": one.told_at,
    }


def mute_json(one: Mute) -> dict[str, object]:
    """Return a mute in the form of ``--json``. Only a muted paper has a title."""
    return {
        "subject": one.subject,
        "kind": "subscription" if one.title is None else "paper",
        "title": one.title,
        "since": one.since,
        "until": one.until,
    }


def delivery_json(one: Listed) -> dict[str, object]:
    """Return a delivery in the form of ``--json``."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "receiver": str(one.endpoint),
        "state": one.state.value,
        "reason": one.reason,
        "subject": one.subject,
        "papers": one.papers,
        "made": one.created_at,
        "tries": one.tries,
        "tried": one.tried_at,
        "finished": one.finished_at,
        "replay_of": one.replay_of,
        "folded_into": one.folded_into,
    }


def told_json(one: HistoryRow) -> dict[str, object]:
    """Return what became of a match at one endpoint, in the form of ``--json``."""
    return {
        "subscription": one.subscription,
        "shown_as": one.shown_as or None,
        "occasion": one.occasion,
        "receiver": one.endpoint and str(one.endpoint),
        "state": one.state,
        "at": one.at,
        "reason": one.reason,
    }


TRIAL_FIELDS = (
    *("rule", "since", "papers", "days", "first_day", "last_day", "matched", "strong", "per_day", "per_week", "by_day"),
    *("terms", "matches"),
)
"""Keys of the object that :func:`trial_json` returns."""


def trial_json(trial: Trial[Paper], rule: str, since: date | None) -> dict[str, object]:
    """Return a trial of a rule in the form of ``--json``.

    ``since``: the first digest day that it was tried on, None for all.
    """
    return {
        "rule": rule,
        "since": since,
        "papers": trial.papers,
        "days": len(trial.days),
        "first_day": trial.days[0] if trial.days else None,
        "last_day": trial.days[-1] if trial.days else None,
        "matched": len(trial.matches),
        "strong": trial.strong,
        "per_day": round(trial.per_day, 2),
        "per_week": round(trial.per_week, 2),
        "by_day": {str(day): count for day, count in trial.by_day().items()},
        "terms": [{"term": one.term, "matched": one.matched, "alone": one.alone} for one in trial.terms],
        "matches": [
            {"key": paper.key, "day": paper.digest_day, "title": paper.title, "strong": hit.strong}
            for paper, hit in trial.matches
        ],
    }


def daemon_runs(store: Store, tx: Transaction, now: datetime) -> bool:
    """Return whether a daemon runs on this database, in this process or any other."""
    return store.daemon_lock.is_held_by_any() if store.daemon_lock else bool(tx.daemons.alive(now))


def report_of(store: Store, config: Config, now: datetime) -> Report:
    """Return everything that `watcher status` shows, read in one transaction."""
    with store.reading() as tx:
        is_running = daemon_runs(store, tx, now)
        version = tx.daemons.version()
        return {
            "daemon": is_running,
            "config": version and {"digest": version.digest[:8], "since": version.applied_at},
            "daemons": [_daemon(one, version) for one in tx.daemons.alive(now)] if is_running else [],
            "papers": tx.papers.count(),
            "sources": [_source(source, tx, now, is_running) for source in config.sources.values()],
            "subscriptions": _subscriptions(tx, config, now),
            "subscriptions_in_database": tx.subscriptions.count(Origin.DATABASE),
            "never": _never(tx),
            "muted": [mute_json(one) for one in tx.mutes.all(now)],
            "unsubscribed": [
                {"subscription": one.subscription, "receiver": str(one.endpoint), "since": one.since}
                for one in tx.unsubscribed.all()
            ],
            "failing": [
                {
                    "receiver": str(endpoint),
                    "since": health.failing_since,
                    "next_try": health.next_try,
                    "failures": health.failures,
                    "reason": health.last_reason,
                }
                for endpoint, health in tx.endpoints.failing()
            ],
            "incidents": [incident_row(one) for one in tx.incidents.all_open()],
            "deliveries": {state.value: count for state, count in sorted(tx.outbox.states().items())},
            "late": [
                {"what": lost.what, "count": lost.count, "since": lost.since, "subject": lost.subject}
                for lost in find_lost(tx.connection, now)
            ],
        }


def _daemon(one: KnownDaemon, version: Version | None) -> Report:
    return {
        "host": one.host,
        "pid": one.pid,
        "release": one.release,
        "since": one.started_at,
        "heard": one.seen_at,
        "config": one.config[:8],
        "in_step": version is None or not one.config or one.config == version.digest,
    }


def _source(source: Source, tx: Transaction, now: datetime, is_running: bool) -> Report:
    last = tx.pages.last_poll(source.name)
    return {
        "source": source.name,
        "at": last and last.at,
        "verdict": last and last.judged.verdict.value,
        "reason": last.judged.reason if last else "",
        "new": last and last.new,
        "next": next_look(source, last, now) if is_running else None,
        "shown_as": source.shown_as or None,
    }


def _never(tx: Transaction) -> list[Report]:
    """Return the items of the ``never:`` lists, each with the papers that it keeps back from subscriptions of files."""
    active = tx.subscriptions.of_files(active=True)
    return [
        {
            "owner": item.owner or None,
            "item": item.written,
            "kept_back": tx.never.papers_kept_back(
                item.written, [saved.id for saved in active if item.holds_for(saved.subscription)]
            ),
        }
        for item in tx.never.all()
    ]


def _subscriptions(tx: Transaction, config: Config, now: datetime) -> list[Report]:
    """Return the subscriptions of files: those in force, then those of the config that no daemon has read in yet."""
    muted, active = tx.mutes.of_subscriptions(now), tx.subscriptions.of_files(active=True)
    kept_back = tx.never.counts([saved.id for saved in active])
    known = {saved.subscription.full_name for saved in active}
    return [
        {
            **_in_words(saved.subscription),
            "next_due": saved.next_due,
            "held": len(tx.matches.held(saved.id)) + (tx.silence.waiting(saved.id) if saved.rests else 0),
            "kept_back": sum(kept_back.get(saved.id, {}).values()),
            "paused": saved.rests,
            "waits_for": "allow" if saved.subscription.is_unnamed else None,
            "muted_until": muted.get(saved.subscription.full_name),
        }
        for saved in active
    ] + [
        {
            **_in_words(one),
            "next_due": None,
            "held": 0,
            "kept_back": 0,
            "paused": False,
            "waits_for": "start",
            "muted_until": None,
        }
        for one in config.subscriptions
        if one.full_name not in known
    ]


def _in_words(one: Subscription) -> Report:
    return {
        "subscription": one.full_name,
        "to": [str(endpoint) for endpoint in one.endpoints],
        "when": str(one.when),
        "shown_as": one.shown_as or None,
    }
