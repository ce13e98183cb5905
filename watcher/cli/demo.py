"""Run ``watcher demo``: show what watcher does in a few seconds, without network or config."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.errors import UsageError, WatcherError
from watcher.model import DeliveryState

if TYPE_CHECKING:
    from watcher.demo.tour import Stop, Tour

MAIL = "mail.html"


@click.command()
@click.option(
    "--state", type=click.Path(path_type=Path), metavar="DIR", help="Where to put what it makes.  [a new one]"
)
@click.option("--web", is_flag=True, help="Show all of it in a browser afterwards, until Ctrl-C.")
def demo(state: Path | None, web: bool) -> int:
    """Show what watcher does, without network or config.

    Serves a small digest of invented papers from inside the process, watches it for two simulated days with three
    subscriptions, tells what matches on the terminal, and ends.
    """
    from watcher.demo.tour import touring

    folder = _folder(state)
    morning = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    with touring(folder, morning, sys.stdout) as tour:
        click.echo(
            f"A digest of invented papers is served at {tour.site.url}.\n"
            "Three subscriptions watch it. The papers' own links lead nowhere."
        )
        stops = _days(tour)
        _keep_mail(tour, folder / MAIL)
        click.echo(
            f"\nThe first message as HTML e-mail:  {folder / MAIL}\n"
            f"The config that all this ran on:   {folder / 'config.yaml'}\n"
            "Next: `watcher init` writes a config to start from; `watcher run` then watches the real digest."
        )
        if web:
            _serve(tour)
    return 0 if all(one.state is DeliveryState.SENT for stop in stops for one in stop.told) else 1


def _serve(tour: Tour) -> None:
    """Serve the web pages about the demo on a free port until somebody ends it."""
    from watcher.config import ListenAddress, WebSettings
    from watcher.pipeline.folding import fold_all
    from watcher.web.door import open_web

    context = tour.context
    fold_all(context.store)
    settings = WebSettings(ListenAddress(port=0), is_open=True)
    server = open_web(settings, "", context.store, lambda: context.config, clock=context.clock)
    click.echo(f"\nAll of it in a browser: {server.url} (Ctrl-C ends the demo)")
    server.serve()


def _folder(state: Path | None) -> Path:
    if state is None:
        return Path(tempfile.mkdtemp(prefix="watcher-demo-"))
    if state.exists() and not (state.is_dir() and next(state.iterdir(), None) is None):
        raise UsageError(f"{state} is not an empty folder: the demo keeps out of what it did not make")
    state.mkdir(parents=True, exist_ok=True)
    return state


def _days(tour: Tour) -> list[Stop]:
    """Return the results of the first morning, the second morning, and an hour later."""
    stops = [_look(tour, "eight papers are listed")]
    tour.sleep(timedelta(days=1))
    stops.append(_look(tour, "five new papers, and one of yesterday's is listed again"))
    tour.sleep(timedelta(hours=1))
    stops.append(_look(tour, "the pages are as they were"))
    return stops


def _look(tour: Tour, what: str) -> Stop:
    click.secho(f"\n{tour.now:%A %H:%M}: {what}", bold=True)
    stop = tour.look()
    polled, told = stop.polled, sum(len(one.papers) for one in stop.told)
    news = f"{polled.new} papers never seen before, {told} of them told" if told else "nothing to tell"
    click.echo(f"{polled.source}: {polled.judged.verdict.value}, {news}")
    return stop


def _keep_mail(tour: Tour, path: Path) -> None:
    if not tour.messages:
        raise WatcherError("the demo told nothing: this installation does not work as it should")
    path.write_text(tour.messages[0].html, encoding="utf-8")
