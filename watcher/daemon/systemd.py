"""Report to systemd by the ``sd_notify`` protocol, and read how often its watchdog expects a report.

The protocol sends datagrams of ``KEY=value`` lines to the socket in ``$NOTIFY_SOCKET`` (man sd_notify). Without that
variable nothing is sent.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Systemd:
    """The service manager that started the process.

    ``address``: its socket, None if there is none.
    ``watchdog``: longest time between two calls of :meth:`alive`, None if it does not watch.
    """

    address: str | None = None
    watchdog: timedelta | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str], pid: int) -> Systemd:
        """Return the service manager that ``$NOTIFY_SOCKET``, ``$WATCHDOG_USEC`` and ``$WATCHDOG_PID`` describe.

        ``pid``: of this process; a watchdog for another one is ignored.
        """
        microseconds = env.get("WATCHDOG_USEC", "")
        ours = env.get("WATCHDOG_PID", str(pid)) == str(pid)
        watched = ours and microseconds.isdecimal() and int(microseconds) > 0
        return cls(
            address=env.get("NOTIFY_SOCKET") or None,
            watchdog=timedelta(microseconds=int(microseconds)) if watched else None,
        )

    @property
    def alive_every(self) -> timedelta | None:
        """How often to call :meth:`alive`, None for never: in half of the time allowed (man sd_watchdog_enabled)."""
        return self.watchdog / 2 if self.watchdog else None

    def ready(self, status: str = "") -> bool:
        """Report that the daemon has started or reloaded, with a ``status`` line for ``systemctl status``."""
        return self._send("READY=1", *_status(status))

    def reloading(self, monotonic_ns: int) -> bool:
        """Report that the config is being reloaded, until :meth:`ready` is called.

        ``monotonic_ns``: ``time.monotonic_ns()``.
        """
        return self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic_ns // 1000}")

    def waiting(self, status: str, seconds: float) -> bool:
        """Report that the start may take ``seconds`` more, with a ``status`` line for ``systemctl status``."""
        return self._send(f"EXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}", *_status(status))

    def stopping(self, status: str = "") -> bool:
        """Report that the daemon stops, with a ``status`` line for ``systemctl status``."""
        return self._send("STOPPING=1", *_status(status))

    def alive(self) -> bool:
        """Report to the watchdog that the process is well."""
        return self._send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """Set the line that ``systemctl status`` shows."""
        return self._send(*_status(text))

    def _send(self, *lines: str) -> bool:
        """Send lines; return whether the manager got them. Never raises, since the program works without it."""
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
