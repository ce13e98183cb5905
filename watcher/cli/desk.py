"""Hold what every command needs: the options common to all, the config, the state folder, the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from watcher.cli.progress import progress
from watcher.errors import StoreError, UsageError

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.model import Tuning
    from watcher.store import Store
    from watcher.store.database.engine import DatabaseAddress

SYSTEM_CONFIG = Path("/etc/watcher/config.yaml")
SYSTEM_STATE = Path("/var/lib/watcher")
NO_CONFIG = (
    "there is no config: looked at $WATCHER_CONFIG, ./config.yaml, ~/.config/watcher/config.yaml and "
    f"{SYSTEM_CONFIG}; write one with `watcher init`, or name it with -c"
)


def state_dir(config_path: Path | None, env: Mapping[str, str]) -> Path:
    """Return the state folder, with the database, locks and good copies of included files.

    It is ``$STATE_DIRECTORY`` (set by systemd; the first if there are several), or ``/var/lib/watcher`` for the
    system's config, or ``watcher`` in ``$XDG_STATE_HOME`` (``~/.local/state`` if that is unset).
    """
    if given := env.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(given)
    if config_path is not None and config_path.absolute() == SYSTEM_CONFIG:
        return SYSTEM_STATE
    xdg = Path(env.get("XDG_STATE_HOME") or "")
    return (xdg if xdg.is_absolute() else _home(env) / ".local" / "state") / "watcher"


def _problem_of_database(address: str) -> str | None:
    from watcher.store import database_problem  # takes long to import

    return database_problem(address)


def _home(env: Mapping[str, str]) -> Path:
    return Path(env["HOME"]) if env.get("HOME") else Path.home()


@dataclass(kw_only=True)
class CliContext:
    """The object that click gives to every command.

    ``env``: environment variables.
    ``config_path``: the argument of ``-c``, None without.
    ``verbose`` and ``log_format``: the arguments of ``-v`` and ``--log-format``.
    ``tuning``: other sizes and intervals than usual, None for the usual ones.
    ``wall_clock``: this machine's clock; programs that test commands set another one.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    config_path: Path | None = None
    verbose: bool = False
    log_format: str = "plain"
    tuning: Tuning | None = None
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def find(self) -> Path | None:
        """Return the path of the config, None without one: ``-c``, ``$WATCHER_CONFIG``, or the first usual place."""
        from watcher.config import find_config

        return find_config(self.config_path, self.env, Path.cwd())

    def config(self, *, required: bool = True) -> Config:
        """Return the config, read and checked.

        ``required``: raise ``UsageError`` if there is none; otherwise return the config of commands that need none.
        """
        from watcher.config import default_config

        path = self.find()
        if path is None:
            if required:
                raise UsageError(NO_CONFIG)
            return default_config()
        return self.read_config(path, last_good=self.state_dir() / "includes")

    def edited_config(self) -> Config:
        """Return the config as its files say it now: no good copies are made of included files, and none are used."""
        path = self.find()
        if path is None:
            raise UsageError(NO_CONFIG)
        return self.read_config(path)

    def read_config(self, path: Path, **options: Any) -> Config:
        """Return the config at a path, after all checks.

        ``options``: arguments of :func:`watcher.config.load`.
        """
        from watcher.config import load
        from watcher.notify import doubt_of, problem_of
        from watcher.rules import compile_rule

        return load(
            path,
            env=self.env,
            check_url=problem_of,
            doubt_url=doubt_of,
            check_database=_problem_of_database,
            check_rule=compile_rule,
            **options,
        )

    def state_dir(self) -> Path:
        return state_dir(self.find(), self.env)

    def database(self, config: Config) -> str | Path:
        """Return the URL of the database that the config names, or the path of the SQLite file in the state folder."""
        return config.database(self.env) or self.state_dir() / "watcher.db"

    def place(self, config: Config) -> DatabaseAddress:
        """Return where the database is; as text it shows no password."""
        from watcher.store.database.engine import database_address

        return database_address(self.database(config), self.state_dir())

    def open_store(
        self, config: Config, mode: Literal["read", "write", "create"] = "read", *, accepted: bool = False
    ) -> Store:
        """Open the database. Raises ``StoreError`` without the values of variables.

        ``mode``: only ``create`` makes a missing database.
        ``accepted``: take the database that is there, even if another one was last used.
        """
        from watcher.store import open_store

        # What takes long here is a new release, which brings the tables up to it.
        what = "opening the database" if mode == "read" else "bringing the database up to date"
        try:
            with progress(what):
                return open_store(self.database(config), mode=mode, state_dir=self.state_dir(), accepted=accepted)
        except StoreError as error:
            from watcher.notify import scrub

            raise type(error)(scrub(str(error), config.secrets(self.env))) from error
