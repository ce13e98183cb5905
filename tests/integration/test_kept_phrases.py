"""How rare phrases are is counted once, kept in a file, and taken from there by the next process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.files.kept_rules import KEPT_PHRASES, KeptPhrasesFile
from watcher.model import Entry
from watcher.pipeline.liking import counted
from watcher.pipeline.liking.counted import CountedRarity
from watcher.pipeline.liking.profiles import SimilarPapers
from watcher.store import Store, Transaction, open_store

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
SUBJECTS = ("Paper kites over windy gardens", "Slow lamps in quiet kilns", "Letters about moss and rain")

Made = CountedRarity | SimilarPapers


def entry(n: int) -> Entry:
    return Entry(
        title=f"{SUBJECTS[n % 3]} {n}", abstract=f"{SUBJECTS[n % 3]}, at length.", keys=(f"arxiv:2603.{n:05}",)
    )


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "LEAST_KEPT", 6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "watcher.db", mode="create") as store:
        with store.transaction() as tx:
            tx.papers.record_entries([entry(n) for n in range(1, 13)], "list", NOW)
        yield store


def counts(made: Made, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where it is noted each time that somebody counts."""
    noted: list[int] = []
    count = made._counted

    def counted_again(tx: Transaction) -> object:
        noted.append(max(tx.papers.newest(1)))
        return count(tx)

    monkeypatch.setattr(made, "_counted", counted_again)
    return noted


@pytest.mark.parametrize("kind", [CountedRarity, SimilarPapers])
def test_the_next_process_need_not_count(
    kind: Callable[..., Made], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (kind(file=KeptPhrasesFile(tmp_path)) for _ in range(2))
    noted, again = counts(first, monkeypatch), counts(second, monkeypatch)
    with store.reading() as tx:
        mine, theirs = first.get(tx), second.get(tx)
        assert (noted, again) == ([12], [])
        assert (mine.papers, mine.ids.tolist(), mine.numbers.tolist()) == (
            *(theirs.papers, theirs.ids.tolist(), theirs.numbers.tolist()),
        )
        if isinstance(first, SimilarPapers) and isinstance(second, SimilarPapers):
            (paper,) = tx.papers.get([1])
            found = [one.key for one in first.of(tx, paper)]
            assert found and found == [one.key for one in second.of(tx, paper)]

    with store.transaction() as tx:
        tx.papers.record_entries([entry(n) for n in range(13, 21)], "list", NOW)
    with store.reading() as tx:  # half as many came: one counts, the other takes that
        assert second.get(tx).papers == first.get(tx).papers == 20
        assert (noted, again) == ([12], [20])


def test_what_lacks_the_similar_papers_is_counted_with_them(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    similar, rarity = SimilarPapers(file=KeptPhrasesFile(tmp_path)), CountedRarity(file=KeptPhrasesFile(tmp_path))
    noted, again = counts(similar, monkeypatch), counts(rarity, monkeypatch)
    with store.reading() as tx:
        CountedRarity(file=KeptPhrasesFile(tmp_path)).get(tx)
        similar.get(tx)
        rarity.get(tx)
    assert (noted, again) == ([12], [])


@pytest.mark.parametrize("spoil", ["damaged", "another database", "others may write", "too few papers"])
def test_a_file_that_does_not_fit_costs_time_alone(
    spoil: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if spoil == "too few papers":
        monkeypatch.setattr(counted, "LEAST_KEPT", 13)
    with store.reading() as tx:
        CountedRarity(file=KeptPhrasesFile(tmp_path)).get(tx)
    path = tmp_path / KEPT_PHRASES
    assert path.exists() is (spoil != "too few papers")
    if spoil == "damaged":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    if spoil == "others may write":
        path.chmod(0o622)
    other = CountedRarity(file=KeptPhrasesFile(tmp_path))
    noted = counts(other, monkeypatch)
    if spoil != "another database":
        with store.reading() as tx:
            assert other.get(tx).papers == 12 and noted == [12]
        return
    with open_store(tmp_path / "other.db", mode="create") as another:
        with another.transaction() as tx:
            tx.papers.record_entries([entry(n) for n in range(101, 113)], "list", NOW)
        with another.reading() as tx:
            assert other.get(tx).papers == 12 and noted == [12]


def test_a_folder_in_which_nothing_can_be_written_is_said_and_stops_nothing(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / KEPT_PHRASES).mkdir()
    with store.reading() as tx:
        assert CountedRarity(file=KeptPhrasesFile(tmp_path)).get(tx).papers == 12
    assert "counted phrases are not kept for the next start" in caplog.text
