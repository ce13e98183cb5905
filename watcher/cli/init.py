"""Run ``watcher init``: write a config to start from."""

from __future__ import annotations

import grp
import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from watcher.cli.desk import SYSTEM_CONFIG, CliContext
from watcher.cli.interview import LATER, TERMINAL, Place, ask_place, ask_topics, subscriptions_text
from watcher.errors import WatcherError

SCHEMA = "watcher.schema.json"
_ZONE_LINE = re.compile(r"^timezone: .*$", re.MULTILINE)
_ME_LINE = re.compile(r'^  me: \{url: "console://"\}.*$', re.MULTILINE)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--defaults", is_flag=True, help="Ask nothing: three examples, told on the terminal.")
@click.option("--force", is_flag=True, help="Replace a config that is there.")
@click.pass_obj
def init(desk: CliContext, path: Path | None, defaults: bool, force: bool) -> int:
    """Write a commented config that works, to PATH (./config.yaml), and its schema beside it.

    On a terminal it asks two questions: where you want to read about papers, and which topics. An address with a
    secret in it goes into a file beside the config that nobody else can read. With --defaults, or without a terminal,
    it asks nothing. The time zone is this machine's. An existing file is not replaced.
    """
    path = path or desk.config_path or Path("config.yaml")
    if os.path.isdir(path):
        path /= "config.yaml"
    if os.path.exists(path) and not force:
        raise WatcherError(f"{path} is there already; name another one, or replace it with --force")
    for one in (path, path.parent / SCHEMA):
        if os.path.exists(one) and not os.path.isfile(one):  # a pipe makes its writer wait; a device is everybody's
            raise WatcherError(f"{one} is no ordinary file (a pipe, a socket, a device or a folder): name another one")
    place, topics = TERMINAL, list[tuple[str, str]]()
    if not defaults and sys.stdin.isatty() and sys.stdout.isatty():
        place, topics = _ask()
    zone = local_zone(desk.env)
    kept = _free_file(path.parent / place.file) if place.file else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kept:
            _write_for_its_owner(kept, f"{place.address}\n")
        _write_for_its_owner(path, _config_text(place, topics, zone, kept))
        _write_schema(path.parent / SCHEMA)
    except OSError as error:
        raise WatcherError(f"{path} cannot be written: {error.strerror}") from None
    _say_written(desk, path, kept, place, topics, zone)
    return 0


def _ask() -> tuple[Place, list[tuple[str, str]]]:
    try:
        return ask_place(), ask_topics()
    except click.Abort:
        click.echo("\nnothing was written", err=True)
        raise


def _free_file(path: Path) -> Path:
    """Return the path, with a number if a file has it: that may hold another receiver's secret."""
    free, n = path, 1
    while os.path.exists(free):
        n += 1
        free = path.with_name(f"{path.name}_{n}")
    return free


def _config_text(place: Place, topics: Sequence[tuple[str, str]], zone: str, kept: Path | None) -> str:
    """Return the example config with this zone, receiver and subscriptions.

    ``kept``: the file with the receiver's address, None if the address has no secret.
    """
    text = _ZONE_LINE.sub(f"timezone: {zone}", example(), count=1)
    if place is not TERMINAL:
        address = f"url_file: {kept.name}" if kept else f'url: "{place.address}"'
        comment = "  # the address stands in that file" if kept else ""
        text = _ME_LINE.sub(lambda _: f"  me: {{{address}}}{comment}", text, count=1)
    if topics:
        begin, end = text.index("subscriptions:\n"), text.index("# One file per person")
        text = f"{text[:begin]}{subscriptions_text(topics, place.when)}\n{text[end:]}"
    return text


def _write_schema(path: Path) -> None:
    from watcher.config import json_schema

    path.write_text(json.dumps(json_schema(), indent=2) + "\n")


def _say_written(
    desk: CliContext, path: Path, kept: Path | None, place: Place, topics: Sequence[tuple[str, str]], zone: str
) -> None:
    """Say what the config does, the place of its secret, and what to do next."""
    from watcher.config import find_config

    shown = _as_typed(path, desk.env)
    found = find_config(None, desk.env, Path.cwd())
    where = "" if found is not None and found.absolute() == path.absolute() else f" -c {shown}"
    when = f" {place.when}" if place is not TERMINAL and topics else ""
    click.echo(f"wrote {shown}:")
    click.echo(click.wrap_text(f"Hugging Face's daily papers, {place.said}{when}, times in {zone}"))
    if kept:
        click.echo(f"wrote {_as_typed(kept, desk.env)}: the address, for your eyes alone")
    is_later = f"${{{LATER}}}" in place.address
    click.echo("next:" if topics else "next, edit its receivers and subscriptions, then:")
    if is_later:
        click.echo(f"  {f'export {LATER}=…':<{len('watcher') + len(where) + 15}}the password, in this terminal")
    steps = [("check-config", "everything that is wrong in it, at once")]
    if place is not TERMINAL:
        steps.append(("test-notify me", "does a message arrive?"))
    steps += [("once", "read the papers now, tell what matches"), ("run", "keep doing so")]
    width = max(len(command) for command, _ in steps)
    for command, what in steps:
        click.echo(f"  watcher{where} {command:<{width}}  {what}")


def _as_typed(path: Path, env: Mapping[str, str]) -> str:
    """Return a path as people type it: with ~ for the home folder, quoted if a shell needs that."""
    home, quoted = env.get("HOME"), shlex.quote(str(path))
    if home and quoted == str(path) and path.is_absolute() and path.is_relative_to(home):
        return f"~/{path.relative_to(home)}"
    return quoted


def _write_for_its_owner(path: Path, text: str) -> None:
    """Write a file that holds a secret, or may hold one later. Only its owner can read it, or the service its own."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        group = _group_of_service() if path.absolute().parent == SYSTEM_CONFIG.parent else None
        if group is not None:
            os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, 0o600 if group is None else 0o640)
        file.write(text)


def _group_of_service() -> int | None:
    """Return the id of the service's group, None if the service is not installed or the user is not root."""
    try:
        return grp.getgrnam("watcher").gr_gid if os.geteuid() == 0 else None
    except KeyError:
        return None


def example() -> str:
    """Return the text of the example config that comes with watcher."""
    shipped = files("watcher") / "config.example.yaml"
    if shipped.is_file():
        return shipped.read_text()
    return (Path(__file__).resolve().parents[2] / "config.example.yaml").read_text()


def local_zone(env: Mapping[str, str]) -> str:
    """Return this machine's IANA zone: from ``$TZ``, /etc/localtime or /etc/timezone; UTC if none tells it."""
    link = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    try:
        named = Path("/etc/timezone").read_text().strip()
    except OSError:
        named = ""
    for name in (env.get("TZ", "").lstrip(":"), link, named):
        try:
            if name and "/" in name:
                return ZoneInfo(name).key
        except (ValueError, OSError, KeyError):
            continue
    return "UTC"
