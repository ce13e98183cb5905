"""How many examples property tests try, and by what chance they are drawn.

Usually the examples are the same at each run, so that a run is red for a change and never by luck. A search draws new
ones: ``WATCHER_EXAMPLES=10 pytest --hypothesis-seed=SEED`` tries ten times as many, the same ones for the same seed.
What a search finds becomes an ``@example`` of its test. A factor below 1 tries fewer, the same each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

FACTOR = float(os.environ.get("WATCHER_EXAMPLES") or 0)
DEFAULT = 100


def times(number: int) -> int:
    """``number`` examples in a usual run, in proportion more (or fewer) in a search."""
    return max(1, round(number * (FACTOR or 1)))


def patience(seconds: float) -> float:
    """How long a test of its own timeout may take: in a search as many times longer as it tries more."""
    return seconds * max(1.0, FACTOR)


def is_short() -> bool:
    """Whether this run tries fewer examples than usual: it then leaves out what takes minutes, too."""
    return 0 < FACTOR < 1


def load_profile() -> None:
    """Settings of all property tests; how long an example may take is bounded by its test's timeout alone."""
    settings.register_profile(
        "watcher",
        deadline=None,
        derandomize=FACTOR < 1,
        max_examples=times(DEFAULT),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
        print_blob=True,
    )
    settings.load_profile("watcher")
