"""No regular expression of the package takes time that grows faster than its text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest

from tests.patterns import LONG

STANDSTILL = 10.0
"""Seconds for one pattern with one text, after which it is given up: what is linear takes some milliseconds."""

TO_BEGIN = 60.0

BOUNDS = {
    "watcher.notify.reasons._TAGS": 10_000,
    # Addresses and ids are cut or refused where they enter: watcher.parsers.clean.URL_CHARS.
    "watcher.parsers.links.": 2_000,
}
"""Characters that patterns whose names begin so get at most where they are used; they have to be quick with so many."""


def slow_ones() -> Iterator[str]:
    """The patterns over which the program stands still, each with the beginning of the text."""
    reached = attempted(0)
    while reached is not None:
        number, _, what = reached.partition(" ")
        yield what
        reached = attempted(int(number) + 1)


def attempted(first: int) -> str | None:
    """Try the patterns from the ``first`` on; what was tried when nothing came for a while, None where all ended."""
    with trying(str(first), *(f"{name}={bound}" for name, bound in BOUNDS.items())) as process:
        lines: Queue[str] = Queue()
        reader = Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        last = ""
        try:
            while line := lines.get(timeout=STANDSTILL if last else TO_BEGIN):
                last = line.strip()
        except Empty:
            process.kill()
            return last
        finally:
            reader.join()
    assert process.returncode == 0, f"ended over {last}"
    return None


def trying(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.patterns", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def _read(process: subprocess.Popen[str], lines: Queue[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put("")


@pytest.mark.timeout(1_000)
def test_no_pattern_is_slow_with_any_text_of_its_own_pieces() -> None:
    assert list(slow_ones()) == []


def test_all_patterns_are_found() -> None:
    with trying("list") as process:
        assert process.stdout
        names = set(process.stdout.read().split())
    assert len(names) > 180
    assert {"watcher.parsers.prose._TAG", "watcher.rules.acronyms.ACRONYM", "watcher.parsers.sniff._XML"} <= names
    assert all(0 < bound < LONG for bound in BOUNDS.values())
