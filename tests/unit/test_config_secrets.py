"""No message, no quoted line and no reason ever shows a secret, wherever it was written by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.examples import times
from watcher.cli import show
from watcher.config import LineReader, load
from watcher.config.keys import (
    AnySourceKeys,
    ConfigKeys,
    ConfigTable,
    QuietHoursKeys,
    ReceiverKeys,
    RetainKeys,
    SubscriptionKeys,
    WebKeys,
)
from watcher.config.text.harmless import KEYS, NEVER_SHOWN, is_harmless
from watcher.config.text.reading import read
from watcher.config.text.tree import ConfigNode, Items, Scalar
from watcher.errors import ConfigError, Problem, StoreError, WatcherError
from watcher.model import Endpoint
from watcher.notify import problem_of
from watcher.rules import compile_rule
from watcher.store.database.engine import database_address

SECRET = "Hunter2xYz"
ENV = {"PW": SECRET, "NAME": "console://"}
SOURCES = "sources: {lab: {kind: feed, url: 'https://lab.example/f.xml'}}\n"
ME = "receivers:\n  me: {url: 'console://'}\n"
SUBSCRIPTION = "subscriptions:\n  - {name: a, rule: x, to: me}\n"


def said_of(path: Path, text: str | bytes, **options: object) -> str:
    """Everything that is said of a config: problems as they are logged and as they are quoted, and reasons."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found: tuple[Problem, ...] = ()
    said = []
    try:
        config = load(path, env=ENV, check_url=problem_of, check_rule=compile_rule, **options)  # type: ignore[arg-type]
    except ConfigError as error:
        found, said = error.problems, [str(error)]
    else:
        found = config.problems + tuple(one for some in config.broken_includes.values() for one in some)
        said += [repr(config), *config.instead.values()]
        said += [_reason(lambda name=name: config.address(Endpoint(name), ENV)) for name in config.receivers]
        said += [_reason(lambda: database_address(config.database(ENV))), repr(config.way_out(ENV))]
    return "\n".join([*said, *(str(one) for one in found), *(show.problem(one) for one in found)])


def _reason(what: object) -> str:
    try:
        what()  # type: ignore[operator]
    except (WatcherError, StoreError) as error:
        return str(error)
    return ""


def receivers(lines: str) -> str:
    return f"{SOURCES}receivers:\n{lines}\n{SUBSCRIPTION}"


ADDRESS = f"mailtos://bot:{SECRET}@h"
FORMS = {
    "unknown key beside url": receivers(f"  me: {{url: 'json://h/x', password: {SECRET}}}"),
    "url misspelled": receivers(f"  me: {{ulr: {ADDRESS}}}"),
    "url twice": receivers(f"  me:\n    url: {ADDRESS}\n    url: {ADDRESS}"),
    "url twice, once a list": receivers(f"  me:\n    url: {ADDRESS}\n    url: [{SECRET}]"),
    "no table": receivers(f"  me: {ADDRESS}"),
    "in a list": receivers(f"  - {ADDRESS}"),
    "the address as a name": receivers(f"  {ADDRESS}: {{}}"),
    "the address as a key": receivers(f"  me: {{{ADDRESS}: x}}"),
    "the secret in a key's place": receivers(f"  me: {{{SECRET}}}"),
    "the secret as a receiver": receivers(f"  {{{SECRET}}}"),
    "the secret after ?": receivers(f"  me:\n    ? {SECRET}"),
    "a blank too many": receivers(f"  me:\n    url: mailtos://bot: {SECRET}@h"),
    "a blank too many in braces": receivers(f"  me: {{url: mailtos://bot: {SECRET}@h}}"),
    **{f"begins with {sign}": receivers(f"  me:\n    url: {sign}{SECRET}") for sign in "@%&*!`|>-?,]}"},
    "begins a list": receivers(f"  me:\n    url: [{SECRET}"),
    "begins a table": receivers(f"  me:\n    url: {{a: {SECRET}"),
    "more behind the quotes": receivers(f'  me:\n    url: "{ADDRESS}" x'),
    "quote never closed": receivers(f"  me:\n    url: '{ADDRESS}"),
    "quote closed lines below": receivers(f"  me:\n    url: '{ADDRESS}\n  you: {{url: 'console://'}}"),
    "escape": receivers(f'  me:\n    url: "\\q{SECRET}"'),
    "slash as an escape": receivers(f'  me:\n    url: "mailtos:\\/\\/bot:{SECRET}@h"\n    foo: 1'),
    "tab": receivers(f"  me:\n\turl: {SECRET}"),
    "indentation": receivers(f"  me:\n    url: {SECRET}\n   pw: {SECRET}"),
    "comments": receivers(f"  me: # {SECRET}\n    url: 'foo://x' # {SECRET}\n    foo: 1 # {SECRET}"),
    "block": receivers(f"  me:\n    url: >- # {SECRET}\n      {ADDRESS}\n    foo: 1"),
    "on two lines": receivers(f'  me:\n    url: "mailtos://bot\n      :{SECRET}@h"\n    foo: 1'),
    "label": receivers(f"  me: {{urls: {{a: 'foo://{SECRET}', '{ADDRESS}': 'console://'}}}}"),
    "labels as a list": receivers(f"  me: {{urls: ['{ADDRESS}']}}"),
    "url as a list": receivers(f"  me: {{url: [{SECRET}]}}"),
    "url as a table": receivers(f"  me: {{url: {{a: {SECRET}}}}}"),
    "url_file": receivers(f"  me: {{url_file: '{ADDRESS}'}}"),
    "url_file alone": receivers(f"  me: {{url_file: {SECRET}}}"),
    "url_file, too long": receivers(f"  me: {{url_file: '{SECRET * 100}'}}"),
    "url_file, NUL": receivers(f'  me: {{url_file: "{SECRET}\\0"}}'),
    "variable as service": receivers("  me: {url: '${PW}://x'}"),
    "variable in the middle": receivers("  me: {url: 'mailtos://bot:${PW}@h h'}"),
    "rate and days": receivers(f"  me: {{url: 'console://', rate: '{ADDRESS}', quiet_days: ['{ADDRESS}']}}"),
    "another receiver near": receivers(f"  'bot:{SECRET}': {{url: 'console://'}}").replace("to: me", "to: bot"),
    "receivers is a text": f"receivers: {SECRET}\n",
    "to": f"{SOURCES}{ME}subscriptions:\n  - {{name: a, rule: x, to: ['{ADDRESS}']}}\n",
    "to, with a name": f"{SOURCES}{ME}subscriptions:\n  - {{name: a, rule: x, to: [me:{SECRET}]}}\n",
    "to, alone": f"{SOURCES}{ME}subscriptions:\n  - {{name: a, rule: x, to: {SECRET}}}\n",
    **{
        f"a place like {one}": f"{SOURCES}{ME}subscriptions:\n  - {{name: a, rule: x, to: me, keep: ['{one}']}}\n"
        for one in (SECRET, f"slack:{SECRET}", f"${SECRET}", ADDRESS)
    },
    "operator": f"{ME}{SUBSCRIPTION}operator: ['{ADDRESS}']\n",
    "allow": f"{ME}{SUBSCRIPTION}allow: {{ana.yaml: ['{ADDRESS}', {SECRET}], '{ADDRESS}': [me]}}\n",
    "at the top": f"{ME}{SUBSCRIPTION}smtp_password: {SECRET}\n",
    "database": f"{ME}{SUBSCRIPTION}database: postgresql://bot: {SECRET}@h\n",
    "database is a list": f"{ME}{SUBSCRIPTION}database: [{SECRET}]\n",
    "database without a scheme": f"{ME}{SUBSCRIPTION}database: bot:{SECRET}@h/db\n",
    "database of a strange kind": f"{ME}{SUBSCRIPTION}database: {SECRET}://h/db\n",
    "database with a strange port": f"{ME}{SUBSCRIPTION}database: postgresql://bot:{SECRET}@h:{SECRET}/db\n",
    "database of a variable": f"{ME}{SUBSCRIPTION}database: 'postgresql://bot:${{PW}}@h:x/db'\n",
    "proxy": f"{ME}{SUBSCRIPTION}proxy: http://bot: {SECRET}@h:1\n",
    "proxy is a list": f"{ME}{SUBSCRIPTION}proxy: ['http://bot:{SECRET}@h:1']\n",
    "proxy without a scheme": f"{ME}{SUBSCRIPTION}proxy: bot:{SECRET}@h:1\n",
    "proxy of a strange kind": f"{ME}{SUBSCRIPTION}proxy: {SECRET}://h:1\n",
    "proxy with a strange port": f"{ME}{SUBSCRIPTION}proxy: http://bot:{SECRET}@h:{SECRET}\n",
    "proxy with a slash in its password": f"{ME}{SUBSCRIPTION}proxy: http://bot:{SECRET}/{SECRET}@h:1\n",
    "proxy of a variable": f"{ME}{SUBSCRIPTION}proxy: 'socks5://bot:${{PW}}@h:1'\n",
    "proxy that holds": f"{ME}{SUBSCRIPTION}proxy: 'http://bot:${{PW}}@h:1'\nfoo: 1\n",
    "exceptions with a password": f"{ME}{SUBSCRIPTION}proxy_except: ['bot:{SECRET}@h', 'http://{SECRET}/']\n",
    "certificates at an address": f"{ME}{SUBSCRIPTION}ca_bundle: https://bot:{SECRET}@h/a.pem\n",
    "token of a source": f"sources: {{lab: {{kind: feed, url: 'https://h/', token: {SECRET}}}}}\n",
    "url of a source without a scheme": f"sources: {{lab: {{kind: feed, url: 'bot:{SECRET}@h/feed'}}}}\n",
    "url of a source is a word": f"sources: {{lab: {{kind: feed, url: {SECRET}}}}}\n",
    "url of a source with a password": f"sources: {{lab: {{kind: feed, url: 'https://b:{SECRET}@h/', foo: 1}}}}\n",
    "url of a source with a token": f"sources: {{lab: {{kind: feed, url: 'https://h/f?t={SECRET}', foo: 1}}}}\n",
    "url of a source of no kind": f"sources: {{lab: {{kind: inbox, folder: x, url: 'https://h/f?t={SECRET}'}}}}\n",
    "folder": f"sources: {{lab: {{kind: inbox, folder: '{ADDRESS}'}}}}\n",
    "templates": f"{ME}templates: '{ADDRESS}'\n",
    "include": f"{ME}include: ['{ADDRESS}/*.yaml']\n",
    "contact": f"{ME}contact: {{a: {SECRET}}}\n",
    "unsubscribe": f"{ME}unsubscribe: {SECRET}\n",
    "an address as a name": f"{ME}subscriptions:\n  - {{name: '{ADDRESS}', rule: x, to: me}}\n",
    "an address as a rule": f"{ME}subscriptions:\n  - {{name: a, rule: '{ADDRESS} (', to: me}}\n",
    "an address as a schedule": f"{ME}subscriptions:\n  - {{name: a, rule: x, to: me, when: '{ADDRESS}'}}\n",
    "an address as a source": f"{ME}subscriptions:\n  - {{name: a, rule: x, to: me, sources: ['{ADDRESS}']}}\n",
    "an address as a kind": f"sources: {{lab: {{kind: '{ADDRESS}', every: '{ADDRESS}', listing: '{ADDRESS}'}}}}\n",
    "a table as a value": f"{ME}subscriptions:\n  - {{name: a, rule: x, to: me, when_empty: {{pw: {SECRET}}}}}\n",
    "unknown key": f"{ME}subscriptions:\n  - {{name: a, rule: x, to: me, password: {SECRET}}}\n",
    "swallowed by a rule": f"{ME}subscriptions:\n  - name: a\n    rule: 'x (\n    token: {SECRET}'\n    to: me\n",
    "swallowed by a schedule": f"{ME}subscriptions:\n  - name: a\n    when: 'x\n    token: {SECRET}'\n    to: me\n",
    "behind a rule": f'{ME}subscriptions:\n  - name: a\n    rule: "x" OR b # {SECRET}\n    to: me\n',
    "two lines in one": f"timezone: UTC database: {SECRET}\n{ME}",
    "a list as a key": f"{ME}? [{SECRET}]\n: x\n",
    "a lone key": f"{ME}{SECRET}\n",
    "a second document": f"{ME}--- {SECRET}\n",
    "a directive": f"{ME}%YAML {SECRET}\n",
    "a text": SECRET,
    "a list": f"[{SECRET}]",
    "a control character": f"{ME}password: {SECRET}\x01\n",
    "a control character as an escape": f'{ME}password: "{SECRET}\\0"\n',
    "a control character elsewhere": f"{ME}password: {SECRET} # \x01\n",
    "a long line": f"{ME}password: {{{'x: y, ' * 500}z: {SECRET}}}\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("strict", [False, True], ids=["start", "check"])
def test_a_secret_in_the_wrong_place(text: str, strict: bool, tmp_path: Path) -> None:
    assert SECRET.lower() not in said_of(tmp_path / "config.yaml", text, strict=strict).lower()


def test_a_file_that_is_not_in_utf_8(tmp_path: Path) -> None:
    said = said_of(tmp_path / "config.yaml", f"database: {SECRET}\xe9".encode("latin-1"))
    assert "is not UTF-8" in said and SECRET not in said


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_secret_in_an_included_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "ana.yaml").write_text(text)
    main = f"timezone: UTC\n{ME}include: ana.yaml\n"
    assert SECRET.lower() not in said_of(tmp_path / "config.yaml", main).lower()


# --- what stays visible ---


@pytest.mark.parametrize(
    ("text", "line", "caret"),
    [
        ("subscriptions:\n- {name: a b, rule: 'x OR', to: mee}\n", "- {name: a b, rule: 'x OR', to: ***}", "OR'"),
        ('subscriptions:\n- name: a\n  rule: "x y" OR b # why\n  to: me\n', '  rule: "x y" OR b # ***', "OR b"),
        ("subscriptions:\n- {name: a, rule: x, to: me, when: dayly}\n", "when: dayly}", "dayly"),
        ('subscriptions:\n- {name: a, rule: "x" OR b, to: me}\n', '- {name: a, rule: "x" OR b, to: **}', "OR b, to"),
        ('subscriptions:\n- any: [a, "b" c]\n  to: me\n', '- any: [a, "b" c]', "c]"),
        ("sources: {lab: {kind: fed, url: 'https://h.example/f'}}\n", "kind: fed, url: 'https://h.example/f'", "fed"),
        ("sources: {lab: {kind: feed, url: 'https://u:pw@h/', foo: a}}\n", "url: '***************', foo: *}}", "foo"),
        ("receivers: {you: {url: 'json://h', pass_word: abc}}\n", "url: '********', pass_word: ***}}", "pass_word"),
        ("receivers: {you: {'json://h/': abc}}\n", "{you: {'*********': ***}}", "'*"),
        ("timezone: Mars\n", "timezone: Mars", "Mars"),
        ("retain: {polls: soon}\n", "retain: {polls: soon}", "soon"),
        ("database: x # why not\noperater: [me]\n", "operater: [**]", "operater"),
        ("receivers: {模型: {url: 'foo://密'}, you: {urll: 1}}\n", "{url: '*******'}, you: {urll: *}}", "urll"),
    ],
)
def test_keys_structure_and_harmless_values_are_quoted(text: str, line: str, caret: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text + ("" if "receivers" in text else ME))
    with pytest.raises(ConfigError) as caught:
        load(path, env={}, check_url=problem_of, check_rule=compile_rule)
    quoted = [one for one in caught.value.problems if line in one.source_line]
    assert quoted, [one.source_line for one in caught.value.problems]
    assert any(one.source_line[one.column - 1 :].startswith(caret) for one in quoted)


def test_variables_are_named(tmp_path: Path) -> None:
    said = said_of(tmp_path / "config.yaml", receivers("  me: {url: 'json://${TOKEN}@h/'}"))
    assert "${TOKEN} is not set in the environment" in said


def test_a_file_with_an_address_is_named_where_its_name_is_one(tmp_path: Path) -> None:
    assert "there is no url_file slack_url in" in said_of(tmp_path / "c.yaml", receivers("  me: {url_file: slack_url}"))
    (tmp_path / "Xoxb.1").mkdir()
    said = said_of(tmp_path / "c.yaml", receivers("  me: {url_file: Xoxb.1}"))
    assert "url_file Xoxb.1 in" in said and "a folder, not a file" in said


def test_of_every_key_it_is_said_whether_its_value_may_be_shown() -> None:
    models: list[type[ConfigTable]] = [
        ConfigKeys,
        AnySourceKeys,
        ReceiverKeys,
        SubscriptionKeys,
        QuietHoursKeys,
        RetainKeys,
        WebKeys,
    ]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    assert keys | {"owner"} == KEYS
    for key in NEVER_SHOWN - {"url"}:
        for path in ((key,), ("sources", "lab", key), ("receivers", "me", key), ("subscriptions", 0, key)):
            assert not is_harmless(path, "x"), path


# --- any mistake ---

WHOLE = """\
timezone: Europe/Paris # §
operator: [me, "§"]
database: 'postgresql://bot:§@db.example/x'
contact: §
sources:
  lab: {kind: feed, url: "https://bot:§@lab.example/f.xml?token=§", token: §}
  hf: {every: 1h, listing: daily}
receivers:
  me: {url: "console://"} # §
  mail:
    url: 'mailtos://bot:§@smtp.example?from=a@b.example'
    address: to
    password: "§"
  both:
    urls: {a: 'json://§.example/', b: "§"}
  file: {url_file: "§"}
  text: >-
    §
  list: [§, 'x§']
  mailtos://§@h: {§}
subscriptions:
  - to: [me, "mail:§", §]
    name: one
    rule: >-
      "continual learning" OR forget*
    when: daily at 08:00
  - {to: §, name: two, any: [agent, tool use], where: upvotes >= 5, sources: [hf]}
allow: {ana.yaml: ["§"]}
"""
PLACES = WHOLE.count("§")
SIGNS = "\"'`:{}[],#&*!|>%@-? \n\t\\x"

edits = st.tuples(
    st.sampled_from(["delete", "insert", "replace", "double", "join"]), st.integers(0, 2000), st.sampled_from(SIGNS)
)


def planted(place: int) -> str:
    pieces = WHOLE.split("§")
    return "".join(
        piece + ("" if n == len(pieces) - 1 else SECRET if n == place else "z") for n, piece in enumerate(pieces)
    )


def edited(text: str, what: str, at: int, sign: str) -> str:
    at %= len(text)
    match what:
        case "delete":
            return text[:at] + text[at + 1 :]
        case "insert":
            return text[:at] + sign + text[at:]
        case "replace":
            return text[:at] + sign + text[at + 1 :]
        case "join":
            end = text.find("\n", at)
            return text if end < 0 else text[:end] + text[end + 1 :]
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at) + 1
    return text[:end] + text[start:end] + text[end:]


def is_harmless_there(node: ConfigNode | None, path: tuple[int | str, ...] = ()) -> bool:
    """Whether an edit made the secret a part of a rule or another text that is shown."""
    match node:
        case None:
            return False
        case Scalar():
            return SECRET in node.text and is_harmless(path, node.text)
        case Items():
            return any(is_harmless_there(item, (*path, n)) for n, item in enumerate(node.items))
        case _:
            return any(is_harmless_there(value, (*path, key)) for key, value in node.values.items())


@settings(max_examples=times(300))
@given(place=st.integers(0, PLACES - 1), changes=st.lists(edits, min_size=1, max_size=3))
@example(place=0, changes=[])
def test_a_secret_anywhere_beside_any_mistake(place: int, changes: list[tuple[str, int, str]], tmp_path: Path) -> None:
    text = planted(place)
    for what, at, sign in changes:
        text = edited(text, what, at, sign)
    assume(not is_harmless_there(read("c.yaml", text.encode()).root))
    assert SECRET.lower() not in said_of(tmp_path / "config.yaml", text).lower()


# --- subscriptions as JSON Lines ---


@pytest.mark.parametrize(
    "line",
    [
        f'{{"name": "a", "rule": "x", "to": ["{ADDRESS}"]}}',
        f'{{"name": "a", "rule": "x", "to": "me", "password": "{SECRET}"}}',
        f'{{"name": "a", "rule": "x", "to": "me", "to": "{SECRET}"}}',
        f'{{"name": "a", "rule": "x", "to": "{SECRET}',
        f'{{"name": "a", "rule": "x", "{ADDRESS}": 1, "to": "me"}}',
        f'{{"name": "a", "rule": "x", "to": "me", "when": {{"pw": "{SECRET}"}}}}',
        f'{{"name": "{ADDRESS}", "rule": "(", "to": "me"}}',
        f'{{"name": "a", "rule": "mailtos:\\/\\/bot:{SECRET}@h (", "to": "me"}}',
        f'{{"owner": "{ADDRESS}", "name": "a", "rule": "x", "to": "me"}}',
        f'{{"name": "a", "rule": "x", "to": "me", "x": "{SECRET}\\ud800"}}',
        f"{SECRET}",
        f'["{SECRET}"]',
    ],
)
def test_a_line_of_json(line: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"timezone: UTC\n{ME}")
    config = load(path, env={}, check_url=problem_of, check_rule=compile_rule)
    found = LineReader("subs.jsonl", config, compile_rule).read(1, line.encode())
    assert found.problems and not found.subscription
    assert SECRET.lower() not in "\n".join(show.problem(one) for one in found.problems).lower()


def test_keys_and_structure_of_a_line_of_json_are_quoted(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"timezone: UTC\n{ME}")
    config = load(path, env={}, check_url=problem_of, check_rule=compile_rule)
    line = '{"name":"a b","rule":"(","to":["me"],"max_papers":3,"password":"x","mute":{"a b":[1]}}'
    found = LineReader("subs.jsonl", config, compile_rule).read(1, line.encode()).problems
    assert {one.source_line for one in found} == {
        '{"name":"a b","rule":"(","to":["**"],"max_papers":3,"password":"*","mute":{"a b":[*]}}'
    }


def test_the_address_of_a_webhook_that_keeps_papers_is_shown_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    hook = "https://lab.example/hooks/T0kenAsWritten/add"
    path.write_text(f"keep:\n  wall: {{webhook: '{hook}', body: '{{}}', find: 'https://lab.example/f/An0therToken'}}\n")
    config = load(path, env={}, check_url=problem_of, check_rule=compile_rule)
    assert {hook, "T0kenAsWritten", "An0therToken"} <= config.secrets({})
    target = config.keep_target("wall", {})
    assert not [shown for shown in (repr(config), repr(target)) if "T0ken" in shown or "An0ther" in shown]
