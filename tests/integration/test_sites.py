"""Turns at sites over several processes of one database."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.integration.sites import say, serving
from tests.patience import PATIENCE
from watcher.daemon.site_book import SiteBook
from watcher.fetch import Fetcher, Limits
from watcher.fetch.turns import NotNow, Turns
from watcher.model import Page, SiteTurn, Unreachable
from watcher.policy.polls.pace import Pace
from watcher.store import Store

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LEASE = 120.0


class Clock:
    """One clock for all processes; sleeping moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def processes(store: Store, clock: Clock) -> list[SiteBook]:
    return [SiteBook(store, clock), SiteBook(store, clock)]


def test_another_process_waits_until_the_request_is_over_and_the_interval_too(
    processes: list[SiteBook], clock: Clock
) -> None:
    one, other = processes
    assert one.take("a.org", 3, LEASE) == SiteTurn()
    assert 0 < other.take("a.org", 3, LEASE).wait < 1
    clock.seconds = 60
    assert 0 < other.take("a.org", 3, LEASE).wait < 1
    one.give_back("a.org", is_public=False)
    assert other.take("a.org", 3, LEASE) == SiteTurn()
    other.give_back("a.org", is_public=False)
    clock.seconds = 61
    assert one.take("a.org", 3, LEASE) == SiteTurn(wait=2)
    assert one.take("b.org", 3, LEASE) == SiteTurn()


def test_the_turn_of_a_process_that_died_ends(processes: list[SiteBook], clock: Clock) -> None:
    one, other = processes
    one.take("a.org", 3, LEASE)
    clock.seconds = LEASE
    assert other.take("a.org", 3, LEASE) == SiteTurn()
    one.give_back("a.org", is_public=False)
    clock.seconds += 10
    assert one.take("a.org", 3, LEASE).wait > 0


def test_a_days_requests_are_counted_over_all_processes_until_midnight(processes: list[SiteBook], clock: Clock) -> None:
    one, other = processes
    for book in (one, other, one):
        assert book.take("a.org", 1, LEASE, cost=10, a_day=39) == SiteTurn()
        book.give_back("a.org", is_public=False)
        clock.seconds += 1
    midnight = 12 * 3600
    spent = SiteTurn(wait=midnight - 3, is_spent=True)
    assert [book.take("a.org", 1, LEASE, cost=10, a_day=39) for book in processes] == [spent, spent]
    assert one.take("a.org", 1, LEASE, cost=1, a_day=39) == SiteTurn(), "a cheaper one fits in"
    one.give_back("a.org", is_public=False)
    assert other.take("b.org", 1, LEASE, cost=10, a_day=39) == SiteTurn()
    clock.seconds = midnight
    assert other.take("a.org", 1, LEASE, cost=39, a_day=39) == SiteTurn()


def test_requests_with_a_key_leave_those_without_one_their_allowance(store: Store, clock: Clock) -> None:
    book = SiteBook(store, clock)
    for _ in range(3):
        assert book.take("a.org", 1, LEASE, cost=10, a_day=100) == SiteTurn()
        book.give_back("a.org", is_public=False)
        clock.seconds += 1
    assert book.take("a.org", 1, LEASE, cost=1, a_day=1) == SiteTurn()
    book.give_back("a.org", is_public=False)
    clock.seconds += 1
    assert book.take("a.org", 1, LEASE, cost=1, a_day=1).is_spent
    assert book.take("a.org", 1, LEASE, cost=70, a_day=100) == SiteTurn()


def test_a_request_beyond_the_days_allowance_is_not_sent_and_waits_for_midnight(store: Store, clock: Clock) -> None:
    turns = Turns(clock.monotonic, clock.sleep, SiteBook(store, clock))
    pace = Pace("a.org", 1, cost=2, a_day=3)
    with turns.turn(pace, 60):
        pass
    with pytest.raises(NotNow) as refusal, turns.turn(pace, 60):
        pass
    assert str(refusal.value).startswith(
        "the 3 requests a day that a.org answers, as many of which this one counts as 2"
    )
    assert refusal.value.wait == 12 * 3600 - 1
    assert clock.slept == [1]


def test_what_a_site_asks_for_holds_for_all(processes: list[SiteBook], clock: Clock) -> None:
    one, other = processes
    one.take("a.org", 1, LEASE)
    one.pause("a.org", 57, closed=True)
    one.pause("a.org", 5, closed=True)
    one.give_back("a.org", is_public=True)
    assert other.take("a.org", 1, LEASE) == SiteTurn(wait=57, is_closed=True, is_public=True)
    clock.seconds = 57
    assert other.take("a.org", 1, LEASE) == SiteTurn(is_public=True)
    other.pause("a.org", 30, closed=False)
    other.give_back("a.org", is_public=False)
    assert one.take("a.org", 1, LEASE) == SiteTurn(wait=30, is_public=True)


def test_a_clock_that_was_wrong_stops_nobody(processes: list[SiteBook], clock: Clock) -> None:
    one, other = processes
    clock.seconds = 7 * 86_400
    one.take("a.org", 1, LEASE)
    one.pause("a.org", 57, closed=True)
    clock.seconds = 0
    assert other.take("a.org", 1, LEASE) == SiteTurn()


def test_turns_wait_for_other_processes(processes: list[SiteBook], clock: Clock) -> None:
    one, other = (Turns(clock.monotonic, clock.sleep, book) for book in processes)
    pace = Pace("arxiv.org", 3)
    with one.turn(pace, 60):
        pass
    with other.turn(pace, 60) as turn:
        turn.is_public = True
    assert clock.slept == [3]
    with one.turn(pace, 60) as turn:
        assert turn.is_public
    with other.turn(pace, 60), pytest.raises(NotNow, match="busy"), one.turn(pace, 10):
        pass
    one.close(pace, 20)
    with pytest.raises(NotNow, match="asked to be left alone, for 20 s more"), other.turn(pace, 60):
        pass


def test_this_machine_is_not_written_down(store: Store, clock: Clock) -> None:
    turns = Turns(clock.monotonic, clock.sleep, SiteBook(store, clock))
    pace = Pace("127.0.0.1:80", 0)
    with turns.turn(pace, 60):
        pass
    turns.close(pace, 0.0)
    with store.reading() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM site").scalar_one() == 0


def test_two_daemons_ask_a_site_one_after_the_other(store: Store) -> None:
    """Real threads, sockets and time: no two requests at once, and none too early."""
    began: list[float] = []
    inside, most, lock = 0, 0, threading.Lock()

    def answer(connection: socket.socket) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            began.append(time.monotonic())
        say(body=b"x")(connection)
        with lock:
            inside -= 1

    with serving() as site:
        site.answers["/p"] = answer
        port = site.url.rpartition(":")[2]
        found: list[Page | Unreachable | object] = []

        def daemon() -> None:
            asking = Fetcher(
                resolve=lambda host, port: ["127.0.0.1"],
                limits=Limits(interval=0.2),
                book=SiteBook(store, lambda: datetime.now(UTC)),
            )
            for _ in range(3):
                found.append(asking.get(f"http://a.example:{port}/p", lambda url: None, robots=False))

        threads = [threading.Thread(target=daemon) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert [type(one) for one in found] == [Page] * 6
    assert most == 1
    began.sort()
    assert min(later - earlier for earlier, later in pairwise(began)) > 0.15


def test_close_ends_waiting_for_another_process(processes: list[SiteBook], store: Store) -> None:
    one, _ = processes
    one.take("a.example:1", 1, LEASE)
    asked = threading.Event()

    class Watched(SiteBook):
        def take(self, name: str, interval: float, lease: float, cost: int = 0, a_day: int = 0) -> SiteTurn:
            answer = super().take(name, interval, lease)
            asked.set()
            return answer

    asking = Fetcher(book=Watched(store, lambda: NOW))
    found: list[Page | Unreachable | object] = []
    thread = threading.Thread(
        target=lambda: found.append(asking.get("http://a.example:1/p", lambda url: None, robots=False))
    )
    thread.start()
    assert asked.wait(PATIENCE)
    asking.close()
    thread.join(PATIENCE)
    assert [one.reason for one in found if isinstance(one, Unreachable)] == ["stopped"]


def test_a_name_that_was_public_before_a_restart_may_not_turn_inward(
    processes: list[SiteBook], store: Store, clock: Clock
) -> None:
    one, other = processes
    with serving() as site:
        site.answers["/p"] = say(body=b"x")
        name = f"site.example:{site.url.rpartition(':')[2]}"

        def ask() -> object:
            clock.seconds += 10
            asking = Fetcher(book=other, resolve=lambda host, port: ["127.0.0.1"], limits=Limits(patience=5))
            return asking.get(f"http://{name}/p", lambda url: None, robots=False)

        assert isinstance(ask(), Page)
        clock.seconds += 10
        assert one.take(name, 1, LEASE) == SiteTurn()
        one.give_back(name, is_public=True)
        found = ask()
        assert isinstance(found, Unreachable) and "inside a private network" in found.reason
        assert len(site.asked) == 1
