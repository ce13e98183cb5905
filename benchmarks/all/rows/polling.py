"""What a look at a page without news costs."""

from __future__ import annotations

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.sources.polls import measure


def _unchanged(asked: Asked) -> Samples:
    found = measure()
    return Samples([found["304"]["cpu ms a poll"]], [found["304, the request alone"]["cpu ms"]])


ROWS = (
    Row(
        name="unchanged",
        what="CPU of a look that is answered 304, in the daemon",
        unit="ms",
        measure=_unchanged,
        peer="the request alone",
        must=1.5,
        reach=1.0,
    ),
)
