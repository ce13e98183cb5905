"""Webhooks of JSON, with data beside the text."""

from __future__ import annotations

from typing import Any

from apprise.plugins.custom_json import NotifyJSON

from watcher.notify.services.kit import Kit

# apprise's classes carry no types that a subclass could be checked against.
_Json: Any = NotifyJSON


class JsonWebhook(_Json):  # type: ignore[misc]
    """A webhook that is given data in addition to the text. An entry ``watcher`` in its address replaces the data.

    ``data``: set before sending. It is put among the entries of the address only while the request is sent: apprise
        writes all entries into the address that it reports, and with the data that would cost as much as sending.
    """

    data: Any = None
    payload_extras: dict[str, Any]
    headers: dict[str, str]

    def equip(self, kit: Kit) -> None:
        """Take what is needed for one message."""
        self.data = kit.message.data
        self.headers.setdefault("X-Watcher-Delivery", kit.delivery_id)

    def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
        own = self.payload_extras
        self.payload_extras = {"watcher": self.data, **own}
        try:
            return bool(super().send(body, title, **kwargs))
        finally:
            self.payload_extras = own
