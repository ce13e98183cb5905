"""The name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

SHORT = 3
"""Letters of a name so short that one other letter makes another word of it."""


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """``did you mean `x`?``, or nothing where none is near."""
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(text.lower(), by_lower, n=1, cutoff=0.6 if len(text) > SHORT else 0.75)
    return f"did you mean `{by_lower[near[0]]}`?" if near else ""


def known(names: Iterable[str]) -> str:
    """The names there are, for a hint; a few of many."""
    listed = list(names)
    if not listed:
        return "there is none yet"
    return "known: " + ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")


def near_or_known(text: str, names: Collection[str]) -> str:
    """The name that was probably meant, else those that there are."""
    return did_you_mean(text, names) or known(names)
