"""Killed fifty times while it tells a thousand alerts: none is lost, only what was in flight comes twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.e2e.killing import Sink, an_hour_passes, count, daemon, kill_somewhere, taking
from tests.e2e.world import Site, playing
from tests.examples import is_short
from tests.parsers.pages import sample_papers
from tests.patience import PATIENCE
from tests.postgres import Server, serving_postgres
from watcher.model import Tuning

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

FIRST = date(2026, 1, 1)
DAYS, PER_DAY, RECEIVERS = 26, 2, 20
KILLS = 2 * DAYS
ALERTS = DAYS * PER_DAY * RECEIVERS


@pytest.fixture
def sink() -> Iterator[Sink]:
    with taking(Sink()) as sink:
        yield sink


@pytest.fixture
def site() -> Iterator[Site]:
    days = {FIRST + timedelta(days=n): sample_papers(PER_DAY, seed=n + 1) for n in range(DAYS)}
    with playing(Site(days, FIRST)) as site:
        yield site


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the daemon keeps what it knows: a path or a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "watcher.db")
    server: Server = request.getfixturevalue("server")
    name = f"killed{len(request.node.name)}"
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.fixture
def config(tmp_path: Path, site: Site, sink: Sink, database: str) -> Path:
    receivers = [f"r{n}" for n in range(RECEIVERS)]
    lines = [f'  {name}: {{url: "json://{sink.address}/{name}"}}' for name in receivers]
    path = tmp_path / "config.yaml"
    path.write_text(f"""
timezone: UTC
database: "{database}"
sources:
  hf: {{kind: huggingface, url: "{site.url}", every: 1h, look_back: {DAYS}}}
receivers:
{chr(10).join(lines)}
subscriptions:
  - {{name: parts, rule: "title:part", to: [{", ".join(receivers)}]}}
""")
    return path


def everything(site: Site) -> set[tuple[str, int]]:
    numbers = [int(paper["title"].rsplit(" ", 1)[1]) for papers in site.days.values() for paper in papers]
    return {(f"/r{n}", number) for n in range(RECEIVERS) for number in numbers}


def wait_until_told(sink: Sink, expected: set[tuple[str, int]]) -> None:
    end = time.monotonic() + 3 * PATIENCE
    while set(sink.told()) != expected:
        assert time.monotonic() < end, f"{len(expected - set(sink.told()))} alerts never came"
        sink.wait_for(len(sink.posts) + 1, 0.1)


def test_fifty_kills_lose_nothing_and_repeat_only_what_was_in_flight(
    config: Path, site: Site, sink: Sink, database: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if is_short() and database.startswith("postgresql"):
        pytest.skip("takes minutes; the fleet's kills are on PostgreSQL, too")
    state, chance = tmp_path / "state", random.Random(7)
    state.mkdir()
    began = time.monotonic()
    for n in range(KILLS):
        site.today = FIRST + timedelta(days=n // 2)
        kill_somewhere(config, state, sink, chance, most=RECEIVERS // 2)
        an_hour_passes(database)
    while_killed = len(sink.posts)
    site.today = FIRST + timedelta(days=DAYS - 1)
    with daemon(config, state):
        wait_until_told(sink, everything(site))
    interrupted = count(database, "SELECT count(*) FROM attempt WHERE outcome = 'unknown'")
    figures = {
        "database": database.partition(":")[0] if "://" in database else "sqlite",
        "kills": KILLS,
        "alerts": ALERTS,
        "messages": len(sink.posts),
        "of them between kills": while_killed,
        "tries cut off": interrupted,
        "repeated": sink.repeats(),
        "seconds": round(time.monotonic() - began, 1),
    }
    for name, value in figures.items():
        record_property(name, value)
    print(figures)
    assert ALERTS >= 1000 and set(sink.told()) == everything(site)
    # A paper that came twice came in one message, which was being sent when its sender was killed.
    assert all(len(set(keys)) == 1 for keys in sink.told().values())
    at_most = Tuning().most_claimed + Tuning().probes + 1
    assert sink.repeats() <= interrupted <= KILLS * at_most
    assert count(database, "SELECT count(*) FROM delivery WHERE state IN ('dead', 'cancelled')") == 0
    assert while_killed > KILLS


def test_without_kills_nothing_comes_twice(config: Path, site: Site, sink: Sink, database: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    site.today = FIRST + timedelta(days=DAYS - 1)
    with daemon(config, state) as process:
        wait_until_told(sink, everything(site))
        process.terminate()
        process.join(PATIENCE)
        assert process.exitcode == 0
    an_hour_passes(database)
    with daemon(config, state) as process:
        sink.wait_for(len(sink.posts) + 1, 1.0)
        process.terminate()
        process.join(PATIENCE)
    assert sink.repeats() == 0 and all(len(keys) == 1 for keys in sink.told().values())
    assert count(database, "SELECT count(*) FROM attempt WHERE outcome <> 'sent'") == 0
