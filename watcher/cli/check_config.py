"""Run ``watcher check-config``: show everything that is wrong in the config at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.cli.desk import NO_CONFIG, CliContext
from watcher.cli.progress import progress
from watcher.errors import ConfigError, Problem, StoreError, UsageError

if TYPE_CHECKING:
    from watcher.config import Config

LOOKED_AT = timedelta(days=90)
MOST_PAPERS = 5_000
"""Most papers that rules are tried on, the newest: this takes a few seconds."""


@click.command("check-config")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--secrets", is_flag=True, help="Make a missing secret an error.")
@click.option(
    "--as-run", is_flag=True, help="Judge as `run` does: a broken included file is a warning; rules are not tried."
)
@click.option("--strict", is_flag=True, help="Exit with 1 where there are warnings.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as one JSON array.")
@click.pass_obj
def check_config(desk: CliContext, file: Path | None, secrets: bool, as_run: bool, strict: bool, as_json: bool) -> int:
    """Show everything that is wrong in the config and in what it includes, each with its place.

    FILE is a config; without it the one that the other commands would use. Exit status 2 for errors, 0 where there
    are only warnings, with --strict 1. The name of a warning stands in brackets: `accept: [NAME]` in the config says
    that it is meant so (docs/warnings.md). Nothing is sent or written. Where papers are stored, rules are tried on
    those of 90 days.
    """
    path = file or desk.find()
    if path is None:
        raise UsageError(NO_CONFIG)
    problems: tuple[Problem, ...]
    summary = ""
    try:
        config = desk.read_config(path, strict=not as_run, need_secrets=secrets)
    except ConfigError as error:
        problems = error.problems
    else:
        problems = config.problems + tuple(_broken(config) if as_run else _advice(desk, config, path))
        counts = (
            (len(config.sources), "source"),
            (len(config.receivers), "receiver"),
            (len(config.subscriptions), "subscription"),
        )
        summary = ", ".join(_counted(n, what) for n, what in counts)
    if as_json:
        show.json_array(dataclasses.asdict(problem) for problem in problems)
    else:
        _print(path, problems, summary, strict=strict)
    if any(problem.fatal for problem in problems):
        return 2
    return 1 if strict and problems else 0


def _broken(config: Config) -> Iterator[Problem]:
    """Yield the problems of files of which a running watcher uses the last good version."""
    for some in config.broken_includes.values() if not config.accepts("broken-include") else ():
        yield from (dataclasses.replace(problem, fatal=False, name="broken-include") for problem in some)


def _advice(desk: CliContext, config: Config, path: Path) -> Iterator[Problem]:
    """Yield what the papers of the last ninety days suggest; nothing if there is no database."""
    from watcher.config import place_of_rule
    from watcher.pipeline.liking.beside_libraries import SubscriptionRules
    from watcher.rules import document_of
    from watcher.rules.advice.advice import advise

    since = (datetime.now(UTC) - LOOKED_AT).date()
    try:
        with desk.open_store(config) as store, store.reading() as tx, progress("trying rules"):
            with_libraries = SubscriptionRules(tx)
            rules = {one.full_name: with_libraries.of(one) for one in config.subscriptions}
            found = advise(rules, [document_of(paper) for paper in islice(tx.papers.all(since), MOST_PAPERS)])
    except (StoreError, UsageError):
        return
    for advice in found:
        if not config.accepts(advice.kind, advice.name):
            what = f"subscription {advice.name}: {advice.what}"
            yield place_of_rule(path, advice.name, advice.kind, what, advice.hint)


def _print(path: Path, problems: tuple[Problem, ...], summary: str, *, strict: bool) -> None:
    for problem in problems:
        click.echo(show.problem(problem))
    errors = sum(problem.fatal for problem in problems)
    warnings = len(problems) - errors
    counts = [_counted(n, what) for n, what in ((errors, "error"), (warnings, "warning")) if n]
    if errors or (strict and warnings):
        click.echo(f"{path}: {', '.join(counts)}")
    else:
        click.echo(f"{path}: OK{''.join(f', with {one}' for one in counts)}: {summary}")


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")
