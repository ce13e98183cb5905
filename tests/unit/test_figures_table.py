"""The table of figures: how a row is judged, printed, kept, and found again beside the next one."""

from __future__ import annotations

import pytest

from benchmarks.all.printed import BEGIN, END, KEPT, Line, kept_figures, number, table, with_table
from benchmarks.all.row import Asked, Row, Samples
from benchmarks.all.rows import all_rows


def _measure(asked: Asked) -> Samples:
    raise AssertionError("nothing is measured here")


ALONE = Row(name="one", what="one look", unit="ms", measure=_measure, must=2, reach=1)
BESIDE = Row(
    name="two", what="sending", unit="a second", measure=_measure, must=0.8, reach=1.0, peer="bare", by_ratio=True,
    more_is_better=True,
)  # fmt: skip


@pytest.mark.parametrize(("figure", "grade"), [(1.0, "reached"), (1.5, "met"), (2.1, "missed")])
def test_less_is_better_where_nothing_else_is_said(figure: float, grade: str) -> None:
    assert ALONE.grade(figure) == grade


@pytest.mark.parametrize(("figure", "grade"), [(1.0, "reached"), (0.9, "met"), (0.7, "missed")])
def test_more_is_better_where_it_is_said(figure: float, grade: str) -> None:
    assert BESIDE.grade(figure) == grade


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    found = Samples([10, 40, 90], [10, 20, 30])  # 1, 2, 3
    assert BESIDE.figure(found) == 2
    assert ALONE.figure(found) == 40


def test_a_kept_table_stands_beside_the_next_one() -> None:
    first = table([Line(ALONE, Samples([1.234])), Line(BESIDE, Samples([90], [100]))], {})
    before = kept_figures(with_table(f"# Figures\n{BEGIN}old\n{END}behind\n", first))
    assert before == {"one look": "1.23 ms", "sending": "0.9 times"}
    second = table([Line(ALONE, Samples([5])), Line(BESIDE, None, "no bare")], before).splitlines()
    assert second[2] == "| one look | 2 ms | 1 ms | 5 ms | missed | 5 ms |  |  | 1.23 ms |"
    assert second[3] == "| sending | 0.8 times | 1 times |  | not measured: no bare |  |  |  | 0.9 times |"


def test_the_page_of_figures_has_a_place_for_the_table() -> None:
    text = KEPT.read_text(encoding="utf-8")
    assert kept_figures(with_table(text, table([Line(ALONE, Samples([1]))], {}))) == {"one look": "1 ms"}
    with pytest.raises(ValueError, match="no place"):
        with_table("# Figures\n", "")


def test_every_row_has_a_name_and_words_of_its_own_and_goals_in_order() -> None:
    rows = all_rows()
    assert len({row.name for row in rows}) == len({row.what for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.must == row.reach or row.more_is_better == (row.reach > row.must), row.name
        assert row.peer or not row.by_ratio, row.name
        assert "|" not in row.what + row.peer


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.0123, "0.012"), (1.236, "1.24"), (23.46, "23.5"), (1234.5, "1,234")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text
