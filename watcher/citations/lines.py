"""Write JSON Lines: the objects of ``watcher papers --json``, one on each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watcher.model import Hit, Paper
from watcher.model.objects import json_text, paper_json


def jsonl_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield a line of JSON for each paper found, with its hit."""
    for paper, hit in found:
        yield json_text(paper_json(paper, hit)) + "\n"
