"""A service that prints."""

from __future__ import annotations

from threading import Lock
from typing import Any, ClassVar, TextIO

from apprise.plugins.base import NotifyBase

from watcher.notify.services.kit import Kit

# apprise's classes carry no types that a subclass could be checked against.
_Base: Any = NotifyBase


class Console(_Base):  # type: ignore[misc]
    """Prints messages with their receivers: for trials, and for machines that collect what programs print."""

    service_name = "Console"
    protocol = "console"
    templates = ("{schema}://",)
    template_args: ClassVar[dict[str, Any]] = {**_Base.template_args, "to": {"name": "To", "type": "string"}}
    request_rate_per_sec = 0
    body_maxlen = 1_000_000
    title_maxlen = 1_000

    stream: TextIO
    lock: Lock

    def __init__(self, whom: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.whom = whom

    def equip(self, kit: Kit) -> None:
        """Take what is needed for one message."""
        self.stream, self.lock = kit.console, kit.printing

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        return "console://"

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        lines = [f"│ {line}".rstrip() for line in body.strip().splitlines()]
        head = f"╭─ to {self.whom}: {title}" if self.whom else f"╭─ {title}"
        with self.lock:
            self.stream.write("\n".join(["", head, *lines, "╰─", ""]))
            self.stream.flush()
        return True

    @staticmethod
    def parse_url(url: str) -> Any:
        found = _Base.parse_url(url, verify_host=False)
        return found and {**found, "whom": found["qsd"].get("to", "")}
