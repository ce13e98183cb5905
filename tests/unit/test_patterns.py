"""No pattern of the package takes long over a long text, whatever the text."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.examples import patience
from tests.patterns import loses_its_place, texts


@pytest.mark.timeout(patience(600))
def test_long_repetitions_of_its_own_pieces_keep_no_pattern_busy() -> None:
    """In processes of their own: the modules are imported anew, and what hangs is ended by the system."""
    tried, slow, status = 0, [], -signal.SIGVTALRM
    while status == -signal.SIGVTALRM:
        command = [sys.executable, "-m", "tests.patterns", str(tried)]
        run = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True, text=True)
        status, places = run.returncode, run.stdout.splitlines()
        slow += places[-1:] if status else []
        tried += len(places)
    assert status == 0, run.stderr
    assert not slow
    assert tried > 150, "patterns of modules, tables and records"


@pytest.mark.parametrize("slow", [r"\s+$", r"(a+)+b", r"a.*b.*c", r"<[^>]*>", r"\w+@"])
def test_the_texts_keep_a_slow_pattern_busy(slow: str) -> None:
    """The time grows faster than the text: else the texts would prove nothing."""
    program = (
        "import re, signal, sys; from tests.patterns import texts; p = re.compile(sys.argv[1]);"
        "signal.signal(signal.SIGVTALRM, signal.SIG_DFL); signal.setitimer(signal.ITIMER_VIRTUAL, 0.5);"
        "[list(p.finditer(t)) for t in texts(p, 50_000)]"
    )
    run = subprocess.run([sys.executable, "-c", program, slow], check=False, cwd=REPOSITORY, capture_output=True)
    assert run.returncode == -signal.SIGVTALRM


def test_the_texts_are_made_of_what_the_pattern_asks_for() -> None:
    assert any(text.startswith("ab" * 10) for text in texts(re.compile(r"(?:ab)+c"), 100))


def test_no_pattern_needs_a_newer_python_than_is_promised() -> None:
    program = (
        "from tests.patterns import loses_its_place, patterns;"
        "found = {place: loses_its_place(pattern) for place, (pattern, _) in patterns().items()};"
        "print(*(place for place, is_lost in found.items() if is_lost), len(found), sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, cwd=REPOSITORY, capture_output=True, text=True)
    *lost, tried = run.stdout.split()
    assert lost == [] and int(tried) > 150


@pytest.mark.parametrize(
    ("written", "is_lost"),
    [
        (r"(?:ab?c)*+", True),
        (r"(?:[^<]++|<(?!x))*+<x", True),
        (r"\d++(?:\.\d++)?+", True),
        (r"(?:[^<]++|<(?!x)|)*+<x", False),
        (r"\d++(?>\.\d++|)", False),
        (r"(?:[a-z]++[0-9]{0,3}+)++", False),
        (r"[a-z]*+", False),
    ],
)
def test_what_loses_its_place_is_known(written: str, is_lost: bool) -> None:
    assert loses_its_place(re.compile(written)) is is_lost
