"""The names of the package, read from its files: what documents may point at."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "watcher"


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for one in targets if isinstance(one, ast.Name)]


@cache
def names_in(path: Path) -> frozenset[str]:
    """Classes, functions, constants and ``Class.member`` of one file, as its top level defines them."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found.update(_assigned(node))
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                own = [member.name] if isinstance(member, ast.FunctionDef) else _assigned(member)
                found.update(f"{node.name}.{name}" for name in own)
    return frozenset(found)


@cache
def all_names() -> frozenset[str]:
    """The same of all files of the package."""
    return frozenset().union(*(names_in(path) for path in PACKAGE.rglob("*.py")))


def rows(document: Path, columns: int) -> list[list[str]]:
    """The cells of every table row with so many columns, without heads and rules."""
    lines = [line.strip() for line in document.read_text(encoding="utf-8").splitlines()]
    tables = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("|") and not line.startswith("|---") and not following.startswith("|---")
    ]
    return [cells for cells in tables if len(cells) == columns]
