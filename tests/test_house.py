"""House rules that no linter knows; the layers and the owners of dependencies are import-linter's (pyproject.toml)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "watcher"
FILES = sorted(PACKAGE.rglob("*.py"))
PURE = ("errors", "model", "rules", "parsers", "policy", "render", "links", "citations")
KEEPS_TIME = ("cli", "daemon", "demo")
ASKS_A_FILES_AGE = PACKAGE / "config" / "included" / "files.py"
WALL_CLOCK = {"now", "utcnow", "today", "time", "time_ns"}
CLOCKS = WALL_CLOCK | {"monotonic", "monotonic_ns", "perf_counter", "sleep"}
DISK = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "glob", "rglob", "iterdir"}
BANNED_NAMES = re.compile(r"(Job|Manager|Handler|Processor|Service|Helper|Utils?|Notification)$")
LINES, FUNCTION_LINES = 350, 50


def ids(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def room(path: Path) -> str:
    """The top-level module or package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(module: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Every call as (what it is called on, name, line): ``datetime.now(UTC)`` is ("datetime", "now", …)."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield "", name, node.lineno
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                yield ast.unparse(owner), name, node.lineno


def clock_reads(module: ast.Module, names: set[str]) -> list[str]:
    owners = {"datetime", "date", "time", "datetime.datetime", "datetime.date"}
    return [
        f"line {line}: {owner}.{name}()" for owner, name, line in calls(module) if owner in owners and name in names
    ]


def without_defaults(module: ast.Module) -> ast.Module:
    """The same without the parameters' defaults: a clock that can be given may have one."""
    module = deepcopy(module)
    for node in ast.walk(module):
        if isinstance(node, ast.arguments):
            node.defaults, node.kw_defaults = [], []
    return module


def disk_uses(module: ast.Module) -> list[str]:
    return [f"line {line}: {name}()" for _, name, line in calls(module) if name in DISK]


@pytest.mark.parametrize("path", [path for path in FILES if room(path) in PURE], ids=ids)
def test_the_pure_part_reads_no_clock_and_no_disk(path: Path) -> None:
    module = tree(path)
    assert clock_reads(module, CLOCKS) + disk_uses(module) == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if room(path) not in KEEPS_TIME and path != ASKS_A_FILES_AGE], ids=ids
)
def test_time_arrives_as_an_argument(path: Path) -> None:
    assert clock_reads(without_defaults(tree(path)), WALL_CLOCK) == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_pieces_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {lines}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []
    assert text.count("\n") <= LINES


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_names_say_what_a_thing_is(path: Path) -> None:
    named = [node.name for node in tree(path).body if isinstance(node, ast.ClassDef)]
    assert [name for name in [*named, path.stem.title()] if BANNED_NAMES.search(name)] == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_nothing_is_left_for_later(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b", text) == []


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_what_is_public_is_explained(path: Path) -> None:
    """Modules and public classes say what they are; an enumeration and a value of a few fields may do without."""
    module = tree(path)
    classes = [
        node
        for node in module.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not any(ast.unparse(base).endswith("Enum") for base in node.bases)
        and not (len(node.body) <= 3 and all(isinstance(part, ast.AnnAssign) for part in node.body))
    ]
    assert ast.get_docstring(module) or path.name == "__main__.py"
    assert [node.name for node in classes if not ast.get_docstring(node)] == []


def exceptions(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(re.search(r"(Error|Exception)$", ast.unparse(base)) for base in node.bases)
    }


def test_one_exception_tree() -> None:
    """What a room raises for others stands in errors.py; its own exceptions never leave it."""
    own = {(room(path), name) for path in FILES if room(path) != "errors" for name in exceptions(path)}
    seen = {
        (room(path), name)
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        for name in (alias.name for alias in node.names)
    }
    assert [name for home, name in own for where, imported in seen if imported == name and where != home] == []


PROTOCOLS = {
    "parse": "what the parser of a kind of source does",
    "starts": "the addresses that are read of a kind of source at every look",
    "missed": "the addresses of what a kind of source listed and no longer lists",
    "own": "a source's values of its kind's own keys",
    "mistakes": "what is wrong with a source of a kind",
    "known_as": "what a page of a kind of source is known by, where its address is good once",
    "entry_of": "the entry for one record of a kind of source",
    "authors_of": "the authors of one record, with their ids",
    "relations_of": "what one record says of other forms of its paper",
}
"""Public functions that several files have under one name, since something calls each of them in the same way."""


def public(kinds: tuple[type[ast.stmt], ...]) -> dict[str, list[str]]:
    """Where each public name of these kinds is defined at the top of a file."""
    found: dict[str, list[str]] = {}
    for path in FILES:
        for node in tree(path).body:
            name = getattr(node, "name", None) or assigned(node)
            if isinstance(node, kinds) and name and not name.startswith("_"):
                found.setdefault(name, []).append(ids(path))
    return found


def assigned(node: ast.stmt) -> str | None:
    """The name of a type that is assigned: ``Span = tuple[int, int]``."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) if name[0].isupper() and not name.isupper():
            return name
    return None


def test_a_public_class_has_a_name_of_its_own() -> None:
    assert {name: where for name, where in public((ast.ClassDef, ast.Assign)).items() if len(where) > 1} == {}


def test_a_public_function_has_a_name_of_its_own() -> None:
    twice = {name: where for name, where in public((ast.FunctionDef,)).items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in PROTOCOLS} == {}
    assert set(PROTOCOLS) <= set(twice), "a protocol that one file alone follows is none"


def imported(path: Path) -> set[str]:
    """Return the dotted names of the package's files that a file imports, at its top or within functions."""
    known = {".".join(one.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for one in FILES}
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module in known:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= below & known or {node.module}
    return found


def test_no_files_import_each_other_in_a_circle() -> None:
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES}
    order = list(TopologicalSorter({names[path]: imported(path) for path in FILES}).static_order())
    assert order.index("watcher.model.fields") < order.index("watcher.cli.run")


def test_every_room_is_a_package() -> None:
    """A folder without ``__init__.py`` can be imported here, and is not in the wheel."""
    assert [ids(path.parent) for path in FILES if not (path.parent / "__init__.py").exists()] == []


def test_the_contracts_name_every_pure_room_that_is_there() -> None:
    rooms = {room(path) for path in FILES}
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pure = contracts.split('id = "pure"')[1].split("forbidden_modules")[0]
    assert set(re.findall(r'"watcher\.(\w+)"', pure)) == rooms.intersection(PURE)


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_a_search_tries_more_examples_everywhere(path: Path) -> None:
    """How many examples are tried and how they are drawn is said by examples.py alone."""
    text = path.read_text(encoding="utf-8")
    own = re.findall(r"max_examples=(?!times\()[^,)]+|derandomize=|deadline=", text)
    assert path.name in ("examples.py", "test_house.py") or own == []


def test_types_are_checked_wherever_there_is_python() -> None:
    made = {"build", "dist"}
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier()} - made
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert set(mypy["files"]) == {name for name in folders if any((ROOT / name).rglob("*.py"))}
