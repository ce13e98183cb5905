"""Answers read within bounds: no server gets more memory or time than an answer is worth, however it goes on."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Endless(OSError):
    """An answer that is longer than any that means something."""


class Bounded(io.RawIOBase):
    """What comes from a socket, by bytes and seconds, counted from :meth:`allow` on.

    A socket's own timeout begins anew with every byte, so that a server may send one now and then for ever. Raises
    ``TimeoutError`` after the last second, ``Endless`` after the last byte.
    """

    def __init__(self, raw: Any, sock: socket.socket, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._raw, self._sock, self._monotonic = raw, sock, monotonic
        self._left, self._until = 0, 0.0

    def allow(self, most: int, seconds: float) -> None:
        """Let in ``most`` bytes from now on, for so many seconds."""
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
    """A socket's stream of which nothing was read yet, and its bounds: nothing comes before :meth:`Bounded.allow`."""
    bounds = Bounded(stream.detach(), sock)
    return io.BufferedReader(bounds), bounds
