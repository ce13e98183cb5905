"""``watcher once`` as a process: the look-back, what is new the next day, every fault of a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.e2e.conftest import DAYS, TODAY, config, titles
from tests.e2e.world import Home, Site, Webhook
from tests.parsers.pages import login_page, truncated

pytestmark = pytest.mark.e2e

LOOK_BACK = [date(2026, 3, n) for n in (6, 9, 10)]


def told(hook: Webhook, wanted: set[str]) -> set[str]:
    """Which of ``wanted`` stand in what arrived; each may stand there once only."""
    text = " ".join(hook.text().split())
    counts = {title: text.count(" ".join(title.split())) for title in wanted}
    assert all(count <= 1 for count in counts.values()), counts
    return {title for title, count in counts.items() if count}


def test_first_the_look_back_then_only_what_is_new(home: Home, site: Site, hook: Webhook) -> None:
    first = home.once(fresh=True)
    assert first["status"] == 0
    assert [(one["source"], one["verdict"], one["new"]) for one in first["polls"]] == [("hf", "new", 24)]
    (delivery,) = first["deliveries"]
    assert (delivery["subscriptions"], delivery["receiver"], delivery["state"]) == (["airships"], "me", "sent")
    assert len(delivery["papers"]) == 12
    everything = titles(site, *DAYS)
    assert told(hook, everything) == titles(site, *LOOK_BACK)

    asked = len(site.log)
    second = home.once()
    assert second["polls"][0]["verdict"] == "unchanged" and second["deliveries"] == []
    pages = [(status, headers) for path, status, headers in site.log[asked:] if path != "/papers"]
    assert len(pages) == 3 and all(status == 304 and "If-None-Match" in headers for status, headers in pages)

    site.today = TODAY + timedelta(days=1)
    third = home.once()
    assert third["polls"][0]["new"] == 8
    assert told(hook, everything) == titles(site, *LOOK_BACK, site.today)
    assert len(hook.posts) == 2


FAULTS: dict[str, tuple[str, Callable[[bytes], tuple[int, bytes]]]] = {
    "login": ("broken", lambda body: (200, login_page())),
    "empty": ("broken", lambda body: (200, b"")),
    "truncated": ("broken", lambda body: (200, truncated(body))),
    "layout": ("broken", lambda body: (200, body.replace(b"DailyPapers", b"Elsewhere").replace(b"article", b"div"))),
    "500": ("unreachable", lambda body: (500, b"error")),
    "403": ("unreachable", lambda body: (403, b"no")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_tells_the_operator_once_and_loses_nothing(home: Home, site: Site, hook: Webhook, fault: str) -> None:
    verdict, site.fault = FAULTS[fault]
    for n in range(2):
        broken = home.once()
        assert broken["status"] == 1
        assert broken["polls"][0]["verdict"] == verdict and broken["polls"][0]["new"] == 0
        assert [one["kind"] for one in broken["deliveries"]] == (["incident"] if n == 0 else [])
    assert verdict in home.run("status").stdout
    site.fault = None
    mended = home.once()
    assert mended["status"] == 0
    assert sorted(one["kind"] for one in mended["deliveries"]) == ["digest", "recovery"]
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)
    assert home.once()["deliveries"] == []


def test_a_receiver_that_is_down_gets_everything_when_it_is_back(home: Home, site: Site, hook: Webhook) -> None:
    hook.status = 503
    first = home.once(fresh=True)
    assert first["status"] == 1 and first["deliveries"][0]["state"] == "pending"
    site.today = TODAY + timedelta(days=1)
    assert home.once()["deliveries"] == []  # it backs off
    hook.status = 200
    assert {one["state"] for one in home.once("--flush")["deliveries"]} == {"sent"}
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK, site.today)
    assert home.once("--flush")["deliveries"] == []


def test_a_digest_that_is_not_due_is_named_and_flushed(home: Home, site: Site, hook: Webhook) -> None:
    home.write(config(site, hook, when="weekly on mon at 08:00"))
    held = home.once()
    assert held["deliveries"] == []
    assert [(one["subscription"], one["papers"]) for one in held["held"]] == [("airships", 12)]
    assert "12 papers held until Mon" in home.run("once").stdout
    assert len(home.once("--flush")["deliveries"][0]["papers"]) == 12


def test_two_subscriptions_of_one_receiver_tell_a_paper_once_in_one_message(
    home: Home, site: Site, hook: Webhook
) -> None:
    more = "  - {name: titled, rule: 'title:zeppelin', to: [me]}\n"
    home.write(config(site, hook, more=more))
    (delivery,) = home.once()["deliveries"]
    assert delivery["subscriptions"] == ["airships", "titled"] and len(delivery["papers"]) == 12
    assert told(hook, titles(site, *DAYS)) == titles(site, *LOOK_BACK)


def test_an_edited_rule_tells_only_what_becomes_true(home: Home, site: Site, hook: Webhook) -> None:
    home.write(config(site, hook).replace("rule: zeppelin", "rule: zeppelin 2026-03-10"))
    assert len(home.once()["deliveries"][0]["papers"]) == 4
    home.write(config(site, hook))
    assert home.once()["deliveries"] == []
    site.today = TODAY + timedelta(days=1)
    assert len(home.once()["deliveries"][0]["papers"]) == 4


def test_a_subscription_that_goes_and_comes_back_is_not_told_again(home: Home, site: Site, hook: Webhook) -> None:
    home.once()
    whole = home.config.read_text()
    home.write(whole.replace("airships", "other").replace("rule: zeppelin", "rule: dirigible"))
    assert home.once()["deliveries"] == []
    home.write(whole)
    assert home.once()["deliveries"] == []


def test_votes_that_pass_a_threshold_are_told_when_they_do(home: Home, site: Site, hook: Webhook) -> None:
    for papers in site.days.values():
        for paper in papers:
            paper["upvotes"] = 1
    home.write(config(site, hook).replace("rule: zeppelin", "rule: zeppelin upvotes>=5"))
    assert home.once()["deliveries"] == []
    site.days[TODAY][0]["upvotes"] = 7
    (delivery,) = home.once()["deliveries"]
    assert len(delivery["papers"]) == 1
    site.days[TODAY][0]["upvotes"] = 2
    assert home.once()["deliveries"] == []
    site.days[TODAY][0]["upvotes"] = 9
    assert home.once()["deliveries"] == []


def test_days_that_an_outage_missed_are_told(home: Home, site: Site, hook: Webhook) -> None:
    site.today = DAYS[0]
    home.once()
    site.today = DAYS[-1]
    home.once()
    assert told(hook, titles(site, *DAYS)) == titles(site, *DAYS)
