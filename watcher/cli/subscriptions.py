"""Run ``watcher subscriptions``: change the subscriptions that are kept in the database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from watcher.cli.completion import RECEIVER
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.cli.progress import progress
from watcher.cli.tables import NamedText, print_table
from watcher.errors import UsageError
from watcher.files.read import NotRead, open_given
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.config.text.jsonl import SubscriptionLine
    from watcher.model import Subscription
    from watcher.pipeline.context import Context
    from watcher.pipeline.subscriptions.subscribe import Subscribed
    from watcher.policy.subscriptions.effects import Effect
    from watcher.store import Transaction


@click.group()
def subscriptions() -> None:
    """Subscriptions in the database, for services with more subscribers than anyone edits in files.

    They stand beside those of the config's files, which they never touch, and every daemon knows of a change within
    seconds. As JSON Lines each is one object with the keys that it has in YAML, and `owner`:

    \b
      {"owner": "ana", "name": "all", "rule": "agent", "to": "mail:ana@lab.org"}
    """


@subscriptions.command("import")
@click.argument("file", metavar="FILE")
@click.option("--check", is_flag=True, help="Only say what is wrong.")
@click.pass_obj
def import_subscriptions(desk: CliContext, file: str, check: bool) -> int:
    """Add or change the subscriptions in FILE, one a line.

    FILE may be - for stdin. A new one is told what the look-back holds; an edited rule is applied silently; one that
    is there already stays as it is, so that importing twice, or after being cut off, changes nothing. Wrong lines are
    named and left out: exit status 1.
    """
    with _opened(file) as lines, _writing(desk) as parts:
        done, wrong = _import(parts, lines, "<stdin>" if file == "-" else file, check=check)
    if not check:
        click.echo(f"added {done.added}, changed {done.changed}, unchanged {done.unchanged}, wrong {wrong}")
    return 1 if wrong else 0


@subscriptions.command("add")
@click.argument("name")
@click.argument("rule")
@click.option(
    "--to", type=RECEIVER, multiple=True, required=True, metavar="RECEIVER", help="Whom to tell; may be given again."
)
@click.option("--owner", help="Whose it is.")
@click.option("--when", help="When it is told.  [immediately]")
@click.pass_obj
def add_subscription(
    desk: CliContext, name: str, rule: str, to: tuple[str, ...], owner: str | None, when: str | None
) -> int:
    """Add a subscription to the database, or change the one of this name there."""
    from io import BytesIO

    from watcher.policy.subscriptions.effects import consequences

    given = {"owner": owner, "name": name, "rule": rule, "to": list(to), "when": when}
    line = json.dumps({key: value for key, value in given.items() if value}, ensure_ascii=False)
    effects: list[Effect] = []
    with _writing(desk) as parts:
        # Words that are no UTF-8 come back as the bytes that they were, and are named as such.
        given_bytes = BytesIO(line.encode(errors="surrogateescape"))
        done, wrong = _import(parts, given_bytes, "subscription", heard=effects.append)
    if not wrong:
        what = "added" if done.added else "changed" if done.changed else "there already"
        follows = [part for effect in effects if effect.tried for part in consequences(effect)]
        click.echo("; ".join([f"{f'{owner}/' if owner else ''}{name}: {what}", *follows]))
    return 2 if wrong else 0


@subscriptions.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def remove(desk: CliContext, names: tuple[str, ...]) -> int:
    """Take subscriptions out of the database by NAME; OWNER/NAME for one with an owner.

    What was not sent is cancelled. One that comes back under its name is told nothing twice.
    """
    from watcher.pipeline.subscriptions.subscribe import unsubscribe

    asked = {(owner, name): full for full in names for owner, _, name in [full.rpartition("/")]}
    with _writing(desk) as parts:
        gone = unsubscribe(asked, parts)
    for one, full in asked.items():
        if one not in gone:
            click.echo(f"{full}: there is no such subscription in the database", err=True)
    click.echo(f"removed {len(gone)}")
    return 0 if len(gone) == len(asked) else 1


@subscriptions.command("export")
@click.option("--owner", help="Only those of this owner.")
@click.pass_obj
def export_subscriptions(desk: CliContext, owner: str | None) -> None:
    """Print the database's subscriptions as JSON Lines, as `import` reads them."""
    from watcher.cli import show
    from watcher.config import line_of

    with desk.open_store(desk.config(required=False)) as store, store.reading() as tx:
        for saved in tx.subscriptions.of_database(owner):
            click.echo(show.json_text(line_of(_with_library(saved.subscription, tx))))


@subscriptions.command("list")
@click.option("--owner", help="Only those of this owner.")
@click.option("--limit", type=AtLeast(1), metavar="N", help="The first N only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(desk: CliContext, owner: str | None, limit: int | None, as_json: bool) -> None:
    """List the database's subscriptions: name, rule, receivers, and when they are told."""
    from watcher.cli import show
    from watcher.config import line_of

    with desk.open_store(desk.config(required=False)) as store, store.reading() as tx:
        found = islice(tx.subscriptions.of_database(owner), limit)
        if as_json:
            show.json_array(
                dict(line_of(_with_library(one.subscription, tx))) | {"next_due": one.next_due, "paused": one.paused}
                for one in found
            )
            return
        rows = [
            (NamedText(one.full_name, one.shown_as), _asked(one), ", ".join(one.to), one.when)
            for one in (_with_library(saved.subscription, tx) for saved in found)
        ]
    if rows:
        print_table(("subscription", "rule~", "to", "when"), rows)
    else:
        whose = f" of {owner}" if owner else ""
        click.echo(
            f"the database has no subscription{whose}; `watcher status` has those of the config's files", err=True
        )


def _with_library(one: Subscription, tx: Transaction) -> Subscription:
    return replace(one, liked=tx.libraries.get(one.library)) if one.library else one


def _asked(one: Subscription) -> str:
    """Return what a subscription asks for, in words: its rule, and what it likes."""
    if not one.library:
        return one.rule
    papers = sum(paper.starred_by is None for paper in one.liked)
    parts = [counted(papers, "paper")] * bool(papers or not one.liked)
    parts += ["what is starred"] * (papers < len(one.liked))
    return ", ".join(filter(None, (one.rule, f"like {' and '.join(parts)}")))


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    """Open a file or pipe, or stdin for ``-``."""
    if file == "-":
        yield sys.stdin.buffer
        return
    found = open_given(file)
    if isinstance(found, NotRead):
        raise UsageError(f"{file} cannot be read: {found.what}")
    with found:
        yield found


@contextmanager
def _writing(desk: CliContext) -> Iterator[Context]:
    """Open the parts of a process that writes, beside a daemon or without one, and sends nothing itself."""
    from watcher.daemon.opening import open_context

    config = desk.config()
    with desk.open_store(config, "create") as store:
        context = open_context(config, store, desk.env)
        try:
            yield context
        finally:
            context.fetcher.close()


def _import(
    context: Context,
    file: BinaryIO,
    name: str,
    *,
    check: bool = False,
    heard: Callable[[Effect], object] = lambda effect: None,
) -> tuple[Subscribed, int]:
    """Store all valid lines and name the mistakes in the others; return what was stored, and how many are wrong."""
    from watcher.config import LineReader, target_check
    from watcher.notify import problem_of
    from watcher.pipeline.subscriptions.subscribe import BATCH, Subscribed, subscribe
    from watcher.rules import compile_beside_library, compile_rule

    compiled = lru_cache(maxsize=2 * BATCH)(compile_rule)
    check_target = target_check(context.config, context.env, problem_of)
    folder = Path(name).parent
    lines = LineReader(name, context.config, compiled, check_target, folder).lines(file)
    done, wrong = Subscribed(), 0
    with progress("importing lines") as steps:
        while batch := list(islice(lines, BATCH)):
            held = [one.subscription for one in batch if one.subscription]
            _complain(batch)
            wrong += len(batch) - len(held)
            if held and not check:
                rules = [
                    compile_beside_library(one.rule, one.sources, one.library, one.above)
                    if one.library
                    else compiled(one.rule, one.sources)
                    if one.sources
                    else compiled(one.rule)
                    for one in held
                ]
                done += subscribe(list(zip(held, rules, strict=True)), context, heard)
            steps.step(len(batch))
    return done, wrong


def _complain(batch: list[SubscriptionLine]) -> None:
    from watcher.cli import show

    if problems := [problem for line in batch for problem in line.problems]:
        click.echo(show.problems(problems), err=True)
