"""Guess which service's address was meant by a mistyped one, or by the address of a web page."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence

_ELSEWHERE = {
    **dict.fromkeys(
        ("smtp", "smtps", "email", "mail", "e-mail", "sendmail", "gmail", "googlemail", "outlook", "hotmail"), "mailtos"
    ),
    **dict.fromkeys(("telegram", "tg"), "tgram"),
    **dict.fromkeys(("teams", "msteams"), "workflows"),
    **dict.fromkeys(("webhook", "webhooks", "hook"), "jsons"),
    **dict.fromkeys(("mattermost",), "mmosts"),
    **dict.fromkeys(("stdout", "print", "terminal"), "console"),
}
"""Names that people write for a service → what apprise calls the service."""

_NO_SERVICE = frozenset({"file", "ftp", "ssh"})
"""Schemes that resemble the name of a service only by chance."""

_FORMS = {
    "slack": "slack://TOKEN_A/TOKEN_B/TOKEN_C, or as Slack shows it: https://hooks.slack.com/services/…",
    "discord": "discord://WEBHOOK_ID/WEBHOOK_TOKEN, or as Discord shows it: https://discord.com/api/webhooks/…",
    "tgram": "tgram://BOT_TOKEN/CHAT_ID",
    "mailto": "mailto://USER:PASSWORD@SERVER?from=…&to=…",
    "mailtos": "mailtos://USER:PASSWORD@SERVER?from=…&to=…",
    "matrixs": "matrixs://USER:PASSWORD@HOST/#ROOM",
    "workflows": "as Teams shows it: https://….logic.azure.com/workflows/…?…&sig=…, to its end",
}
"""Service → the usual form of its addresses, for services with many forms."""


def service_meant(schema: str, known: Sequence[str]) -> str:
    """Return the service that was probably meant by an unknown name, "" for no guess.

    ``known``: names of all services.
    """
    if schema in _NO_SERVICE:
        return ""
    return _ELSEWHERE.get(schema) or "".join(difflib.get_close_matches(schema, known, 1, 0.7))


def form_of(schema: str, templates: Sequence[str]) -> str:
    """Return the form of a service's addresses, with words in capitals for its parts.

    ``templates``: the forms that apprise knows, with words in braces for their parts.
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
    (r"matrix\.to|(?:app|chat)\.element\.io", "matrixs"),
    (r"(?:mail\.google|gmail|outlook\.(?:live|office)|outlook)\.com", "mailtos"),
)
"""Patterns of hosts of services' web pages, each with the service."""


def service_at(host: str, services: Mapping[str, Collection[str]]) -> str:
    """Return the service to whose sites a host belongs, "" if it belongs to none.

    ``services``: schema → hosts of that service.
    """
    domain = _domain(host.lower())
    found = sorted(schema for schema, sites in services.items() if domain and domain in map(_domain, sites))
    return found[0] if len({frozenset(services[one]) for one in found}) == 1 else ""


def _domain(host: str) -> str:
    """Return the last two parts of a host, "" if they may be of a whole country, such as co.uk."""
    parts = host.split(".")[-2:]
    return ".".join(parts) if len(parts) == 2 and len(parts[0]) > 3 else ""


def form_of_page(host: str, path: str) -> str:
    """Return the form of a service's addresses, given the address of one of its web pages; "" for any other page.

    ``host`` and ``path``: parts of the page's address.
    """
    if re.fullmatch(r"/hooks/[A-Za-z0-9]+/?", path):
        return "mmosts://HOST/TOKEN for Mattermost"
    if re.fullmatch(r"/hooks/[A-Za-z0-9]+/[A-Za-z0-9]+/?", path):
        return "rockets://TOKEN_A/TOKEN_B@HOST for Rocket.Chat"
    found = (name for hosts, name in _PAGES if re.fullmatch(hosts, host.lower()))
    return _FORMS.get(next(found, ""), "")
