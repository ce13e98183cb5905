"""Find the config file of a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from watcher.config.values import Config
from watcher.errors import UsageError
from watcher.files.made import why_denied


def default_config() -> Config:
    """What commands work with that need no config."""
    return Config()


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path) -> Path | None:
    """The config's path: the one named, ``$WATCHER_CONFIG``, or the first that lies at a usual place.

    Raises ``UsageError`` for a place where this user may not look.
    """
    if explicit is not None:
        return explicit
    if named := env.get("WATCHER_CONFIG"):
        return Path(named)
    home = Path(env.get("HOME") or "~").expanduser()
    usual = [cwd / "config.yaml", home / ".config/watcher/config.yaml", Path("/etc/watcher/config.yaml")]
    try:
        return next((path for path in usual if path.is_file()), None)
    except PermissionError as error:
        raise UsageError(why_denied(Path(error.filename), writing=False) or str(error)) from None
