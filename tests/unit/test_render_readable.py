r"""What sites leave of TeX in titles and abstracts is not shown to people."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messages import digest, item, paper, places
from watcher.render.message import render_message
from watcher.render.readable import readable, shown_with


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"\$OneMillion-Bench", "$OneMillion-Bench"),
        ("Models~(LLMs)", "Models (LLMs)"),
        ("Key--Value Stores --- a Study", "Key–Value Stores — a Study"),
        ("``reinvent'' the wheel", "“reinvent” the wheel"),
        (r"in $O(n^2)$, not $\mathcal{O}(n \log n)$", "in O(n²), not O(n log n)"),
        (r"$M^3$ViT at 10$\times$ the speed", "M³ViT at 10× the speed"),
        (r"CO$_2$ and H$_{2}$O, 95\% of it", "CO₂ and H₂O, 95% of it"),
        (r"$\alpha$-synuclein at $10^{-6}$ and \(x_{ij}\)", "α-synuclein at 10⁻⁶ and x_(ij)"),
        (r"Schr\"odinger, G\"{o}del, {\L}ukasz, Erd\H{o}s", "Schrödinger, Gödel, Łukasz, Erdős"),
        (r"\textbf{Bold} and \emph{plain}", "Bold and plain"),
        ("$k$NN with $k=3$", "kNN with k=3"),
        (r"$\Delta$-Net\, and R\&D", "Δ-Net  and R&D"),
    ],
)
def test_tex_becomes_what_it_means(written: str, shown: str) -> None:
    assert readable(written) == shown


@pytest.mark.parametrize(
    "plain",
    [
        "costs $5 and $6 a day",
        "use --flag, or -- nothing"[:11],
        "~10 papers, about ~5",
        r"C:\path\to\file",
        "~/home and a~/b",
        "O'Brien's 'quoted' names, it''s",
        "a_b and x^2 outside of formulas",
        r"\unknowncommand{x}",
        "$ alone",
        "$$",
    ],
)
def test_what_is_no_tex_stays(plain: str) -> None:
    assert readable(plain) == plain


TEX = st.text(alphabet=st.sampled_from("ab \\$~-`'{}^_\"2"), max_size=60)


@given(TEX | st.text(max_size=200), st.data())
def test_what_matched_stays_marked(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    shown, moved = shown_with(text, spans)
    assert shown == readable(text)
    assert all(0 <= start < end <= len(shown) for start, end in moved)
    assert all(one[1] <= two[0] for one, two in pairwise(moved)), "sorted, none overlaps"
    if shown == text:
        assert moved == spans


@pytest.mark.parametrize(
    ("text", "term", "shown"),
    [
        (r"an \emph{agent} acts", "agent", "agent"),
        (r"a $\alpha$ agent~bee \$5", "agent", "agent"),
        (r"a \$5 agent", "agent", "agent"),
        (r"with $\alpha$ in it", r"\alpha", "α"),
    ],
)
def test_marks_are_where_they_belong(text: str, term: str, shown: str) -> None:
    at = text.index(term)
    found, spans = shown_with(text, [(at, at + len(term))])
    assert [found[start:end] for start, end in spans] == [shown]


def test_a_message_shows_titles_summaries_and_abstracts_without_tex() -> None:
    abstract = r"We study \emph{agents} in $O(n^2)$. Agents~(LLMs) cost \$5."
    one = paper(title=r"\$Million--Bench for Agents", abstract=abstract, summary=r"A bench of \$1M.")
    message = render_message(digest(item(one, term="agents", places=places(abstract, "agents"))))
    assert message.subject == "1 paper for trees: $Million–Bench for Agents"
    for shown in (message.text, message.html):
        assert "\\" not in shown and "A bench of $1M." in shown and "O(n²)" in shown


def test_the_sites_summary_is_enough_where_it_shows_what_matched() -> None:
    one = paper(summary="All about pruning.")
    found = places("All about pruning.", "pruning", "summary") + places(one.abstract, "pruning")
    text = render_message(digest(item(one, places=found))).text
    assert "All about *pruning*." in text and "nine leaves" not in text


def test_without_a_hit_in_title_or_summary_the_abstract_says_why() -> None:
    one = paper(title="Small Trees", summary="A word on trees.")
    text = render_message(digest(item(one))).text
    assert "A word on trees." in text and "nine leaves" in text
