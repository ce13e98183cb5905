"""The page of a digest day shows its papers in order, with their matches, and leads to other days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.integration.webs import HOSTILE, NOW, TODAY, Web, entry, titles
from watcher.model import Entry, IncidentKind, Verdict
from watcher.pipeline.report import LASTING
from watcher.web.overall import overall_of

YESTERDAY = TODAY - timedelta(days=1)


def test_best_first_and_what_matched_before_all(web: Web) -> None:
    web.list_papers(
        entry(1, "Gardens", upvotes=900),
        entry(2, "Lanterns at Sea", upvotes=3),
        entry(3, "Lamps", abstract="Some lantern, once.", upvotes=50),
        entry(4, "A Lantern for Two", upvotes=8),
    )
    page = web.client().get("/").text
    assert titles(page) == ["A Lantern for Two", "Lanterns at Sea", "Lamps", "Gardens"]
    assert "<mark>Lantern</mark> for Two" in page
    assert '<a href="/subscription?name=lanterns">lanterns</a>' in page
    assert page.count("mention") == 1


def test_the_newest_day_is_shown_and_others_are_a_step_away(web: Web) -> None:
    web.list_papers(entry(1, "Old", date(2026, 2, 27)), entry(2, "Gardens", YESTERDAY))
    page = web.client().get("/").text
    assert titles(page) == ["Gardens"] and "Yesterday, Monday 9 March 2026" in page
    before = re.search(r'<a rel="prev" href="([^"]+)"', page)
    assert before and before[1] == "/?day=2026-02-27"
    older = web.client().get(before[1]).text
    assert titles(older) == ["Old"] and 'href="/?day=2026-03-09" data-after' in older


def test_a_paper_stands_under_every_day_on_which_it_is_listed(web: Web) -> None:
    web.list_papers(entry(1, "Gardens", YESTERDAY))
    web.list_papers(entry(1, "Gardens"))
    for day in (YESTERDAY, TODAY):
        assert titles(web.client().get(f"/?day={day}").text) == ["Gardens"]


def test_without_a_dated_listing_the_day_of_publication_counts(web: Web) -> None:
    published = NOW - timedelta(days=4)
    web.list_papers(Entry(title="Moss", keys=("url:https://lab.example/1",), published=published), source="lab-blog")
    web.list_papers(Entry(title="Fern", keys=("url:https://lab.example/2",)), source="lab-blog")
    assert titles(web.client().get("/").text) == ["Fern"]
    page = web.client().get("/?day=2026-03-06").text
    assert titles(page) == ["Moss"] and 'href="/?day=2026-03-10" data-after' in page


def test_filters_stay_in_the_address(web: Web) -> None:
    web.list_papers(entry(1, "Gardens"), entry(2, "A Lantern"), entry(3, "Lamps", abstract="One lantern."))
    web.list_papers(entry(4, "A Kite"), source="lab-blog")
    client = web.client()
    assert titles(client.get("/?subscription=lanterns").text) == ["A Lantern", "Lamps"]
    assert titles(client.get("/?strength=strong").text) == ["A Kite", "A Lantern"]
    assert titles(client.get("/?strength=matched&source=daily").text) == ["A Lantern", "Lamps"]
    nothing = client.get("/?subscription=kites&source=daily").text
    assert titles(nothing) == [] and "Show all 4 of this day" in nothing
    assert "subscription=lanterns" in client.get("/?subscription=lanterns&day=2026-03-10").text


def test_many_papers_are_cut_into_pages(web: Web) -> None:
    web.list_papers(*(entry(n, f"Paper {n}", upvotes=1000 - n) for n in range(1, 121)))
    client = web.client()
    first, last = client.get("/").text, client.get("/?day=2026-03-10&page=3").text
    assert titles(first)[0] == "Paper 1" and len(titles(first)) == 50
    assert titles(last) == [f"Paper {n}" for n in range(101, 121)]
    assert "120 papers" in first and "3 of 3" in last
    assert titles(client.get("/?page=999999").text) == titles(last)


def test_a_page_and_what_belongs_to_it_is_small(web: Web) -> None:
    """What a browser transfers until it can paint a full page: 60 KB at most."""
    texts = ["Moss grows where nobody walks; we count the paths." * 8, "A lantern is lit, and a kite is flown." * 12]
    web.list_papers(*(entry(n, f"Lantern Paper {n * 7919}", abstract=texts[n % 2]) for n in range(1, 121)))
    client, sent = web.client(), 0
    page = client.get("/").text
    for path in ["/", *re.findall(r'(?:href|src)="(/static/[^"]+)"', page)]:
        with client.stream("GET", path) as answer:
            sent += sum(map(len, answer.iter_raw()))
    assert sent < 60_000


def test_an_empty_database_says_what_to_do(web: Web) -> None:
    page = web.client().get("/").text
    assert "No paper is stored yet" in page and "watcher once" in page


@pytest.mark.parametrize(
    "day", ["tomorrow", "2026-02-30", "0000-01-01", "10000-01-01", "2026-03-10T00:00", "١٢٣٤-٠١-٠١", "1" * 5000]
)
def test_a_day_that_there_is_not_gives_the_newest(web: Web, day: str) -> None:
    web.list_papers(entry(1, "Gardens"))
    assert titles(web.client().get("/", params={"day": day}).text) == ["Gardens"]


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-03", "1899-12-31", str(TODAY + timedelta(days=31))])
def test_a_day_far_away_is_shown_and_leads_back(web: Web, day: str) -> None:
    web.list_papers(entry(1, "Gardens"), entry(2, "Old or Odd", date.fromisoformat(day)))
    client = web.client()
    page = client.get("/", params={"day": day}).text
    assert titles(page) == ["Old or Odd"] and f'href="/?day={TODAY}"' in page
    back = "data-after" if day < "2000" else "data-before"
    assert f'href="/?day={TODAY}" {back}' in page
    assert titles(client.get("/").text) == ["Gardens"], "what is to come is not the newest"
    empty = client.get("/", params={"day": "9999-12-30" if day < "2000" else "0001-01-02"}).text
    assert "No paper is listed under this day." in empty and titles(empty) == []


@pytest.mark.parametrize("day", [str(TODAY + timedelta(days=32)), "2999-12-31", "3000-01-01", "9999-12-31"])
def test_a_paper_of_a_day_far_ahead_is_on_the_page_of_the_day_on_which_it_came(web: Web, day: str) -> None:
    web.list_papers(entry(1, "Gardens"), entry(2, "Old or Odd", date.fromisoformat(day)))
    client = web.client()
    assert sorted(titles(client.get("/").text)) == ["Gardens", "Old or Odd"]
    page = client.get("/", params={"day": day}).text
    assert titles(page) == [] and f'href="/?day={TODAY}" data-before' in page


def test_the_first_line_says_that_all_is_well(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Gardens"))
    page = web.client().get("/").text
    assert "All is well." in page and "/static/well.svg" in page and "<title>Today" in page
    line = " ".join(re.sub(r"<[^>]+>", " ", page.split('role="status"')[1].split("</p>")[0]).split())
    assert "2 sources read, last 5 minutes ago · 2 new papers today ·" in line
    assert "next digest tomorrow 08:00 to ana (1 paper so far)" in line


def test_the_first_line_says_how_many_sources_were_read_also_while_all_is_well(web: Web) -> None:
    web.poll("daily", Verdict.UNREACHABLE, "no answer")
    line = web.client().get("/").text
    assert "All is well." in line and "1 of 2 sources read" in line, "no alarm yet, and not read either"
    web.poll("lab-blog", Verdict.BROKEN, "looks like a login page")
    assert "0 of 2 sources read" in web.client().get("/").text


def test_title_and_icon_turn_when_something_is_wrong(web: Web) -> None:
    web.poll("daily", Verdict.BROKEN, "looks like a login page")
    with web.store.transaction() as tx:
        one = tx.incidents.begin(
            IncidentKind.SOURCE_BROKEN, "daily", "looks like a login page", NOW - timedelta(hours=2)
        )
        tx.incidents.tell(one.id, [], NOW)
    page = web.client().get("/").text
    assert "<title>⚠ " in page and "/static/wrong.svg" in page
    assert "1 thing is wrong." in page and "1 of 2 sources read" in page
    assert "daily cannot be read: looks like a login page" in page
    assert "<code>watcher try-source daily</code>" in page


@pytest.mark.parametrize("kind", sorted(LASTING))
def test_whatever_is_wrong_something_can_be_done(web: Web, kind: IncidentKind) -> None:
    with web.store.transaction() as tx:
        one = tx.incidents.begin(kind, "daily", "for a reason", NOW - timedelta(hours=2))
        tx.incidents.tell(one.id, [], NOW)
    with web.store.reading() as tx:
        (wrong,) = overall_of(web.store, tx, web.config, NOW).wrongs
    assert len(wrong.do) > 20 and "{}" not in wrong.do
    assert web.client().get(wrong.url).status_code == 200


def test_silence_of_the_daemon_is_wrong(web: Web) -> None:
    web.now = NOW + timedelta(hours=6)
    page = web.client().get("/").text
    assert "no daemon runs" in page and "<code>watcher run</code>" in page


def test_a_papers_text_never_becomes_markup(web: Web) -> None:
    web.list_papers(
        entry(
            1,
            f"Lantern {HOSTILE}",
            abstract=f"Lantern lantern {HOSTILE}",
            authors=(HOSTILE,),
            organization=HOSTILE,
            summary=HOSTILE,
            url="javascript:alert(1)",
            code_url="data:text/html,x",
        )
    )
    page = web.client().get("/").text
    assert "<script>alert" not in page and "<img src=x" not in page and "javascript:" not in page
    assert "data:text" not in page and "{{7*7}}" in page
