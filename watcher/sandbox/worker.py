"""The program of a worker: read requests from stdin, answer on stdout, end when the owner ends.

The system limits it, since a pattern or library that hangs lets no Python code run: a limit bounds its memory, and an
alarm its time, even after its owner was killed.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from watcher.errors import UnknownPage
from watcher.model import Unreadable
from watcher.parsers import recognise_all
from watcher.sandbox.frames import (
    Answer,
    FindRequest,
    ParseRequest,
    RecogniseRequest,
    Request,
    framed,
    read_request,
)
from watcher.sandbox.given import find_given, parse_given
from watcher.sandbox.mishaps import reason_of

AHEAD = 2**20
"""Bytes of requests that are read at a time: as many as a pipe holds."""

MOST_LEFT = 1_000
"""Objects that a page may leave behind before a search for those still in use."""


def serve(arguments: list[str]) -> None:
    """Answer requests until stdin ends.

    ``arguments``: memory (MB) and seconds until the alarm, both for one request.
    """
    memory, seconds = int(arguments[0]), float(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_killed_first()
    _bound_memory(memory * 2**20)
    requests, answers = os.fdopen(0, "rb", buffering=AHEAD, closefd=False), _stdout_alone()
    gc.freeze()
    gc.disable()
    while asked := read_request(requests):
        signal.setitimer(signal.ITIMER_REAL, seconds)  # its default is to kill, whatever Python does
        for answer in _answers(*asked, memory):
            packed = framed(answer)
            del answer
            signal.setitimer(signal.ITIMER_REAL, 0)  # the owner may take its time with a batch
            _write(answers, packed)
            signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_REAL, 0)
        del asked
        if gc.get_count()[0] > MOST_LEFT:
            gc.collect()  # between the pages, when nobody waits


def _stdout_alone() -> BinaryIO:
    """Return the pipe for answers, and make everything else that is printed go nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _write(answers: BinaryIO, packed: bytes) -> None:
    """Send an answer to the owner. If the owner has ended, end without an error."""
    try:
        answers.write(packed)
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


def _answers(request: Request, body: bytes, memory: int) -> Iterator[Answer]:
    """Yield a single answer to a request; for a large file, an answer a batch and an empty last answer."""
    try:
        match request:
            case ParseRequest(url, source, charset):
                yield Answer(parse_given(body, url, source, charset), _memory())
            case FindRequest(source, charset):
                yield Answer(find_given(body, source, charset), _memory())
            case RecogniseRequest():
                for page in recognise_all(body):
                    yield Answer(page, _memory())
                yield Answer(None, _memory())
    except UnknownPage as error:
        yield Answer(None, _memory(), unknown=str(error))
    except MemoryError:
        yield _failed(request, f"reading it takes more than {memory} MB", "")
    except Exception as error:
        yield _failed(request, reason_of(error), traceback.format_exc(limit=-20))


def _failed(request: Request, reason: str, trace: str) -> Answer:
    match request:
        case ParseRequest():
            return Answer(Unreadable(reason), _memory(), trace=trace)
        case FindRequest():
            return Answer((), _memory(), trace=trace)
        case RecogniseRequest():
            return Answer(None, _memory(), unknown=reason, trace=trace)


def _memory() -> int:
    """Return the memory of this process (kB), 0 if the system does not tell it.

    It is not the most memory it ever had: Linux would count what the owner had when it started this process.
    """
    sizes = _statm()
    return int(os.pread(sizes, 100, 0).split()[1]) * resource.getpagesize() // 1024 if sizes >= 0 else 0


@cache
def _statm() -> int:
    """Return the open file in which the system tells the memory of this process, -1 where there is none."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _be_killed_first() -> None:
    """Ask the system to kill this process before its owner if memory is short (Linux)."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _bound_memory(most: int) -> None:
    """Limit what is allocated from now on. Shared libraries are not counted."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    serve(sys.argv[1:])
