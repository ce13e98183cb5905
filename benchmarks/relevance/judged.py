"""Read judged papers: what a topic's rule says, and which papers its author wants to hear of."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from watcher.model import Entry

WANTED = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its rule, and arXiv id → 2 wanted, 1 mentions it, 0 not."""

    name: str
    rule: str
    judged: dict[str, int]

    @property
    def wanted(self) -> int:
        """The number of papers that should be told."""
        return sum(grade == WANTED for grade in self.judged.values())


def read_topics(folder: Path) -> list[Topic]:
    """Read ``judgements.json``."""
    read = json.loads((folder / "judgements.json").read_text())
    return [Topic(one["name"], one["rule"], one["judged"]) for one in read["topics"]]


def read_entries(folder: Path) -> list[Entry]:
    """Read ``papers.jsonl.gz``, in its order."""
    with gzip.open(folder / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [_entry(json.loads(line)) for line in lines]


def _entry(row: dict[str, object]) -> Entry:
    day = date.fromisoformat(str(row["day"]))
    keywords = row.get("keywords") or []
    assert isinstance(keywords, list)
    return Entry(
        title=str(row["title"]),
        abstract=str(row["abstract"] or ""),
        arxiv_id=str(row["id"]),
        summary=str(row["summary"]) if row.get("summary") else None,
        keywords=tuple(map(str, keywords)),
        published=datetime(day.year, day.month, day.day, tzinfo=UTC),
        keys=(f"arxiv:{row['id']}",),
        listed=day,
    )
