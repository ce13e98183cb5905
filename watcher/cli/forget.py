"""Run ``watcher forget``: delete everything that is kept of a person."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.cli.completion import PERSON
from watcher.cli.desk import CliContext
from watcher.cli.export import unknown
from watcher.cli.working import session
from watcher.errors import UsageError, WatcherError
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.store import Store
    from watcher.store.people.people import Forgotten

NAMES = {
    "subscriptions": "subscription",
    "never": "item of `never`",
    "libraries": "library",
    "mutes": "mute",
    "unsubscribed": "left subscription",
    "thumbs": "thumb",
    "marks": "mark",
    "matches": "match",
    "alerts": "alert",
    "empty_digests": "empty digest",
    "kept": "kept paper",
    "deliveries": "message",
    "attempts": "try",
    "receivers": "receiver",
    "incidents": "incident",
}
MANY = {"library": "libraries", "match": "matches", "try": "tries", "item of `never`": "items of `never`"}


class _Planned(Exception):
    """Ends a transaction after counting what would be deleted, so that nothing is deleted."""

    def __init__(self, done: Forgotten, gone: set[str]) -> None:
        self.done, self.gone = done, gone


@click.command()
@click.argument("person", type=PERSON)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Count what would go, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@click.pass_obj
def forget(desk: CliContext, person: str, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Delete all that the database holds of PERSON, who is told nothing any more (docs/people.md).

    PERSON is as for `watcher export`. Their subscriptions have to be out of the config first. Papers stay, and so does
    what others were told, without the person's names. Backups and the log are not touched. An SQLite file is
    written anew, so that nothing is left in it. Who subscribes again is told from the beginning.
    """
    config, written = desk.config(required=False), _written(desk)
    with desk.open_store(config, "write") as store:
        planned, is_last = _planned(store, person, config, written)
        if not dry_run:
            _ask(person, planned, yes=yes)
    if dry_run:
        _print(planned, as_json, "would go")
        return 0
    for owner in is_last:
        from watcher.config.included.files import forget_copies

        forget_copies(desk.state_dir() / "includes", owner)
    with session(desk, required=False, mode="write") as work:
        done = _forget(work.context.store, person, work.context.config, written)
        is_clean = work.context.store.purge()
    _forget_compiled(desk)
    _print(done, as_json, "deleted")
    if not is_clean:
        click.echo(
            "the write-ahead log is in use and keeps some of it until all programs that read have ended", err=True
        )
    return 0 if is_clean else 1


def _forget_compiled(desk: CliContext) -> None:
    """Delete the file of compiled rules, which has the person's rules, too. The next start writes it anew."""
    from watcher.files.kept_rules import KeptRulesFile

    KeptRulesFile(desk.state_dir()).forget()


def _written(desk: CliContext) -> Config:
    """Return the config as its files say it now, without last good copies."""
    from watcher.config import default_config

    path = desk.find()
    return desk.read_config(path) if path else default_config()


def _planned(store: Store, name: str, config: Config, written: Config) -> tuple[Forgotten, set[str]]:
    """Return what would be deleted, and the owners of whom no file is left."""
    from watcher.pipeline.people import owners_without_file, person_called, reasons_to_stay

    try:
        with store.transaction() as tx:
            person = person_called(tx, name, config)
            if person is None:
                raise unknown(name)
            if reasons := list(reasons_to_stay(person, written)):
                raise UsageError("\n".join([f"{name} is not forgotten:", *(f"  {one}" for one in reasons)]))
            raise _Planned(tx.people.forget(person, store.clock()), owners_without_file(person, written))
    except _Planned as planned:
        return planned.done, planned.gone


def _forget(store: Store, name: str, config: Config, written: Config) -> Forgotten:
    """Delete what is stored of a person. Raises ``WatcherError`` while a daemon has a subscription of theirs."""
    from watcher.pipeline.people import person_called, reasons_to_stay, still_active

    with store.transaction() as tx:
        person = person_called(tx, name, config)
        if person is None or list(reasons_to_stay(person, written)):
            raise WatcherError(f"{name} was changed meanwhile: ask again")
        if some := still_active(person):
            names = ", ".join(one.subscription.full_name for one in some)
            hint = "let it read its config again (`watcher reload`, or `systemctl reload watcher`), then ask again"
            raise WatcherError(f"the running daemon still has {names}: {hint}")
        return tx.people.forget(person, store.clock())


def _ask(person: str, planned: Forgotten, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"this deletes {_words(planned)}, for ever: say --yes, or look first with --dry-run")
    click.echo(f"This deletes {_words(planned)}. Nothing brings it back.", err=True)
    click.confirm(f"Forget {person}?", abort=True, err=True)


def _words(done: Forgotten) -> str:
    parts = [_counted(n, NAMES[name]) for name, n in done.rows.items() if n]
    return ", ".join(parts) or "nothing"


def _counted(n: int, one: str) -> str:
    return f"{n:,} {MANY[one]}" if n != 1 and one in MANY else counted(n, one)


def _print(done: Forgotten, as_json: bool, what: str) -> None:
    if as_json:
        click.echo(show.json_text({**done.rows, "shared": done.shared}))
        return
    click.echo(f"{what}: {_words(done)}")
    if done.shared:
        stay = "stays" if done.shared == 1 else "stay"
        click.echo(f"{counted(done.shared, 'message')} that told of others, too, {stay}, without this person's names")
