"""``watcher init``: a config to start from."""

from __future__ import annotations

import grp
import json
import os
import re
import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from watcher.cli.desk import SYSTEM_CONFIG, CliContext
from watcher.errors import WatcherError

SCHEMA = "watcher.schema.json"
_ZONE_LINE = re.compile(r"^timezone: .*$", re.MULTILINE)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a config that is there.")
@click.pass_obj
def init(desk: CliContext, path: Path | None, force: bool) -> int:
    """Write a commented config that works as it is, to PATH (./config.yaml), and its schema beside it.

    Asks nothing: the time zone is this machine's. An existing file is not replaced.
    """
    from watcher.config import find_config, json_schema

    path = path or desk.config_path or Path("config.yaml")
    if path.is_dir():
        path /= "config.yaml"
    if path.exists() and not force:
        raise WatcherError(f"{path} is there already; name another one, or replace it with --force")
    zone = local_zone(desk.env)
    text = _ZONE_LINE.sub(f"timezone: {zone}", example(), count=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_for_its_owner(path, text)
        (path.parent / SCHEMA).write_text(json.dumps(json_schema(), indent=2) + "\n")
    except OSError as error:
        raise WatcherError(f"{path} cannot be written: {error.strerror}") from None
    shown = _as_typed(path, desk.env)
    found = find_config(None, desk.env, Path.cwd())
    where = "" if found is not None and found.absolute() == path.absolute() else f" -c {shown}"
    click.echo(f"wrote {shown}:\nHugging Face's daily papers, told on this terminal, times in {zone}")
    click.echo("next, edit its receivers and subscriptions, then:")
    for command, what in (
        ("check-config", "everything that is wrong in it, at once"),
        ("once", "read the papers now, tell what matches"),
        ("run", "keep doing so"),
    ):
        click.echo(f"  watcher{where} {command:<14}{what}")
    return 0


def _as_typed(path: Path, env: Mapping[str, str]) -> str:
    """A path as people type it: with ~ for their home folder, in quotes where a shell needs them."""
    home, quoted = env.get("HOME"), shlex.quote(str(path))
    if home and quoted == str(path) and path.is_absolute() and path.is_relative_to(home):
        return f"~/{path.relative_to(home)}"
    return quoted


def _write_for_its_owner(path: Path, text: str) -> None:
    """Write a file into which passwords will go: nobody reads it but its owner, and the service its own."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        group = _group_of_service() if path.absolute() == SYSTEM_CONFIG else None
        if group is not None:
            os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, 0o600 if group is None else 0o640)
        file.write(text)


def _group_of_service() -> int | None:
    """The id of the group that the unit makes; None where it is not installed, or for anybody but root."""
    try:
        return grp.getgrnam("watcher").gr_gid if os.geteuid() == 0 else None
    except KeyError:
        return None


def example() -> str:
    """The example config, as it is shipped."""
    shipped = files("watcher") / "config.example.yaml"
    if shipped.is_file():
        return shipped.read_text()
    return (Path(__file__).resolve().parents[2] / "config.example.yaml").read_text()


def local_zone(env: Mapping[str, str]) -> str:
    """This machine's IANA zone: ``$TZ``, what /etc/localtime links to, /etc/timezone; else UTC."""
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
