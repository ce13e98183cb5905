"""Run ``watcher restore``: put a backup in the place of the database, and tell nothing twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli.desk import CliContext
from watcher.cli.progress import progress
from watcher.cli.tables import clock_time, print_table
from watcher.errors import DaemonRunning, StoreError, UsageError
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.pipeline.polling.polled import Polled
    from watcher.pipeline.restoring import Restored
    from watcher.store import Store


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False), required=False)
@click.option("--in-place", is_flag=True, help="The database was put back already, by hand or by pg_restore.")
@click.option("--tell", is_flag=True, help="Tell what was due before now, though it may have been told.")
@click.pass_obj
def restore(desk: CliContext, file: Path | None, in_place: bool, tell: bool) -> None:
    """Put the backup FILE in the SQLite database's place. The daemon has to be stopped.

    FILE is checked before anything is changed, and the old database is kept beside the new one. Nobody knows what was
    told after the backup was made. So what was due since then counts as known. The sources are read once, and what
    they listed since then counts as known, too. All of it is named: `watcher replay --known SUBSCRIPTION` tells it, and
    `watcher replay ID` sends a message that was waiting. With --tell it is told without being asked for.
    """
    if (file is None) != in_place:
        raise UsageError("name the backup, or say --in-place where the database was put back already; not both")
    from watcher.daemon import logs

    config = desk.config(required=False)
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=config.secrets(desk.env), own=logging.WARNING)
    done = _in_place(desk, config, tell) if file is None else _from_file(desk, config, file, tell)
    polled: list[Polled] = []
    try:
        if not tell:
            _read_sources(desk, config, polled)
    finally:  # what counts as known is said, also where the reading was interrupted
        _print(desk, config, done, polled)


def _from_file(desk: CliContext, config: Config, file: Path, tell: bool) -> Restored:
    """Put a backup in the place of the database, and say where the old one is."""
    from watcher.files.made import make_folder
    from watcher.store.database.clock import utc_now
    from watcher.store.database.file.restores import put_in_place, restore_command
    from watcher.store.database.locks import DaemonLock

    path = desk.place(config).path
    if path is None:
        url = desk.place(config).url
        then = "with all daemons stopped, and after it `watcher restore --in-place`"
        raise StoreError(f"PostgreSQL is restored by its own program, {then}: {restore_command(url, file)}")
    if path.exists() and file.exists() and file.samefile(path):
        raise StoreError(f"{file} is the database itself: `watcher restore --in-place`")
    make_folder(path.parent)
    with DaemonLock(path), progress("restoring"):
        done, kept = put_in_place(path, file, utc_now(), lambda store: _bring_up(desk, config, store, tell))
    click.echo(f"{path}: restored from {file}" + (f"; the one before is kept as {kept}" if kept else ""))
    return done


def _in_place(desk: CliContext, config: Config, tell: bool) -> Restored:
    path = desk.place(config).path
    if path is not None and not (path.is_file() and path.stat().st_size):
        raise StoreError(f"there is no database at {path}: name the backup, `watcher restore FILE`")
    with desk.open_store(config, "write", accepted=True) as store:
        if store.daemon_lock:
            store.daemon_lock.acquire()
        else:
            with store.reading() as tx:
                if tx.daemons.alive(store.clock()):
                    raise DaemonRunning(f"daemons run on {store.place}: stop them first")
        return _bring_up(desk, config, store, tell)


def _bring_up(desk: CliContext, config: Config, store: Store, tell: bool) -> Restored:
    from watcher.daemon.opening import open_context
    from watcher.pipeline.restoring import bring_up_to_now

    context = open_context(config, store, desk.env, tuning=desk.tuning)
    try:
        return bring_up_to_now(context, tell=tell, has_config=desk.find() is not None)
    finally:
        context.notifier.close()
        context.fetcher.close()
        context.parsing.close()


def _read_sources(desk: CliContext, config: Config, polled: list[Polled]) -> None:
    """Poll each source once, so that its papers count as known. Add each result to ``polled``."""
    from watcher.cli.working import session
    from watcher.pipeline.polling.together import poll_together

    if config.sources:
        with session(desk, mode="write", shows_effects=True) as work:
            sources = list(config.sources.values())
            with progress("reading sources", len(sources)) as steps:
                polled.extend(steps.over(poll_together(sources, work.context)))


def _print(desk: CliContext, config: Config, done: Restored, polled: Sequence[Polled]) -> None:
    zone = config.timezone
    since = clock_time(done.blind.since, zone)
    papers = [(name, paper.key, paper.title) for name, paper in done.papers]
    if polled:
        papers = _all_known(desk, config, done, papers)
    if not papers and not done.messages:
        click.echo(f"nothing was due between {since} and now")
    elif papers:
        click.echo(f"{counted(len(papers), 'paper')} that may have been told since {since} {_becomes(done, papers)}:")
        print_table(("subscription", "paper", "title~"), papers)
    for endpoint, count in sorted(done.messages.items()):
        click.echo(
            f"{counted(count, 'message')} to {endpoint} waited in the backup, and may have been sent since: "
            f"`watcher deliveries --state dead` names {'them' if count > 1 else 'it'}, `watcher replay ID` sends again"
        )
    for one in polled:
        if one.judged.reason:
            click.echo(f"{one.source}: {one.judged.verdict.value}: {one.judged.reason}")
    _say_what_is_lost(since)


def _becomes(done: Restored, papers: Sequence[tuple[str, str, str]]) -> str:
    if not done.is_known:
        return "will be told when watcher runs"
    name = papers[0][0] if len({name for name, _, _ in papers}) == 1 else "SUBSCRIPTION"
    return f"{'count' if len(papers) > 1 else 'counts'} as known (`watcher replay --known {name}` tells them)"


def _all_known(
    desk: CliContext, config: Config, done: Restored, papers: list[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    """Return all papers that count as known since the restore: those due, and those listed by sources."""
    with desk.open_store(config) as store, store.reading() as tx:
        known = tx.history.counted_as_known(done.blind.reason)
        found = {paper.id: paper for paper in tx.papers.get({id for _, id in known})}
    listed_since = [(name, found[id].key, found[id].title) for name, id in known if id in found]
    return list(dict.fromkeys([*papers, *listed_since]))


def _say_what_is_lost(since: str) -> None:
    click.echo(
        f"what cannot be known any more: what was told since {since}; pauses, mutes, imports and replays since then; "
        "subscriptions that were added to the database since then"
    )
