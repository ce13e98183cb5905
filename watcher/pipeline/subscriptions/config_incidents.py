"""Open and end the incidents of the config: a refused reload, broken included files, broken templates."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from watcher.config import Config
from watcher.errors import Problem
from watcher.model import Endpoint, Incident, IncidentKind, Subscription, TemplateTrouble
from watcher.pipeline.context import Context
from watcher.policy.alerts.incidents import KINDS
from watcher.store import Transaction

log = logging.getLogger(__name__)

MAIN = "config"

SHOWN = 10
"""Most mistakes of an included file that are logged."""

LASTING = frozenset({*KINDS.values(), IncidentKind.ENDPOINT_FAILING})
"""Kinds of incident that outlast a process and are therefore logged when one starts.

Incidents of files are logged whenever the config is read.
"""

MOST_LOGGED = 50
"""Most warnings of a config that are logged."""


def record_config_troubles(context: Context, config: Config, broken: Mapping[str, str]) -> None:
    """Open and end the incidents of the config, and of its included files and templates.

    Incidents of an included file are told to its own receivers, too.

    ``broken``: ``MAIN`` → why the edited main file was refused; empty if it was accepted. If it was refused, included
        files and templates are left as they are.
    """
    now = context.clock()
    if not broken:
        log_broken_includes(config)
    with context.store.transaction() as tx:
        if broken:
            begun = tx.incidents.begin(IncidentKind.CONFIG_BROKEN, MAIN, broken[MAIN], now)
            if begun.told_at is None:
                tx.incidents.tell(begun.id, config.operator, now)
            return
        tx.incidents.end([IncidentKind.CONFIG_BROKEN], MAIN, config.operator, now)
        for file, problems in config.broken_includes.items():
            reason = f"{config.instead.get(file, '')}: {'; '.join(str(problem) for problem in problems[:5])}"
            begun = tx.incidents.begin(IncidentKind.INCLUDE_BROKEN, file, reason.removeprefix(": "), now)
            if begun.told_at is None:
                tx.incidents.tell(begun.id, hearers(config, file), now)
        for template, reason in config.broken_templates.items():
            _begin_template(tx, config, template, reason, now)
        for one in tx.incidents.all_open():
            subject = one.incident.subject
            if one.incident.kind is IncidentKind.INCLUDE_BROKEN and subject not in config.broken_includes:
                _end_include(tx, config, subject, now)
            if one.incident.kind is IncidentKind.TEMPLATE_BROKEN and not _is_still_broken(one.incident, config):
                tx.incidents.end([IncidentKind.TEMPLATE_BROKEN], subject, config.operator, now)


def log_broken_includes(config: Config) -> None:
    """Log the mistakes of included files that cannot be used."""
    for line in broken_includes_in_words(config):
        log.warning("%s", line)


def broken_includes_in_words(config: Config) -> Iterator[str]:
    """Yield, in words, the mistakes of included files that cannot be used, and what is in force instead."""
    for file, problems in config.broken_includes.items():
        instead = config.instead.get(file)
        for problem in problems[:SHOWN]:
            yield f"included file broken: {problem}{f' ({instead})' if instead else ''}"
        if len(problems) > SHOWN:
            yield f"included file broken: {file}: {len(problems) - SHOWN} more mistakes"


def log_lasting_troubles(context: Context) -> None:
    """Log a warning for each source and endpoint that is in trouble since before this process began."""
    with context.store.reading() as tx:
        lasting = [one.incident for one in tx.incidents.all_open()]
    for one in lasting:
        is_configured = one.subject in context.config.sources or one.kind is IncidentKind.ENDPOINT_FAILING
        if one.kind in LASTING and is_configured:
            log.warning(
                "%s: %s since %s: %s", one.subject, one.kind.value, f"{one.began:%Y-%m-%d %H:%M} UTC", one.reason
            )


def log_config_warnings(config: Config, before: Config | None = None) -> None:
    """Log the warnings of a config that takes effect.

    ``before``: the config that it replaces; warnings that this one has, too, are left out.
    """
    known = {_without_place(one) for one in before.problems} if before else set()
    new = [one for one in config.problems if _without_place(one) not in known]
    for problem in new[:MOST_LOGGED]:
        log.warning("%s", str(problem).replace(": warning: ", ": ", 1))
    if len(new) > MOST_LOGGED:
        log.warning("… and %d more; `watcher check-config` shows all", len(new) - MOST_LOGGED)


def _without_place(problem: Problem) -> tuple[str, ...]:
    """Return what identifies a warning: without its line number, which changes when lines above are edited."""
    return problem.file, problem.name, problem.what, problem.source_line.strip()


def record_template_troubles(context: Context, troubles: Collection[TemplateTrouble]) -> None:
    """Open an incident for each template that failed in a real message. It ends when the template is changed."""
    if not troubles:
        return
    now = context.clock()
    with context.store.transaction() as tx:
        for one in troubles:
            reason = f"{one} ({_stamp(one.template, context.config)})"
            _begin_template(tx, context.config, one.template, reason, now)


def _end_include(tx: Transaction, config: Config, file: str, now: datetime) -> None:
    """End the incident of an included file; its reason says so if the file has no subscription left."""
    if not _subscriptions_of(config, file):
        tx.incidents.begin(IncidentKind.INCLUDE_BROKEN, file, "no subscription of it is left", now)
    tx.incidents.end([IncidentKind.INCLUDE_BROKEN], file, hearers(config, file), now)


def _is_still_broken(incident: Incident, config: Config) -> bool:
    # A template that failed in a message is only repaired once it is changed, whatever the config's own test says.
    return incident.subject in config.broken_templates or _stamp(incident.subject, config) in incident.reason


def _stamp(template: str, config: Config) -> str:
    """Return a text that differs between versions of a template."""
    return "version " + hashlib.sha256(config.templates.get(template, "").encode()).hexdigest()[:8]


def _begin_template(tx: Transaction, config: Config, template: str, reason: str, now: datetime) -> None:
    log.warning("template %s: watcher's own is used", reason)
    begun = tx.incidents.begin(IncidentKind.TEMPLATE_BROKEN, template, reason, now)
    if begun.told_at is None:
        tx.incidents.tell(begun.id, config.operator, now)


def hearers(config: Config, file: str) -> list[Endpoint]:
    """Return the endpoints that are told of an included file's incidents: the operator's and its subscriptions'."""
    theirs = [endpoint for one in _subscriptions_of(config, file) for endpoint in one.endpoints]
    return list(dict.fromkeys([*config.operator, *theirs]))


def _subscriptions_of(config: Config, file: str) -> list[Subscription]:
    owner = file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return [one for one in config.subscriptions if one.owner == owner]
