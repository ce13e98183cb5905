"""Describe a kind of warning: its name, its cause, its consequence, its remedy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WarningKind:
    """One kind of warning.

    ``what``: what was found.
    ``why``: what comes of it.
    ``write``: what to do instead.
    ``varies``: it depends on more than the config's files, such as the environment or stored papers.
    """

    name: str
    what: str
    why: str
    write: str
    varies: bool = False
