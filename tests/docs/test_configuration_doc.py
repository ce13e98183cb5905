"""Every YAML block of the documentation loads, and every key is in it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import certifi
import pytest

from watcher.config import json_schema, load
from watcher.config.keys import AnySourceKeys, SourceKeys, SubscriptionKeys
from watcher.config.schedules import EXAMPLES
from watcher.notify import doubt_of, problem_of
from watcher.parsers import PARSERS
from watcher.parsers.html.keys import Selectors
from watcher.rules import compile_rule
from watcher.store import database_problem

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SELECTORS = {field.name for field in fields(Selectors)}
ENV = {
    "WATCHER_NIGHT_URL": "jsons://night.example/",
    "WATCHER_MAIL_URL": "mailto://mail.example?from=a@b.example&to=c@d.example",
    "MAIL_PASSWORD": "p@ss/w#rd",
    "SMTP_PASSWORD": "secret",
    "PROXY_PASSWORD": "secret",
}


def blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for n, found in enumerate(re.finditer(r"```yaml\n(.*?)```", page.read_text(), re.S)):
            yield f"{page.name}-{n}", found[1]


AROUND = {
    "timezone": "timezone: Europe/Paris\n",
    "sources": "sources:\n  hf-daily: {kind: huggingface}\n",
    "receivers": "receivers:\n  me: {url: 'console://'}\n",
    "operator": "operator: [me]\n",
    "subscriptions": "subscriptions: []\n",
}
"""What a block that shows a part of a config leaves out."""


def as_config(block: str) -> str:
    """A block as a file: what it leaves out stands around it."""
    if re.match(r"(any|all|none|where|rule):", block):
        inner = "".join(f"    {line}\n" for line in block.splitlines())
        block = f"subscriptions:\n  - name: x\n    to: [me]\n{inner}"
    own = re.findall(r"^(\w+):", block, re.MULTILINE)
    receiver = found[1] if (found := re.search(r"^receivers:\n  ([\w-]+):", block, re.MULTILINE)) else "me"
    return "".join(text.replace("[me]", f"[{receiver}]") for key, text in AROUND.items() if key not in own) + block


@pytest.mark.parametrize(("name", "block"), list(blocks()))
def test_blocks_load(name: str, block: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(as_config(block))
    (tmp_path / "slack_url").write_text("json://slack.example/")
    (tmp_path / "web_token").write_text("a token of many letters")
    for secret in ("slack_url", "web_token"):
        (tmp_path / secret).chmod(0o600)
    shutil.copy(certifi.where(), tmp_path / "lab-authority.pem")
    for name in ("mails", "inbox"):
        (tmp_path / name).mkdir()
    (tmp_path / "subscriptions.d").mkdir()
    (tmp_path / "subscriptions.d" / "ana.yaml").write_text("subscriptions: [{name: a, rule: kite, to: me}]\n")
    config = load(
        path,
        env=ENV,
        check_url=problem_of,
        doubt_url=doubt_of,
        check_database=database_problem,
        check_rule=compile_rule,
        strict=True,
    )
    assert [str(one) for one in config.problems] == []


def test_the_example_loads_as_it_is() -> None:
    config = load(ROOT / "config.example.yaml", env={}, check_url=problem_of, check_rule=compile_rule, strict=True)
    assert config.sources and config.subscriptions and not config.problems


def test_the_schema_beside_the_example_is_todays() -> None:
    kept = json.loads((ROOT / "watcher.schema.json").read_text())
    assert kept == json.loads(json.dumps(json_schema())), "run `watcher schema > watcher.schema.json`"


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    keys = {key for table in tables for key in table.get("properties", {})}
    assert {key for key in keys if f"`{key}`" not in page and f"{key}:" not in page} == set()


def test_every_key_that_a_kind_has_can_be_written() -> None:
    """One that several kinds have says the same in all of them: the config has it once."""
    own = [(name, key) for parser in PARSERS.values() for name, key in parser.keys.items()]
    assert len(dict(own)) == len(set(own))
    assert dict(own).keys() | SourceKeys.model_fields.keys() == AnySourceKeys.model_fields.keys()
    assert not dict(own).keys() & {*SourceKeys.model_fields, "name", "is_auto", "own"}


def test_every_schedule_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    table = page.split("| schedule | told |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.M) == [*EXAMPLES]


def test_defaults_in_the_schema_are_what_a_config_can_say() -> None:
    """Editors offer them: a schedule is a text there."""
    assert json_schema()["$defs"]["SubscriptionKeys"]["properties"]["when"]["default"] == "immediately"


@pytest.mark.parametrize("example", EXAMPLES)
def test_schedules_are_read_as_they_are_documented(example: str) -> None:
    asked = {"name": "kites", "rule": "kite", "to": "me", "when": example}
    assert str(SubscriptionKeys.model_validate(asked).when) == example
