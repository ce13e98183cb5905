"""Mail from the program as a process: connections kept, and ended in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import config
from tests.e2e.world import Home, Site, Webhook
from tests.integration.mailserver import MailServer, mail_server
from tests.patience import PATIENCE

pytestmark = pytest.mark.e2e


@pytest.fixture
def box(home: Home, site: Site, hook: Webhook) -> Iterator[MailServer]:
    """A mail server that three people's subscriptions lead to, each a message of their own."""
    with mail_server() as box:
        url = f"mailto://127.0.0.1:{box.port}/?from=bot@lab.example"
        people = "".join(f"  - {{name: p{n}, rule: zeppelin, to: ['mail:p{n}@lab.example']}}\n" for n in range(3))
        text = config(site, hook).replace("receivers:\n", f'receivers:\n  mail: {{url: "{url}", address: to}}\n')
        home.write(text + people)
        yield box


def arrived(box: MailServer) -> list[str]:
    return sorted(address for one in box.taken for address in one.recipients)


PEOPLE = ["p0@lab.example", "p1@lab.example", "p2@lab.example"]


def test_once_ends_its_connections(home: Home, box: MailServer) -> None:
    assert home.once()["status"] == 0
    assert arrived(box) == PEOPLE
    assert box.greeted <= 3 and box.commands.count("quit") == box.greeted


def test_the_daemon_ends_its_connections_when_it_is_stopped(home: Home, box: MailServer) -> None:
    with home.daemon() as process:
        box.wait_for(lambda box: len(box.taken) == 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert arrived(box) == PEOPLE
    box.wait_for(lambda box: not box.open_now)
    assert box.commands.count("quit") == box.greeted


def test_stopped_while_a_server_takes_its_time_the_message_comes_again_under_its_key(
    home: Home, box: MailServer
) -> None:
    """The daemon waits for ten seconds; whatever has no answer by then is sent by the next one, and can be told."""
    thinking = threading.Event()

    def think(stage: str, n: int) -> str | None:
        if stage != "body" or n > 1:
            return None
        thinking.set()
        return "+hang"

    box.fault = think
    with home.daemon() as process:
        assert thinking.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    box.heal()
    with home.daemon() as process:
        box.wait_for(lambda box: len(box.taken) == 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert sorted(set(arrived(box))) == PEOPLE
    assert len({one.key for one in box.taken}) == 3
