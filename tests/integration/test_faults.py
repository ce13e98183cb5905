"""Every fault of the table in docs/delivery.md through the whole pipeline: nothing lost, twice only what must be."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.__main__ import trusted
from benchmarks.faults.faults import MAIL, WEB, Fault, play
from benchmarks.faults.world import MESSAGES
from watcher.notify import ways

ALL = [("mail", one) for one in MAIL] + [("http", one) for one in WEB]


@pytest.fixture(scope="module")
def certificates() -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificates")
    ways._certificates.cache_clear()
    with pytest.MonkeyPatch.context() as patch, trusted() as (authority, *contexts):
        patch.setenv("SSL_CERT_FILE", str(authority))
        yield contexts[0], contexts[1]
    ways._certificates.cache_clear()


@pytest.mark.parametrize(("kind", "fault"), ALL, ids=[f"{kind}: {fault.name}" for kind, fault in ALL])
def test_fault(kind: str, fault: Fault, tmp_path: Path, sqlite_template: Path, certificates: Any) -> None:
    shutil.copy(sqlite_template, tmp_path / "watcher.db")
    ended = play(fault, kind, tmp_path, certificates)
    assert ended.lost == 0
    assert ended.twice == fault.twice
    assert ended.unknown_twice == 0
    assert not fault.ends or ended.states == dict(fault.ends)
    assert ended.others >= MESSAGES
    # None of them waited for the receiver that went wrong; a daemon that was killed has a second round.
    assert ended.rounds <= (2 if "killed" in fault.name else 1)
    assert len(ended.told) in (0, 2)


def test_the_page_shows_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs/delivery.md").read_text(encoding="utf-8")
    assert [fault.name for _, fault in ALL if f"| {fault.name} |" not in page] == []
