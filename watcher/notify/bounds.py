"""Read from a socket within limits on bytes and seconds, so that no server can take more memory or time than that."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Endless(OSError):
    """An answer is longer than any answer that makes sense."""


class Bounded(io.RawIOBase):
    """Reads from a socket, up to a number of bytes and seconds that :meth:`allow` sets.

    The socket's own timeout begins anew with each byte, so that a server could send for ever. Raises ``TimeoutError``
    when the time is over, and ``Endless`` after the last allowed byte.
    """

    def __init__(self, raw: Any, sock: socket.socket, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._raw, self._sock, self._monotonic = raw, sock, monotonic
        self._left, self._until = 0, 0.0

    def allow(self, most: int, seconds: float) -> None:
        """Allow ``most`` bytes to be read from now on, within ``seconds``."""
        self._left, self._until = most, self._monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        seconds = self._until - self._monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        if self._left <= 0:
            raise Endless("the answer does not end")
        before = self._sock.gettimeout()
        self._sock.settimeout(seconds if before is None else min(before, seconds))
        try:
            count: int | None = self._raw.readinto(memoryview(buffer)[: self._left])
        finally:
            with suppress(OSError):  # closed meanwhile
                self._sock.settimeout(before)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def bounded(stream: io.BufferedReader, sock: socket.socket) -> tuple[io.BufferedReader, Bounded]:
    """Return a stream that reads on from ``stream`` on the socket ``sock``, and what limits it.

    Nothing can be read before :meth:`Bounded.allow` is called.
    """
    bounds = Bounded(stream.detach(), sock)
    return io.BufferedReader(bounds), bounds
