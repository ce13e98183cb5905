"""Read from the headers of a response how long the server asks to be left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""Longest wait that a server can ask for, so that a typing error of its does not end a source."""

_ITEM = re.compile(r";\s*([rt])\s*=\s*(\d{1,12})\b")


def wait_asked_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the time for which ``Retry-After`` or ``RateLimit`` asks, the longer of both; None if neither makes sense.

    ``Retry-After`` has seconds or a date (RFC 9110). ``RateLimit: "pages";r=0;t=57`` (IETF draft "RateLimit header
    fields for HTTP") says that nothing remains, and that all is free again in 57 seconds.
    """
    waits = [_retry_after(headers.get("Retry-After", ""), now), _rate_limit(headers.get("RateLimit", ""))]
    asked = [wait for wait in waits if wait is not None and wait > timedelta(0)]
    return min(max(asked), LONGEST) if asked else None


def nothing_remains_for(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the server will answer no more requests, by the headers of a good answer; None if some remain."""
    rest = _rate_limit(headers.get("RateLimit", ""), unsaid=1)
    return min(rest, LONGEST) if rest else None


def http_date(value: str) -> datetime | None:
    """Return the instant that a header's value names, None if it names none."""
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _retry_after(value: str, now: datetime) -> timedelta | None:
    value = value.strip()
    if re.fullmatch(r"[0-9]+", value):
        return _seconds(value)
    at = http_date(value)
    return at - now if at else None


def _rate_limit(value: str, unsaid: int = 0) -> timedelta | None:
    """Return the longest wait of those policies in a header that have nothing left.

    ``unsaid``: what remains of a policy that does not say.
    """
    waits = []
    for policy in value.split(","):
        found = dict(_ITEM.findall(policy))
        if "t" in found and int(found.get("r", unsaid)) == 0:
            waits.append(_seconds(found["t"]))
    return max(waits, default=None)


def _seconds(digits: str) -> timedelta:
    longest = int(LONGEST.total_seconds())
    return timedelta(seconds=longest if len(digits) > len(str(longest)) else min(int(digits), longest))
