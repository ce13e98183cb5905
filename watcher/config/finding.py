"""Find the config file of a command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from watcher.config.values import Config
from watcher.errors import UsageError
from watcher.files.made import why_denied


def default_config() -> Config:
    """Return the config of commands that need none."""
    return Config()


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path) -> Path | None:
    """Return the path of the config: as named, else ``$WATCHER_CONFIG``, else the first usual place that has a config.

    Return None if there is none. Raises ``UsageError`` if this user may not look at a place.

    ``explicit``: the path that the user named with ``-c``, None if they named none.
    ``env``: environment variables; ``cwd``: the current folder.
    """
    if explicit is not None:
        return explicit
    if named := env.get("WATCHER_CONFIG"):
        return Path(named)
    home = Path(os.path.expanduser(env.get("HOME") or "~"))
    usual = [cwd / "config.yaml", home / ".config/watcher/config.yaml", Path("/etc/watcher/config.yaml")]
    try:
        return next((path for path in usual if path.is_file()), None)
    except PermissionError as error:
        raise UsageError(why_denied(Path(error.filename), writing=False) or str(error)) from None
