"""Where papers appear, from a source's page to messages; and a database of before, for which nobody hears anything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import create_engine, text, update

from tests.integration.test_pipeline import World, subscription
from tests.parsers.feeds import arxiv_api
from tests.parsers.pages import sample_papers
from tests.sources import make_source
from watcher.model import Paper
from watcher.store import Store, open_store
from watcher.store.database import schema
from watcher.store.database.migrate import scripts

API = "http://site.example/api"
NOW = datetime(2026, 3, 10, tzinfo=UTC)


class Library(World):
    """A world whose only source is arXiv's API with three papers."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.source = make_source(name="hf", kind="arxiv", via="api", url=API)
        self.lay_out("submitted to KILN 2026")

    def lay_out(self, comment: str) -> None:
        papers = [one | {"published": "2026-03-10T08:00:00Z"} for one in sample_papers(3, seed=7)]
        self.network.pages[API] = arxiv_api(papers, comment=comment)

    def stored(self) -> list[Paper]:
        with self.context.store.reading() as tx:
            return list(tx.papers.all())


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store)


def test_papers_are_told_when_they_are_accepted_and_where(library: Library) -> None:
    library.apply(subscription(rule="venue:KILN"))
    library.look()
    assert library.tell() == 0
    library.lay_out("accepted at KILN 2026")
    library.look()
    assert library.tell() == 1
    assert library.receivers.text().count("KILN 2026 · hf, 10 Mar 2026") == 3
    library.look()
    assert library.tell() == 0


def test_pages_that_an_earlier_release_read_are_read_anew_and_nobody_is_told(library: Library) -> None:
    library.lay_out("accepted at KILN 2026")
    library.apply(subscription(rule="title:part"))
    library.look()
    assert (library.tell(), len(library.receivers.sent)) == (1, 1)
    with library.context.store.transaction() as tx:
        tx.connection.execute(update(schema.paper).values(venue=None))
        tx.connection.execute(update(schema.page).values(parser_version=1, etag='"old"'))
    assert library.look() == "unchanged"
    assert [paper.venue for paper in library.stored()] == ["KILN 2026"] * 3
    assert library.tell() == 0
    library.apply(subscription(rule="title:part"), subscription("accepted", "venue:KILN", to="you"))
    assert library.tell() == 1  # as any new subscription it is told what the look-back holds


def test_papers_of_an_older_database_have_no_venue(empty_database: str) -> None:
    if "://" not in empty_database:
        Path(empty_database).touch()
    engine: Any = create_engine(empty_database if "://" in empty_database else f"sqlite:///{empty_database}")
    config = AlembicConfig()
    config.set_main_option("script_location", str(scripts()))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.execute(
            text(
                "INSERT INTO paper (id, key, title, title_folded, abstract, authors, keywords, categories, first_seen, "
                "note) VALUES (1, 'url:x', 'X', 'x', '', '[]', '[]', '[]', '2026-03-10 00:00:00.000000+00', '9 pages')"
            )
        )
    engine.dispose()
    with open_store(empty_database) as store, store.reading() as tx:
        assert [(paper.note, paper.venue) for paper in tx.papers.get([1])] == [("9 pages", None)]
