"""Carets under the right character, tables for people and for programs, JSON that streams."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.terminals import Terminal
from watcher.cli import show
from watcher.cli.show import WIDTH, json_array, under
from watcher.cli.tables import LinkedText, print_table
from watcher.errors import Problem


@pytest.mark.parametrize(
    ("line", "start", "length", "shown"),
    [
        ("name: x", 6, 1, "  name: x\n        ^"),
        ("name: x", 0, 4, "  name: x\n  ^^^^"),
        ("\tname", 1, 4, "   name\n   ^^^^"),
        ("模型 x", 3, 1, "  模型 x\n       ^"),
        ("e\u0301 x", 3, 1, "  e\u0301 x\n    ^"),
        ("end", 3, 1, "  end\n     ^"),
        ("end", 99, 5, "  end\n     ^"),
        ("end", -3, 1, "  end\n  ^"),
        ("a\x1b[31mb", 0, 1, "  a [31mb\n  ^"),
        ("cr\r\n", 1, 1, "  cr\n   ^"),
    ],
)
def test_the_caret_stands_under_the_place(line: str, start: int, length: int, shown: str) -> None:
    assert under(line, start, length) == shown


@given(st.text(alphabet="ab c", min_size=1, max_size=400), st.integers(0, 400))
def test_a_long_line_is_cut_around_the_place(line: str, start: int) -> None:
    start = min(start, len(line) - 1)
    marked = list(line)
    marked[start] = "X"
    quoted, carets = under("".join(marked), start).split("\n")
    assert quoted[carets.index("^")] == "X"
    assert len(quoted) <= WIDTH + len("  ……")


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (Problem("c.yaml", 1, 2, "no", "yes", "abc"), "c.yaml:1:2: no; yes\n  abc\n   ^"),
        (Problem("c.yaml", 1, 2, "no", fatal=False), "c.yaml:1:2: warning: no"),
        (Problem("c.yaml", 0, 0, "cannot be read"), "c.yaml: cannot be read"),
    ],
)
def test_a_problem_shows_its_line_where_it_is_known(found: Problem, shown: str) -> None:
    assert show.problem(found) == shown


def test_programs_get_whole_lines_with_tabs() -> None:
    out = io.StringIO()
    when = datetime(2026, 3, 9, 8, 5, tzinfo=UTC)
    print_table(
        ["title", "votes>", "when"], [["a\tb\x1b" + "c" * 200, 3, when], ["[bold]", None, date(2026, 3, 9)]], out
    )
    assert out.getvalue().splitlines() == [
        "title\tvotes\twhen",
        "a b " + "c" * 200 + "\t3\t2026-03-09 08:05",
        "[bold]\t\t2026-03-09",
    ]


def test_people_get_a_table_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    print_table(["title", "votes>"], [["word " * 30, 3], ["[bold]x[/bold]", 12]], out)
    lines = re.sub("\x1b\\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 40
    assert lines[0].split() == ["title", "votes"]
    assert any(line.startswith("[bold]x[/bold]") and line.rstrip().endswith(" 12") for line in lines)


@pytest.mark.parametrize(("width", "is_spared"), [(70, True), (160, False)])
def test_a_narrow_terminal_cuts_titles_and_spares_columns(
    monkeypatch: pytest.MonkeyPatch, width: int, is_spared: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    title = LinkedText("Paper " * 40, "https://example.org/1")
    row = [datetime(2026, 3, 10, 23, 5, tzinfo=UTC), title, "Kiln Letters", "", "2603.1", "told to nobody"]
    print_table(["at", "title~", "venue?", "empty?", "id", "why|"], [row], out, "Europe/Berlin")
    plain = re.sub("\x1b\\[[0-9;]*m|\x1b]8;[^\x1b]*\x1b\\\\", "", out.getvalue())
    head, _, line = plain.splitlines()
    assert head.split() == ["at", "title", *([] if is_spared else ["venue"]), "id"]
    assert line.startswith("2026-03-11 00:05   Paper Paper Paper") and "…" in line and line.rstrip().endswith("2603.1")
    assert len(line) <= width and "https://example.org/1" in out.getvalue()


@pytest.mark.parametrize("values", [[], [{"a": 1}], [{"day": date(2026, 3, 9)}, {"tags": frozenset("ba")}]])
def test_an_array_is_one_json_value(values: list[object]) -> None:
    out = io.StringIO()
    json_array(iter(values), out)
    read = json.loads(out.getvalue())
    assert len(read) == len(values)
    assert out.getvalue().endswith("]\n")


def test_json_has_iso_dates_and_sorted_sets() -> None:
    out = io.StringIO()
    json_array([{"at": datetime(2026, 3, 9, tzinfo=UTC), "day": date(2026, 3, 9), "s": {"b", "a"}, "t": ("x",)}], out)
    assert json.loads(out.getvalue()) == [
        {"at": "2026-03-09T00:00:00+00:00", "day": "2026-03-09", "s": ["a", "b"], "t": ["x"]}
    ]


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        json_array([object()], io.StringIO())
