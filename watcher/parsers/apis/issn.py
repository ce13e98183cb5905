"""Recognise ISSNs by their form and check digit (ISO 3297)."""

from __future__ import annotations

import re

_ISSN = re.compile(r"(\d{4})-?(\d{3})([\dX])", re.ASCII | re.IGNORECASE)


def issn_in(text: str) -> str | None:
    """Return a text as an ISSN (``1234-5679``), None if it is not one or its check digit is wrong."""
    found = _ISSN.fullmatch(text.strip())
    if found is None or check_digit(found[1] + found[2]) != found[3].upper():
        return None
    return f"{found[1]}-{found[2]}{found[3].upper()}"


def check_digit(seven: str) -> str:
    """Return the check digit (the eighth) of an ISSN that begins with these seven digits."""
    total = sum(int(digit) * weight for digit, weight in zip(seven, range(8, 1, -1), strict=True))
    return "0123456789X"[-total % 11]


def what_is_wrong(text: str) -> str:
    """Return why a text is no ISSN, as the end of a sentence that begins with the text: "is no ISSN"."""
    found = _ISSN.fullmatch(text.strip())
    if found is None:
        return "is no ISSN"
    return f"is no ISSN: behind {found[1]}-{found[2]} comes {check_digit(found[1] + found[2])}"
