"""Find the name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

SHORT = 3
"""Most letters of a short name, in which one wrong letter makes another word."""


def did_you_mean(text: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``did you mean `x`?`` with the most similar name, "" if none is similar.

    ``cutoff``: how similar it has to be, from 0 to 1.
    """
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(text.lower(), by_lower, n=1, cutoff=cutoff if len(text) > SHORT else 0.75)
    return f"did you mean `{by_lower[near[0]]}`?" if near else ""


def known(names: Iterable[str]) -> str:
    """Return a hint that lists the names; if there are many, only some."""
    listed = list(names)
    if not listed:
        return "there is none yet"
    return "known: " + ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")


def near_or_known(text: str, names: Collection[str]) -> str:
    """Return a hint with the most similar name, or with all names if none is similar."""
    return did_you_mean(text, names) or known(names)
