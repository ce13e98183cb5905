"""No pattern of the package takes long over a long text, whatever the text."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.examples import patience
from tests.patterns import texts


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
