"""Write numbers and names in English sentences."""

from __future__ import annotations

from collections.abc import Sequence


def counted(n: int, what: str) -> str:
    """Return a count such as ``1 paper``, ``2 papers``, ``1,200 papers``.

    ``n``: the number.
    ``what``: the word for one of them, such as ``paper``.
    """
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def ordinal(n: int) -> str:
    """Return a number such as ``1st``, ``2nd``, ``11th``.

    ``n``: the number.
    """
    ending = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def listed(names: Sequence[str]) -> str:
    """Return names as ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join([", ".join(names[:-1])] * (len(names) > 1) + list(names[-1:]))
