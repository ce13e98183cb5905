"""Tell an ISSN by its form and its check digit (ISO 3297)."""

from __future__ import annotations

import re

_ISSN = re.compile(r"(\d{4})-?(\d{3})([\dX])", re.ASCII | re.IGNORECASE)


def issn_in(text: str) -> str | None:
    """Return the ISSN that a text is (``1234-5679``); None for none, or for one whose check digit is wrong."""
    found = _ISSN.fullmatch(text.strip())
    if found is None or check_digit(found[1] + found[2]) != found[3].upper():
        return None
    return f"{found[1]}-{found[2]}{found[3].upper()}"


def check_digit(seven: str) -> str:
    """Return the eighth digit of an ISSN with these seven."""
    total = sum(int(digit) * weight for digit, weight in zip(seven, range(8, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def what_is_wrong(text: str) -> str:
    """Return why a text is no ISSN, in words that follow it."""
    found = _ISSN.fullmatch(text.strip())
    if found is None:
        return "is no ISSN"
    return f"is no ISSN: behind {found[1]}-{found[2]} comes {check_digit(found[1] + found[2])}"
