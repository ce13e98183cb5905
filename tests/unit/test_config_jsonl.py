"""Subscriptions as JSON Lines: what YAML takes they take, what it refuses they refuse, in the same words."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import Config, LineReader, line_of, load
from watcher.config.text.jsonl import LONGEST, SubscriptionLine
from watcher.errors import ConfigError, Problem
from watcher.model import Endpoint, QuietHours, Rhythm, Subscription, When
from watcher.rules import compile_rule

HEAD = """\
timezone: Europe/Paris
sources: {hf: {}, blog: {url: "https://hf.example/papers"}}
receivers:
  me: {url: "json://me.example/"}
  both: {urls: {a: "json://a.example/", b: "json://b.example/"}}
  mail: {url: "json://mail.example/", address: to}
subscriptions:
"""

RIGHT: list[dict[str, Any]] = [
    {"name": "kites", "rule": "kite", "to": "me"},
    {"name": "kites", "rule": '"box kite" OR "stunt kite"', "to": ["me", "both"], "when": "daily at 08:00"},
    {"name": "lists", "any": ["kite", "2024"], "none": ["survey"], "where": "upvotes >= 5", "to": ["mail:a@b.example"]},
    {"name": "all", "rule": "kite", "to": "me", "quiet_hours": {"from": "22:00", "to": "07:00"}, "backfill": "7d"},
    {"name": "days", "rule": "kite", "to": "me", "quiet_days": ["sat", "sun"], "timezone": "Asia/Tokyo"},
    {"name": "short", "rule": "kite", "to": "me", "bundle": "no", "max_papers": "3", "on_update": "notify"},
    {"name": "ümlaut", "rule": "kité \\u00e9", "to": "me", "when": "weekly on mon at 8:05", "when_empty": "send"},
    {"name": "cron", "rule": "kite", "to": "me", "when": 'cron "0 8 * * mon"', "sign_of_life": "monthly"},
    {"name": "of", "rule": "kite", "to": "me", "sources": ["hf"], "backfill": "none"},
]
WRONG: list[dict[str, Any]] = [
    {"name": "kites", "rule": "kite AND (", "to": "me"},
    {"name": "kites", "rule": "kite", "to": ["mee"]},
    {"name": "kites", "rule": "kite", "to": ["mail"]},
    {"name": "kites", "rule": "kite", "to": ["me:a@b.example"]},
    {"name": "kites", "rule": "kite", "to": "me", "when": "daily at 25:00"},
    {"name": "kites", "rule": "kite", "to": "me", "sources": ["hff"], "timezone": "Europe/Pariss"},
    {"name": "kites", "rule": "kite", "any": ["lantern"], "to": "me"},
    {"name": "kites", "any": ["kite", '"a'], "none": ["-x"], "where": "upvotes >", "to": "me"},
    {"name": "kites", "rule": "kite", "to": "me", "whenn": "hourly"},
    {"name": "kites", "to": "me"},
    {"rule": "kite", "to": "me"},
    {"name": "kites", "rule": "kite"},
    {"name": "?", "rule": "kite", "to": {"me": "x"}, "max_papers": "0", "bundle": "perhaps"},
    {"name": "kites", "rule": "kite", "to": "me", "quiet_hours": {"from": "22:00"}, "when_empty": "send"},
]


def in_yaml(folder: Path, line: dict[str, Any]) -> Config:
    """The same as a config file: JSON is YAML."""
    path = folder / "config.yaml"
    path.write_text(f"{HEAD}  - {json.dumps(line, ensure_ascii=False)}\n")
    return load(path, env={}, check_url=lambda url: None, check_rule=compile_rule)


def config(folder: Path) -> Config:
    return replace(in_yaml(folder, {"name": "taken", "rule": "kite", "to": "me"}))


def read(folder: Path, *lines: bytes | dict[str, Any]) -> list[SubscriptionLine]:
    data = [one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in lines]
    reader = LineReader("subs.jsonl", config(folder), compile_rule)
    return list(reader.lines(BytesIO(b"".join(data))))


def said(problem: Problem) -> tuple[str, str]:
    return problem.what, problem.hint


@pytest.mark.parametrize("line", RIGHT, ids=lambda line: str(line["name"]))
def test_what_yaml_takes(line: dict[str, Any], tmp_path: Path) -> None:
    ours = in_yaml(tmp_path, line).subscriptions[0]
    (found,) = read(tmp_path, line)
    assert found == SubscriptionLine(1, ours)
    (owned,) = read(tmp_path, line | {"owner": "ana"})
    assert owned.subscription == replace(ours, owner="ana")


@pytest.mark.parametrize("line", WRONG, ids=lambda line: json.dumps(line)[:60])
def test_what_yaml_refuses_in_the_same_words(line: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        in_yaml(tmp_path, line)
    expected = {said(problem) for problem in error.value.problems if problem.fatal}
    blank, found = read(tmp_path, b"\n", {"name": "fine", "rule": "kite", "to": "me"}, line)[-2:]
    assert blank.subscription and found.subscription is None
    assert {said(problem) for problem in found.problems} == expected
    assert {(problem.file, problem.line) for problem in found.problems} == {("subs.jsonl", 3)}


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        (b'{"name": "k", "rule": "kite (x", "to": "me"}', 29, "expected a closing parenthesis"),
        (b'{"name": "k", "rule": "kite", "to": ["me", "mee"]}', 44, "there is no receiver `mee`"),
        (b'{"name": "k", "rule": "\\"a b", "to": "me"}', 24, "expected a closing quote"),
        (b'{"name": "taken", "rule": "kite", "to": "me"}', 10, "a subscription `taken` stands in the config's files"),
        (b'{"name": "k", "name": "l", "rule": "kite", "to": "me"}', 15, "`name` stands here twice"),
        (b'{"name": "k", "rule": "kite", "to": "me"', 41, "is no JSON: expecting ',' delimiter"),
        (b'{"name": "k"} {}', 15, "is no JSON: extra data"),
        (b"[]", 1, "a table of keys belongs here"),
        (b'{"name": NaN}', 1, "is no JSON that can be read"),
        (b'{"name": "\xff"}', 11, "is not UTF-8 from here on"),
        (b"[" * 100_000, 1, "is no JSON that can be read"),
        (b'{"name": "k", "rule": ' + b"[" * 60 + b"]" * 60 + b"}", 72, "lists and tables too deep inside each other"),
        (b'"' + b"x" * LONGEST + b'"', 1, f"is longer than {LONGEST} bytes"),
    ],
)
def test_every_mistake_has_its_place(line: bytes, column: int, what: str, tmp_path: Path) -> None:
    wrong, right = read(tmp_path, line + b"\n", {"name": "fine", "rule": "kite", "to": "me"})
    assert wrong.subscription is None and right.subscription is not None and right.number == 2
    assert [(one.line, one.column) for one in wrong.problems if one.what == what] == [(1, column)]


def test_null_was_not_written_and_numbers_are_texts(tmp_path: Path) -> None:
    line = (
        b'{"name": "k", "any": ["kite", 2024, 1.50, true], "where": null, "to": "me", "bundle": false, "max_papers": 3}'
    )
    (found,) = read(tmp_path, line)
    assert found.subscription is not None
    assert found.subscription.rule == '("kite" OR "2024" OR "1.50" OR "true")'
    assert found.subscription.max_papers == 3 and not found.subscription.bundle


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
subscriptions = st.builds(
    Subscription,
    name=st.from_regex(r"[a-z][a-z .+-]{0,8}[a-z]", fullmatch=True),
    owner=st.sampled_from(["", "ana", "bob"]),
    rule=st.sampled_from(["kite", '"box kite"~3 -survey', "title:kite* OR (upvotes >= 5)"]),
    to=st.just(("me", "mail:a@b.example")),
    endpoints=st.just((Endpoint("me"), Endpoint("mail:a@b.example"))),
    when=st.one_of(
        st.sampled_from([When(), When(Rhythm.HOURLY), When(Rhythm.CRON, cron="*/5 8 * * mon-fri")]),
        st.builds(When, st.sampled_from([Rhythm.DAILY, Rhythm.WEEKDAYS]), times),
        st.builds(When, st.just(Rhythm.WEEKLY), times, st.integers(0, 6)),
    ),
    timezone=st.sampled_from(["UTC", "Asia/Tokyo"]),
    sources=st.sampled_from([(), ("hf",), ("hf", "blog")]),
    quiet_hours=st.none()
    | st.builds(QuietHours, times, times, st.frozensets(st.integers(0, 6), max_size=6)).filter(
        lambda quiet: quiet.start != quiet.end or (quiet.start == QuietHours().start and bool(quiet.days))
    ),
    backfill=st.none() | st.integers(0, 99),
    bundle=st.booleans(),
    max_papers=st.none() | st.integers(1, 50),
    shows_life=st.booleans(),
    tells_updates=st.booleans(),
    shown_as=st.sampled_from(["", "Kites: all of them"]),
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> LineReader:
    return LineReader("subs.jsonl", config(tmp_path_factory.mktemp("jsonl")), compile_rule)


@given(subscription=subscriptions)
def test_what_is_exported_is_imported_as_it_was(reader: LineReader, subscription: Subscription) -> None:
    line = json.dumps(line_of(subscription)).encode()
    assert reader.read(7, line).subscription == subscription
