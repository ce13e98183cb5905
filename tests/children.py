"""Child processes of a test, to do what the test's own process must not: change its user, or its limits."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable


def said_by_child(do: Callable[[], object]) -> str:
    """Do something in a child process; return its result or its error as text, "" for nothing."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            said = do()
            os.write(writing, b"" if said is None else str(said).encode())
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def fill_disk(size: int) -> None:
    """Let no file of this process grow beyond ``size`` bytes, as on a full disk. There is no way back."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
