"""What reading a page costs."""

from __future__ import annotations

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.all.timing import cpu_in_turn
from benchmarks.sources.__main__ import bare
from tests.sources import make_source
from watcher.parsers import PARSERS


def _largest_page(asked: Asked) -> Samples:
    path = max(asked.captured("hf_html", "2026-*.html"), key=lambda one: one.stat().st_size)
    body, source, parse = path.read_bytes(), make_source(name="hf"), PARSERS["huggingface"].parse
    ours, peers = cpu_in_turn(asked.rounds, lambda: parse(body, "", source), lambda: bare(body))
    return Samples([1000 * one for one in ours], [1000 * one for one in peers])


ROWS = (
    Row(
        name="page",
        what="reading the largest captured page (52 papers, 781 kB)",
        unit="ms",
        measure=_largest_page,
        peer="lexbor and JSON alone",
        by_ratio=True,
        must=1.6,
        reach=1.3,
    ),
)
