"""A receiver whose messages would go elsewhere is refused where it stands; so is an address beside it in `to:`."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from watcher.config import LineReader, load, target_check
from watcher.errors import ConfigError, Problem
from watcher.notify import problem_of
from watcher.rules import compile_rule

MAIL = "mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example"
ENV = {"PW": "p@ss/w#rd-1"}
HEAD = f"""\
receivers:
  me: {{url: 'console://'}}
  team: {{url: '{MAIL}', address: to}}
"""


def found(path: Path, text: str, env: dict[str, str] | None = None) -> list[Problem]:
    """What is wrong, in order."""
    path.write_text(text)
    try:
        load(path, env=ENV if env is None else env, check_url=problem_of, check_rule=compile_rule)
    except ConfigError as error:
        return [one for one in error.problems if one.fatal]
    return []


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (f"{MAIL}&to=ana@lab.example;bo@lab.example", "a ; ends a parameter, as & does: write a comma"),
        (f"{MAIL}&to=ana@lab.example,bo", "the 2nd of 2 addresses in to= has no @"),
        (f"{MAIL}&too=ana@lab.example", "mailtos:// does not know too=; did you mean to=?"),
        (
            "ntfy://ana:${PW}@push.lab.example:8O80/alerts",
            "what follows its host and a colon is no port: write",
        ),
        ("mailtos://bot:p@ss/w@smtp.lab.example", "an @ stands in its path, behind a host without a dot: an @"),
    ],
)
def test_an_address_that_leads_elsewhere_is_wrong_at_its_place(tmp_path: Path, url: str, what: str) -> None:
    (one,) = found(tmp_path / "config.yaml", f"receivers:\n  me:\n    url: '{url}'\n")
    assert (one.line, one.column) == (3, 10)
    assert one.what.startswith(what)
    assert "lab.example" not in str(one) and "p@ss" not in str(one) and "p%40ss" not in str(one)


@pytest.mark.parametrize("address", ["ana@lab.example", "o'neil@lab.example", "ana+x@lab.example", "a/b@lab.example"])
def test_an_address_in_a_subscription_that_gets_its_mail(tmp_path: Path, address: str) -> None:
    text = f'{HEAD}subscriptions:\n  - {{name: a, rule: kite, to: ["team:{address}"]}}\n'
    assert found(tmp_path / "config.yaml", text) == []


@pytest.mark.parametrize(
    ("address", "what"),
    [
        (
            "ana@bücher.example",
            "the address in to= has letters outside ASCII behind its @: write that in its",
        ),
        ("anä@lab.example", "the address in to= has letters outside ASCII before its @"),
        ("ana..lee@lab.example", "the address in to= is no e-mail address"),
        ("ana@lab.example;bo", "the 2nd of 2 addresses in to= has no @"),
        ("Ana:ana@lab.example", "the address in to= has a : before its @"),
    ],
)
def test_an_address_in_a_subscription_that_would_not(tmp_path: Path, address: str, what: str) -> None:
    text = f'{HEAD}subscriptions:\n  - name: a\n    rule: kite\n    to: [me, "team:{address}"]\n'
    (one,) = found(tmp_path / "config.yaml", text)
    assert (one.line, one.column) == (7, 14)
    assert one.what.startswith(what)
    assert one.hint == "see docs/configuration.md, Receivers"
    (one,) = found(tmp_path / "config.yaml", f'{HEAD}operator: "team:{address}"\n')
    assert one.what.startswith(what)


def test_the_same_in_an_included_file_and_of_a_line(tmp_path: Path) -> None:
    path, theirs = tmp_path / "config.yaml", tmp_path / "ana.yaml"
    theirs.write_text('subscriptions:\n  - {name: a, rule: kite, to: ["team:anä@lab.example"]}\n')
    path.write_text(HEAD + "include: [ana.yaml]\n")
    config = load(path, env=ENV, check_url=problem_of, check_rule=compile_rule)
    ((one,),) = config.broken_includes.values()
    assert one.what.startswith("the address in to= has letters outside ASCII")
    reader = LineReader("subs.jsonl", config, compile_rule, target_check(config, ENV, problem_of))
    (line,) = reader.lines(BytesIO(json.dumps({"name": "a", "rule": "kite", "to": "team:anä@lab.example"}).encode()))
    assert line.subscription is None
    assert [one.what for one in line.problems] == [one.what]


def test_without_its_secret_an_address_is_not_looked_at(tmp_path: Path) -> None:
    text = f'{HEAD}subscriptions:\n  - {{name: a, rule: kite, to: ["team:anä@lab.example"]}}\n'
    assert found(tmp_path / "config.yaml", text, env={}) == []


def test_plain_addresses_cost_no_look_at_the_whole_url(tmp_path: Path) -> None:
    looked_at: list[str] = []
    path = tmp_path / "config.yaml"
    plain = [f"ana-{n}.lee+x{n}@mail{n}.lab.example" for n in range(50)]
    names = "".join(f'  - {{name: n{n}, rule: kite, to: ["team:{one}"]}}\n' for n, one in enumerate(plain))
    path.write_text(f"{HEAD}subscriptions:\n{names}")
    load(path, env=ENV, check_url=looked_at.append, check_rule=compile_rule)
    assert len(looked_at) == 2
    assert [one for one in plain if problem_of(f"mailto://lab.example?from=bot@lab.example&to={one}")] == []
