"""docs/messages.md says what of a paper a message shows, and a message shows that."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from tests.docs.names import ROOT, rows
from tests.unit.messages import digest, item, paper
from watcher.model.fields import PaperFacts
from watcher.notify.addresses.samples import SERVICES
from watcher.render.message import render_message

FACTS: dict[str, Any] = {
    "title": "Pruning Bonsai",
    "abstract": "Nine shears were kept.",
    "authors": ("Ada Fern", "Bo Moss"),
    "organization": "Garden Institute",
    "keywords": ("hedges",),
    "categories": ("cs.GD",),
    "summary": "Told by the site.",
    "note": "Nine pages",
    "venue": "Journal of Trees",
    "published": datetime(2025, 7, 14, tzinfo=UTC),
    "arxiv_id": "2603.00017",
    "version": 47,
    "doi": "10.1/bonsai",
    "stage": "published-and-done",
    "retraction": "10.1/taken-back",
    "url": "https://papers.example/bonsai",
    "submitter": "carla",
    "code_url": "https://code.example/bonsai",
    "project_url": "https://project.example/bonsai",
    "thumbnail": "https://pictures.example/bonsai.png",
    "author_ids": ("orcid:0000-0002-1825-0097 Ada Fern",),
    "org_ids": ("ror:03yrm5c26 Garden Institute",),
    "cited_ids": ("arxiv:2603.00007 Bonsai for Beginners",),
}
CALLED = {
    "title": "title",
    "abstract": "the sentences of the abstract",
    "authors": "authors",
    "organization": "organisation",
    "venue": "venue",
    "summary": "the site's own line",
    "arxiv_id": "arXiv",
    "doi": "DOI",
    "url": "links to the paper",
    "code_url": "code",
    "project_url": "project",
}
"""What a message shows of every paper, and the word that the page has for it."""


def test_a_message_shows_of_a_paper_what_the_page_says() -> None:
    assert FACTS.keys() == {field.name for field in fields(PaperFacts)}
    # The site's line stands in for the abstract where there is one.
    shown = (paper(**FACTS), paper(**{**FACTS, "summary": None}))
    text = "".join(render_message(digest(item(one, places=(), term="bonsai"))).text for one in shown)
    values = {name: value[0] if isinstance(value, tuple) else str(value) for name, value in FACTS.items()}
    values["published"] = "2025"
    assert {name for name, value in values.items() if value in text} == CALLED.keys()


def test_the_page_names_what_a_message_shows() -> None:
    page = " ".join((ROOT / "docs" / "messages.md").read_text(encoding="utf-8").split())
    shown = page.split("in full: ")[1].split("Also mentioned in")[0]
    assert [name for name, word in CALLED.items() if word not in shown] == []


def test_the_page_says_what_each_service_is_given_that_can_be_previewed() -> None:
    table = [cells[0].lower() for cells in rows(ROOT / "docs" / "messages.md", 3)]
    names = {"email": "e-mail", "json": "`json://`"}
    assert [name for name in SERVICES if not any(names.get(name, name) in row for row in table)] == []
