"""Bibliographies of papers that are hard to set, set by LaTeX itself, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.citing import NASTY_AUTHORS, NASTY_TITLES, VENUES, written_as
from tests.unit.messages import paper

DOCUMENT = r"\documentclass{article}\begin{document}\nocite{*}\bibliographystyle{%s}\bibliography{all}\end{document}"
TOOLS = [name for name in ("pdflatex", "bibtex") if shutil.which(name) is None]


def run(folder: Path, *words: str) -> str:
    """Return the output of a program; it has to end well."""
    ended = subprocess.run(words, cwd=folder, capture_output=True, timeout=100, check=False)
    said = ended.stdout.decode("utf-8", "replace")
    assert ended.returncode == 0, said[-3000:]
    return said


@pytest.mark.skipif(bool(TOOLS), reason=f"there is no {' and no '.join(TOOLS)} (texlive-latex-base)")
@pytest.mark.parametrize(("engine", "style"), [("pdflatex", "plain"), ("pdflatex", "abbrv"), ("lualatex", "plain")])
def test_latex_sets_every_entry_without_an_error(tmp_path: Path, engine: str, style: str) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"there is no {engine}")
    papers = [
        paper(n, title=title, abstract=title, note=title, authors=NASTY_AUTHORS[n:] + NASTY_AUTHORS[:n], venue=venue)
        for n, (title, venue) in enumerate(zip(NASTY_TITLES * 2, VENUES * 5, strict=False))
    ]
    (tmp_path / "all.bib").write_text(written_as("bibtex", *papers), "utf-8")
    (tmp_path / "document.tex").write_text(DOCUMENT % style, "utf-8")
    once = (engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "document.tex")
    run(tmp_path, *once)
    warned = [line for line in run(tmp_path, "bibtex", "document").splitlines() if "error" in line.casefold()]
    assert warned == []
    run(tmp_path, *once)
    assert (tmp_path / "document.bbl").read_text("utf-8").count(r"\bibitem") == len(papers)
    assert (tmp_path / "document.pdf").stat().st_size > 10_000
    assert not (tmp_path / "pwned").exists()
