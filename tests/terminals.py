"""Terminals: a stream in a terminal's place, and a real terminal of 80 columns for a process."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.patience import PATIENCE

COLUMNS = 80


class Terminal(io.StringIO):
    """Keeps what is printed on it."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def on_terminal(
    command: Sequence[str], env: Mapping[str, str], folder: Path, answers: Sequence[tuple[str, str]] = ()
) -> tuple[str, int]:
    """Run a command on a terminal of its own; return what is seen there, and the exit status.

    ``answers``: what is typed once a text stands at the end of what was written, one after the other.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=env,
        cwd=folder,
        start_new_session=True,
        # Passwords are asked of the session's terminal. Nothing but a system call is made there.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
    ) as process:
        os.close(theirs)
        written, left = b"", list(answers)
        while piece := _read(ours):
            written += piece
            if left and written.endswith(left[0][0].encode()):
                os.write(ours, left.pop(0)[1].encode())
        status = process.wait(PATIENCE)
    os.close(ours)
    assert not left, f"never asked for: {left[0][0]}, but\n{written.decode()}"
    return written.decode().replace("\r\n", "\n"), status


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how a terminal says that nobody writes to it any more
        return b""
