"""A secret reaches its service as it is, wherever in an address it stands."""

from __future__ import annotations

import base64
import hmac
import smtplib
from collections.abc import Iterator
from typing import Any

import pytest

from watcher.config.addresses import expand
from watcher.notify import problem_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.shapes import shape_of
from watcher.notify.replies import PlainSmtp
from watcher.notify.services.table import plugins

SECRETS = ("p%41%", "%2541", "100%", "a%b", "a+b", "p@ss/w#o%r+d&x;y=z? q", "ü:ß%C3", "&pass=x", "12;34")
PLACES = (
    "mailto://127.0.0.1:2525?user=bot&pass=${PW}&from=bot@lab.example&to=ana@lab.example",
    "mailto://127.0.0.1:2525?user=bot&password=${PW}&from=bot@lab.example&to=ana@lab.example",
    "mailto://bot:${PW}@127.0.0.1:2525?from=bot@lab.example&to=ana@lab.example",
    "jsons://bot:${PW}@hook.lab.example/x",
    "jsons://hook.lab.example/x?user=bot&pass=${PW}",
    "jsons://hook.lab.example/x?+X-Key=${PW}",
    "ntfys://ntfy.lab.example/papers?token=${PW}",
    "ntfys://bot:${PW}@ntfy.lab.example/papers",
)


def texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 5:
        yield from texts([*value, *value.values()], depth + 1)
    elif isinstance(value, list | tuple | set) and depth < 5:
        for one in value:
            yield from texts(one, depth + 1)


@pytest.mark.parametrize("url", PLACES)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_arrives_as_it_is(secret: str, url: str) -> None:
    whole = expand(url, {"PW": secret})
    assert problem_of(whole) is None
    assert secret in list(texts(vars(load_plugin(whole))))


@pytest.mark.parametrize("url", PLACES)
@pytest.mark.parametrize("secret", [" a", "a ", "\u00a0"])
def test_a_blank_at_the_end_of_a_secret_arrives_or_is_refused(secret: str, url: str) -> None:
    whole = expand(url, {"PW": secret})
    problem = problem_of(whole)
    assert problem is None or "the blank at an end" in problem
    assert bool(problem) != (secret in list(texts(vars(load_plugin(whole)))))


def test_no_service_changes_a_secret_in_silence() -> None:
    """Of each service each parameter that is private: it arrives, or the address is refused."""
    tried = 0
    for schema, plugin in sorted(plugins().items()):
        for name in sorted(shape_of(plugin, schema).secrets):
            url = expand(f"{schema}://bot@lab.example/aaaa/bbbb/cccc?{name}=${{PW}}", {"PW": "p%41%"})
            service = load_plugin(url)
            if service is None:
                continue
            kept = set(texts(vars(service)))
            tried += 1
            assert "pA%" not in kept or problem_of(url), (schema, name)
    assert tried > 60


class Asking(PlainSmtp):
    """A client of a server that asks these questions, and says yes after the last; ``said``: what it was sent."""

    def __init__(self, *questions: bytes) -> None:
        smtplib.SMTP.__init__(self)
        self.questions = list(questions)
        self.said: list[str] = []

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        self.said.append(f"{cmd} {args}".strip())
        return (334, base64.b64encode(self.questions.pop(0))) if self.questions else (235, b"welcome")


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("mechanism", "questions", "said"),
    [
        ("PLAIN", [], [f"AUTH PLAIN {in_base64(chr(0) + 'ana' + chr(0) + 'p@ss/ä')}"]),
        ("LOGIN", [b"Password:"], [f"AUTH LOGIN {in_base64('ana')}", in_base64("p@ss/ä")]),
        (
            "CRAM-MD5",
            [b"<1.2@lab.example>"],
            [
                "AUTH CRAM-MD5",
                in_base64(f"ana {hmac.new('p@ss/ä'.encode(), b'<1.2@lab.example>', 'md5').hexdigest()}"),
            ],
        ),
    ],
)
def test_a_password_of_any_letters_signs_in(mechanism: str, questions: list[bytes], said: list[str]) -> None:
    smtp = Asking(*questions)
    smtp.user, smtp.password = "ana", "p@ss/ä"
    means = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login, "CRAM-MD5": smtp.auth_cram_md5}
    assert smtp.auth(mechanism, means[mechanism]) == (235, b"welcome")
    assert smtp.said == said


def test_a_server_that_does_not_stop_to_ask_is_given_up() -> None:
    smtp = Asking(*[b"Password:"] * 9)
    smtp.user, smtp.password = "ana", "x"
    with pytest.raises(smtplib.SMTPException, match="does not stop"):
        smtp.auth("LOGIN", smtp.auth_login)
    assert len(smtp.said) < 9
