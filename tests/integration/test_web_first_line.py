"""The first line of every page answers whether all is well, in each state that there is."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from tests.integration.webs import NOW, Web, entry
from watcher.model import DeliveryKind, DeliveryState, Endpoint, IncidentKind, Verdict
from watcher.pipeline.subscriptions.pause_and_mute import record_pause
from watcher.web.overall import SORRY

ANA = Endpoint("ana")


def line_of(web: Web) -> str:
    """The first line of the page, with ⚠ before it if the title begins so."""
    page = web.client().get("/").text
    line = html.unescape(re.sub(r"<[^>]+>", " ", page.split('role="status">')[1].split("</header>")[0]))
    return ("⚠ " if "<title>⚠" in page else "") + " ".join(line.split()).replace(" :", ":")


def given_up(web: Web, ago: timedelta = timedelta(0)) -> str:
    """A message with a paper that was given up; its id."""
    web.list_papers(entry(7, "A Lantern"), at=NOW - ago)
    with web.store.transaction() as tx:
        (saved,) = [one for one in tx.subscriptions.active() if one.subscription.name == "lanterns"]
        tx.matches.owe(tx.matches.held(saved.id), [ANA], NOW - ago)
        tx.outbox.give_up(ANA, "the channel was archived", NOW - ago)
        return tx.deliveries.listed(DeliveryState.DEAD, None, 1)[0].id


def begun(web: Web, kind: IncidentKind, subject: str, reason: str) -> None:
    with web.store.transaction() as tx:
        one = tx.incidents.begin(kind, subject, reason, NOW - timedelta(hours=3))
        tx.incidents.tell(one.id, [Endpoint("ops")], NOW)
        tx.outbox.give_up(Endpoint("ops"), "away", NOW)


def test_never_polled(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM poll")
    assert line_of(web) == (
        "⚠ 1 thing is wrong. 0 of 2 sources read · 0 new papers today "
        "no daemon runs: nothing is polled and nobody is told start it: watcher run"
    )


def test_all_well_with_and_without_papers(web: Web) -> None:
    assert line_of(web) == (
        "All is well. 2 sources read, last 5 minutes ago · 0 new papers today · nothing waits to be told"
    )
    web.list_papers(entry(1, "A Lantern"))
    assert line_of(web).endswith("1 new paper today · next digest tomorrow 08:00 to ana (1 paper so far)")


def test_sources_that_were_not_read_are_named(web: Web) -> None:
    web.poll("lab-blog", Verdict.UNREACHABLE, "no answer")
    assert line_of(web).startswith("All is well. 1 of 2 sources read (not lab-blog), last moments ago"), (
        "it may pass by itself"
    )
    begun(web, IncidentKind.SOURCE_UNREACHABLE, "lab-blog", "no answer")
    assert line_of(web).startswith("⚠ 1 thing is wrong. 1 of 2 sources read (not lab-blog), ")
    assert "open its address from this machine" in line_of(web)


def test_a_daemon_that_is_gone(web: Web) -> None:
    web.now = NOW + timedelta(days=2)
    assert "no daemon runs: nothing is polled and nobody is told (for 2 days) start it: watcher run" in line_of(web)


@pytest.mark.parametrize(
    ("kind", "subject", "what", "do"),
    [
        (IncidentKind.SOURCE_BROKEN, "daily", "daily cannot be read: why", "watcher try-source daily"),
        (IncidentKind.INCLUDE_BROKEN, "ana.yaml", "ana.yaml is not used as it stands: why", "watcher check-config"),
        (IncidentKind.CONFIG_BROKEN, "config", "the config cannot be read: why", "then reload"),
        (IncidentKind.ENDPOINT_FAILING, "ana", "messages to ana do not arrive: why", "then press Test"),
    ],
)
def test_what_an_operator_hears_of(web: Web, kind: IncidentKind, subject: str, what: str, do: str) -> None:
    begun(web, kind, subject, "why")
    said = line_of(web)
    assert said.startswith("⚠ 1 thing is wrong.") and f"{what} (for 3 hours)" in said and do in said


def test_papers_that_were_given_up_are_wrong_until_they_are_sent_again(web: Web) -> None:
    old = given_up(web)
    said = line_of(web)
    assert said.startswith("⚠ 1 thing is wrong.")
    assert "1 message to ana was given up: the channel was archived (just now)" in said
    assert "press Send again, or watcher replay" in said
    with web.store.transaction() as tx:
        assert tx.deliveries.replay(tx.deliveries.find(old), [ANA], NOW)
    assert line_of(web).endswith("1 new paper today · 1 message to be sent")


def test_papers_that_were_sent_to_somebody_else_are_told(web: Web) -> None:
    old = given_up(web)
    with web.store.transaction() as tx:
        assert tx.deliveries.replay(tx.deliveries.find(old), [Endpoint("ops")], NOW)
    assert line_of(web).startswith("All is well.")


def test_what_was_given_up_long_ago_is_no_news(web: Web) -> None:
    given_up(web, SORRY + timedelta(hours=1))
    assert line_of(web).startswith("All is well.")


def test_a_test_that_was_refused_loses_nothing(web: Web) -> None:
    with web.store.transaction() as tx:
        tx.outbox.enqueue(ANA, DeliveryKind.TEST, NOW)
        tx.outbox.give_up(ANA, "the channel was archived", NOW)
    assert line_of(web).startswith("All is well.")


def test_what_is_paused_is_not_the_next_digest(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"))
    with web.store.transaction() as tx:
        for saved in tx.subscriptions.active():
            record_pause(tx, saved)
    assert line_of(web).endswith("nothing waits to be told")
