"""Run ``watcher status SOURCE``: show a source's last polls, its pages, and how many papers they should have."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from watcher.cli import show
from watcher.cli.desk import CliContext
from watcher.cli.status_rows import section
from watcher.cli.tables import clock_time
from watcher.errors import UsageError
from watcher.model import IncidentKind, Source, Verdict, with_name
from watcher.model.masking import starred

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.store import Store
    from watcher.store.sources.pages import Poll, Shown

BAD = (Verdict.BROKEN, Verdict.UNREACHABLE)
LOOKS = 10


def print_source(desk: CliContext, name: str, *, as_json: bool) -> int:
    """Print how the source ``name`` is doing, with ``as_json`` as one JSON object; return the exit status."""
    from watcher.files.broken_pages import KeptPages

    config = desk.config(required=False)
    with desk.open_store(config) as store:
        report = _report(store, config, name, store.clock())
    report["kept"] = [str(path) for path in KeptPages(desk.state_dir() / "broken").of(name)]
    if as_json:
        click.echo(show.json_text(report))
    else:
        _print(report, config.timezone)
    return 1 if report["looks"] and report["looks"][0]["verdict"] in BAD else 0


def _report(store: Store, config: Config, name: str, now: datetime) -> dict[str, Any]:
    from watcher.parsers.openalex.keys import cited_papers
    from watcher.pipeline.report import incident_row

    source = config.sources.get(name)
    with store.reading() as tx:
        looks = tx.pages.polls(name, LOOKS)
        if source is None and not looks:
            known = ", ".join(config.sources) or "none"
            raise UsageError(f"there is no source `{name}`; the config has {known}")
        incidents = [one for one in tx.incidents.all_open() if one.incident.subject == name]
        return {
            "source": name,
            "shown_as": (source and source.shown_as) or None,
            "kind": source and source.kind,
            "url": source and source.url and starred(source.url),
            "every": source and ("auto" if source.is_auto else _duration(source.every)),
            "next": _next(source, looks, now),
            "why": looks[0].wait.reason if looks and looks[0].wait else "",
            "looks": [_look(one) for one in looks],
            "pages": [_page(one) for one in tx.pages.shown(name, now)],
            "incidents": [incident_row(one) for one in incidents],
            "uncited": tx.cited.unknown(cited_papers(source)) if source else [],
        }


def _next(source: Source | None, looks: list[Poll], now: datetime) -> datetime | None:
    from watcher.pipeline.report import next_look

    return next_look(source, looks[0] if looks else None, now) if source else None


def _look(poll: Poll) -> dict[str, Any]:
    return {
        "at": poll.at,
        "verdict": poll.judged.verdict.value,
        "reason": poll.judged.reason,
        "new": poll.new,
        "pages": poll.pages,
    }


def _page(page: Shown) -> dict[str, Any]:
    return {
        "day": page.day,
        "url": starred(page.url),
        "read_at": page.read_at,
        "papers": page.papers,
        "least": page.expected and page.expected.least,
        "expected": str(page.expected or ""),
        "whole": page.is_whole,
        "read": page.is_read,
        "short_since": page.short_since,
    }


def _duration(time: timedelta) -> str:
    """Return a time in the form ``1h 30m``."""
    left, parts = round(time.total_seconds()), []
    for unit, seconds in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        parts += [f"{count}{unit}"] if count else []
    return " ".join(parts) or "0s"


def _print(report: dict[str, Any], zone: str) -> None:
    place = f", {report['url']}" if report["url"] else ""
    kind = f"{report['kind']}{place}" if report["kind"] else "not in the config"
    click.echo(f"{with_name(report['shown_as'] or '', report['source'])}: {kind}; times are {zone}")
    if report["every"]:
        why = f": {report['why']}" if report["why"] else ""
        often = "as often as it changes" if report["every"] == "auto" else f"every {report['every']}"
        click.echo(f"looked at {often}, next at {clock_time(report['next'], zone)} or soon after{why}")
    section(
        "last looks",
        ("at", "verdict", "new>", "pages>"),
        [(one["at"], one["verdict"], one["new"], one["pages"]) for one in report["looks"]],
        zone,
    )
    for at, verdict, reason in _reasons(report["looks"]):
        click.echo(f"{clock_time(at, zone)} {verdict}: {reason}")
    section(
        "pages",
        ("day", "read", "papers>", "expected", "state"),
        [(one["day"] or "-", one["read_at"], one["papers"], _least(one), _state(one, zone)) for one in report["pages"]],
        zone,
    )
    section(
        "open incidents",
        ("what", "since", "told"),
        [(one["kind"], one["since"], one["told"] or "not yet") for one in report["incidents"]],
        zone,
    )
    for one in report["incidents"]:
        if one["kind"] == IncidentKind.SOURCE_GAP:
            click.echo(f"missing: {one['reason']}")
    if report["uncited"]:
        click.echo(f"not known there, so nobody is found who cites them: {', '.join(report['uncited'])}")
    section("kept bodies of broken pages", ("file",), [(path,) for path in report["kept"]], zone)


def _reasons(looks: list[dict[str, Any]]) -> list[tuple[datetime, str, str]]:
    """Return (time, verdict, reason) of the newest poll with each reason."""
    newest = {one["reason"]: one for one in reversed(looks) if one["reason"]}
    return [(one["at"], one["verdict"], reason) for reason, one in reversed(newest.items())]


def _least(page: dict[str, Any]) -> str:
    return page["expected"] or "not known"


def _state(page: dict[str, Any], zone: str) -> str:
    if not page["read"]:
        return (
            "there is no page" if page["whole"] else f"never read, tried since {clock_time(page['short_since'], zone)}"
        )
    if page["whole"]:
        return "whole"
    return f"short since {clock_time(page['short_since'], zone)}" if page["short_since"] else "not whole"
