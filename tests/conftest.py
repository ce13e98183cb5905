"""What all tests share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Machines are shared and slow at times: what an example may take is bounded by the test's own timeout.
settings.register_profile("watcher", deadline=None)
settings.load_profile("watcher")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages: ``$WATCHER_SHARED``, else ``shared`` beside the repository; skips without it."""
    folder = Path(os.environ.get("WATCHER_SHARED") or REPOSITORY.parent / "shared").resolve()
    if not (folder / "captures").is_dir():
        pytest.skip(f"no captured pages in {folder}")
    return folder


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands set up logging for a process of their own; here the next test has to find it as it was."""
    before = [(one, one.handlers[:], one.level) for one in (logging.getLogger(), logging.getLogger("watcher"))]
    yield
    for one, handlers, level in before:
        one.handlers[:] = handlers
        one.setLevel(level)
