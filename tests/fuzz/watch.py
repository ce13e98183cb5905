"""What counts as a fault, and how an input is drawn."""

from __future__ import annotations

import random

HANG = 30.0
"""Seconds of CPU after which the system ends a trial."""

MEMORY = 250
"""MB that an input may take."""


def slow_after(size: int) -> float:
    """Return the seconds of CPU that an input may take: half a second, and a second for each 100 kB."""
    return 0.5 + size / 100_000


def the_chance(name: str, seed: int, number: int) -> random.Random:
    """Return what the input of a number is drawn by: the same for the same target and seed, everywhere."""
    return random.Random(f"{name} {seed} {number}")
