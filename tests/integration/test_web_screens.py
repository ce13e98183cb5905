"""Subscriptions, receivers, sources and incidents as the web pages show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.webs import HOSTILE, NOW, TODAY, Web, entry, words
from watcher.model import DeliveryKind, Endpoint, IncidentKind, Verdict
from watcher.policy.deliveries.retry import Health
from watcher.web.screens.sources import source_row

ANA = Endpoint("ana")
QUIET = """\
timezone: Europe/Paris
operator: [ana]
sources: {daily: {kind: huggingface}}
receivers: {ana: {url: "console://"}}
subscriptions:
  - {name: lanterns, rule: lantern, to: [ana], when: daily at 08:00, quiet_hours: {from: "07:00", to: "09:00"}}
"""


def test_subscriptions_say_how_much_they_match_and_when_they_are_told(web: Web) -> None:
    web.now = NOW + timedelta(days=14)
    web.list_papers(*(entry(n, f"Lantern {n}") for n in range(1, 5)), at=web.now - timedelta(days=9))
    web.list_papers(entry(9, "The Last Lantern"), at=web.now - timedelta(days=1))
    said = words(web.client().get("/subscriptions").text)
    assert "lanterns lantern daily at 08:00 to ana 2.5 1 never" in said
    assert "kites silent title:kite OR" in said and "to ana, ops 0.0 0 never at once" in said


def test_a_subscription_names_its_next_five_times_in_its_zone(make_web: Callable[..., Web]) -> None:
    web = make_web(text=QUIET)
    said = words(web.client().get("/subscription?name=lanterns").text)
    times = [f"{day} Mar 2026, 08:00 Europe/Paris" for day in ("Wed 11", "Thu 12", "Fri 13", "Sat 14", "Sun 15")]
    assert all(one in said for one in times) and "16 Mar 2026, 08:00" not in said
    assert said.count("quiet: held until") == 5 and "held until tomorrow 09:00" in said
    assert "It matched nothing so far." in said


def test_a_subscription_shows_what_became_of_its_matches(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Gardens"))
    page = web.client().get("/subscription?name=lanterns").text
    assert '<a href="/paper?key=arxiv%3A2603.00001">A Lantern</a>' in page
    assert "held for its subscription's time" in words(page) and "Gardens" not in page
    assert 'href="/search?q=lantern"' in page


@pytest.mark.parametrize("path", ["/subscription?name=nobody", "/subscription", "/source?name=nowhere", "/nothing"])
def test_what_there_is_not_is_not_found(web: Web, path: str) -> None:
    answer = web.client().get(path)
    assert answer.status_code == 404 and "Not found" in answer.text


def test_receivers_say_whether_they_work_and_why_not(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.endpoints.lock(ANA)
        tx.endpoints.set_health(
            ANA, Health(NOW - timedelta(hours=3), 4, NOW + timedelta(minutes=20), "535 wrong password")
        )
        tx.outbox.enqueue(ANA, DeliveryKind.TEST, NOW)
    said = words(web.client().get("/receivers").text)
    assert (
        "ana hears of trouble fails since 07:30 535 wrong password tried again in 20 minutes, after 4 failures" in said
    )
    assert "ops never used never" in said and "test pending" in said
    assert "no incident" not in said


LABELS = """\
timezone: UTC
sources: {daily: {kind: huggingface}}
receivers:
  lab: {urls: {slack: "console://", mail: "console://"}}
  ana: {url: "console://"}
subscriptions: [{name: lanterns, rule: lantern, to: [lab, ana]}]
"""


def test_each_receiver_has_its_own_last_message(make_web: Callable[..., Web]) -> None:
    web = make_web(text=LABELS)
    slack, mail = web.config.endpoints_of("lab")
    with web.store.transaction() as tx:
        tx.outbox.enqueue(slack, DeliveryKind.TEST, NOW - timedelta(hours=1))
        tx.outbox.give_up(slack, "the channel was archived", NOW)
        tx.outbox.enqueue(mail, DeliveryKind.EMPTY, NOW)
    said = words(web.client().get("/receivers").text).split("Deliveries")[0]
    assert f"{slack} did not take its last message the channel was archived never test dead" in said
    assert f"{mail} took nothing yet never empty pending" in said
    assert "ana never used never" in said


def test_deliveries_are_filtered_in_the_address(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.outbox.enqueue(ANA, DeliveryKind.TEST, NOW)
        tx.outbox.enqueue(Endpoint("ops"), DeliveryKind.TEST, NOW)
        tx.outbox.give_up(Endpoint("ops"), "the channel was archived", NOW)
    client = web.client()
    assert "1 message was given up or refused" in words(client.get("/receivers").text)
    dead = words(client.get("/receivers?state=dead").text)
    assert "the channel was archived" in dead and "pending" not in dead.split("Deliveries")[1].split("Show")[1]
    assert "No such message." in client.get("/receivers?receiver=ana&state=dead").text
    assert client.get("/receivers?state=nonsense").status_code == 200


def test_a_source_has_thirty_days_of_verdicts_the_worst_of_each(web: Web) -> None:
    for hours, verdict in ((1, Verdict.NEW), (2, Verdict.BROKEN), (30, Verdict.QUIET), (24 * 29, Verdict.PARTIAL)):
        web.poll("daily", verdict, at=NOW - timedelta(hours=hours))
    with web.store.reading() as tx:
        row = source_row(tx, web.config.sources["daily"], NOW)
    assert [one.verdict for one in row.strip] == ["partial", *[""] * 27, "quiet", "broken"]
    assert row.strip[-1].title == "Tue 10 Mar: broken (1 of 3 polls)"
    assert row.strip[0].title == "Mon 9 Feb: partial (the one poll)"
    assert row.strip[1].title == "Tue 10 Feb: not polled"


def test_sources_say_when_they_were_read_and_when_next(web: Web) -> None:
    web.poll("daily", Verdict.BROKEN, f"no papers in {HOSTILE}")
    page = web.client().get("/sources").text
    said = words(page)
    assert "broken polled moments ago" in said, said
    assert "Last read well 5 minutes ago" in said
    assert "lab-blog feed" in said and "<img src=x" not in page


def test_a_source_shows_papers_a_day_against_what_is_usual(web: Web) -> None:
    days = [TODAY - timedelta(weeks=n) for n in range(5)]
    for n, day in enumerate(days):
        web.list_papers(*(entry(100 * n + m + 1, f"Paper {n} {m}", day) for m in range(2 if n == 0 else 10)))
    page = web.client().get("/source?name=daily").text
    assert "Tue 10 Mar: 2 papers, usually 10" in page
    assert "Mon 9 Mar: 0" not in page, "nothing is drawn of a day without papers"


def test_a_kept_page_is_shown_as_text_alone(make_web: Callable[..., Web], tmp_path: Path) -> None:
    from watcher.files.broken_pages import KeptPages

    kept = KeptPages(tmp_path / "broken")
    path = kept.keep("daily", HOSTILE.encode() + b"\0\xff", NOW)
    (tmp_path / "broken" / "secret.txt").write_text("a secret")
    assert path is not None
    client = make_web(kept=kept).client()
    page = client.get("/source", params={"name": "daily", "kept": path.name}).text
    assert "&lt;script&gt;alert(1)" in page and "<img src=x" not in page and "␀�" in page
    for other in ("../secret.txt", "secret.txt", "/etc/passwd", str(path)):
        assert "a secret" not in client.get("/source", params={"name": "daily", "kept": other}).text


def test_incidents_that_last_and_that_ended(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.incidents.begin(IncidentKind.SOURCE_UNREACHABLE, "daily", "no answer", NOW - timedelta(hours=1))
        tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "lab-blog", f"login page {HOSTILE}", NOW - timedelta(days=3))
        tx.incidents.end([IncidentKind.SOURCE_BROKEN], "lab-blog", [], NOW - timedelta(days=2))
    page = web.client().get("/incidents").text
    said = words(page)
    assert "source unreachable daily no answer watcher goes on trying." in said
    assert "Since 09:30 ; not told yet" in said
    assert "Sat 7 Mar 10:30 Sun 8 Mar 10:30 source broken lab-blog login page" in said
    assert "<img src=x" not in page and "All is well." in page, "what may pass by itself is no alarm yet"


def test_lists_that_are_cut_say_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Another Lantern"))
    with web.store.transaction() as tx:
        for name in ("daily", "lab-blog"):
            tx.incidents.begin(IncidentKind.SOURCE_BROKEN, name, "login page", NOW - timedelta(days=3))
            tx.incidents.end([IncidentKind.SOURCE_BROKEN], name, [], NOW - timedelta(days=2))
    client, pages = web.client(), ("/subscription?name=lanterns", "/incidents")
    assert all("The newest" not in (said := words(client.get(one).text)) and "ended last" not in said for one in pages)
    monkeypatch.setattr("watcher.web.screens.subscriptions.HISTORY", 1)
    monkeypatch.setattr("watcher.web.screens.incidents.ENDED", 1)
    assert "The newest 1; watcher history lanterns has all." in words(client.get(pages[0]).text)
    assert "The 1 that ended last" in words(client.get(pages[1]).text)


SECRET = """\
timezone: UTC
operator: [ana]
sources: {daily: {kind: feed, url: "https://lab.example/feed?token=hunter2hunter2"}}
receivers: {ana: {url: "json://ana:hunter3hunter3@hook.example/hunter4hunter4"}}
subscriptions: [{name: lanterns, rule: lantern, to: [ana]}]
"""


def test_no_secret_of_the_config_is_shown(make_web: Callable[..., Web]) -> None:
    client = make_web(text=SECRET).client()
    for path in ("/", "/sources", "/source?name=daily", "/receivers", "/subscriptions", "/search?q=x", "/metrics"):
        assert "hunter" not in client.get(path).text, path
    assert "lab.example" in client.get("/source?name=daily").text


EMPTY = """\
timezone: UTC
sources: {daily: {kind: huggingface}}
receivers: {ana: {url: "console://"}}
subscriptions: []
"""


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/subscriptions", "Nobody has a subscription."),
        ("/receivers", "Nothing was sent so far."),
        ("/incidents", "Nothing is in trouble."),
        ("/", "No paper is stored yet"),
        ("/search", "Three to begin with"),
        ("/keys", "the next paper"),
    ],
)
def test_what_is_empty_says_what_to_do_next(make_web: Callable[..., Web], path: str, what: str) -> None:
    page = make_web(text=EMPTY).client().get(path).text
    assert what in page
    assert "nobody has a subscription" in page, "the first line says so everywhere"


def test_every_page_names_itself_and_has_one_heading(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"))
    paths = ["/", "/search", "/search?q=lantern", "/paper?key=arxiv:2603.00001", "/subscriptions", "/receivers"]
    paths += ["/subscription?name=lanterns", "/sources", "/source?name=daily", "/incidents", "/keys", "/sign-in"]
    titles = set()
    for path in paths:
        page = web.client().get(path).text
        assert page.count("<h1") == 1 and page.startswith('<!doctype html>\n<html lang="en">'), path
        assert 'class="skip" href="#main"' in page and "style=" not in page and " onclick" not in page
        labelled = set(re.findall(r'<label for="(\w+)"', page))
        fields = re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]*\bid="(\w+)"', page)
        assert set(fields) <= labelled, path
        titles.add(re.search(r"<title>(.*?)</title>", page)[1])  # type: ignore[index]
    assert len(titles) == len(paths)
