"""The fetcher obeys robots.txt, also where that cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.sites import Answer, Site, say, serving
from watcher.fetch import Fetcher, Limits
from watcher.fetch.permits import AGAIN, FRESH, PATIENCE
from watcher.model import Fetched, Page, Unreachable

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """A site under a name of its own, and a clock that only sleeping and the test move."""

    site: Site
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    asking: Fetcher = field(init=False)

    def __post_init__(self) -> None:
        self.site.answers["/p"] = say(body=b"x")
        self.asking = Fetcher(
            user_agent="watcher/1",
            clock=lambda: NOW,
            monotonic=lambda: self.now,
            sleep=self._sleep,
            resolve=lambda host, port: ["127.0.0.1"],
            limits=Limits(interval=1),
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def get(self, path: str = "/p", host: str = "site.example", robots: bool = True) -> Fetched:
        port = self.site.url.rpartition(":")[2]
        return self.asking.get(f"http://{host}:{port}{path}", lambda url: None, robots=robots)

    def reason(self, path: str = "/p") -> str:
        found = self.get(path)
        assert isinstance(found, Unreachable), found
        return found.reason

    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.site.asked]


@pytest.fixture
def world() -> Iterator[World]:
    with serving() as site:
        yield World(site)


def robots(text: str) -> Answer:
    return say(body=text.encode())


def test_a_refusal_names_the_line_and_asks_for_nothing(world: World) -> None:
    world.site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /p\n")
    assert world.reason("/p?x").endswith("/robots.txt forbids it: line 2, `Disallow: /p`")
    assert world.paths() == ["/robots.txt"]


def test_a_source_that_ignores_it_never_asks_for_it(world: World) -> None:
    world.site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
    assert isinstance(world.get(robots=False), Page)
    assert world.paths() == ["/p"]


def test_this_machine_is_not_asked(world: World) -> None:
    assert isinstance(world.get(host="127.0.0.1"), Page)
    assert world.paths() == ["/p"]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "401 Unauthorized"])
def test_a_missing_file_forbids_nothing_and_is_asked_for_once_a_day(world: World, status: str) -> None:
    world.site.answers["/robots.txt"] = say(status)
    for _ in range(2):
        assert isinstance(world.get(), Page)
    world.now += FRESH
    assert isinstance(world.get(), Page)
    assert world.paths() == ["/robots.txt", "/p", "/p", "/robots.txt", "/p"]


def test_while_the_file_fails_nothing_is_asked_for_but_not_for_ever(world: World) -> None:
    world.site.answers["/robots.txt"] = say("500 Internal Server Error")
    assert world.reason() == "HTTP 500 Internal Server Error for robots.txt, without which nothing else is asked for"
    assert world.reason() and world.paths() == ["/robots.txt"]
    world.now += AGAIN
    assert world.reason() and world.paths() == ["/robots.txt"] * 2
    world.now += PATIENCE
    assert isinstance(world.get(), Page)


def test_while_the_file_fails_what_it_said_before_holds(world: World) -> None:
    world.site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /secret\n")
    assert isinstance(world.get(), Page)
    world.site.answers["/robots.txt"] = say("500 Internal Server Error")
    world.now += FRESH
    assert isinstance(world.get(), Page)
    assert "forbids it" in world.reason("/secret")


def test_a_file_that_asks_to_wait_is_waited_for(world: World) -> None:
    world.site.answers["/robots.txt"] = say("429 Too Many Requests", Retry_After="90")
    assert world.reason().startswith("HTTP 429 Too Many Requests, asks to be left alone for 90 s for robots.txt")
    world.now += AGAIN
    found = world.get()
    assert isinstance(found, Unreachable) and found.retry_after
    assert timedelta(seconds=20) < found.retry_after <= timedelta(seconds=30)
    assert world.paths() == ["/robots.txt"]


def test_a_site_that_is_down_is_said_to_be_down(world: World) -> None:
    world.site.answers["/robots.txt"] = lambda connection: connection.close()
    assert world.reason().startswith("the server closed the connection without an answer")


def test_the_file_may_stand_elsewhere(world: World) -> None:
    world.site.answers["/robots.txt"] = say("301 Moved Permanently", Location="/a/robots.txt")
    world.site.answers["/a/robots.txt"] = robots("User-agent: watcher\nDisallow: /\n")
    assert "line 2" in world.reason()


def test_a_file_that_redirects_for_ever_forbids_nothing(world: World) -> None:
    world.site.answers["/robots.txt"] = say("301 Moved Permanently", Location="/robots.txt")
    assert isinstance(world.get(), Page)


def test_each_site_on_the_way_is_asked(world: World) -> None:
    port = world.site.url.rpartition(":")[2]
    world.site.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /q\n")
    world.site.answers["/p"] = say("302 Found", Location=f"http://other.example:{port}/q")
    assert world.reason() == f"http://other.example:{port}/robots.txt forbids it: line 2, `Disallow: /q`"


def test_a_crawl_delay_is_kept(world: World) -> None:
    world.site.answers["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 7\n")
    for _ in range(3):
        assert isinstance(world.get(), Page)
    assert world.slept == [1, 7, 7]


def test_the_time_spent_waiting_for_a_turn_is_not_the_servers(world: World) -> None:
    world.site.answers["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 60\n")
    assert isinstance(world.get(), Page)
    assert isinstance(world.get(), Page) and world.slept[-1] == 60


def test_a_site_that_has_nothing_left_is_waited_for(world: World) -> None:
    world.site.answers["/p"] = say(body=b"x", RateLimit='"pages";r=0;t=57')
    for _ in range(2):
        assert isinstance(world.get(robots=False), Page)
    assert world.slept == [57]


def test_the_hosts_of_one_site_take_turns(world: World) -> None:
    for host in ("export.arxiv.org", "rss.arxiv.org", "arxiv.org"):
        assert isinstance(world.get(host=host, robots=False), Page)
    assert world.slept == [3, 3]
