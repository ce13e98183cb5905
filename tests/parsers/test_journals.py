"""Feeds of journals in the shapes of their publishers: title, authors, abstract, DOI, journal and day are right."""

from __future__ import annotations

from datetime import date

import pytest

from tests.parsers import journals
from watcher.model import Entry, Reading, Source
from watcher.parsers import PARSERS
from watcher.parsers.feed.journals import taken_apart, without_citation

DAY = date(2026, 3, 9)
FEEDS = {
    "Nature": (journals.NATURE, "Nature", "doi:10.1038/s41586-026-00007-7", journals.ABSTRACT, DAY),
    "Science": (journals.SCIENCE, "Science", "doi:10.1126/science.abk0007", journals.ABSTRACT, DAY),
    "ACM": (journals.ACM, "ACM Transactions on Kilns", "doi:10.1145/3700000.3700007", journals.ABSTRACT, DAY),
    "ACM, ahead of print": (journals.ACM_AHEAD, "ACM Transactions on Kilns", "doi:10.1145/3700000.3700007", "", DAY),
    "Wiley": (journals.WILEY, "Advanced Kilns", "doi:10.1002/adki.202600007", journals.ABSTRACT, DAY),
    "PLOS": (journals.PLOS, "PLOS Kilns", "doi:10.1371/journal.pkil.0000007", journals.ABSTRACT, DAY),
    "ScienceDirect": (
        *(journals.SCIENCEDIRECT, "Journal of Kilns"),
        *("url:https://www.sciencedirect.com/science/article/pii/S0000000026000077", "", None),
    ),
    "IEEE": (
        *(journals.IEEE, "IEEE Transactions on Kilns"),
        *("url:http://ieeexplore.ieee.org/document/10000007", journals.ABSTRACT, DAY),
    ),
}


def only(feed: str) -> Entry:
    reading = PARSERS["feed"].parse(feed.encode(), "https://feeds.example/x", Source(name="x", kind="feed"))
    assert isinstance(reading, Reading) and reading.whole and not reading.warnings, reading
    (entry,) = reading.entries
    return entry


@pytest.mark.parametrize(("feed", "venue", "key", "abstract", "day"), FEEDS.values(), ids=FEEDS)
def test_a_feed_of_a_journal(feed: str, venue: str, key: str, abstract: str, day: date | None) -> None:
    entry = only(feed)
    assert (entry.title, entry.authors) == ("Slow kilns", ("Ada B. Amberg", "Bo Brisk"))
    assert (entry.abstract, entry.venue, entry.listed) == (abstract, venue, day)
    assert entry.keys[0] == key


@pytest.mark.parametrize(
    "text",
    [
        "Kilns, Volume 3 of the series, are slow. We say why.",
        "In Nature, we publish slowly.",
        "Wood, stone and clay, Ahead of Print",
        "by Ada Amberg",
        "",
    ],
)
def test_what_only_looks_like_a_citation_is_an_abstract(text: str) -> None:
    assert without_citation(text) == text
    assert taken_apart(text).abstract == text


def test_one_author_in_a_field_of_its_own_gives_way_to_all_in_the_text() -> None:
    alone = journals.PLOS.replace("by Ada B. Amberg, Bo Brisk", "by Ada B. Amberg")
    assert only(alone).authors == ("Ada B. Amberg",)
