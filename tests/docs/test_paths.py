"""What the documents name of this repository is there: files, what stands in them, modules, words of make."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "recipes").glob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
]
OF_CODE = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"]
"""Documents that are about the code: all that looks like a path in them is one."""

BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?P<path>[\w.-]+(?:/[\w.-]*)*?)(?::(?P<name>[\w.]+))?")
TOPS = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
STREETS = {path.name for path in (ROOT / "watcher").iterdir() if path.is_dir()}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def inline(document: Path) -> list[str]:
    """Everything in backticks, without the blocks."""
    return re.findall(r"`([^`\n]+)`", BLOCK.sub("", document.read_text(encoding="utf-8")))


def paths(document: Path) -> Iterator[tuple[str, str]]:
    """Everything in backticks that names a file or a folder of ours, and what it names therein ("" for nothing)."""
    for text in inline(document):
        found = PATH.fullmatch(text)
        if not found or text.startswith("."):
            continue
        first = found["path"].split("/")[0]
        is_in_ours = "/" in found["path"] and (first in TOPS | STREETS or document in OF_CODE)
        if is_in_ours or first in TOPS - {"watcher"} or found["path"].endswith(".py"):
            yield found["path"], found["name"] or ""


def places(path: str, document: Path) -> list[Path]:
    """Where a path may lie: at the top, in the program, beside the document, or a bare name anywhere in the program."""
    beside = [folder / path for folder in (ROOT, ROOT / "watcher", document.parent) if (folder / path).exists()]
    return beside or ([] if "/" in path else sorted((ROOT / "watcher").rglob(path)))


def defined(path: Path) -> set[str]:
    """The names of a file's functions, classes and values, and of the methods as ``Class.method``."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    named = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    methods = [(one, inner) for one in named if isinstance(one, ast.ClassDef) for inner in one.body]
    values: list[ast.expr] = [node.target for node in body if isinstance(node, ast.AnnAssign)]
    values += [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    names = {one.name for one in named} | {one.id for one in values if isinstance(one, ast.Name)}
    return names | {f"{one.name}.{inner.name}" for one, inner in methods if isinstance(inner, ast.FunctionDef)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_path_is_there(document: Path) -> None:
    named = list(paths(document))
    assert [path for path, _ in named if not places(path, document)] == []
    within = [(path, name) for path, name in named if name]
    assert [f"{path}:{name}" for path, name in within if name not in defined(places(path, document)[0])] == []


def test_there_are_paths_to_look_for() -> None:
    contributing, architecture = ([path for path, _ in paths(document)] for document in OF_CODE)
    assert len(contributing) > 50 and "watcher/cli/show.py" in contributing
    assert "watcher/outbox/" in architecture
    assert ("watcher/outbox/send.py", "render") in list(paths(ROOT / "docs" / "a-papers-way.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_module_that_is_run_is_there(document: Path) -> None:
    modules = re.findall(r"python -m ((?:tests|benchmarks|watcher)[\w.]*)", document.read_text(encoding="utf-8"))
    assert [name for name in modules if not _is_run(name)] == []


def _is_run(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return (path / "__main__.py").is_file() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_word_of_make_is_one(document: Path) -> None:
    words = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    asked = {*re.findall(r"`make ([a-z-]+)", text), *re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)}
    assert asked <= words


def test_the_code_knows_every_name_that_contributors_are_told() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "watcher").rglob("*.py"))
    names = [text for text in inline(ROOT / "CONTRIBUTING.md") if re.fullmatch(r"[A-Z]\w+|[a-z]+_\w+", text)]
    assert "PaperFacts" in names
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []
