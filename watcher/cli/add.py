"""Run ``watcher add``: try a new subscription on the past, then write it into the config."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import backtest, show
from watcher.cli.completion import RECEIVER
from watcher.cli.desk import NO_CONFIG, CliContext
from watcher.cli.progress import counting
from watcher.errors import ConfigError, StoreError, UsageError

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.model import Paper
    from watcher.rules.advice.trial import Trial
    from watcher.store import Transaction

TRIED_ON = timedelta(days=90)
SHOWN = 5


@click.command()
@click.argument("rule")
@click.option(
    "--to", "to", type=RECEIVER, multiple=True, required=True, metavar="RECEIVER", help="Whom to tell; may be repeated."
)
@click.option("--name", metavar="NAME", help="The subscription's name; made of the rule where it is not given.")
@click.option("--when", metavar="WHEN", help="When to tell, such as 'daily at 09:00'.  [immediately]")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Write into this file that the config includes.")
@click.option("--dry-run", is_flag=True, help="Show everything, write nothing.")
@click.pass_obj
def add(
    desk: CliContext,
    rule: str,
    to: tuple[str, ...],
    name: str | None,
    when: str | None,
    file: Path | None,
    dry_run: bool,
) -> int:
    """Try RULE on the papers of the last 90 days, and write it into the config as a subscription.

    Comments and order of the file stay as they are. For a phrase, quote twice: '"KV cache" OR quantization'.
    """
    from watcher.config import name_for, subscription_lines
    from watcher.rules.advice.typed import compile_typed

    compile_typed(rule)
    config = desk.config()
    _check_receivers(config, to)
    path = file or _main(config)
    taken = config.names_of(path)
    if name in taken:
        raise UsageError(f"there is a subscription {name!r} already; choose another --name")
    name = name or name_for(rule, taken)
    lines = subscription_lines(name, rule, to, when)
    _show_trial(desk, config, rule)
    click.echo("")
    for line in lines:
        click.echo(f"  {line}")
    click.echo("")
    number = _write(desk, config, path, lines, dry_run=dry_run)
    if dry_run:
        click.echo(f"nothing was written; without --dry-run this goes to {path}:{number}")
    else:
        click.echo(f"wrote {path}:{number}")
        click.echo("the next `watcher once` has it; a running daemon, once it reads the config again:")
        click.echo("`watcher reload`, for a service `systemctl reload watcher`")
    return 0


def _check_receivers(config: Config, to: tuple[str, ...]) -> None:
    for target in to:
        if not config.endpoints_of(target):
            receiver = target.partition(":")[0]
            if receiver in config.receivers:
                raise UsageError(f"receiver {receiver!r} is not used as {target!r}; see `watcher check-config`")
            near = get_close_matches(receiver, config.receivers, n=3)
            hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(config.receivers) or 'none'}"
            raise UsageError(f"there is no receiver {receiver!r}; {hint}")


def _show_trial(desk: CliContext, config: Config, rule: str) -> None:
    since: date | None = (datetime.now(UTC) - TRIED_ON).date()
    try:
        with desk.open_store(config) as store, store.reading() as tx:
            trial = _tried(tx, rule, since)
            if not trial.papers:  # an archive, or a daemon that was off: the past is still worth a look
                since = None
                trial = _tried(tx, rule, since)
    except StoreError as error:
        click.echo(f"not tried on the past: {error}")
        return
    for line in backtest.summary(trial, since):
        click.echo(line)
    for line in backtest.titles(trial, SHOWN):
        click.echo(f"  {line}")


def _tried(tx: Transaction, rule: str, since: date | None) -> Trial[Paper]:
    from watcher.pipeline.searching import tried, with_papers
    from watcher.rules.advice.typed import compile_typed

    with counting(tx, since) as looked:
        return with_papers(tx, tried(tx, compile_typed(rule), since or date.min, looked).trial)


def _write(desk: CliContext, config: Config, path: Path, lines: list[str], *, dry_run: bool) -> int:
    """Write the lines into a file of the config; return the number of their first line there."""
    from watcher.config.saving import SubscriptionFile

    file = SubscriptionFile(config, path, lambda path, instead: desk.read_config(path, instead=instead))
    try:
        saved = file.save(lines, dry_run=dry_run)
    except ConfigError as error:
        what = "; ".join(f"{one.what}; {one.hint}" if one.hint else one.what for one in error.problems)
        raise UsageError(f"{path} was left as it is: {what}") from None
    except UsageError as error:
        raise UsageError(f"{path} was left as it is: {error}") from None
    for problem in saved.warnings:
        click.echo(show.problem(problem), err=True)
    return saved.line


def _main(config: Config) -> Path:
    if config.path is None:
        raise UsageError(NO_CONFIG)
    return config.path
