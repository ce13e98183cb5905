"""Lines with texts that cannot be stored: each is named, and the others are taken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.integration.test_subscriptions_in_database import Run, env, run

__all__ = ["env", "run"]

ODD = {
    "half a character as a name": '"name": "\\ud800", "rule": "trees", "to": "me"',
    "half a character in a name": '"name": "a\\udfffb", "rule": "trees", "to": "me"',
    "half a character as a schedule": '"name": "x", "rule": "trees", "to": "me", "when": "\\ud800"',
    "half a character in a rule": '"name": "x", "rule": "trees \\ud800", "to": "me"',
    "half a character in a list": '"name": "x", "any": ["trees", "\\ud800"], "to": "me"',
    "half a character as a receiver": '"name": "x", "rule": "trees", "to": ["\\ud800"]',
    "half a character in an address": '"name": "x", "rule": "trees", "to": "mail:a\\ud800@lab.example"',
    "half a character as an owner": '"owner": "\\ud800", "name": "x", "rule": "trees", "to": "me"',
    "half a character as a source": '"name": "x", "rule": "trees", "to": "me", "sources": ["\\ud800"]',
    "half a character as a key": '"name": "x", "rule": "trees", "to": "me", "\\ud800": "x"',
    "half a character below an unknown key": '"name": "x", "rule": "trees", "to": "me", "y": {"z": ["\\ud800"]}',
    "two halves in the wrong order": '"name": "x\\udc00\\ud800", "rule": "trees", "to": "me"',
    "a NUL in an address": '"name": "x", "rule": "trees", "to": "mail:a\\u0000b@lab.example"',
    "a NUL in a rule": '"name": "x", "rule": "trees \\u0000", "to": "me"',
    "an escape sequence": '"name": "x", "rule": "\\u001b[31mtrees", "to": "me"',
}


@pytest.mark.parametrize("name", ODD)
def test_that_line_is_wrong_and_the_others_are_stored(name: str, run: Run, tmp_path: Path) -> None:
    lines = [
        '{"name": "one", "rule": "kite", "to": "me"}',
        f"{{{ODD[name]}}}",
        '{"name": "two", "rule": "b", "to": "me"}',
    ]
    (tmp_path / "subs.jsonl").write_text("\n".join(lines))
    status, said, problems = run("import", "subs.jsonl")
    assert (status, said) == (1, "added 2, changed 0, unchanged 0, wrong 1")
    named = [line for line in problems.splitlines() if line.startswith("subs.jsonl:")]
    assert named and all(line.startswith("subs.jsonl:2:") for line in named)
    assert any("a character that cannot" in line for line in named)


def test_two_halves_are_a_character(run: Run, tmp_path: Path) -> None:
    (tmp_path / "subs.jsonl").write_text('{"name": "one", "rule": "a \\ud835\\udc9c b", "to": "me"}')
    assert run("import", "subs.jsonl")[0] == 0
    assert json.loads(run("list", "--json")[1])[0]["rule"] == "a 𝒜 b"


def test_words_of_a_shell_that_are_no_utf_8_are_named(run: Run) -> None:
    status, _, problem = run("add", "kites", os.fsdecode(b"caf\xe9"), "--to", "me")
    assert status == 2 and "is not UTF-8 from here on" in problem
