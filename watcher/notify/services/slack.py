"""Slack, with our own markup."""

from __future__ import annotations

from typing import Any

from apprise.plugins.slack import NotifySlack

from watcher.notify.services.kit import Kit

# apprise's classes carry no types that a subclass could be checked against.
_Slack: Any = NotifySlack


class Slack(_Slack):  # type: ignore[misc]
    """Slack with the message as its text. apprise would send it as an attachment, which Slack folds up.

    ``mrkdwn``: set before sending; sent as it is. None to send what apprise made.
    """

    mrkdwn: str | None = None

    def equip(self, kit: Kit) -> None:
        """Take what is needed for one message."""
        self.mrkdwn = kit.body.text if kit.body.format is None else None

    def _send(self, url: str, payload: Any, *args: Any, **kwargs: Any) -> Any:
        attachments = payload.get("attachments") or [{}]
        if text := self.mrkdwn or attachments[0].get("text"):
            kept = {key: value for key, value in payload.items() if key != "attachments"}
            payload = {**kept, "text": text, "mrkdwn": True, "unfurl_links": False, "unfurl_media": False}
        return super()._send(url, payload, *args, **kwargs)
