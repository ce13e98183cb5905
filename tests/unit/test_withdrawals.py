"""Notices of withdrawal or retraction are told from texts that only sound like them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.store.papers.withdrawals import is_withdrawn, title_without_notice, update_of

LONG = "We study lanterns on islands, and what the tides do to them over many a winter. " * 5


def says(title: str = "Lanterns of Many Islands", note: str = "", abstract: str = "") -> bool:
    return is_withdrawn({"title": title, "note": note or None, "abstract": abstract, "version": None})


NOTES = """
Withdrawn
Withdrawn.
withdrawn, the bound is known
Withdrawn by the authors
withdrawn by author. arXiv admin note: text overlap with arXiv:2601.01234
Withdrawn due to an error in Lemma 2
Withdrawn because a lemma fails
Withdrawn since the results are known
Withdrawn -- the proof has a gap
Withdrawn: see arXiv:2601.01234 for all of it
Withdrawn for revision
Withdrawn, as a longer version appears elsewhere
Paper withdrawn
Paper withdrawn since the journal has it now
Manuscript withdrawn, because the result is wrong
Article withdrawn by authors
preprint withdrawn
Paper has been withdrawn
paper has bee withdrawn by the author
12 pages, 3 figures. This paper has been withdrawn by the author
12 pages, 3 figures This paper has been withdrawn by the author due to a sign
12 pages, withdrawn by the author
12 pages, 3 figures Withdrawn due to an error in the tables
Accepted at a workshop, retracted by authors
This paper is withdrawn
This paper is withdrwan due to a duplicate
This paper has been withdraw by the authors
This paper had been withdrawn due to missing cases
This paper has been temporarily withdrawn by the author(s)
This paper has been administratively withdrawn
This preliminary version has been withdrawn
This very preliminary work has been withdrawn
This version withdrawn by arXiv administrators
This version of the paper has been withdrawn due to an error
This document is withdrawn
This is a term paper and has been withdrawn by the author
The current version is withdrawn due to an error. An older version is available
The article is already withdrawn
The paper needs to be withdrawn because of copyright
The draft should be withdrawn
It has been withdrawn because the data were wrong
For this reason, it has been withdrawn
This was withdrawn because two figures are wrong
Another version is updated so this is withdrawn
As the conference submission is withdrawn, the arxiv submission should be withdrawn as well
Due to a flaw in Lemma 9, the paper has been withdrawn
This paper has been withdrawn from arXiv
It has been withdrawn from the archive
The authors have withdrawn this paper
The author has withdrawn this submission [arXiv admin]
The authors have decided to withdraw this submission
The authors would like to withdraw the paper
We withdraw this paper
We have withdrawn the paper due to some limits
We want to withdraw this paper due to wrong tables
We'd like to withdraw this report from arXiv
I withdraw the paper until that gap is filled
I have withdrawn for some changes
I'd like to withdraw it temporarily
I am withdrawing my paper from arXiv
It is better to withdraw the draft
Please withdraw this article
We request you to kindly withdraw this article from arXiv.org
It is therefore requested to be withdrawn
Withdrawing while a lemma is mended
The reason for withdrawal is a new version
arXiv admin note: withdrawn by arXiv administrators due to false authorship
arXiv admin note: This submission has been removed by arXiv administrators due to an attack
Admin note: withdrawn by arXiv admin because of a pseudonym
Withdrawn by arXiv admin
Removed by arXiv admin
Removed by arXiv administrators because submission violated the license
Erroneous submission removed by arXiv admin
Removed due to an error in a claim
This paper was removed due to an error in the proof
The paper was retracted
This article has been retracted at the request of the editor
This article has been retracted following an investigation by the journal.
This paper has been withdrawn after an error was found in Lemma 2
The authors have withdrawn this manuscript after a coauthor objected
This paper was withdrawn by the authors after a flaw was found
This paper has been withdrawn. After review, the claims do not hold
This submission has been withdrawn from the conference and arXiv
This manuscript was retracted following concerns about its images
This paper has been withdrawn from the workshop as well as from arXiv
This preprint was withdrawn after its authors found that a sensor had drifted
We have withdrawn this paper after a reader found a counterexample
The article was retracted after an inquiry of the university
Withdrawn by the author after a mistake in Theorem 4
This paper is withdrawn at the request of the second author
11 pages. This article has been withdrawn by the author because Lemma 5 is false
This work has been withdrawn: the kilns were not calibrated
This paper is hereby withdrawn
The manuscript has since been withdrawn by its authors
The authors are withdrawing this preprint until the data are checked
This version of the article has been withdrawn since its tables were swapped
The present paper has been withdrawn because of an overlap with earlier work
Paper withdrawn by the authors. A corrected one will follow
Retracted by the authors
Retracted due to an error in the proof of the main theorem
The editors have retracted this article
arXiv admin note: this paper has been withdrawn by arXiv administrators
This paper has been withdrawn, as its main claim follows from a known one
Our paper has been withdrawn due to a gap in Section 3
In view of the comments that we had, this paper has been withdrawn
"""

ELSEWHERE = """
12 pages
paper withdrawn from one journal and re-submitted to another
17 pages; paper withdrawn from Transactions on Kilns
a note revised from a withdrawn one
This paper is withdrawn from the conference
This paper was withdrawn from the Transactions on Kilns after its acceptance
Submitted to Software of Kilns; Withdrawn after 3 months without an answer
Submitted to Kilns. Withdrawn following a review that took three years
Accepted at KILN. Withdrawn from KILN in favour of another venue
Accepted at KILN 2009, but withdrawn because of its fee
It was to appear at a workshop but was withdrawn due to funding
Was submitted and withdrawn from Kilns before
The original submission to Kilns in Aug. 2009 was withdrawn. It was split in two
I had to withdraw the paper from the conference
We withdrew the paper from the journal
We are withdrawing it from the journal and submitting to arXiv
We have to withdraw our earlier claim
Second, we retract our earlier claim of two passes
I am withdrawing the claim that kilns are islands
Versions 1 and 2 of the study have been retracted
The previous version of this paper has been withdrawn
The earlier version was withdrawn
The other writings to be withdrawn are 2601.00001 and 2601.00002
A major overhaul of the withdrawn paper on kilns
This replaces arXiv:2601.01234 due to a co-author's decision to withdraw
This paper has not been withdrawn
arXiv admin note: substantial text overlap with arXiv:2601.01234
Typos removed by the editor
Figures removed due to their size
This submission supersedes arXiv:2401.00001, which has been withdrawn
This paper was previously withdrawn and is now resubmitted
The dataset used in this paper was withdrawn
This paper was withdrawn by mistake and is now restored
Our arXiv submission 2401.00001 has been withdrawn and merged into this one
The study was retracted in 2010. This paper looks at it
The study was withdrawn by its sponsor.
It is retracted when the arm moves
If this paper is withdrawn, its data stay
Whether this paper is withdrawn is decided by a vote
Noise removed by filtering
Removed by filtering
The code behind this article has been withdrawn
A claim in this paper has been withdrawn
The figures of this paper have been withdrawn
The talk on this paper was withdrawn
This paper was erroneously withdrawn
This paper was withdrawn in error; here it is again
This paper was accidentally withdrawn and is back
This paper has been withdrawn by accident and was then reinstated
A paper that was retracted is studied
The trial in this article was withdrawn by the company
The arXiv paper 2401.00001v2 is withdrawn
The reply to this article has been withdrawn
The theorem used in this work was withdrawn by its author
The reviewers of this paper have withdrawn
The paper by Ames, which was retracted, is a special case
We show what this paper would be if it was withdrawn
"""


@pytest.mark.parametrize("note", NOTES.strip().splitlines())
def test_a_note_that_says_so(note: str) -> None:
    assert says(note=note)
    assert says(abstract=note), "a short abstract says it in the same way"


@pytest.mark.parametrize("note", ELSEWHERE.strip().splitlines())
def test_a_note_that_speaks_of_something_else(note: str) -> None:
    assert not says(note=note)
    assert not says(abstract=note)


@pytest.mark.parametrize(
    "title",
    [
        "Withdrawn: Lanterns of Many Islands",
        "WITHDRAWN: Lanterns",
        "[Withdrawn] Lanterns",
        "(Retracted) Lanterns",
        "[RETRACTED ARTICLE] Lanterns",
        "Withdrawn Article: Lanterns",
        "RETRACTED ARTICLE: Lanterns",
        "Retracted Chapter: Lanterns",
        "Article Withdrawn: Lanterns",
        "Retraction Note: Lanterns",
        "Retraction Note to: Lanterns",
        "Retraction notice to “Lanterns” [Kilns 12 (2026) 3]",
        "Retraction to: Lanterns",
        "Retraction of “Lanterns”",
        "RETRACTION: Lanterns",
        "WITHDRAWAL: Lanterns",
        "Withdrawal Notice: Lanterns",
        "Notice of Retraction: Lanterns",
        "Statement of Retraction: Lanterns",
        "Notice of Withdrawal: Lanterns",
        "WITHDRAWN - Lanterns",
        "WITHDRAWN—Administrative Duplicate Publication: Lanterns",
        "TEMPORARY REMOVAL: Lanterns",
        "REMOVED: Lanterns",
        "Lanterns of Many Islands (withdrawn)",
        "Lanterns of Many Islands(withdrawn)",
        "Lanterns [Retracted]",
        "Lanterns (Retracted article. See vol. 12, 2026)",
        "Lanterns - withdrawn",
        "Withdrawn",
    ],
)
def test_a_title_that_says_so(title: str) -> None:
    assert says(title)


@pytest.mark.parametrize(
    "title",
    [
        "False-Name-Proofness with Bid Withdrawal",
        "Retraction and Generalized Extension of Lanterns",
        "Automatic Retraction and Full Cycle Operation of Kites",
        "Retractable Contracts",
        "Retractions of Types with Many Atoms",
        "Value Withdrawal Explanation in Kilns",
        "Withdrawal of Lanterns from Islands",
        "Withdrawn and Alone: Lanterns in Winter",
        "Retracted Papers Are Cited for Years",
        "On Retracts, Absolute Retracts, and Folds",
        "Removed: A Story of Islands",
        "The Lanterns Withdrawn from Islands",
        "What a Retraction Is For",
        "Citations (to Retracted Papers) Persist",
        "Withdrawal: Opioids and sleep",
        "Withdrawal - a story of islands",
        "Retraction: from geometry to optimization",
        "Retraction: A Data Set of Retracted Papers",
        "RETRACTION: FROM GEOMETRY TO OPTIMIZATION",
        "Optimization on manifolds (retracted gradients)",
        "Optimization on manifolds [Retracted Gradients]",
        "Robot fingers - retracted tendons and their cost",
        "Bids (withdrawn offers)",
    ],
)
def test_a_title_that_only_sounds_like_it(title: str) -> None:
    assert not says(title)


@pytest.mark.parametrize(
    "abstract",
    [
        "The authors have withdrawn this manuscript owing to an error in the code. " + LONG,
        "Withdrawal Statement: The authors have withdrawn their manuscript whilst they look at the data. " + LONG,
        "Withdrawal Statement\nThe authors have withdrawn their manuscript. " + LONG,
        "bioRxiv has withdrawn this article because it was posted without consent. " + LONG,
        "medRxiv has withdrawn this preprint at the request of the institution. " + LONG,
        "This manuscript has been withdrawn by bioRxiv following a formal request by the institute. " + LONG,
        "This preprint has been withdrawn by the authors. If you have any questions, please write. " + LONG,
        "The Editor-in-Chief has retracted this article because of doubts about its figures. " + LONG,
        "The publisher has retracted this chapter. " + LONG,
        "Withdrawn by arXiv administrators due to content of other authors. " + LONG,
        "This article has been retracted. " + LONG,
        LONG + "This paper has been withdrawn and a new version is at arXiv:2601.01234.",
        "Withdrawn. " + LONG,
        "This work has been withdrawn by the authors. " + LONG,
        "Withdrawn due to an error in Lemma 2. " + LONG,
        "Retracted by the authors. " + LONG,
        "This article has been retracted following an investigation by the journal. " + LONG,
        "This preprint has been withdrawn after a coauthor objected. " + LONG,
        "The authors have withdrawn this manuscript after an inquiry. " + LONG,
        "The article was withdrawn by the editors. " + LONG,
        LONG + "This preprint was withdrawn by the authors after a reader found an error.",
    ],
)
def test_a_long_abstract_that_says_so(abstract: str) -> None:
    assert says(abstract=abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        LONG + "This paper withdraws the earlier claim.",
        "This paper withdraws the earlier claim. " + LONG,
        LONG + "The paper was retracted, and it has been cited ever since.",
        LONG + "We withdraw this article of the treaty from the model.",
        LONG + "Once a drug has been withdrawn, it is withdrawn due to its effects.",
        LONG + "The secret cannot be withdrawn without opening the box.",
        "Papers are retracted more often than before. " + LONG,
        "In 2010 the journal retracted the article by others, years after it had been cited. " + LONG,
        "Agents may withdraw their paper bids. " + LONG,
        "A deformation retract of the space is withdrawn due to a pole. " + LONG,
        "Noise is removed by the authors of this work in two steps. " + LONG,
        "The bias of this version is removed by averaging. " + LONG,
        LONG + "When this is withdrawn, patients relapse.",
        LONG + "When this is retracted, the arm stops.",
        LONG + "We ask what happens if this is retracted.",
        LONG + "After this was withdrawn the market fell.",
        LONG + "We ask what happens if this paper is retracted.",
        LONG + "This text is retracted from the corpus by the classifier.",
        LONG + "The thread is cut once this is withdrawn.",
        "It is retracted. " + LONG,
        "Retracted by a motor, the tendon pulls the finger. " + LONG,
        "Withdrawn by their publishers, articles continue to be cited. " + LONG,
        "Withdrawn due to side effects, the drug was sold abroad. " + LONG,
        "Withdrawn: that is what became of many islands. " + LONG,
        "The study was withdrawn by its sponsor. " + LONG,
        "The report was withdrawn, and nobody knows why. " + LONG,
        "The study was withdrawn in 2010. " + LONG,
        "This study was withdrawn by its sponsor before it ended. " + LONG,
        "The article by others was retracted in 2010. " + LONG,
        "Retracted and corrected articles are often cited. " + LONG,
        "Retracted as a whole, papers still get cited. " + LONG,
        "Retracted articles are cited for years. " + LONG,
        "The dataset used in this paper was withdrawn. " + LONG,
        "Removed by filtering, noise no longer matters. " + LONG,
        "Removed due to wear, a lens leaves a gap. " + LONG,
    ],
)
def test_a_long_abstract_that_speaks_of_something_else(abstract: str) -> None:
    assert not says(abstract=abstract)


def test_a_paper_is_withdrawn_once() -> None:
    before = {"title": "Lanterns", "note": None, "abstract": "", "version": 1}
    after = before | {"note": "Withdrawn by the authors", "version": 2}
    assert update_of(before, after) == "withdrawn"
    assert update_of(after, after | {"abstract": "This paper has been withdrawn."}) is None
    assert update_of(before, before | {"version": 2}) == "v2"


@pytest.mark.parametrize(
    "notice", ["Retraction: {}", "Withdrawal: {}", "Retraction - {}", "WITHDRAWAL: {}", "Retracted: {}"]
)
def test_a_paper_whose_title_becomes_a_notice_of_itself(notice: str) -> None:
    before = {"title": "Lanterns of Many Islands", "note": None, "abstract": "", "version": None}
    after = before | {"title": notice.format("Lanterns of many islands")}
    end = "retracted" if notice.startswith("Retract") else "withdrawn"
    assert update_of(before, after) == end
    assert update_of(after, after) is None
    other = after | {"title": notice.format("from geometry to optimization")}
    assert update_of(before, other) == (None if notice.startswith(("Retraction", "Withdrawal")) else end)


@pytest.mark.parametrize(
    ("title", "end"),
    [
        ("WITHDRAWN: Lanterns that retract", "withdrawn"),
        ("Lanterns that retract (withdrawn)", "withdrawn"),
        ("Withdrawn lanterns (retracted)", "retracted"),
        ("Notice of Retraction: Lanterns", "retracted"),
        ("REMOVED: Retractable Lanterns", "withdrawn"),
    ],
)
def test_publishers_retract_and_authors_withdraw(title: str, end: str) -> None:
    before = {"title": "Lanterns", "note": None, "abstract": "", "version": None}
    assert update_of(before, before | {"title": title}) == end


PIECES = [
    "this ",
    "paper ",
    "has been ",
    "withdrawn ",
    "withdraw ",
    "by ",
    "we ",
    "the ",
    "(",
    ". ",
    ", ",
    "removed ",
    "- ",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_order_of_words_has_an_answer(text: str) -> None:
    assert says(title=text, note=text, abstract=text) in (True, False)


@pytest.mark.parametrize("piece", PIECES)
def test_long_texts_keep_nobody_busy(piece: str) -> None:
    began = time.process_time()
    says(title=piece * 200, note=piece * 5_000 + "withdrawn", abstract="withdrawn" + piece * 20_000)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("title", "noticed"),
    [
        ("Withdrawn: On Quiet Kilns", "On Quiet Kilns"),
        ("RETRACTED: On Quiet Kilns", "On Quiet Kilns"),
        ("[Retracted] On Quiet Kilns", "On Quiet Kilns"),
        ("RETRACTED ARTICLE: On Quiet Kilns", "On Quiet Kilns"),
        ("Retraction Note: On Quiet Kilns", "On Quiet Kilns"),
        ("Retraction note to: On Quiet Kilns", "On Quiet Kilns"),
        ("Retraction of “On Quiet Kilns”", "On Quiet Kilns"),
        ("On Quiet Kilns (withdrawn)", "On Quiet Kilns"),
        ("REMOVED: On Quiet Kilns", "On Quiet Kilns"),
        ("Withdrawn", ""),
        ("On Quiet Kilns", ""),
        ("Tongue retraction in frogs", ""),
    ],
)
def test_a_notice_names_the_title_that_it_is_about(title: str, noticed: str) -> None:
    assert title_without_notice(title) == noticed
