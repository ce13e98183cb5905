"""The look at live sites, tried on local ones: what is as expected is said to be so, and each drift is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.sites import Site, say, serving
from tests.live.__main__ import look_at, main
from tests.live.drift import ALL, LiveSource
from tests.parsers import pubmed as answers
from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss
from tests.parsers.pages import login_page, make_page, sample_papers
from tests.sources import having
from watcher.fetch import Fetcher
from watcher.parsers import PARSERS
from watcher.parsers.pubmed import keys as pubmed

TUESDAY = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = TUESDAY.date()
BEFORE = DAY - timedelta(days=1)
PAPERS = [{**paper, "published": "2026-03-09T12:00:00Z"} for paper in sample_papers(30)]
PAGES: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "hf-daily": lambda papers: make_page(DAY, papers, BEFORE),
    "arxiv-rss": lambda papers: arxiv_rss(papers, DAY),
    "arxiv-list": lambda papers: arxiv_list({"New submissions": papers}, DAY),
    "arxiv-api": arxiv_api,
}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def live(name: str, site: Site) -> LiveSource:
    known = next(one for one in ALL if one.name == name)
    return replace(known, source=having(known.source, url=f"{site.url}/page"))


def found(name: str, site: Site, body: bytes, now: datetime = TUESDAY) -> list[str]:
    site.answers["/page"] = say(body=body)
    return look_at(live(name, site), Fetcher(), now)


@pytest.mark.parametrize("name", PAGES)
def test_a_site_that_is_as_it_was_has_not_drifted(site: Site, name: str) -> None:
    assert found(name, site, PAGES[name](PAPERS)) == []
    assert sum("GET /page" in request for request in site.asked) == 1, "it is asked for once"


@pytest.mark.parametrize("name", PAGES)
def test_fields_that_are_gone_are_named(site: Site, name: str) -> None:
    papers = [{**paper, "abstract": "", "summary": "", "authors": []} for paper in PAPERS]
    said = "; ".join(found(name, site, PAGES[name](papers)))
    assert "0 of 30 papers have a field that all had: authors" in said
    assert "a field that all had: abstract" in said


@pytest.mark.parametrize("name", PAGES)
def test_a_list_that_is_short_is_named(site: Site, name: str) -> None:
    least = live(name, site).least
    assert found(name, site, PAGES[name](PAPERS[:2]))[0] == f"shows 2 papers; {least} at least are expected"


@pytest.mark.parametrize("name", PAGES)
def test_another_page_in_its_place_is_named(site: Site, name: str) -> None:
    (said,) = found(name, site, login_page())
    assert said.startswith("cannot be read: ") and "login" in said


def test_of_a_search_what_it_finds_is_looked_at(site: Site) -> None:
    known = live("pubmed", site)
    search = PARSERS["pubmed"].first_address(known.source, DAY)
    (part,) = pubmed.parts_of(search, [str(n) for n in range(1, 31)])
    site.answers[search.removeprefix(site.url)] = say(body=answers.search(range(1, 31)))
    site.answers[part.removeprefix(site.url)] = say(body=answers.records([answers.article(n) for n in range(1, 31)]))
    assert look_at(known, Fetcher(), TUESDAY) == []
    bare = answers.records([answers.article(n, authors="") for n in range(1, 31)])
    site.answers[part.removeprefix(site.url)] = say(body=bare)
    assert look_at(known, Fetcher(), TUESDAY) == ["0 of 30 papers have a field that all had: authors"]


def test_a_page_that_lost_its_json_or_its_day_or_its_freshness_is_named(site: Site) -> None:
    assert (
        "warns: only the cards could be read" in found("hf-daily", site, make_page(DAY, PAPERS, BEFORE, json=False))[0]
    )
    (said,) = found("hf-daily", site, make_page(DAY, PAPERS))
    assert said == "the page does not name its digest day and the one before"
    (said,) = found("hf-daily", site, PAGES["hf-daily"](PAPERS), TUESDAY + timedelta(days=9))
    assert said == "the newest paper is of 2026-03-10"


def test_on_a_day_of_rest_an_empty_list_is_as_expected(site: Site) -> None:
    sunday = TUESDAY + timedelta(days=5)
    assert found("arxiv-rss", site, arxiv_rss([], sunday.date()), sunday) == []


def test_the_command_says_a_line_for_each_site_and_ends_with_1_where_one_drifted(
    site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    known = [
        live("hf-daily", site),
        replace(live("arxiv-api", site), source=having(ALL[0].source, url=f"{site.url}/no")),
    ]
    today = datetime.now(UTC).date()
    site.answers["/page"] = say(body=make_page(today, PAPERS, today - timedelta(days=1)))
    assert main(["--keep", str(tmp_path)], known) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "hf-daily: as expected" and second == "hf-daily: does not answer: HTTP 404 Not Found"
    assert (tmp_path / "hf-daily.page").read_bytes().startswith(b"<!doctype html>")
    assert main(["--only", "hf-daily"], known[:1]) == 0
