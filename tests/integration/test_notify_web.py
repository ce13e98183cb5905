"""Webhooks and chats through real HTTP, the console, and what goes wrong on the way."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import unquote

import pytest
import requests

from tests.integration.receivers import Web, logged, web
from tests.unit.messages import HOSTILE, digest, item, paper, places
from watcher.model import Message, Outcome, Result
from watcher.notify import Notifier, limit_of, problem_of
from watcher.notify.services.table import plugins
from watcher.render.message import render_message

TOKEN = "TIiajkdnlazkcOXrIdevi7Qs"
MESSAGE = render_message(digest(item()))
HOSTILE_MESSAGE = render_message(digest(item(paper(title=HOSTILE, abstract=HOSTILE + " pruning", authors=(HOSTILE,)))))


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as one:
        yield one


def send(url: str, message: Message = MESSAGE, **settings: object) -> Outcome:
    return Notifier(**settings).send(url, message, "key-1")  # type: ignore[arg-type]


# --- machines ------------------------------------------------------------------------------------------------------


def test_json(service: Web) -> None:
    assert send(f"json://127.0.0.1:{service.port}/hook?+X-Lab=7&:team=trees") == Outcome(Result.SENT)
    path, headers, body = service.requests[0]
    assert path == "/hook"
    assert headers["X-Watcher-Delivery"] == "key-1"
    assert headers["X-Lab"] == "7"
    posted = json.loads(body)
    assert posted["title"] == MESSAGE.subject
    assert posted["message"] == MESSAGE.text.rstrip()
    assert posted["delivery"] == "key-1"
    assert posted["team"] == "trees"


def test_json_carries_the_papers_as_data(service: Web) -> None:
    assert send(f"json://127.0.0.1:{service.port}/hook").result is Result.SENT
    assert json.loads(service.body)["watcher"] == MESSAGE.data
    assert MESSAGE.data["papers"]


def test_json_without_data_where_the_address_says_so(service: Web) -> None:
    assert send(f"json://127.0.0.1:{service.port}/hook?:watcher=").result is Result.SENT
    posted = json.loads(service.body)
    assert posted["watcher"] == ""
    assert posted["message"] == MESSAGE.text.rstrip()


def test_a_body_of_json_keeps_within_its_bound(service: Web) -> None:
    url = f"json://127.0.0.1:{service.port}/"
    many = digest(*(item(paper(n, abstract="持续学习 pruning " * 40)) for n in range(1, 61)))
    wordy = render_message(many, {"digest.txt": "{% for n in range(900) %}\n{{ subject }} – {{ why }}{% endfor %}"})
    assert send(url, wordy).result is Result.SENT
    assert 200_000 < len(service.body) <= limit_of(url)
    assert len(json.loads(service.body)["watcher"]["papers"]) == 60


@pytest.mark.parametrize("schema", ["json", "xml", "form"])
def test_a_webhook_is_told_whom_it_is_for(service: Web, schema: str) -> None:
    url = f"{schema}://127.0.0.1:{service.port}/?to=o%27neil@lab.example&:team=trees"
    assert send(url).result is Result.SENT
    assert b"trees" in service.body
    assert "o'neil@lab.example" in unescape(unquote(service.body.decode()))


@pytest.mark.parametrize("schema", ["xml", "form"])
def test_other_webhooks_carry_the_key(service: Web, schema: str) -> None:
    assert send(f"{schema}://127.0.0.1:{service.port}/").result is Result.SENT
    assert service.requests[0][1]["X-Watcher-Delivery"] == "key-1"
    assert b"watcher=" not in service.body
    assert b"<watcher>" not in service.body


def test_console() -> None:
    stream = io.StringIO()
    assert send("console://", console=stream) == Outcome(Result.SENT)
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["", "╭─ 1 paper for trees: Pruning Bonsai Networks Without Shears"]
    assert lines[-1] == "╰─"
    assert "│ Pruning Bonsai Networks Without Shears" in lines


def test_a_console_prints_whom_it_is_for() -> None:
    stream = io.StringIO()
    assert send("console://?to=ana@lab.example", console=stream) == Outcome(Result.SENT)
    assert stream.getvalue().splitlines()[1].startswith("╭─ to ana@lab.example: 1 paper for trees")


def test_two_consoles_do_not_mix() -> None:
    streams = [io.StringIO(), io.StringIO()]
    threads = [threading.Thread(target=send, args=("console://",), kwargs={"console": one}) for one in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.getvalue().count("╭─") for one in streams] == [1, 1]


# --- chats ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def slack(service: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    monkeypatch.setattr(plugins()["slack"], "webhook_url", f"http://127.0.0.1:{service.port}/services")
    service.answer = b"ok"
    return service


SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}"


def test_slack(slack: Web) -> None:
    assert send(SLACK) == Outcome(Result.SENT)
    posted = json.loads(slack.body)
    assert posted["mrkdwn"] is True
    assert posted["unfurl_links"] is False
    assert "attachments" not in posted
    assert "*<https://papers.example/2603.00001|Pruning Bonsai Networks Without Shears>*" in posted["text"]
    assert "study *pruning* of bonsai" in posted["text"]
    assert "<https://arxiv.org/pdf/2603.00001|PDF>" in posted["text"]


def test_a_hostile_title_does_nothing_in_slack(slack: Web) -> None:
    assert send(SLACK, HOSTILE_MESSAGE).result is Result.SENT
    text = json.loads(slack.body)["text"]
    assert set(re.findall(r"<([^|>]*)", text)) <= set(re.findall(r"<(https?://[^|>]*)\|", text))
    assert "&lt;!channel&gt;" in text
    assert "@everyone" not in text


def test_a_slack_without_the_channel(slack: Web) -> None:
    slack.status, slack.answer = 404, b"channel_not_found"
    assert send(SLACK) == Outcome(Result.DOWN, "the service answered 404 Not Found: channel_not_found")


def discord(port: int, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(plugins()["discord"], "notify_url", f"http://127.0.0.1:{port}/webhooks")
    return "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


def telegram(port: int, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(plugins()["tgram"], "notify_url", f"http://127.0.0.1:{port}/bot")
    return "tgram://123456789:abcdefg_hijklmnop/12315544/"


def mattermost(port: int, patch: pytest.MonkeyPatch) -> str:
    return f"mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4"


def ntfy(port: int, patch: pytest.MonkeyPatch) -> str:
    return f"ntfy://127.0.0.1:{port}/trees"


def matrix(port: int, patch: pytest.MonkeyPatch) -> str:
    return f"matrix://bot:token@127.0.0.1:{port}?mode=matrix"


def teams(port: int, patch: pytest.MonkeyPatch) -> str:
    # Its address is https only: the fake is put where it posts.
    post = requests.post
    patch.setattr(requests, "post", lambda url, **options: post(f"http://127.0.0.1:{port}/", **options))
    return "workflows://prod.example:443/0123456789abcdef/signature-of-the-flow/"


def test_discord_pings_nobody_and_previews_nothing(service: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    url = discord(service.port, monkeypatch)
    for address, parse in ((url, {"parse": []}), (f"{url}?ping=@here", None)):
        assert send(address).result is Result.SENT
        posted = json.loads(service.body)
        assert posted["flags"] == 4
        assert posted.get("allowed_mentions") == parse


HTML = (telegram, matrix)
CHATS = [discord, telegram, mattermost, ntfy, matrix, teams]


@pytest.mark.parametrize("chat", CHATS)
def test_chats_are_told_everything(
    service: Web, monkeypatch: pytest.MonkeyPatch, chat: Callable[[int, pytest.MonkeyPatch], str]
) -> None:
    url = chat(service.port, monkeypatch)
    assert problem_of(url) is None
    assert send(url) == Outcome(Result.SENT)
    posted = service.body.decode()
    for words in ("Pruning Bonsai Networks Without Shears", "https://papers.example/2603.00001", "Ada Fern"):
        assert words in posted


@pytest.mark.parametrize("chat", CHATS)
def test_a_hostile_title_calls_nobody(
    service: Web, monkeypatch: pytest.MonkeyPatch, chat: Callable[[int, pytest.MonkeyPatch], str]
) -> None:
    assert send(chat(service.port, monkeypatch), HOSTILE_MESSAGE).result is Result.SENT
    posted = json.loads(service.body)
    said = "\n".join(str(value) for value in posted.values())
    assert "@everyone" not in said
    if chat in HTML:
        assert set(re.findall(r"<[^>\s]*", said)) <= {"<b", "</b", "<a", "</a", "<br/"}
        assert set(re.findall(r'<a href="(https?)://[^"<>]*">', said)) == {"https"}
    elif chat is not ntfy:  # it shows text as it is
        assert not re.search(r"(?<!\\)\]\((?!<?https?://)", said)
    assert "\x1b" not in said


@pytest.mark.parametrize("chat", CHATS)
def test_a_long_message_stays_within_the_limit(
    service: Web, monkeypatch: pytest.MonkeyPatch, chat: Callable[[int, pytest.MonkeyPatch], str]
) -> None:
    url = chat(service.port, monkeypatch)
    many = render_message(
        digest(*(item(paper(n, abstract="roses " * 60), places=places("roses", "roses")) for n in range(90)))
    )
    assert len(many.markdown) > limit_of(url)
    assert send(url, many).result is Result.SENT
    assert len(service.requests) == 1
    longest = max(len(str(value)) for value in json.loads(service.body).values())
    assert longest <= limit_of(url) + 400  # Teams: what is around the message counts too


# --- what goes wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "result"),
    [(401, "down"), (403, "down"), (404, "down"), (413, "refused"), (429, "failed"), (500, "failed")],
)
def test_answers(service: Web, status: int, result: str) -> None:
    service.status = status
    outcome = send(f"json://127.0.0.1:{service.port}/")
    assert outcome.result == result
    assert f"answered {status}" in outcome.reason


def test_a_redirect_is_not_followed(service: Web) -> None:
    with web() as elsewhere:
        service.status, service.headers = 307, {"Location": f"http://127.0.0.1:{elsewhere.port}/"}
        assert send(f"json://127.0.0.1:{service.port}/").result is Result.FAILED
        assert elsewhere.requests == []


def test_nobody_listens() -> None:
    with web() as gone:
        pass
    assert send(f"json://127.0.0.1:{gone.port}/") == Outcome(Result.FAILED, "connection refused")


def test_a_lost_answer_is_a_failure(service: Web) -> None:
    service.cut = True
    assert send(f"json://127.0.0.1:{service.port}/") == Outcome(Result.FAILED, "the connection was cut")
    assert len(service.requests) == 1


def test_a_service_that_hangs_holds_up_no_other(service: Web) -> None:
    service.gate = threading.Event()
    notifier = Notifier(timeout=0.2)
    url = f"json://127.0.0.1:{service.port}/"
    hung = notifier.send(url, MESSAGE, "key-1")
    assert hung.result is Result.FAILED
    assert "may have arrived" in hung.reason
    assert notifier.send(url, MESSAGE, "key-1") == Outcome(Result.FAILED, "the last try still hangs")
    assert len(service.requests) == 1
    with web() as other:
        assert Notifier().send(f"json://127.0.0.1:{other.port}/", MESSAGE, "key-2").result is Result.SENT


def test_a_bad_address_is_down_and_named_without_its_secrets() -> None:
    outcome = send("slack://short")
    assert outcome.result is Result.DOWN and "short" not in outcome.reason
    what = "apprise does not take this slack:// address: something in it is missing or wrong"
    assert outcome.reason.startswith(f"{what}; it is written slack://TOKEN_A/TOKEN_B/TOKEN_C")


def test_a_plugin_that_breaks_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> bool:
        raise RuntimeError(f"broken at {TOKEN}")

    monkeypatch.setattr(plugins()["slack"], "send", broken)
    outcome = send(SLACK)
    assert outcome.result is Result.FAILED
    assert TOKEN not in outcome.reason


def test_a_host_name_that_does_not_exist() -> None:
    assert send("json://nowhere.invalid/") == Outcome(Result.FAILED, "no such host")


def test_secrets_stand_nowhere(slack: Web, capsys: pytest.CaptureFixture[str]) -> None:
    slack.status, slack.answer = 500, f"no token {TOKEN}".encode()
    with logged() as log:
        outcomes = [send(SLACK), send(f"json://user:{TOKEN}@127.0.0.1:{slack.port}/{TOKEN}?+X-Key={TOKEN}")]
    assert [one.result for one in outcomes] == [Result.FAILED, Result.FAILED]
    for shown in (log.getvalue(), *capsys.readouterr(), *(one.reason for one in outcomes)):
        assert TOKEN not in shown


# --- courtesy ------------------------------------------------------------------------------------------------------


def test_chats_are_given_a_pause_and_webhooks_are_not(slack: Web) -> None:
    pauses: list[float] = []
    notifier = Notifier(sleep=pauses.append, monotonic=lambda: 100.0)
    for _ in range(2):
        notifier.send(SLACK, MESSAGE, "key-1")
        notifier.send(f"json://127.0.0.1:{slack.port}/", MESSAGE, "key-1")
    assert pauses == pytest.approx([1.2])


def test_a_message_for_which_no_thread_starts_is_a_failure(service: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        outcome = send(f"json://127.0.0.1:{service.port}/")
    assert outcome == Outcome(Result.FAILED, "RuntimeError: can't start new thread")
