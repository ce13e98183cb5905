"""Answers and feeds of bioRxiv and medRxiv, of our own making."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.parsers.feeds import rdf
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.errors import UnknownPage
from watcher.model import ARTICLE, PUBLISHED, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise

URL = "https://api.biorxiv.org/details/biorxiv/3d/0"


def record(number: int, version: int | str = "1", **values: object) -> dict[str, Any]:
    return {
        "doi": f"10.1101/2026.03.09.{number:06d}",
        "title": f"On <i>E. pebbli</i>, part {number}",
        "authors": "Amberg, A.; Brisk, B. C.; Corvin, C.",
        "author_corresponding": "Ada Amberg",
        "author_corresponding_institution": "Institute of Made-up Things",
        "date": "2026-03-09",
        "version": version,
        "type": "new results",
        "category": "cell biology",
        "jatsxml": "https://www.biorxiv.org/content/x.source.xml",
        "abstract": "Pebbles grow. CO<sub>2</sub> helps.",
        "published": "NA",
        "server": "bioRxiv",
        **values,
    }


def answer(records: Sequence[object], cursor: object = 0, total: object = None, status: str = "ok") -> bytes:
    about = {"status": status, "interval": "3 days", "cursor": cursor, "count": len(records)}
    total = len(records) if total is None else total
    return json.dumps({"messages": [about | {"total": total}], "collection": list(records)}).encode()


def item(
    number: int, version: int, link: str = "https://www.biorxiv.org/content/10.1101/2026.03.09.{n:06d}v{v}?rss=1"
) -> str:
    return (
        f"<title>On pebbles, part {number}</title><link>{link.format(n=number, v=version)}</link>"
        "<description><![CDATA[Pebbles grow.]]></description><dc:creator><![CDATA[Amberg, A., Brisk, B.]]></dc:creator>"
        f"<dc:date>2026-03-09</dc:date><dc:identifier>doi:10.1101/2026.03.09.{number:06d}</dc:identifier>"
    )


def parsed(body: bytes, url: str = URL, kind: str = "biorxiv") -> Reading | Unreadable:
    return PARSERS[kind].parse(body, url, Source(name="x", kind=kind))


def entries(body: bytes, kind: str = "biorxiv") -> tuple[Entry, ...]:
    reading = parsed(body, kind=kind)
    assert isinstance(reading, Reading), reading
    return reading.entries


def test_a_record_of_the_api() -> None:
    (entry,) = entries(answer([record(7)]))
    assert entry.keys == ("doi:10.1101/2026.03.09.000007",)
    assert (entry.title, entry.abstract) == ("On E. pebbli, part 7", "Pebbles grow. CO2 helps.")
    assert entry.authors == ("A. Amberg", "B. C. Brisk", "C. Corvin")
    assert entry.organization == "Institute of Made-up Things"
    assert entry.url == "https://www.biorxiv.org/content/10.1101/2026.03.09.000007v1"
    assert (entry.version, entry.categories) == (1, ("cell biology",))
    assert (entry.listed, entry.published) == (date(2026, 3, 9), datetime(2026, 3, 9, tzinfo=UTC))
    assert (entry.forms, entry.stage, entry.doi) == ((), None, "10.1101/2026.03.09.000007")


def test_a_record_names_the_article_that_it_became() -> None:
    (entry,) = entries(answer([record(7, published="10.1000/Pebbles.7")]))
    assert entry.keys == ("doi:10.1101/2026.03.09.000007",)
    assert (entry.forms, entry.stage) == ((OtherForm("doi:10.1000/pebbles.7", ARTICLE),), PUBLISHED)
    assert entry.doi == "10.1000/pebbles.7"
    (own,) = entries(answer([record(7, published="10.1101/2026.03.09.000007")]))
    assert own.forms == ()


@pytest.mark.parametrize("odd", ["NA", "", None, 7, [], "soon", "https://journal.example/7"])
def test_what_names_no_article_is_passed_over(odd: object) -> None:
    (entry,) = entries(answer([record(7, published=odd)]))
    assert (entry.forms, entry.stage, entry.doi) == ((), None, "10.1101/2026.03.09.000007")


def test_versions_are_one_paper_and_the_newest_counts() -> None:
    first, other, second = record(1), record(2), record(1, 2, title="Retold", date="2026-03-10")
    for order in ([first, other, second], [second, other, first]):
        found = {entry.keys[0]: entry for entry in entries(answer(order))}
        assert len(found) == 2
        newest = found["doi:10.1101/2026.03.09.000001"]
        assert (newest.title, newest.version, newest.published) == ("Retold", 2, None)
        assert newest.listed == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("url", "cursor", "total", "expected"),
    [
        (URL, 0, 250, "https://api.biorxiv.org/details/biorxiv/3d/2"),
        (URL, "0", "250", "https://api.biorxiv.org/details/biorxiv/3d/2"),
        (f"{URL}?category=cell_biology", 0, 3, "https://api.biorxiv.org/details/biorxiv/3d/2?category=cell_biology"),
        ("https://api.biorxiv.org/details/biorxiv/3d/100/json", 100, 103, URL[:-1] + "102/json"),
        (URL, 100, 102, None),
        (URL, 0, 2, None),
        (URL, 0, "many", None),
        ("", 0, 250, None),
    ],
)
def test_pages_follow_each_other(url: str, cursor: object, total: object, expected: str | None) -> None:
    reading = parsed(answer([record(1), record(2)], cursor, total), url)
    assert isinstance(reading, Reading)
    assert reading.next == expected


def test_days_without_posts_are_quiet() -> None:
    assert parsed(answer([], status="no posts found")) == Reading(entries=())
    assert parsed(rdf([]).replace(b"lab.example", b"www.biorxiv.org")) == Reading(entries=())


def test_a_feed() -> None:
    first, second = entries(rdf([item(1, 1), item(2, 3)]))
    assert first.keys == ("doi:10.1101/2026.03.09.000001",)
    assert (first.version, second.version) == (1, 3)
    assert (first.published, second.published) == (datetime(2026, 3, 9, tzinfo=UTC), None)
    assert first.authors == ("A. Amberg", "B. Brisk")
    assert first.listed == second.listed == date(2026, 3, 9)


def test_a_feed_with_old_links() -> None:
    old = item(1, 2, link="http://biorxiv.org/cgi/content/short/{n}v{v}?rss=1")
    assert [(entry.version, entry.doi) for entry in entries(rdf([old]))] == [(2, "10.1101/2026.03.09.000001")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "empty"),
        (b"{", "not JSON, or cut off"),
        (b"[]", "no collection"),
        (b'{"messages": [], "collection": {}}', "no collection"),
        (b'{"messages": [3], "collection": []}', "the API answers: nothing"),
        (answer([], status="error: interval is wrong"), "the API answers: error: interval is wrong"),
        (answer([record(1), record(2, doi="none")]), "1 of 2 records have no doi and title"),
        (answer([record(1), 3]), "1 of 2 records have no doi and title"),
        (answer([record(1)])[:-30], "not JSON, or cut off"),
        (rdf([item(1, 1, link="https://lab.example/{n}")]), "looked for bioRxiv's feed, found another one"),
        (rdf([]), "looked for bioRxiv's feed, found another one"),
        (login_page(), "found what looks like a login page"),
    ],
)
def test_anything_else_is_broken_and_says_why(body: bytes, expected: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert expected in found.reason


def test_the_two_servers_are_not_confused() -> None:
    link = "https://www.medrxiv.org/content/10.1101/2026.03.09.{n:06d}v{v}"
    assert isinstance(parsed(rdf([item(1, 1, link)])), Unreadable)
    assert len(entries(rdf([item(1, 1, link)]), "medrxiv")) == 1
    assert recognise(rdf([item(1, 1, link)])).kind == "medrxiv"
    assert recognise(rdf([item(1, 1)])).kind == "biorxiv"
    assert recognise(answer([record(1)])).kind == "biorxiv"
    saved = recognise(answer([record(1, server="medRxiv")]))
    assert (saved.form, saved.kind) == ("medrxiv api", "medrxiv")
    assert str(saved.reading.entries[0].url).startswith("https://www.medrxiv.org/")
    with pytest.raises(UnknownPage, match="error"):
        recognise(answer([], status="error"))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ["https://api.biorxiv.org/details/medrxiv/5d/0"]),
        (
            {"categories": ("Cell Biology", "genetics")},
            [
                "https://api.biorxiv.org/details/medrxiv/5d/0?category=cell_biology",
                "https://api.biorxiv.org/details/medrxiv/5d/0?category=genetics",
            ],
        ),
        ({"via": "rss"}, ["https://connect.medrxiv.org/medrxiv_xml.php?subject=all"]),
        (
            {"via": "rss", "categories": ("cell biology", "genetics")},
            ["https://connect.medrxiv.org/medrxiv_xml.php?subject=cell_biology+genetics"],
        ),
        ({"url": "http://localhost/x"}, ["http://localhost/x"]),
    ],
)
def test_where_it_is_read(keys: dict[str, Any], expected: list[str]) -> None:
    source = make_source(name="x", kind="medrxiv", look_back=5, **keys)
    assert list(PARSERS["medrxiv"].starts(source, date(2026, 3, 9))) == expected
    assert not [one for one in PARSERS["medrxiv"].check(source) if not one.warning]


@pytest.mark.parametrize(
    ("via", "since", "expected"),
    [
        (None, datetime(2026, 3, 7, tzinfo=UTC), ()),
        (None, datetime(2026, 3, 6, 23, tzinfo=UTC), ("2026-03-05/2026-03-09/0",)),
        ("rss", datetime(2026, 3, 8, tzinfo=UTC), ("2026-03-07/2026-03-09/0",)),
    ],
)
def test_what_was_missed_is_asked_for(via: str | None, since: datetime, expected: tuple[str, ...]) -> None:
    source = make_source(name="x", kind="biorxiv", via=via)
    missed = PARSERS["biorxiv"].missed
    assert missed
    found = missed(source, since, datetime(2026, 3, 9, 12, tzinfo=UTC))
    assert found == tuple(f"https://api.biorxiv.org/details/biorxiv/{days}" for days in expected)


def test_what_was_missed_for_long_is_asked_for_a_week_at_a_time() -> None:
    missed = PARSERS["biorxiv"].missed
    assert missed
    found = missed(
        Source(name="x", kind="biorxiv"), datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    )
    spans = [url.split("/")[5:7] for url in found]
    assert spans == [["2026-02-19", "2026-02-26"], ["2026-02-26", "2026-03-05"], ["2026-03-05", "2026-03-09"]]


def test_what_is_wrong_with_a_source() -> None:
    source = make_source(name="x", kind="biorxiv", via="oai", categories=("?",))
    assert [mistake.key for mistake in PARSERS["biorxiv"].check(source)] == ["via", "categories"]


@pytest.mark.parametrize(
    ("kind", "category", "meant"),
    [
        ("biorxiv", "brain science", "as its site does"),
        ("biorxiv", "Neuro Science", "write neuroscience"),
        ("biorxiv", "neurosciences", "write neuroscience"),
        ("medrxiv", "cell biology", "as its site does"),
        ("medrxiv", "cardiovascular", "write cardiovascular medicine"),
    ],
)
def test_a_category_that_the_site_does_not_have_is_warned_of(kind: str, category: str, meant: str) -> None:
    source = make_source(name="x", kind=kind, categories=(category,))
    (said,) = PARSERS[kind].check(source)
    assert said.warning == "unknown-category" and meant in said.hint


def test_categories_are_found_however_blanks_are_written() -> None:
    for category in ("Cell Biology", "cell_biology", "cell biology"):
        source = make_source(name="x", kind="biorxiv", categories=(category,))
        assert not list(PARSERS["biorxiv"].check(source))
