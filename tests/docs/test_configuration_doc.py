"""Every YAML block of the documentation loads, and every key is in it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.docs.configs import ROOT, Block, config_blocks, loaded
from watcher.config import json_schema, load
from watcher.config.keys import AnySourceKeys, SourceKeys, SubscriptionKeys
from watcher.config.schedules import EXAMPLES
from watcher.notify import problem_of
from watcher.parsers import PARSERS
from watcher.parsers.html.keys import Selectors
from watcher.rules import compile_rule

SELECTORS = {field.name for field in fields(Selectors)}


@pytest.mark.parametrize("block", [pytest.param(one, id=one.name) for one in config_blocks()])
def test_blocks_load(block: Block, tmp_path: Path) -> None:
    config = loaded(block, tmp_path)
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
    own = [(name, (key.form, key.says)) for parser in PARSERS.values() for name, key in parser.keys.items()]
    assert len(dict(own)) == len(set(own))
    files = {name for parser in PARSERS.values() for name in parser.secret_keys - parser.keys.keys()}
    assert dict(own).keys() | files | SourceKeys.model_fields.keys() == AnySourceKeys.model_fields.keys()
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
