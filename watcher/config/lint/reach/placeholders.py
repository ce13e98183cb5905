"""Recognise words that a guide puts in place of a secret, and that somebody forgot to replace."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

_ANYWHERE = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3,}|…|<[^<>]*>|%3c.*%3e|\[[^\[\]]*\]|\{[^{}]*\}|(?:your|insert|enter)[-_ ].*|"
    r"(?:my|the)[-_ ](?:(?:api|bot|app|user|access|secret)[-_ ]?)?(?:token|password|passwd|pass|key|secret|id|user|"
    r"username|name|topic|channel|chat|server|host|domain|webhook|bot|email|mail)|"
    r"(?:change|replace)[-_]?(?:me|it|this)|to-?do|fixme|tbd|placeholder|redacted|dummy|"
    r"example[-_]?(?:token|key|password)"
)
"""Matches words that guides put in place of a secret, for any part of an address."""

_IN_CAPITALS = re.compile(
    r"(?:[A-Z]+_)?(?:TOKEN|PASSWORD|PASS|SECRET|KEY|API_KEY|APIKEY|USER|USERNAME|SERVER|HOST|HOSTNAME|WEBHOOK|CHAT_ID|"
    r"WEBHOOK_ID|WEBHOOK_TOKEN|CHANNEL|TOPIC|DOMAIN)(?:_[A-Z0-9])?"
)
"""Matches names in capitals, as documentation writes them."""

_AS_PASSWORD = frozenset(["password", "passwd", "yourpassword", "mypassword", "app_password", "app-password"])


def _is_v6(text: str) -> bool:
    """Return whether a text is an IPv6 address in its brackets."""
    try:
        return text.startswith("[") and text.endswith("]") and bool(IPv6Address(text[1:-1]))
    except ValueError:
        return False


def is_placeholder(address: str) -> bool:
    """Return whether a part of a receiver's address was copied from a guide and not replaced."""
    base, _, query = address.partition("://")[2].partition("?")
    authority, _, path = base.partition("/")
    user_info, _, where = authority.rpartition("@")
    user, _, password = user_info.partition(":")
    values = [one.partition("=")[2] for one in re.split("[&;]", query)]
    parts = [user, password, where.partition(":")[0], *path.split("/"), *(one for one in values if not _is_v6(one))]
    return password.lower() in _AS_PASSWORD or any(
        _ANYWHERE.fullmatch(part) or _IN_CAPITALS.fullmatch(part) for part in parts if part
    )
