"""Real pages, played as the site: what is told on two days; each fault of the site costs nothing but time."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import Home
from tests.patience import PATIENCE

pytestmark = [pytest.mark.real, pytest.mark.e2e]

BROKEN, UNREACHABLE = "broken", "unreachable"
FAULTS = {
    "500": UNREACHABLE,
    "429": UNREACHABLE,
    "403": UNREACHABLE,
    "reset": UNREACHABLE,
    "gzipbomb": UNREACHABLE,
    "login": BROKEN,
    "empty": BROKEN,
    "truncate": BROKEN,
    "layout": BROKEN,
    "nojson": "partial",
    "nocards": "new",
    "partial": "new",
}
"""Fault → the verdict of the very first look at the site."""

LATER = FAULTS | {"nocards": "unchanged", "partial": "partial"}
"""Fault → the verdict of a look at days that are known."""


@dataclass
class Replay:
    """The playing site; ``say`` moves its clock and sets its faults."""

    url: str

    def say(self, what: str) -> None:
        request = urllib.request.Request(f"{self.url}/_replay/{what}", method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            assert answer.status == 200


@pytest.fixture
def replay(shared: Path) -> Iterator[Replay]:
    tool = shared / "tools" / "replay_site.py"
    command = [sys.executable, str(tool), str(shared / "captures" / "hf_html"), "--today", "2026-03-10", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield Replay(line.split(" on ", 1)[1].split("/papers", 1)[0])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def home(tmp_path: Path, replay: Replay) -> Home:
    home = Home(tmp_path)
    home.write(f"""
timezone: UTC
operator: [ops]
unreachable_after: 0s
sources:
  hf-daily: {{url: "{replay.url}/papers"}}
receivers:
  me: {{url: "console://"}}
  ops: {{url: "console://"}}
subscriptions:
  - {{name: models, rule: "model", to: [me]}}
""")
    return home


def told(answer: dict[str, Any]) -> list[str]:
    return [key for one in answer["deliveries"] if one["kind"] == "digest" for key in one["papers"]]


def kinds(answer: dict[str, Any]) -> list[str]:
    return sorted(one["kind"] for one in answer["deliveries"])


def stored(home: Home) -> set[str]:
    import json

    return {paper["key"] for paper in json.loads(home.run("papers", "--json").stdout)}


def test_two_days(home: Home, replay: Replay) -> None:
    first = home.once()
    assert (first["polls"][0]["verdict"], first["polls"][0]["new"]) == ("new", 104)
    assert len(told(first)) == len(set(told(first))) > 30
    second = home.once()
    assert second["polls"][0]["verdict"] == "unchanged" and second["deliveries"] == []
    replay.say("today?date=2026-03-11")
    third = home.once()
    assert third["polls"][0]["new"] == 30
    assert told(third) and not set(told(third)) & set(told(first))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_site_that_begins_with_a_fault(home: Home, replay: Replay, fault: str) -> None:
    replay.say(f"fault?kind={fault}&times=0")
    began = home.once()
    assert began["polls"][0]["verdict"] == FAULTS[fault], began
    assert kinds(began).count("incident") == (FAULTS[fault] != "new")
    again = home.once()
    assert "incident" not in kinds(again) or fault == "partial"
    replay.say("fault?kind=none")
    mended = home.once()
    tells = [*told(began), *told(again), *told(mended)]
    assert len(tells) == len(set(tells)), "told twice"
    assert ("recovery" in kinds(mended)) == (FAULTS[fault] != "new")
    assert len(stored(home)) == 104
    assert len(tells) == WITH_MODEL


WITH_MODEL = 91
"""Papers of the three days that say model or models."""


@pytest.mark.parametrize("fault", LATER)
def test_a_fault_of_a_known_site(home: Home, replay: Replay, fault: str) -> None:
    first = home.once()
    replay.say("today?date=2026-03-11")
    replay.say(f"fault?kind={fault}&times=0")
    broken = home.once()
    verdict = broken["polls"][0]["verdict"]
    assert verdict in (LATER[fault], "new"), broken
    assert f" {verdict}" in home.run("status").stdout.replace("\t", " ")
    replay.say("fault?kind=none")
    mended = home.once()
    tells = [*told(first), *told(broken), *told(mended)]
    assert len(tells) == len(set(tells)), "told twice"
    assert kinds(mended).count("recovery") == kinds(broken).count("incident") <= 1
    assert len(stored(home)) == 134


def test_the_preview_holds_what_is_held(home: Home, shared: Path) -> None:
    home.write(home.config.read_text().replace("to: [me]}", "to: [me], when: 'cron \"0 8 1 * *\"'}"))
    home.once()
    home.run("import", *sorted(str(page) for page in (shared / "captures" / "hf_html").glob("2026-*.html")))
    (held,) = home.once()["held"]
    shown = home.run("preview", "models")
    counts = [int(n) for n in re.findall(r"^Subject: (\d+) papers for models", shown.stdout, re.MULTILINE)]
    assert sum(counts) == held["papers"] == WITH_MODEL
    assert not shown.stderr


def test_imports_of_real_pages(home: Home, shared: Path) -> None:
    captures = shared / "captures"
    of_2026 = sorted(str(path) for path in (captures / "hf_html").glob("2026-*.html"))
    again = sorted(str(path) for path in (captures / "hf_html_recaptured").glob("*.html"))
    assert "stored 902" in home.run("import", *of_2026, "--tell").stdout.splitlines()[-1]
    assert ": 0 told now, " in home.run("import", *again, "--tell").stdout.splitlines()[-1]
    assert len(stored(home)) == 902


@pytest.mark.parametrize(
    ("pattern", "papers"),
    [("captures/hf_html/2026-03-*.html", 745), ("seeds/000*.txt", 117), ("seeds/001*.txt", 155), ("seeds/003*.txt", 87),
     ("seeds/*.txt", 334), ("captures/hf_api/*.json", 30), ("captures/hf_html/2024-*.html", 13)],
)  # fmt: skip
def test_imports_into_a_fresh_database(tmp_path: Path, shared: Path, pattern: str, papers: int) -> None:
    home = Home(tmp_path)
    home.write("timezone: UTC\n")
    done = home.run("import", *sorted(str(path) for path in shared.glob(pattern)))
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith(f"stored {papers};"), done
