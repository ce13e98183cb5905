"""Ask one worker process, wait for its answer within limits, and kill it if it exceeds them."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from watcher.errors import Stopped
from watcher.sandbox.frames import LENGTH, Answer, Request, answer_in, request_head

COMMAND = (sys.executable, "-P", "-m", "watcher.sandbox.worker")
PIPE = 2**20
"""Bytes that a pipe holds (Linux). A usual page fits, so that neither side waits for the other."""

PIECE = 2**16
"""Bytes that are read at a time. Most answers have fewer, and room for more would have to be asked of the system."""

LOOK_EVERY = 0.1
"""Seconds between checks of what a worker has used."""

_KEPT = re.compile(r"LANG(?:UAGE)?|LC_[A-Z]+|LD_LIBRARY_PATH|PATH|PYTHON[A-Z0-9]+|TZ")
"""Names of environment variables that a worker gets. It needs no secrets, whatever they are called."""

_KEEPS_ITS_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(4 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(4 * 2**20)}
"""Lets a worker keep what a page needed for the next one (glibc), in place of giving it back after each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsingLimits:
    """What reading a page, or one batch of a file, may take.

    ``cpu``: seconds of processor time.
    ``wall``: seconds; much more, since a busy machine makes everything slower.
    ``memory``: of the worker (MB).
    ``answer``: bytes of the answer.
    ``keep``: a worker with more memory (MB) is not used again; a new one has some 21.
    """

    cpu: float = 15.0
    wall: float = 120.0
    memory: int = 512
    answer: int = 100_000_000
    keep: int = 64


class WorkerEnded(Exception):
    """The worker has ended by itself, or somebody else has killed it. ``str()`` says how."""


class OverBounds(Exception):
    """The page took more than the limits allow. ``str()`` says what."""


class Worker:
    """A worker process, which runs parsers for its owner. One thread at a time may use it.

    ``env``: environment variables; the worker is given some of them.
    ``command``: what starts it, () for the usual program.

    Raises ``WorkerEnded`` if it cannot be started or does not answer.
    """

    def __init__(self, env: Mapping[str, str], limits: ParsingLimits, command: Sequence[str] = ()) -> None:
        self._limits = limits
        arguments = (str(limits.memory), str(2 * limits.wall))
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)
        try:
            self._process = subprocess.Popen(
                (*(command or COMMAND), *arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=given_of(env) | _KEEPS_ITS_MEMORY | {"PYTHONPATH": paths},
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerEnded(f"no process could be started to read it: {error.strerror}") from error
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        for pipe in (self._in, self._out):
            with suppress(OSError):  # the system may allow no larger ones: it only takes longer
                fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", -1), PIPE)
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._ahead = bytearray()
        self.memory = 0

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def ask(self, request: Request, body: bytes, stopping: Event) -> None:
        """Send a request. Raises ``OverBounds``, or ``Stopped`` when ``stopping`` is set."""
        until = self._bounds(stopping)
        rest = memoryview(request_head(request, body) + body)
        while rest:
            try:
                rest = rest[os.write(self._in, rest) :]
            except BlockingIOError:
                until.wait(self._in, select.POLLOUT)
            except BrokenPipeError:
                raise WorkerEnded(self._how_ended()) from None

    def answer(self, stopping: Event) -> Answer:
        """Wait for an answer and return it. Raises ``OverBounds``, or ``Stopped`` when ``stopping`` is set."""
        until = self._bounds(stopping)
        length = int.from_bytes(self._read(LENGTH, until), "big")
        if length > self._limits.answer:
            raise OverBounds(f"what it lists takes more than {self._limits.answer // 1_000_000} MB")
        try:
            answer = answer_in(self._read(length, until))
        except ValueError as error:
            raise WorkerEnded(str(error)) from None
        self.memory = answer.memory
        return answer

    def _read(self, size: int, until: _Bounds) -> bytes:
        """Return the next bytes of what the worker answers. What comes with them is kept for the next call."""
        while len(self._ahead) < size:
            until.wait(self._out, select.POLLIN)  # an answer is never there already
            try:
                piece = os.read(self._out, PIECE)
            except BlockingIOError:
                continue
            if not piece:
                raise WorkerEnded(self._how_ended())
            self._ahead += piece
        found = bytes(self._ahead[:size])
        del self._ahead[:size]
        return found

    def _bounds(self, stopping: Event) -> _Bounds:
        return _Bounds(self.pid, self._limits, stopping)

    def _how_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.returncode
        how = f"by signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"with status {code}"
        return f"the process that read it ended {how}"

    def end(self) -> None:
        """Kill the process and remove everything of it. Never raises."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def given_of(env: Mapping[str, str]) -> dict[str, str]:
    """Return what a worker gets of an environment."""
    return {name: value for name, value in env.items() if _KEPT.fullmatch(name)}


class _Bounds:
    """The time that one request or answer may still take, from now on; of processors, from the first look."""

    def __init__(self, pid: int, limits: ParsingLimits, stopping: Event) -> None:
        self._pid, self._limits, self._stopping = pid, limits, stopping
        self._began = self._looked = time.monotonic()
        self._used: float | None = None

    def wait(self, pipe: int, event: int) -> None:
        """Wait until a pipe is ready for an event of ``select.poll``."""
        poll = select.poll()
        poll.register(pipe, event)
        while True:
            is_ready = bool(poll.poll(LOOK_EVERY * 1000))
            if time.monotonic() - self._looked >= LOOK_EVERY:
                self._look()
            if is_ready:
                return

    def _look(self) -> None:
        self._looked = time.monotonic()
        if self._stopping.is_set():
            raise Stopped("stopped while a page was being read")
        used = _cpu_seconds(self._pid)
        if self._used is None:
            self._used = used
        if used - self._used > self._limits.cpu:
            raise OverBounds(f"reading it took more than {self._limits.cpu:g} s and was stopped")
        if self._looked - self._began > self._limits.wall:
            raise OverBounds(f"reading it was not over after {self._limits.wall:g} s and was stopped")


def _cpu_seconds(pid: int) -> float:
    """Return the processor time of a process in seconds (man proc_pid_stat), 0 if the system does not tell it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
