"""Talking to systemd: the ``sd_notify`` protocol, and how often its watchdog wants to hear from us.

The protocol is one datagram of ``KEY=value`` lines to the socket in ``$NOTIFY_SOCKET`` (man sd_notify). Where that
is not set, everything here does nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Systemd:
    """The service manager that started us; ``address`` is its socket, None where there is none.

    ``watchdog`` is the longest silence that it allows, None where it does not watch.
    """

    address: str | None = None
    watchdog: timedelta | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str], pid: int) -> Systemd:
        """Read ``$NOTIFY_SOCKET``, ``$WATCHDOG_USEC`` and ``$WATCHDOG_PID``; a watchdog for another pid is not ours."""
        microseconds = env.get("WATCHDOG_USEC", "")
        ours = env.get("WATCHDOG_PID", str(pid)) == str(pid)
        watched = ours and microseconds.isdecimal() and int(microseconds) > 0
        return cls(
            address=env.get("NOTIFY_SOCKET") or None,
            watchdog=timedelta(microseconds=int(microseconds)) if watched else None,
        )

    @property
    def alive_every(self) -> timedelta | None:
        """How often ``alive`` should be called: half of what is allowed, as man sd_watchdog_enabled advises."""
        return self.watchdog / 2 if self.watchdog else None

    def ready(self, status: str = "") -> bool:
        """Started, or reloaded: everything works now."""
        return self._send("READY=1", *_status(status))

    def reloading(self, monotonic_ns: int) -> bool:
        """The config is being read again; ``monotonic_ns`` is ``time.monotonic_ns()``. ``ready`` ends it."""
        return self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic_ns // 1000}")

    def waiting(self, status: str, seconds: float) -> bool:
        """Not started yet, and not stuck: the start may take so many seconds more."""
        return self._send(f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}", *_status(status))

    def stopping(self, status: str = "") -> bool:
        return self._send("STOPPING=1", *_status(status))

    def alive(self) -> bool:
        """Keep the watchdog quiet."""
        return self._send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """Set the line that ``systemctl status`` shows."""
        return self._send(*_status(text))

    def _send(self, *lines: str) -> bool:
        """Whether the manager was told; never raises, since the program works without it."""
        if not self.address or not lines:
            return False
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(1)
                out.sendto("\n".join(lines).encode(errors="replace"), address)
        except OSError:
            return False
        return True


def _status(text: str) -> tuple[str, ...]:
    return (f"STATUS={' '.join(text.split())}",) if text else ()
