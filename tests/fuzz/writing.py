"""Targets: what writes papers of strangers into messages, bibliographies and the bodies of webhooks."""

from __future__ import annotations

import csv
import email.policy
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import pictures
from tests.fuzz.reading import DIGEST, REFERENCES, SAMPLES
from tests.fuzz.target import Target, a_paper, halves_of, text_of
from watcher.citations.formats import FORMATS
from watcher.citations.kept.body import (
    LISTS,
    TEXTS,
    address_problem,
    body_problem,
    filled_address,
    filled_body,
    values_in,
)
from watcher.citations.kept.note import note_name, note_of
from watcher.citations.reference import reference_of
from watcher.citations.spreadsheet import COLUMNS
from watcher.errors import WatcherError
from watcher.keeping.bib import keep_entry
from watcher.keeping.folder import keep_note
from watcher.model import Paper, Result
from watcher.model.subscriptions import KeepKind, KeepTarget
from watcher.notify.mime import mail_bytes, text_header
from watcher.parsers.references import read_library
from watcher.render.message import render_message

TITLE = "Continual Learning (CL) of Müller's β-cells, 3.5-GHz and C++: a state-of-the-art survey of LLM agents"
TITLES = [TITLE.encode(), *(str(paper).encode() for paper in SAMPLES), b"", b"\\", b"}", b"@article{x,"]
HEADS = [TITLE.encode(), b"Trees =?utf-8?q?A=0D=0ABcc:_eve@evil.example?= end", DIGEST]


def _mail(body: bytes) -> None:
    text = text_of(body)
    content = pictures.morning()
    hostile = {"title": text[:500], "abstract": text[:5_000], "authors": (text[:90],)}
    items = tuple(
        replace(item, paper=replace(item.paper, **hostile), places=())  # type: ignore[arg-type]
        for item in content.items[:2]
    )
    message = render_message(replace(content, items=items))
    assert "<script" not in message.html.lower()
    wire = mail_bytes([text_header("Subject", message.subject)], message.text, message.html)
    read = BytesParser(policy=email.policy.compat32).parsebytes(wire)
    assert sorted(name.lower() for name in read) == ["content-type", "mime-version", "subject"]
    assert not read.defects, read.defects
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def papers_of(body: bytes) -> list[Paper]:
    """Return two papers whose facts are the pieces of a text."""
    found = []
    for n, text in enumerate(halves_of(text_of(body), 2), start=1):
        title, abstract, author, venue, keyword, id = halves_of(text, 6)
        found.append(
            replace(
                a_paper(f"Kilns {n} {title}"),
                key=f"doi:10.1000/{id[:40]}{n}",
                doi=f"10.1000/{id[:40]}{n}",
                abstract=abstract,
                authors=tuple(author[:900].split(",")),
                venue=venue[:200] or None,
                keywords=(keyword[:200],),
                note=venue[:300] or None,
                url=f"https://lab.example/{id[:300]}",
                arxiv_id=f"2603.0000{n}" if len(id) % 2 else None,
            )
        )
    return found


def _written(name: str, papers: list[Paper]) -> str:
    text = "".join(FORMATS[name].written((one, None) for one in papers))
    return text.encode("utf-8", "replace").decode()


def _cited(body: bytes) -> None:
    """Write papers in every format; as many are read back as were written, with their ids."""
    papers = papers_of(body)
    for name in ("bibtex", "ris", "csl"):
        read = read_library(_written(name, papers).encode())
        assert len(read.papers) == len(papers), (name, read.mistakes)
        for one, stored in zip(read.papers, papers, strict=True):
            assert not stored.arxiv_id or f"arxiv:{stored.arxiv_id}" in one.keys, (name, one.keys)
    csv.field_size_limit(10**9)
    rows = list(csv.reader(io.StringIO(_written("csv", papers).lstrip("\ufeff"), newline=""), strict=True))
    assert [len(row) for row in rows] == [len(COLUMNS)] * (1 + len(papers))
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row if cell), "a cell that is a formula"
    assert len(_written("jsonl", papers).splitlines()) == len(
        [json.loads(one) for one in _written("jsonl", papers).split("\n") if one]
    )
    assert _written("markdown", papers).count("\n- **") == len(papers) - 1


def _filled(body: bytes) -> None:
    """Fill templates with a paper, and a paper's texts into a template: what comes out is JSON, and says the title."""
    text = text_of(body)
    values = values_in(reference_of(papers_of(body)[0]), ("kilns",))
    template = json.dumps({**{one: f"{{{one}}}" for one in LISTS}, **{one: f"- {{{one}:300}} -" for one in TEXTS}})
    filled = json.loads(filled_body(template, values))
    assert filled["title"] == f"- {values['title'][:300]} -".encode("utf-8", "replace").decode()
    assert isinstance(filled["authors"], list)
    address = filled_address("https://lab.example/{doi}?q={title:100}", values)
    assert address.isascii() and address.startswith("https://lab.example/10.1000%2F") and "#" not in address
    if not body_problem(text):
        json.loads(filled_body(text, values))
    address_problem(text)
    with suppress(WatcherError):
        filled_body(text, values)


def _kept(body: bytes) -> None:
    """Keep papers in a bibliography that somebody wrote, and as notes: each once, and nothing of before is changed."""
    paper = papers_of(body)[0]
    reference = reference_of(paper)
    with TemporaryDirectory() as folder:
        bib = Path(folder) / "own.bib"
        bib.write_bytes(body)
        target = KeepTarget(name="bib", kind=KeepKind.BIB, place=str(bib))
        assert keep_entry(target, reference).result is Result.SENT
        once = bib.read_bytes()
        assert once.startswith(body)
        assert keep_entry(target, reference).result is Result.SENT
        assert bib.read_bytes() == once, "kept twice"
        notes = Path(folder) / "notes"
        place = KeepTarget(name="notes", kind=KeepKind.FOLDER, place=str(notes))
        assert keep_note(place, reference).result is Result.SENT
        assert [one.name for one in notes.iterdir()] == [note_name(reference)]
        assert note_of(reference).startswith("---\n")


TEMPLATES = [
    b'{"parent": {"database_id": "x"}, "title": "{title}", "people": "{authors}", "text": "{abstract:2000}"}',
    b'["{markdown}", {"tags": "{tags:3}", "{x}": null}]',
]

WRITING: Mapping[str, Target] = {
    "mails": Target(HEADS, _mail),
    "citations": Target(TITLES, _cited, tuple(FORMATS)),
    "bodies of webhooks": Target([*TEMPLATES, *TITLES], _filled),
    "bibliographies and notes": Target([*REFERENCES, *TITLES], _kept, ("bib", "folder")),
}
