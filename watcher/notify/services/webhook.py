"""Webhooks of JSON, with data beside the text."""

from __future__ import annotations

from json import dumps
from typing import Any

import requests
from apprise.plugins.custom_json import NotifyJSON

from watcher.model import Outcome, Result
from watcher.notify import answers, reasons
from watcher.notify.addresses.forms import Body
from watcher.notify.secrets import secrets_of
from watcher.notify.services.kit import Kit

# apprise's classes carry no types that a subclass could be checked against.
_Json: Any = NotifyJSON

DELIVERY = "X-Watcher-Delivery"
"""The header with a delivery's id."""


class JsonWebhook(_Json):  # type: ignore[misc]
    """A webhook that is given data in addition to the text. An entry ``watcher`` in its address replaces the data.

    It sends what apprise would send, but for a user without a password: apprise sends "None" as one. It sends directly,
    since apprise and requests prepare each message anew and write down what they do, which costs more than sending.

    ``data``: set before sending.
    ``delivery_id``: likewise.
    """

    data: Any = None
    delivery_id = ""
    payload_extras: dict[str, Any]
    headers: dict[str, str]
    params: dict[str, str]

    def equip(self, kit: Kit) -> None:
        """Take what is needed for one message."""
        self.data, self.delivery_id = kit.message.data, kit.delivery_id

    def deliver(self, body: Body, url: str) -> Outcome:
        """Send a message; return the outcome. The reason shows no secret of the service's address ``url``."""
        headers = {"User-Agent": self.app_id, "Content-Type": "application/json", **self.headers}
        own = {} if DELIVERY in self.headers else {DELIVERY: self.delivery_id}
        scheme, port = "https" if self.secure else "http", f":{self.port}" if isinstance(self.port, int) else ""
        address = f"{scheme}://{self.host}{port}{self.fullpath}"
        auth = (self.user, self.password or "") if self.user else None
        try:
            usual = (self.method, address, tuple(self.params.items()), tuple(headers.items()), auth)
            request = answers.prepared_request(*usual, own, dumps(self._posted(body)))
            answer = answers.answer_to(request, self.request_timeout, self.verify_certificate)
        except requests.RequestException as error:
            return reasons.of_log([f"Socket Exception: {error}"], secrets_of(url))
        if 200 <= answer.status_code < 300:
            return Outcome(Result.SENT)
        return reasons.of_answer(answer.status_code, answer.content, secrets_of(url))

    def _posted(self, body: Body) -> dict[str, Any]:
        """Return the entries of a message. Those of the address add to them, rename one, or, if empty, remove one."""
        entries: dict[str, Any] = {
            "version": self.json_version,
            "title": body.title.strip(),
            "message": body.text.rstrip(),
            "attachments": [],
            "type": "info",
        }
        for name, value in {"watcher": self.data, **self.payload_extras}.items():
            if name not in entries:
                entries[name] = value
            elif value:
                entries[value] = entries.pop(name)
            else:
                del entries[name]
        return entries
