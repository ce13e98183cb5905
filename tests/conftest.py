"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages: ``$WATCHER_SHARED``, else ``shared`` beside the repository; skips without it."""
    folder = Path(os.environ.get("WATCHER_SHARED") or REPOSITORY.parent / "shared").resolve()
    if not (folder / "captures").is_dir():
        pytest.skip(f"no captured pages in {folder}")
    return folder
