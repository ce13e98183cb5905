"""Profiles of liked papers: what is close, by how much, why, and the same through the index of many."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import numpy as np
import pytest

from tests.likes import SUBJECTS, entries_of
from watcher.model import LikedPaper, Paper
from watcher.rules import document_of
from watcher.rules.likes.phrases import count_phrases, phrase_words
from watcher.rules.likes.profile import Profile, because, closeness_of_score, profile_of, score_of_closeness
from watcher.rules.likes.profile_index import ProfileIndex
from watcher.rules.likes.rarity import count_rarity, vector_of
from watcher.rules.likes.vectors import PaperVector

NOW = datetime(2026, 3, 11, tzinfo=UTC)


def paper(id: int, title: str, abstract: str = "", key: str = "", **more: object) -> Paper:
    return Paper(id=id, key=key or f"title:{title}", first_seen=NOW, title=title, abstract=abstract, **more)  # type: ignore[arg-type]


STORED = [
    paper(n, one.title, one.abstract, one.keys[0], arxiv_id=one.arxiv_id)
    for n, one in enumerate((entry for subject in SUBJECTS for entry in entries_of(subject, 30)), start=1)
]
RARITY = count_rarity(count_phrases(document_of(one)) for one in STORED)
VECTORS = [vector_of(count_phrases(document_of(one)), RARITY) for one in STORED]


def of_subject(subject: str) -> range:
    first = list(SUBJECTS).index(subject) * 30
    return range(first, first + 30)


def profile(*numbers: int) -> Profile:
    """The profile of some stored papers, by their places."""
    liked = [LikedPaper(keys=(STORED[n].key,)) for n in numbers]
    return profile_of(liked, {at: STORED[n] for at, n in enumerate(numbers)}, RARITY)


def score(one: Profile, vector: PaperVector) -> float:
    return score_of_closeness(one.closeness(vector), one.line)


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("liked", [1, 3, 10])
def test_papers_of_the_liked_subject_come_first_and_are_close(subject: str, liked: int) -> None:
    mine = of_subject(subject)
    found = profile(*mine[:liked])
    scores = [score(found, one) for one in VECTORS]

    order = sorted((n for n in range(len(STORED)) if n not in mine[:liked]), key=lambda n: -scores[n])
    assert set(order[: 2 * liked]) <= set(mine)
    close = [n for n in order if scores[n] >= 0.5]
    assert len(close) >= liked and sum(n in mine for n in close) >= 0.8 * len(close)
    assert all(0 <= one <= 1 for one in scores)


def test_an_index_of_many_profiles_finds_what_each_finds_alone() -> None:
    profiles = {n: profile(n, (n + 1) % 120, (n * 7) % 120) for n in range(120)}
    index = ProfileIndex()
    for n, one in profiles.items():
        index.add(n, one, 0.3)
    index.remove(5)
    assert 5 not in index and len(index) == 119

    for vector in VECTORS[::7]:
        alone = {n: one.closeness(vector) for n, one in profiles.items() if n != 5}
        close = {n: found for n, found in alone.items() if score_of_closeness(found, profiles[n].line) >= 0.3}
        assert index.closenesses(vector) == pytest.approx(close)
    assert ProfileIndex().closenesses(VECTORS[0]) == {}


def test_nothing_is_left_of_a_profile_that_was_removed() -> None:
    index = ProfileIndex()
    empty = len(pickle.dumps(index))
    for n in range(5):
        index.add(n, profile(n), 0.3)
        index.remove(n)
    assert len(pickle.dumps(index)) == empty


def test_it_says_because_of_which_papers_and_words_as_the_paper_writes_them() -> None:
    mine, other = of_subject("kiln"), of_subject("tide")
    liked = profile(*mine[:4], *other[:4])
    new = document_of(paper(999, "KILN Glaze of the sea", "On {\\it slip} casting and clay-firing, again and again."))
    why = because(liked, new, vector_of(count_phrases(new), RARITY))

    assert {one.keys[0] for one in why.papers} <= {STORED[n].key for n in mine[:4]}
    assert "KILN Glaze" in why.words
    assert any("clay-firing" in one for one in why.words)
    assert not any(one.casefold() in ("kiln", "glaze") for one in why.words), "no word that is a part of another one"


def test_a_library_knows_its_papers_by_every_name_and_reads_what_is_not_stored_from_its_file() -> None:
    liked = [
        LikedPaper(title="Firing clay in a kiln", abstract="Kiln glaze on stoneware body.", keys=("doi:10.1000/a",)),
        LikedPaper(title="The Kiln, Again"),
        LikedPaper(keys=("arxiv:2603.77777",)),
    ]
    found = profile_of(liked, {}, RARITY)

    assert found.has(paper(1, "Anything", doi="10.1000/A"))
    assert found.has(paper(1, "The KILN again!"))
    assert found.has(paper(1, "Another", arxiv_id="2603.77777"))
    assert not found.has(paper(1, "Another", arxiv_id="2603.77778"))
    scores = {subject: score(found, VECTORS[of_subject(subject)[0]]) for subject in SUBJECTS}
    assert max(scores, key=lambda one: scores[one]) == "kiln"


def test_nothing_is_close_to_nothing() -> None:
    empty, blank = profile_of([], {}, RARITY), profile_of([LikedPaper(keys=("arxiv:2603.1",))], {}, RARITY)
    wordless = vector_of(count_phrases(document_of(paper(1, "…"))), RARITY)
    unknown = count_rarity([])

    for one in (empty, blank, profile(0)):
        assert score(one, wordless) == 0
    assert score(empty, VECTORS[0]) == score(blank, VECTORS[0]) == 0
    assert because(empty, document_of(STORED[0]), VECTORS[0]).papers == ()
    assert vector_of(count_phrases(document_of(STORED[0])), unknown).weights.sum() == 0


@pytest.mark.parametrize("line", [0.1, 0.2])
@pytest.mark.parametrize("wanted", [0.1, 0.5, 0.9])
def test_a_score_and_its_closeness(wanted: float, line: float) -> None:
    assert score_of_closeness(closeness_of_score(wanted, line), line) == pytest.approx(wanted, abs=1e-4)


def test_phrases_are_words_and_pairs_over_what_says_nothing_in_every_script() -> None:
    written = document_of(paper(1, "Mixture of the Experts", "陶窑的烧制", keywords=("hot kilns",)))
    counts = count_phrases(written)
    words = set(phrase_words(written, [int(id) for id in counts.ids]).values())

    assert {"Mixture", "Experts", "Mixture of the Experts", "hot", "kilns", "hot kilns", "陶窑"} <= words
    assert "of" not in words
    assert np.array_equal(counts.ids, np.sort(counts.ids))
