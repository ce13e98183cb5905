"""What the tables of faults have in common: their rows, how tries and states are written, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from watcher.model import DeliveryState

SHOWN = 110
"""Most characters of a reason."""

Row = TypeVar("Row", bound=tuple[Any, ...])


def row_of(*cells: str) -> str:
    """Return cells as a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def shortened(reason: str) -> str:
    """Return a reason, cut to ``SHOWN``."""
    return reason if len(reason) <= SHOWN else reason[: SHOWN - 1] + "…"


def tries_in_words(reasons: Iterable[tuple[str, int]]) -> str:
    """Return the reasons of tries in a row, each with how often."""
    return " → ".join(shortened(reason) + (f" ×{n}" if n > 1 else "") for reason, n in reasons)


def states_in_words(states: Mapping[DeliveryState, int]) -> str:
    """Return how many deliveries ended as what."""
    return ", ".join(f"{n} {state.value}" for state, n in states.items())


def twice_in_words(twice: int) -> str:
    """Return how many papers came twice, as far as they carried the same key."""
    return f"{twice} (same key)" if twice else "0"


def as_json(
    reasons: Iterable[tuple[str, int]], states: Mapping[DeliveryState, int], *, lost: int, twice: int, unknown: int
) -> dict[str, object]:
    """Return for programs what every fault of deliveries is told of.

    ``unknown``: what came twice under another key.
    """
    return {
        "tries": [{"reason": reason, "times": n} for reason, n in reasons],
        "states": {state.value: n for state, n in states.items()},
        "lost": lost,
        "twice": twice,
        "twice_under_another_key": unknown,
    }


def printed(rows: Iterable[Row], head: str, line: Callable[..., str], *, is_table: bool) -> Sequence[Row]:
    """Return rows when all are played; print each as a line of a table once it is, if ``is_table``."""
    found: list[Row] = []
    for row in rows:
        if is_table and not found:
            print("", head, "|---" * head.count(" | ") + "|---|", sep="\n")
        if is_table:
            print(line(*row), flush=True)
        found.append(row)
    return found
