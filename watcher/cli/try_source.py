"""Run ``watcher try-source``: show what a source lists before it is watched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.cli.completion import SOURCE
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.cli.tables import print_table
from watcher.errors import UsageError
from watcher.files.read import NotRead, read_given
from watcher.model import Entry, Reading, Source, Unreachable
from watcher.model.masking import starred

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.pipeline.polling.try_source import Tried

COLUMNS = ("rank>", "key", "title~", "authors>", "date?", "characters>")
FIELDS = tuple(field.name for field in dataclasses.fields(Entry))
LARGEST = 50_000_000
"""Most bytes of a saved page."""


@click.command("try-source")
@click.argument("name", type=SOURCE)
@click.option("--file", "file", type=click.Path(path_type=Path), metavar="PAGE", help="Read this saved page instead.")
@click.option("--limit", type=AtLeast(0), default=10, metavar="N", help="Show N papers at most.  [10]")
@click.option("--json", "as_json", is_flag=True, help="Say it all as one JSON object.")
@click.pass_obj
def try_source(desk: CliContext, name: str, file: Path | None, limit: int, as_json: bool) -> int:
    """Fetch the source NAME once and show what is read: its first papers, and what its selectors find.

    Of each paper: its key, title, number of authors, day, and the characters of its abstract. Nothing is stored and
    nobody is told. Exit status 1 if it could not be fetched or read, with the reason.
    """
    config = desk.config()
    if desk.verbose:
        from watcher.daemon import logs

        logs.set_up(desk.log_format, verbose=True, secrets=config.secrets(desk.env))
    source = _source(config, name)
    tried = _tried(source, file, config, desk.env)
    if as_json:
        click.echo(show.json_text(_as_object(source, tried, limit)))
    else:
        _print(source, tried, limit)
    return 0 if isinstance(tried.parsed, Reading) else 1


def _source(config: Config, name: str) -> Source:
    if name not in config.sources:
        known = ", ".join(config.sources) or "none"
        raise UsageError(f"there is no source {name!r} in the config; it has: {known}")
    return config.sources[name]


def _tried(source: Source, file: Path | None, config: Config, env: Mapping[str, str]) -> Tried:
    from watcher.fetch import Fetcher, default_user_agent
    from watcher.parsers import PARSERS
    from watcher.pipeline.polling import try_source as trying
    from watcher.sandbox.apart import ParseApart

    with closing(ParseApart(env, Event())) as parsing:
        if file is not None:
            body = read_given(file, LARGEST)
            if isinstance(body, NotRead):
                raise UsageError(f"{file} cannot be read: {body.what}")
            return trying.try_body(source, PARSERS[source.kind].first_address(source, _now().date()), body, parsing)
        open_address = partial(config.open_address, env=env)
        agent, way = default_user_agent(config.contact or ""), partial(config.way_out, env)
        with closing(Fetcher(user_agent=agent, open_address=open_address, way=way)) as fetcher:
            return trying.read_once(source, fetcher, parsing, _now)


def _now() -> datetime:
    return datetime.now(UTC)


def _print(source: Source, tried: Tried, limit: int) -> None:
    click.echo(f"{source.name} ({source.kind}): {starred(tried.url)}, {tried.size:,} bytes", err=True)
    if tried.findings:
        rows = [(one.key, one.selector, one.elements, one.items, ", ".join(one.near)) for one in tried.findings]
        print_table(("key", "selector", "elements>", "items>", "near it"), rows)
        click.echo()
    if not isinstance(tried.parsed, Reading):
        click.echo(f"{_verdict(tried)}: {tried.parsed.reason}", err=True)
        return
    if tried.parsed.entries[:limit]:
        print_table(COLUMNS, [_row(entry) for entry in tried.parsed.entries[:limit]])
    for line in (*tried.remarks, *_notes(tried.parsed, limit)):
        click.echo(line, err=True)


def _verdict(tried: Tried) -> str:
    if isinstance(tried.parsed, Reading):
        return "read"
    return "unreachable" if isinstance(tried.parsed, Unreachable) else "broken"


def _row(entry: Entry) -> tuple[object, ...]:
    day = entry.listed or (entry.published.date() if entry.published else None)
    key = entry.keys[0] if entry.keys else "by its title"
    return entry.rank, key, entry.title, len(entry.authors), day, len(entry.abstract)


def _notes(reading: Reading, limit: int) -> list[str]:
    count, later = len(reading.entries), sum(entry.is_follow_up for entry in reading.entries)
    day = f" of {reading.day}" if reading.day else ""
    more = f", {limit} of them shown" if count > limit else ""
    notes = [f"{count} {'paper' if count == 1 else 'papers'}{day}{more}"]
    if later:
        notes.append(
            f"{later} of them count only where the paper is known already: changed or deleted long after it came"
        )
    notes += [f"warning: {warning}" for warning in reading.warnings]
    if reading.next:
        notes.append(f"goes on at {reading.next}")
    if reading.previous:
        notes.append(f"the digest day before is {reading.previous}")
    return notes


def _as_object(source: Source, tried: Tried, limit: int) -> dict[str, object]:
    reading = tried.parsed if isinstance(tried.parsed, Reading) else Reading(entries=())
    return {
        "source": source.name,
        "kind": source.kind,
        "url": starred(tried.url),
        "bytes": tried.size,
        "verdict": _verdict(tried),
        "reason": "" if isinstance(tried.parsed, Reading) else tried.parsed.reason,
        "selectors": [
            {"key": one.key, "selector": one.selector, "elements": one.elements, "items": one.items, "near": one.near}
            for one in tried.findings
        ],
        "day": reading.day,
        "previous": reading.previous,
        "next": reading.next,
        "whole": reading.whole,
        "warnings": reading.warnings,
        "remarks": tried.remarks,
        "count": len(reading.entries),
        "papers": [{name: getattr(entry, name) for name in FIELDS} for entry in reading.entries[:limit]],
    }
