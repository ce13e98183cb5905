"""Papers as their sites list them, in the formats of reference managers and back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.citing import decoded, full_name, read_bibtex, rispy, said, written_as
from tests.unit.csl_schema import mistakes_in
from watcher.citations.keys import citation_key
from watcher.citations.reference import reference_of
from watcher.errors import UnknownPage
from watcher.model import Entry, Listing, Paper, PaperFacts
from watcher.model.fields import FACTS
from watcher.parsers import recognise
from watcher.render.clean import squeeze
from watcher.render.readable import readable

pytestmark = pytest.mark.real

SEEN = datetime(2026, 4, 2, tzinfo=UTC)


def stored(id: int, facts: PaperFacts, key: str, day: date | None) -> Paper:
    """A paper as the database would have it."""
    values = {one.attribute: getattr(facts, one.attribute) for one in FACTS}
    listings = (Listing(source="any", day=day, read_at=SEEN),)
    return Paper(id=id, key=key, first_seen=SEEN, listings=listings, **values)


def captured(shared: Path) -> Iterator[Entry]:
    """Every entry of every captured page that a parser knows."""
    for path in sorted((shared / "captures").rglob("*.*")):
        if path.name != "README.md":
            with suppress(UnknownPage):
                yield from recognise(path.read_bytes()).reading.entries


def judged(shared: Path) -> Iterator[Paper]:
    """The papers with judgements, which have no authors."""
    with gzip.open(shared / "relevance" / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            one = json.loads(line)
            facts = PaperFacts(
                title=one["title"], abstract=one["abstract"], arxiv_id=one["id"], keywords=tuple(one["keywords"])
            )
            yield stored(n, facts, f"arxiv:{one['id']}", date.fromisoformat(one["day"]))


def test_every_paper_of_the_captures_comes_back(shared: Path) -> None:
    papers: dict[str, Paper] = {}
    for n, entry in enumerate(captured(shared)):
        key = entry.keys[0] if entry.keys else f"title:{entry.title}"
        papers.setdefault(key, stored(n, entry, key, entry.listed))
    assert len(papers) > 900
    comes_back([*papers.values()])


def test_every_judged_paper_comes_back(shared: Path) -> None:
    papers = [*judged(shared)]
    assert len(papers) == 1666
    comes_back(papers)


def comes_back(papers: list[Paper]) -> None:
    """All formats hold title, authors, ids and day of all papers, each under a key of its own."""
    by_key = {citation_key(one): one for one in papers}
    assert len(by_key) == len(papers)
    in_bibtex = {one["key"]: one for one in read_bibtex(written_as("bibtex", *papers))}
    in_ris = {one["id"]: one for one in rispy.loads(written_as("ris", *papers))}
    items = json.loads(written_as("csl", *papers))
    assert mistakes_in(items) == []
    in_csl = {one["id"]: one for one in items}
    in_csv = {one["citation_key"]: one for one in csv.DictReader(io.StringIO(written_as("csv", *papers), newline=""))}
    assert in_bibtex.keys() == in_ris.keys() == in_csl.keys() == in_csv.keys() == by_key.keys()
    for key, paper in by_key.items():
        title, names = said(readable(squeeze(paper.title))), [said(one) for one in paper.authors]
        day = reference_of(paper).day
        bibtex, ris, csl, row = in_bibtex[key], in_ris[key], in_csl[key], in_csv[key]
        assert said(readable(decoded(bibtex["title"]))) == said(ris["title"]) == said(csl["title"]) == title
        assert said(row["title"].removeprefix("'")) == said(squeeze(paper.title))
        assert sorted(map(letters, map(full_name, bibtex.get("author", [])))) == sorted(map(letters, names))
        assert [letters(one) for one in ris.get("authors", [])] == [*map(letters, names)]
        assert [letters("".join(one.values())) for one in csl.get("author", [])] == [*map(letters, names)]
        assert bibtex.get("eprint") == paper.arxiv_id == csl.get("archive_location")
        assert bibtex.get("doi", "") == ris.get("doi", "") == csl.get("DOI", "") == row["doi"] == (paper.doi or "")
        assert (int(bibtex["year"]), int(bibtex["day"])) == (day.year, day.day)
        assert ris["date"] == row["day"].replace("-", "/") == day.isoformat().replace("-", "/")
        assert csl["issued"]["date-parts"] == [[day.year, day.month, day.day]]


def letters(name: str) -> str:
    """The letters of a name, whichever part comes first."""
    return "".join(sorted(said(name).replace(",", "")))
