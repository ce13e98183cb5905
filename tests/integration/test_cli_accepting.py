"""Every warning by its name: it is said, ``--strict`` makes it count, and ``accept:`` takes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.config_findings import folder_of
from tests.unit.config_mistakes import cases, config, ruled, source, subscription
from watcher.cli import main
from watcher.config.lint.table import WARNINGS
from watcher.model import Entry
from watcher.store import open_store

NOW = datetime.now(UTC)
Text = tuple[str, str]
"""Title and abstract of a paper."""


@dataclass(frozen=True)
class World:
    """A config, files beside it, its mode, stored papers, and the options with which it is looked at."""

    config: str
    files: dict[str, str] = field(default_factory=dict)
    mode: int = 0o600
    papers: tuple[Text, ...] = ()
    options: tuple[str, ...] = ()


INCLUDED = config("include: there/*.yml")
SECRET = config('receivers:\n  me: {url: "jsons://ana:hunter2hunter2@hook.lab.example/x"}')
OWN = {
    "allow-forgets-file": World(config("include: there/*.yml\nallow: {}")),
    "broken-include": World(
        INCLUDED, {"there/a.yml": "subscriptions: [{name: a, rule: (b, to: me}]\n"}, options=("--as-run",)
    ),
    "empty-include": World(INCLUDED, {"there/a.yml": "# nothing\n"}),
    "unknown-template": World(config("templates: own"), {"own/digest.pdf": ""}),
    "broken-template": World(config("templates: own"), {"own/digest.txt": "{% if %}"}, options=("--as-run",)),
    "readable-by-all": World(SECRET, mode=0o644),
    "writable-by-all": World(config(), mode=0o666),
    "often-read": World(source("{kind: huggingface, every: 2m}")),
    "http-for-https": World(source('{kind: feed, url: "http://www.nature.com/nature.rss"}')),
    "follow-in-vain": World(source("{kind: huggingface, follow: 2}")),
    "over-allowance": World(
        config("sources:\n" + "\n".join(f"  s{n}: {{kind: openalex, query: kelp {n}, every: 1h}}" for n in range(5)))
    ),
    "unlikely-mail": World(config('receivers:\n  me: {url: "mailtos://ana@lab.example"}')),
    "nobody-named": World(config(f'receivers:\n  me: {{url: "tgram://123456789:{"A" * 35}"}}')),
    "impossible-token": World(config('receivers:\n  me: {url: "slack://T0/B0/x"}')),
    "empty-library": World(subscription("like: empty.bib"), {"empty.bib": "% nothing yet\n"}),
    "unread-reference": World(
        subscription("like: refs.bib"), {"refs.bib": "@article{a, title = {On Kilns}}\n@article{b, year = 2020}\n"}
    ),
    "cited-without-id": World(
        config("sources:\n  c: {kind: openalex, cites: refs.bib}"),
        {"refs.bib": "@article{a, title = {On Kilns}}\n@misc{b, title = {Kilns}, eprint = {2601.00001}}\n"},
    ),
    "citations-not-asked": World(subscription("cites: ['2601.00001']")),
    "unknown-papers": World(subscription("rule: lamp", "like: ['2601.00001']"), papers=(("A lamp", ""),)),
    "no-stars": World(subscription("rule: lamp", "like: starred"), papers=(("A lamp", ""),)),
    "no-matches": World(ruled("kiln")),
    "too-many-matches": World(ruled("kiln"), papers=(("A kiln", ""),) * 40),
    "mostly-mentions": World(ruled("kiln"), papers=(("A lamp", "By a kiln."),) * 12),
    "missed-forms": World(ruled("quantization"), papers=(("On quantization", ""),) * 4 + (("We quantize", ""),) * 4),
    "several-meanings": World(
        ruled("CoT"),
        papers=(("Chain of thought (CoT)", ""),) * 4 + (("Cost of transport (CoT)", ""),) * 4,
    ),
}
"""Warnings that more than the config's text makes."""


def worlds() -> dict[str, World]:
    """For each warning a world in which it is said."""
    found = dict(OWN)
    for _, names, text, _ in cases():
        if len(names) == 1 and (name := next(iter(names))) in WARNINGS:
            found.setdefault(name, World(text))
    return found


WORLDS = worlds()
Look = Callable[..., tuple[int, str]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Look:
    """Look at a world with ``check-config``; returns exit status and what was printed."""
    monkeypatch.chdir(folder_of(tmp_path))
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path), "PW": "s3cretenough", "TOPIC": "x"}
    env["HOOK"] = "jsons://hook.lab.example/x"

    def look(world: World, *options: str, text: str = "") -> tuple[int, str]:
        for name, content in world.files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)
        (tmp_path / "config.yaml").write_text(text or world.config)
        os.chmod(tmp_path / "config.yaml", world.mode)
        status = main(["check-config", *world.options, *options], env)
        return status, capsys.readouterr().out

    return look


def store_papers(state: Path, texts: tuple[Text, ...]) -> None:
    """A hundred papers of twenty days, these among them."""
    state.mkdir(exist_ok=True)
    rest = 100 - len(texts)
    with open_store(state / "watcher.db", mode="create") as store, store.transaction() as tx:
        for n, (title, abstract) in enumerate((*texts, *(("Other things", "Nothing of note."),) * rest)):
            key = f"2603.{n:05}"
            entry = Entry(
                title=f"{title} {n}",
                keys=(f"arxiv:{key}",),
                arxiv_id=key,
                abstract=abstract or "Nothing of note.",
                listed=NOW.date() - timedelta(days=n % 20),
            )
            tx.papers.record_entries([entry], "hf", NOW)


def test_each_warning_has_a_world() -> None:
    assert WORLDS.keys() == WARNINGS.keys()


@pytest.mark.parametrize("name", [*WARNINGS])
def test_a_warning_is_said_counts_if_strict_and_is_accepted(name: str, look: Look, tmp_path: Path) -> None:
    world = WORLDS[name]
    if world.papers or name == "no-matches":
        store_papers(tmp_path / "state", world.papers)
    status, out = look(world)
    assert (status, f"[{name}]" in out) == (0, True), out
    assert look(world, "--strict")[0] == 1
    if name == "accepted-in-vain":
        return  # it is about accepting, and mended by the list itself
    accepting = world.config.rstrip() + f"\naccept: [{name}]\n"
    status, out = look(world, "--strict", text=accepting)
    assert (status, f"[{name}]" in out) == (0, False), out
