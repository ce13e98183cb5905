"""What every command finds on its desk: the options given to all, the config, the state folder, the database."""

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
    """Where the database, the locks and the good copies of included files lie, unless the config says otherwise.

    ``$STATE_DIRECTORY`` (systemd sets it; the first where it names several), else ``/var/lib/watcher`` with the
    system's config, else ``watcher`` under ``$XDG_STATE_HOME``, which is ``~/.local/state`` where unset.
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
    """The object that click hands to every command; ``config_path`` is what ``-c`` named, or None.

    ``tuning`` (None: the usual one) and ``wall_clock`` are for programs that run a command by other intervals, or on a
    clock that is wrong.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    config_path: Path | None = None
    verbose: bool = False
    log_format: str = "plain"
    tuning: Tuning | None = None
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def find(self) -> Path | None:
        """The config's path: ``-c``, ``$WATCHER_CONFIG``, or the first that lies at a usual place."""
        from watcher.config import find_config

        return find_config(self.config_path, self.env, Path.cwd())

    def config(self, *, required: bool = True) -> Config:
        """Read and check the config; without one, raise ``UsageError``, or where not required be content with none."""
        from watcher.config import default_config

        path = self.find()
        if path is None:
            if required:
                raise UsageError(NO_CONFIG)
            return default_config()
        return self.read_config(path, last_good=self.state_dir() / "includes")

    def edited_config(self) -> Config:
        """Read the config without taking it up: of included files no good version is kept, and none stands in."""
        path = self.find()
        if path is None:
            raise UsageError(NO_CONFIG)
        return self.read_config(path)

    def read_config(self, path: Path, **options: Any) -> Config:
        """Read the config at a path with all checks; ``options`` as :func:`watcher.config.load` takes them."""
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
        """The database's URL where the config names one, else the path of the SQLite file in the state folder."""
        return config.database(self.env) or self.state_dir() / "watcher.db"

    def place(self, config: Config) -> DatabaseAddress:
        """Where the database is; in words it shows no password."""
        from watcher.store.database.engine import database_address

        return database_address(self.database(config), self.state_dir())

    def open_store(
        self, config: Config, mode: Literal["read", "write", "create"] = "read", *, accepted: bool = False
    ) -> Store:
        """Open the database; only ``create`` makes a missing one. Raises ``StoreError`` that shows no variable.

        ``accepted``: take what is there, though another database was last used.
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
