"""Wake the main thread from a signal handler or from another thread."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress


class Bell:
    """Wakes the main thread through a pipe: a signal handler must not wait for a lock."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring_at_signals(self) -> None:
        """Ring at every signal, whichever thread receives it.

        Python runs signal handlers only in the main thread. While that is busy with one signal, the system gives the
        next one to another thread, and the main thread would sleep on.
        """
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)

    def ring(self) -> None:
        """End the wait that is going on, or the next one. Ringing twice is the same as ringing once."""
        with suppress(BlockingIOError):
            os.write(self._writing, b".")

    def wait(self, seconds: float | None) -> None:
        """Sleep until the bell rings, at most ``seconds``; None for ever."""
        if select.select([self._reading], [], [], seconds)[0]:
            os.read(self._reading, 4096)
