"""Guess the service's address behind a page's address or a slip."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

_ELSEWHERE = {
    **dict.fromkeys(("smtp", "smtps", "email", "mail", "e-mail", "sendmail"), "mailtos"),
    **dict.fromkeys(("telegram", "tg"), "tgram"),
    **dict.fromkeys(("teams", "msteams"), "workflows"),
    **dict.fromkeys(("webhook", "webhooks", "hook"), "jsons"),
    **dict.fromkeys(("mattermost",), "mmosts"),
    **dict.fromkeys(("stdout", "print", "terminal"), "console"),
}
"""What people write for a service, and what apprise calls it."""

_NO_SERVICE = frozenset({"file", "ftp", "ssh"})
"""Schemes that people write and that are like the name of a service by chance."""

_FORMS = {
    "slack": "slack://TOKEN_A/TOKEN_B/TOKEN_C, or as Slack shows it: https://hooks.slack.com/services/…",
    "discord": "discord://WEBHOOK_ID/WEBHOOK_TOKEN, or as Discord shows it: https://discord.com/api/webhooks/…",
    "tgram": "tgram://BOT_TOKEN/CHAT_ID",
    "mailto": "mailto://USER:PASSWORD@SERVER?from=…&to=…",
    "mailtos": "mailtos://USER:PASSWORD@SERVER?from=…&to=…",
    "matrixs": "matrixs://USER:PASSWORD@HOST/#ROOM",
    "workflows": "as Teams shows it: https://….logic.azure.com/workflows/…?…&sig=…, to its end",
}
"""The usual form of services for which apprise knows many."""


def service_meant(schema: str, known: Sequence[str]) -> str:
    """Return the service that was probably meant by a name that no service has, "" for none."""
    if schema in _NO_SERVICE:
        return ""
    return _ELSEWHERE.get(schema) or "".join(difflib.get_close_matches(schema, known, 1, 0.7))


def form_of(schema: str, templates: Sequence[str]) -> str:
    """Return how a service's addresses are written, with names in capitals for their parts.

    ``templates``: the forms that apprise knows, each with names in braces.
    """
    if schema in _FORMS:
        return _FORMS[schema]
    shortest = min((one.rstrip("/") for one in templates), key=len, default="{schema}://…")
    return re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), shortest.replace("{schema}", schema))


_PAGES = (
    (r"(?:.*\.)?slack\.com", "slack"),
    (r"(?:.*\.)?(?:discord|discordapp)\.(?:com|gg)", "discord"),
    (r"api\.telegram\.org|t\.me|web\.telegram\.org", "tgram"),
    (r".*\.logic\.azure\.com|.*\.powerplatform\.com|teams\.microsoft\.com", "workflows"),
    (r".*\.webhook\.office\.com|outlook\.office(?:365)?\.com", "workflows"),
    (r"(?:mail\.google|gmail|outlook\.(?:live|office)|outlook)\.com", "mailtos"),
)
"""Hosts of services' pages, and the service."""


def form_of_page(host: str, path: str) -> str:
    """Return how addresses are written of the service whose web page it is, "" for any other page."""
    if re.fullmatch(r"/hooks/[A-Za-z0-9]+/?", path):
        return "mmosts://HOST/TOKEN for Mattermost"
    if re.fullmatch(r"/hooks/[A-Za-z0-9]+/[A-Za-z0-9]+/?", path):
        return "rockets://TOKEN_A/TOKEN_B@HOST for Rocket.Chat"
    found = (name for hosts, name in _PAGES if re.fullmatch(hosts, host.lower()))
    return _FORMS.get(next(found, ""), "")
