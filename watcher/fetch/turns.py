"""Whose turn it is: one request at a time to each host, not too often, and none while the host asked to be left alone.

All instants are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock


class NotNow(Exception):
    """The host may not be asked in time; ``wait`` is how many seconds it asked to be left alone, None where it
    is only busy."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class _Host:
    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")
    closed_until: float = float("-inf")


class Turns:
    """The hosts and their turns. Safe to use from several threads."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._lock = Lock()

    @contextmanager
    def turn(self, name: str, interval: float, patience: float) -> Iterator[None]:
        """Hold the host ``name``; the next turn begins ``interval`` seconds after this one at the earliest.

        Raises ``NotNow`` where the host asked to be left alone, or does not get free within ``patience`` seconds.
        """
        host = self._host(name)
        began = self._monotonic()
        self._refuse_if_closed(name, host, began)
        if not host.lock.acquire(timeout=max(patience, 0)):
            raise NotNow(f"{name} was busy with earlier requests for {patience:.0f} s")
        try:
            now = self._monotonic()
            self._refuse_if_closed(name, host, now)
            wait = host.free_at - now
            if wait > patience - (now - began):
                raise NotNow(f"{name} was busy with earlier requests for {patience:.0f} s")
            if wait > 0:
                self._sleep(wait)
            host.free_at = self._monotonic() + interval
            yield
        finally:
            host.lock.release()

    def close(self, name: str, seconds: float) -> None:
        """Leave ``name`` alone for this long; an earlier, longer wait stays."""
        host = self._host(name)
        host.closed_until = max(host.closed_until, self._monotonic() + seconds)

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts[name]

    def _refuse_if_closed(self, name: str, host: _Host, now: float) -> None:
        left = host.closed_until - now
        if left > 0:
            raise NotNow(f"{name} asked to be left alone, for {left:.0f} s more", left)
