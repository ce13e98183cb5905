"""Target: pages whose papers are stored, matched and told, as a poll does it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests import pictures
from tests.fuzz.setting import RULES
from tests.fuzz.target import NOW, Target
from tests.parsers.test_told import PAGES
from watcher.citations.formats import FORMATS
from watcher.model import Reading
from watcher.model.objects import json_text, paper_json
from watcher.parsers import PARSERS
from watcher.render.message import render_message
from watcher.rules import document_of, evaluate
from watcher.store import Store, open_store


@cache
def _store() -> Store:
    """Return a database that lasts as long as the process."""
    return open_store(Path(tempfile.mkdtemp(prefix="fuzz")) / "watcher.db", mode="create")


def _kind_of(body: bytes) -> int:
    """Return the number of the page that a body was most probably made of: the one with the most of its words."""
    words = set(body[:20_000].split(b" "))
    return max(range(len(PAGES)), key=lambda n: len(words & set(PAGES[n][1][:20_000].split(b" "))))


def _stored(body: bytes) -> None:
    source, _ = PAGES[_kind_of(body)]
    found = PARSERS[source.kind].parse(body, "https://lab.example/list", source)
    if not isinstance(found, Reading):
        return
    with _store().transaction() as tx:
        taken = tx.papers.record_entries(list(found.entries[:20]), source.name, NOW)
        papers = list(tx.papers.get(list(taken.new)))
    for paper in papers:
        for rule in RULES:
            evaluate(rule, document_of(paper))
        json_text(paper_json(paper, None))
        for one in FORMATS.values():
            "".join(one.written([(paper, None)]))
    content = pictures.morning()
    items = tuple(replace(one, paper=paper) for one, paper in zip(content.items, papers, strict=False))
    if items:
        render_message(replace(content, items=items))


STORING: Mapping[str, Target] = {
    "papers on their way": Target([body for _, body in PAGES], _stored, tuple({source.kind for source, _ in PAGES})),
}
