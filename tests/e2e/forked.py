"""Fork watcher's processes from a process with everything imported: each costs a second of CPU less.

They are processes like any other: with a config, an environment and outputs of their own, ended by signals. Python's
own start is the one thing that they lack; what :meth:`Home.fresh` runs has that.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pytest", "tests.e2e.preloaded", "tests.e2e.killing", "tests.e2e.fleet"])


class Forked:
    """``python -m watcher ARGS`` in a folder, with that environment alone; what it writes is appended to files.

    As :class:`subprocess.Popen`, as far as tests ask: signals, ``wait`` and ``poll``.
    """

    def __init__(self, args: Sequence[str], env: Mapping[str, str], folder: Path, out: Path, err: Path) -> None:
        self._args = list(args)
        self._process = FORKS.Process(target=_be_watcher, args=(self._args, dict(env), folder, out, err))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """Wait for its end; raises TimeoutExpired after that many seconds."""
        self._process.join(seconds)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self._args, seconds or 0)
        return status


def _be_watcher(args: Sequence[str], env: Mapping[str, str], folder: Path, out: Path, err: Path) -> None:
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    from watcher.cli import main

    sys.exit(main(args))
