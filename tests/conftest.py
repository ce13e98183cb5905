"""What all tests share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import load_profile
from watcher.daemon.logs import OUTCOMES

REPOSITORY = Path(__file__).resolve().parent.parent

load_profile()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages: ``$WATCHER_SHARED``, else ``shared`` beside the repository; skips without it."""
    folder = Path(os.environ.get("WATCHER_SHARED") or REPOSITORY.parent / "shared").resolve()
    if not (folder / "captures").is_dir():
        pytest.skip(f"no captured pages in {folder}")
    return folder


LEVELS = {name: logging.getLogger(name).level for name in (None, "watcher", *OUTCOMES)}


@pytest.fixture(autouse=True)
def _logging_as_at_the_start() -> Iterator[None]:
    """Commands set up logging for a process of their own; here each test has to find it as it was at the start.

    What is put back is never what the test found: a fixture that lives longer may have called a command before.
    """
    root = logging.getLogger()
    root.handlers[:] = [one for one in root.handlers if type(one) is not logging.StreamHandler]
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
