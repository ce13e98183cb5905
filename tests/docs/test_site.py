"""The documentation as a site: built where mkdocs is installed, every link checked, nothing from other hosts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.names import ROOT
from tests.docs.site import foreign, foreign_in

BUILD = [sys.executable, "-m", "mkdocs", "build", "--strict"]  # --quiet would count no warnings
needs_mkdocs = pytest.mark.skipif(find_spec("mkdocs") is None or find_spec("material") is None, reason="needs .[docs]")


@pytest.mark.parametrize(
    "text",
    [
        '<link rel="stylesheet" href="https://fonts.example/a.css">',
        '<script src="//cdn.example/x.js"></script>',
        '<img src="HTTPS://pixel.example/1.png">',
        '<p style="background: url(https://img.example/a.png)">x</p>',
    ],
)
def test_what_comes_from_another_host_is_seen(text: str) -> None:
    assert len(foreign_in(f"<html><body>{text}</body></html>")) == 1


def test_a_link_to_another_host_loads_nothing() -> None:
    text = '<a href="https://arxiv.org">x</a><link rel="canonical" href="https://x.example"><img src="a.png">'
    assert foreign_in(text) == []


@needs_mkdocs
def test_the_site_is_built_without_a_broken_link_and_loads_nothing_foreign(tmp_path: Path) -> None:
    done = subprocess.run([*BUILD, "--site-dir", tmp_path / "site"], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert foreign(tmp_path / "site") == []
    assert (tmp_path / "site" / "recipes" / "gmail.html").is_file()


@needs_mkdocs
def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for name in ("docs", "mkdocs.yml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    index = tmp_path / "docs" / "index.md"
    index.write_text(index.read_text().replace("faq.md#too-much", "faq.md#nowhere"))
    done = subprocess.run([*BUILD, "--site-dir", tmp_path / "site"], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode != 0
