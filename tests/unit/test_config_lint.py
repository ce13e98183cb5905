"""The linter finds every mistake once, by name and place, and nothing in right configs."""

from __future__ import annotations

import ast
import json
import logging
import re
from io import BytesIO
from pathlib import Path

import pytest

from tests.unit.config_findings import ENV, folder_of, found, read
from tests.unit.config_mistakes import MISTAKES, cases, config, ruled, source, subscription
from tests.unit.config_right import RIGHT
from tests.unit.sane import ADDRESSES, RULES, SOURCES
from watcher.config import LineReader, json_schema, load
from watcher.config.lint.table import ERRORS, SECTIONS, WARNINGS
from watcher.errors import Problem
from watcher.notify import problem_of
from watcher.pipeline.subscriptions.config_incidents import log_config_warnings
from watcher.rules import compile_rule

PACKAGE = Path(__file__).parents[2] / "watcher"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


def names(folder: Path, text: str) -> list[str]:
    return [one.name for one in found(folder, text)]


@pytest.mark.parametrize(("title", "wanted", "text", "place"), list(cases()), ids=[*MISTAKES])
def test_a_mistake_has_one_finding_at_its_place(
    title: str, wanted: frozenset[str], text: str, place: tuple[int, int], folder: Path
) -> None:
    said = found(folder, text)
    assert [(one.name in wanted, (one.line, one.column)) for one in said] == [(True, place)], (title, said)
    assert said[0].hint, said
    assert said[0].fatal == (said[0].name in ERRORS)


@pytest.mark.parametrize("text", RIGHT.values(), ids=[*RIGHT])
def test_what_is_right_has_no_finding(text: str, folder: Path) -> None:
    assert found(folder, text) == []


@pytest.mark.parametrize("part", range(4))
def test_what_people_have_has_no_finding(part: int, folder: Path) -> None:
    rows = [f"  - name: s{n}\n    rule: >-\n      {rule}\n    to: [me]" for n, rule in enumerate(RULES)]
    kinds = "  pm: {kind: pubmed, query: kite}\n  oa: {kind: openalex, query: kite}"
    some = "\n".join(["subscriptions:", *rows[part::4]])
    found_here = found(folder, config(some).replace("receivers:", f"{kinds}\nreceivers:"))
    assert [(one.source_line, one.what) for one in found_here] == []


def test_receivers_and_sources_that_people_have_have_no_finding(folder: Path) -> None:
    receivers = [f"  r{n}: {{url: '{url}'}}" for n, url in enumerate(ADDRESSES)]
    sources = [f"  s{n}: {{{keys}}}" for n, keys in enumerate(SOURCES)]
    told = f"operator: [{', '.join(f'r{n}' for n in range(len(ADDRESSES)))}]"
    listed = "subscriptions:\n  - {name: x, rule: kite, to: [r0]}"
    text = "\n".join(["receivers:", *receivers, "sources:", *sources, told, listed])
    assert [(one.line, one.what) for one in found(folder, config(text))] == []


def test_there_are_enough_of_both() -> None:
    assert len(MISTAKES) >= 250 and len(RIGHT) >= 100
    assert {name for _, wanted, _, _ in cases() for name in wanted} <= WARNINGS.keys() | ERRORS.keys()


def test_the_table_has_every_name_that_the_program_says() -> None:
    """A name that is in the code alone could not be accepted."""
    texts = [path.read_text() for room in ("config", "rules", "cli") for path in (PACKAGE / room).rglob("*.py")]
    said = {name for text in texts for name in re.findall(r'name="([a-z]+(?:-[a-z]+)+)"', text)}
    advised = {
        one for text in texts for one in re.findall(r'(?:Advice|LeafFinding|Misreading)\([^"]*"([a-z-]+)"', text)
    }
    doubted = {name for text in texts for name in re.findall(r'Doubt\(\s*"([a-z-]+)"', text)}
    assert len(said) > 40 and len(advised) > 10 and doubted
    assert (said | advised | doubted) <= WARNINGS.keys() | ERRORS.keys()
    assert not WARNINGS.keys() & ERRORS.keys()
    assert sum(map(len, SECTIONS.values())) == len(WARNINGS)


def test_no_warning_is_without_a_name() -> None:
    """It could not be accepted."""
    calls = [
        call
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("Problem", "replace")
    ]
    given = [{one.arg for one in call.keywords} for call in calls if "fatal" in {one.arg for one in call.keywords}]
    assert len(given) > 3 and all("name" in one for one in given)


def test_a_warning_says_its_name() -> None:
    warning = Problem("a.yaml", 3, 5, "what is wrong", "what to write", fatal=False, name="no-operator")
    assert str(warning) == "a.yaml:3:5: warning: what is wrong; what to write [no-operator]"


# --- accepting ---

ODD = 'rule: "KV cache"'
"""A rule with a warning."""


@pytest.mark.parametrize(
    "text",
    [
        subscription(ODD, "accept: [quotes-taken-by-yaml]"),
        subscription(ODD, "accept: quotes-taken-by-yaml"),
        config(subscription(ODD).partition("subscriptions:")[0] + "accept: [quotes-taken-by-yaml]").replace(
            "rule: kite", ODD
        ),
        source("{kind: huggingface, every: 10d, accept: [seldom-read]}"),
        config('receivers:\n  me: {url: "console://"}\n  x: {url: "json://127.0.0.1/", accept: [unused-receiver]}'),
    ],
)
def test_what_is_accepted_is_not_said(text: str, folder: Path) -> None:
    assert names(folder, text) == []


def test_a_warning_is_accepted_where_it_stands_alone(folder: Path) -> None:
    other = f"  - {{name: z, {ODD.replace('cache', 'store')}, to: [me]}}\n"
    said = found(folder, subscription(ODD, "accept: [quotes-taken-by-yaml]") + other)
    assert [(one.name, one.line) for one in said] == [("quotes-taken-by-yaml", 13)]


def test_an_included_file_accepts_its_own_and_what_is_accepted_for_all(folder: Path) -> None:
    (folder / "there" / "a.yml").write_text(
        "subscriptions:\n"
        '- {name: a, rule: "KV cache", to: me, accept: [quotes-taken-by-yaml]}\n'
        "- {name: b, any: [agent OR robot], to: me}\n"
    )
    assert names(folder, config("include: there/*.yml")) == ["operator-in-list-item"]
    assert names(folder, config("include: there/*.yml\naccept: [operator-in-list-item]")) == []


def test_what_stands_in_other_files_is_accepted_for_all(folder: Path) -> None:
    (folder / "there" / "a.yml").write_text("# nothing yet\n")
    (folder / "own").mkdir()
    (folder / "own" / "digest.pdf").write_text("")
    text = config("include: there/*.yml\ntemplates: own")
    assert sorted(names(folder, text)) == ["empty-include", "unknown-template"]
    assert names(folder, text + "accept: [empty-include, unknown-template]\n") == []


def test_what_an_included_file_accepts_in_vain_is_said_there(folder: Path) -> None:
    (folder / "there" / "a.yml").write_text("subscriptions: [{name: a, rule: b, to: me, accept: [seldom-due]}]\n")
    (said,) = found(folder, config("include: there/*.yml"))
    assert (said.name, said.file, said.line) == ("accepted-in-vain", "there/a.yml", 1)


def test_a_broken_file_does_not_make_what_it_uses_unused(folder: Path) -> None:
    """Its last good version, or nothing, stands in for it: what it names is not known."""
    (folder / "there" / "a.yml").write_text("subscriptions: [{name: a, rule: (b, to: you}]\n")
    text = config(
        'receivers:\n  me: {url: "console://"}\n  you: {url: "json://127.0.0.1/"}\ninclude: there/*.yml\n'
        "accept: [seldom-due]"
    )
    assert names(folder, text) == ["wrong-rule"]
    path = folder / "config.yaml"
    assert load(path, env=ENV, check_url=problem_of, check_rule=compile_rule).problems == ()


def test_what_comes_and_goes_is_never_accepted_in_vain(folder: Path) -> None:
    assert names(folder, config("accept: [missing-secret, no-matches, accepted-in-vain]")) == []


def test_an_unknown_name_is_an_error_with_the_nearest(folder: Path) -> None:
    (said,) = found(folder, config("accept: [no-operater]"))
    assert said.fatal and said.hint == "did you mean `no-operator`?"


def test_errors_hide_what_would_follow_from_them(folder: Path) -> None:
    """Who accepts a warning of a rule that cannot be read has not accepted it in vain."""
    assert names(folder, subscription("rule: agent OR", "accept: [quotes-taken-by-yaml]")) == ["wrong-rule"]


def test_a_config_knows_what_is_accepted(folder: Path) -> None:
    taken = read(folder, subscription("rule: kite", "accept: [no-matches]") + "accept: [mostly-mentions]\n")
    assert taken.accepts("no-matches", "x") and not taken.accepts("no-matches", "y")
    assert taken.accepts("mostly-mentions", "x") and taken.accepts("mostly-mentions")


def test_the_schema_has_every_name() -> None:
    defined = json_schema()
    for table in (defined, *(defined["$defs"][one] for one in ("SubscriptionKeys", "SourceKeys", "ReceiverKeys"))):
        accept = json.dumps(table["properties"]["accept"])
        assert all(f'"{name}"' in accept for name in WARNINGS)


# --- the same everywhere ---


def test_lines_of_subscriptions_are_linted_in_the_same_way(folder: Path) -> None:
    taken = read(folder, config("accept: [comment-in-rule]"))
    lines = [
        {"name": "a", "any": ["agent OR robot"], "to": "me"},
        {"name": "b", "any": ["agent OR robot"], "to": "me", "accept": ["operator-in-list-item"]},
        {"name": "c", "rule": "agent -agent", "to": "me"},
        {"name": "d", "rule": "stars>5", "to": "me"},
        {"name": "e", "rule": "kite", "to": "me", "accept": ["seldom-due"]},
        {"name": "f", "rule": "kite", "to": "me"},
    ]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    read_lines = list(LineReader("subs.jsonl", taken, compile_rule).lines(BytesIO(data)))
    assert [[one.name for one in line.problems] for line in read_lines] == [
        ["operator-in-list-item"],
        [],
        ["matches-nothing"],
        ["comparison-of-unknown-name"],
        ["accepted-in-vain"],
        [],
    ]
    assert [line.subscription is not None for line in read_lines] == [True, True, True, False, True, True]


def test_a_reload_logs_new_warnings_alone(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = read(folder, subscription(ODD))
    second = read(folder, "# a line more\n" + subscription(ODD) + "accept: [seldom-due]\n")
    with caplog.at_level(logging.WARNING):
        log_config_warnings(first)
        assert [text.endswith("[quotes-taken-by-yaml]") for text in caplog.messages] == [True]
        log_config_warnings(first, first)
        log_config_warnings(second, first)
    assert len(caplog.messages) == 2 and caplog.messages[1].endswith("[accepted-in-vain]")


def test_no_secret_is_repeated_by_a_finding_of_a_rule(folder: Path) -> None:
    for text in ("agent url: mailtos://bot:hunter2@lab.example, robot", "mailtos://bot:hunter2@lab.example Or kite"):
        said = "".join(f"{one}{one.source_line}" for one in found(folder, ruled(text)))
        assert "hunter2" not in said


IN_CLEAR = "receivers: {me: {url: 'jsons://ana:hunter2hunter2@hook.lab.example/x'}}"
HARMLESS = "receivers: {me: {url: 'console://'}}"
REST = "\ntimezone: UTC\noperator: me\nsources: {hf: {}}\nsubscriptions: [{name: a, rule: moon, to: me}]\n"


@pytest.mark.parametrize(
    ("mode", "text", "names"),
    [
        (0o600, IN_CLEAR, []),
        (0o640, IN_CLEAR, []),
        (0o644, IN_CLEAR, ["readable-by-all"]),
        (0o644, HARMLESS, []),
        (0o644, "receivers: {me: {url: 'jsons://ana:${PW}@hook.lab.example/x'}}", []),
        (0o644, "receivers: {me: {url: 'jsons://hook.lab.example/T0KENT0KENT0KEN1'}}", ["readable-by-all"]),
        (0o666, HARMLESS, ["writable-by-all"]),
        (0o602, IN_CLEAR, ["writable-by-all"]),
    ],
)
def test_who_may_read_and_change_a_config(folder: Path, mode: int, text: str, names: list[str]) -> None:
    path = folder / "config.yaml"
    path.write_text(text + REST)
    path.chmod(mode)
    config = load(path, env=ENV, check_rule=compile_rule, check_url=problem_of)
    assert [one.name for one in config.problems] == names


@pytest.mark.parametrize(("mode", "names"), [(0o600, []), (0o640, []), (0o644, ["readable-by-all"])])
@pytest.mark.parametrize(
    ("receiver", "source", "address"),
    [
        ("{url_file: secret}", "{}", "jsons://hook.lab.example/x"),
        ("{url: 'console://'}", "{kind: feed, url_file: secret}", "https://lab.example/feed?t=T0KEN"),
    ],
)
def test_who_may_read_a_file_with_a_secret(
    folder: Path, mode: int, names: list[str], receiver: str, source: str, address: str
) -> None:
    (folder / "secret").write_text(address)
    (folder / "secret").chmod(mode)
    (folder / "config.yaml").write_text(f"receivers: {{me: {receiver}}}" + REST.replace("{}", source))
    config = load(folder / "config.yaml", env=ENV, check_rule=compile_rule, check_url=problem_of)
    assert [one.name for one in config.problems] == names
