"""Measure order and line of matches on judged papers, beside other ways, in one run.

``python -m benchmarks.relevance FOLDER [--json FILE]``: FOLDER has ``judgements.json`` (topics, each with a rule and
grades 2, 1, 0) and ``papers.jsonl.gz``. Ours is asked as a user would, by ``watcher papers RULE --json`` over all
stored papers; its numbers are judged again as chosen on all topics but one. Then some wanted papers of each topic are
liked, and the order of all others is judged; then what thumbs add, drawn twenty times. ``--curves`` has the last alone.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.relevance import ways
from benchmarks.relevance.chosen import left_out
from benchmarks.relevance.judged import Topic, read_entries, read_topics
from benchmarks.relevance.learning import curve_lines, matched
from benchmarks.relevance.likes import like_lines
from benchmarks.relevance.measures import Judged, judged, summary
from benchmarks.relevance.ways import Sent, Way
from watcher.cli import main as watcher
from watcher.model import Paper, is_strong
from watcher.store import open_store

NOW = datetime(2026, 7, 1, tzinfo=UTC)
WAYS: dict[str, Way] = {
    "keywords": ways.keywords,
    "whole words": ways.whole_words,
    "Porter's stems": ways.stems,
    "the rule, as it comes": ways.arrival,
    "title, then count": ways.title_then_count,
    "BM25": ways.bm25,
}


def main() -> int:
    """Print a table; write JSON."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--json", type=Path, help="write all figures there, topic by topic")
    asked.add_argument("--curves", action="store_true", help="what thumbs add, and nothing else")
    options = asked.parse_args()
    topics = read_topics(options.folder)
    if options.curves:
        with tempfile.TemporaryDirectory() as folder:
            _print_curves(topics, _stored(options.folder, Path(folder)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        papers = _stored(options.folder, Path(folder))
        found = {name: _judged_by(topics, papers, way) for name, way in WAYS.items() if _is_there(way, papers)}
        found["watcher"] = {one.name: _of(one, _asked(one.rule, Path(folder))) for one in topics}
    found["watcher, numbers of the other topics"] = left_out(topics, papers)
    figures = {name: summary(by_topic) for name, by_topic in found.items()}
    print(f"{len(topics)} topics, {len(papers)} papers, {sum(len(one.judged) for one in topics)} judgements\n")
    print(f"{'':38}{'AP':>14}{'F1':>14}{'F1 pooled':>11}{'told':>6}")
    for name, one in figures.items():
        spreads = (f"{one['AP']:.3f} ± {one['AP_spread']:.3f}", f"{one['F1']:.3f} ± {one['F1_spread']:.3f}")
        print(f"{name:38}{spreads[0]:>14}{spreads[1]:>14}{one['F1_pooled']:>11.3f}{one['told']:>6}")
    print(f"\n{'watcher, topic by topic':38}{'AP':>14}{'F1':>14}")
    for topic, judgement in found["watcher"].items():
        print(f"{topic:38}{judgement.order:>14.3f}{judgement.f1:>14.3f}")
    print()
    for line in like_lines(topics, papers):
        print(line)
    print()
    _print_curves(topics, papers)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


def _print_curves(topics: Sequence[Topic], papers: Sequence[Paper]) -> None:
    for line in curve_lines(matched(topics, papers)):
        print(line, flush=True)


def _stored(folder: Path, state: Path) -> list[Paper]:
    """Store all papers in a database of their own; return them in the order of the file."""
    with open_store(state / "watcher.db", mode="create") as store, store.transaction() as tx:
        ids = tx.papers.record_entries(read_entries(folder), "judged", NOW).ids
        by_id = {one.id: one for one in tx.papers.get(ids)}
        return [by_id[id] for id in ids]


def _asked(rule: str, state: Path) -> list[Sent]:
    """Return what ``watcher papers RULE --json`` says."""
    said = io.StringIO()
    with redirect_stdout(said):
        status = watcher(["papers", rule, "--json"], {"STATE_DIRECTORY": str(state), "HOME": str(state)})
    if status:
        sys.exit(status)
    return [Sent(one["arxiv_id"], one["score"], is_strong(one["score"])) for one in json.loads(said.getvalue())]


def _is_there(way: Way, papers: Sequence[Paper]) -> bool:
    try:
        way("paper", papers[:1])
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
        return False
    return True


def _judged_by(topics: Sequence[Topic], papers: Sequence[Paper], way: Way) -> dict[str, Judged]:
    return {one.name: _of(one, way(one.rule, papers)) for one in topics}


def _of(topic: Topic, sent: Sequence[Sent]) -> Judged:
    ordered = sorted(sent, key=lambda one: -one.weight)
    return judged(topic, [one.id for one in ordered], [one.id for one in sent if one.is_told])


if __name__ == "__main__":
    sys.exit(main())
