"""What sending costs."""

from __future__ import annotations

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.delivery.__main__ import measured


def _webhook(asked: Asked) -> Samples:
    return _beside("json", "watcher", "apprise", "cpu_ms", asked.rounds)


def _mail(asked: Asked) -> Samples:
    return _beside("mail", "watcher", "bare", "rate", asked.rounds)


def _mail_with_database(asked: Asked) -> Samples:
    return _beside("mail", "daemon", "bare", "rate", asked.rounds)


def _beside(kind: str, ours: str, peers: str, what: str, rounds: int) -> Samples:
    found = measured([(kind, 1, ours), (kind, 1, peers)], rounds)
    return Samples([one[what] for one in found[kind, 1, ours]], [one[what] for one in found[kind, 1, peers]])


ROWS = (
    Row(
        name="webhook",
        what="CPU of a webhook",
        unit="ms",
        measure=_webhook,
        peer="apprise alone",
        by_ratio=True,
        must=1.0,
        reach=0.5,
    ),
    Row(
        name="mail",
        what="mails a second, by the sender alone",
        unit="a second",
        measure=_mail,
        peer="smtplib, its connection kept",
        by_ratio=True,
        more_is_better=True,
        must=0.8,
        reach=1.0,
    ),
    Row(
        name="mail-with-database",
        what="mails a second, with the database",
        unit="a second",
        measure=_mail_with_database,
        peer="smtplib, its connection kept",
        by_ratio=True,
        more_is_better=True,
        must=0.35,
        reach=0.5,
    ),
)
