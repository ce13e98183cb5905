"""What preparing a paper for rules costs."""

from __future__ import annotations

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.matching.__main__ import folding
from benchmarks.matching.made import generated_texts


def _fold(asked: Asked) -> Samples:
    texts = generated_texts(1_000, seed=1)
    return Samples([float(folding(texts)["us"]) for _ in range(max(asked.rounds // 3, 1))])


ROWS = (
    Row(
        name="folding", what="folding a paper whose words were seen before", unit="µs", measure=_fold, must=40, reach=20
    ),
)
