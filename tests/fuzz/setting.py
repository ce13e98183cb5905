"""Targets: what people write (rules, configs, lines of subscriptions), and what the rules make of papers."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.docs.configs import as_config, config_blocks
from tests.fuzz.reading import SAMPLES
from tests.fuzz.target import Target, a_paper, text_of
from tests.fuzz.writing import TITLE
from watcher.config import LineReader, json_schema, line_of, load
from watcher.errors import WatcherError
from watcher.notify import doubt_of, problem_of
from watcher.rules import compile_rule, doubtful, find_bounds, plainly_wrong
from watcher.rules.advice.advice import advise
from watcher.rules.advice.typed import compile_typed, doubts_of
from watcher.rules.language.tree import leaves
from watcher.rules.match.document import document_of
from watcher.rules.match.explain import explain_match
from watcher.store import database_problem

PAPER = a_paper(TITLE)


def _rule(body: bytes) -> None:
    text = text_of(body[:3_000])
    plainly_wrong(text, is_item=True)
    list(doubtful(text))
    with suppress(WatcherError):
        doubts_of(compile_typed(text))
    try:
        rule = compile_rule(text)
    except WatcherError:
        return
    list(find_bounds(rule))
    explain_match(rule, document_of(PAPER))
    for leaf in leaves(rule.tree):
        compile_rule(leaf.written)


RULES_OF_PEOPLE = [
    *(b'(title:"large language model" OR llm) AND upvotes >= 10 -survey title:/a+b/', b"agent*"),
    *(b'author:"Y Bengio" NOT (=RAG "a b"~5)', b"about:A* published<2026-01-31 has:code"),
]
"""Good rules that have every form between them."""

WORDS = ("agent", '"state of the art"~3', "title:learn* NOT survey", r"title:/c\+\+/", "β cell")
RULES = [compile_rule(text) for text in WORDS]


def _match(body: bytes) -> None:
    documents = [document_of(a_paper(text_of(body)[:20_000]))]
    for rule in RULES:
        explain_match(rule, documents[0])
    advise({"a": RULES[0]}, documents)


def _config(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(body)
        with suppress(WatcherError):
            load(
                path,
                env={"SECRET": "hidden"},
                check_url=problem_of,
                check_rule=compile_rule,
                doubt_url=doubt_of,
                check_database=database_problem,
                strict=bool(len(body) % 2),
            )


REST = """\
reload: auto
web: {listen: "127.0.0.1:8380", token_file: web_token, public_url: "https://papers.lab.example"}
keep:
  zotero: {library: users/1, key_file: zotero_key, api: "https://zotero.lab.example"}
sources:
  works: {kind: openalex, query: kilns, api_key_file: key, rate: 1 per minute}
  hf: {kind: huggingface, robots: false, follow: 3, unreachable_after: 2 days}
subscriptions:
  - {name: a, rule: kiln, to: [me], above: 0.5, learn: true, max_papers: 5, backfill: 3 days, on: [version],
     quiet_days: [sat, sun], sign_of_life: monthly, when_empty: send}
"""
"""The keys that no page of the documentation shows in a whole config."""

CONFIGS = [
    (REPOSITORY / "config.example.yaml").read_bytes(),
    as_config(REST).encode(),
    *(as_config(block.body).encode() for block in config_blocks()),
]


def keys_without_a_seed() -> set[str]:
    """Return the keys of the config that no seed has."""
    seeds = b"\n".join(CONFIGS).decode()
    return {key for key in _keys_in(json_schema()) if not re.search(rf"\b{re.escape(key)}\b['\"]?:", seeds)}


def _keys_in(schema: object) -> set[str]:
    if isinstance(schema, list):
        return set[str]().union(*map(_keys_in, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return set(own).union(*map(_keys_in, schema.values())) if isinstance(own, dict) else set()


LINE = {
    "owner": "ana",
    "name": "kites",
    "rule": "kite AND upvotes >= 3",
    "to": ["me"],
    "when": "daily at 08:00",
    "quiet_hours": {"from": "22:00", "to": "07:00"},
    "library": [{"title": "Quiet Kilns", "keys": ["arxiv:2601.00001"], "keywords": ["clay"]}],
}


def _lines(body: bytes) -> None:
    """Read lines of subscriptions; what one says is written as a line again, and says the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(as_config("receivers:\n  me: {url: 'console://'}\n"), encoding="utf-8")
        config = load(path, env={}, check_url=problem_of, check_rule=compile_rule)
        reader = LineReader("lines", config, compile_rule, folder=Path(folder))
        for line in reader.lines(io.BytesIO(body)):
            assert line.subscription or line.problems, line.number
            if line.subscription:
                again = reader.read(1, json.dumps(line_of(line.subscription)).encode())
                assert again.subscription == line.subscription, again.problems


SETTING: Mapping[str, Target] = {
    "rules": Target(RULES_OF_PEOPLE, _rule),
    "papers and rules": Target([TITLE.encode(), *(str(paper).encode() for paper in SAMPLES)], _match),
    "configs": Target(CONFIGS, _config),
    "lines of subscriptions": Target([json.dumps(LINE).encode(), b'{"name":"a","rule":"b","to":["me"]}\n' * 3], _lines),
}
