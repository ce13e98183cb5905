"""Troubles of the config that the operator hears of: a broken reload, broken included files."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.config import Config
from watcher.model import Endpoint, IncidentKind
from watcher.pipeline.parts import Parts

MAIN = "config"


def record_config_troubles(parts: Parts, config: Config, broken: Mapping[str, str]) -> None:
    """Open and close the incidents of the config.

    ``broken`` has the reason why the main file could not be read again; empty where it could, and then ``config``
    says which of its included files could not. An included file's own receivers hear of it too.
    """
    now = parts.clock()
    with parts.store.transaction() as tx:
        if broken:
            begun = tx.incidents.begin(IncidentKind.CONFIG_BROKEN, MAIN, broken[MAIN], now)
            if begun.told_at is None:
                tx.incidents.tell(begun.id, config.operator, now)
            return
        tx.incidents.end([IncidentKind.CONFIG_BROKEN], MAIN, config.operator, now)
        for file, problems in config.broken_includes.items():
            reason = "; ".join(str(problem) for problem in problems[:5])
            begun = tx.incidents.begin(IncidentKind.INCLUDE_BROKEN, file, reason, now)
            if begun.told_at is None:
                tx.incidents.tell(begun.id, hearers(config, file), now)
        for one in tx.incidents.all_open():
            subject = one.incident.subject
            if one.incident.kind is IncidentKind.INCLUDE_BROKEN and subject not in config.broken_includes:
                tx.incidents.end([IncidentKind.INCLUDE_BROKEN], subject, hearers(config, subject), now)


def hearers(config: Config, file: str) -> list[Endpoint]:
    """The operator and the receivers of an included file's subscriptions, as far as they are known."""
    owner = file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    theirs = [endpoint for one in config.subscriptions if one.owner == owner for endpoint in one.endpoints]
    return list(dict.fromkeys([*config.operator, *theirs]))
