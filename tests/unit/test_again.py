"""What many runs of all tests say of each test."""

from __future__ import annotations

from pathlib import Path

from tests.again import Ran, command, counted, environment, often

REPORT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" tests="5">
<testcase classname="tests.unit.test_a" name="test_one" time="0.1"/>
<testcase classname="tests.unit.test_a" name="test_two[x-1]" time="0.1"><failure message="no">no</failure></testcase>
<testcase classname="tests.unit.test_a" name="test_three" time="0.1"><skipped message="no"/></testcase>
<testcase classname="tests.e2e.test_b" name="test_four" time="0.1"><error message="failed on setup"/></testcase>
<testcase classname="tests.e2e.test_b" name="test_four" time="0.1"><error message="failed on teardown"/></testcase>
</testsuite></testsuites>"""
RED = ("tests/unit/test_a.py::test_two[x-1]", "tests/e2e/test_b.py::test_four")


def test_a_run_is_counted_with_every_red_test_by_its_name() -> None:
    found = counted(REPORT, 61.4)
    assert found == Ran(1, 1, RED, 61.4)
    assert str(found) == "1 passed, 2 failed, 1 skipped, 61 s"
    assert str(Ran(took=9, broken="did not end")) == "did not end, 9 s"


def test_what_was_red_more_often_comes_first() -> None:
    runs = [(7, Ran(red=RED)), (8, Ran()), (9, Ran(red=RED[1:]))]
    assert often(runs) == [f"2 of 3  {RED[1]}  (seed 7, 9)", f"1 of 3  {RED[0]}  (seed 7)"]


def test_each_run_is_drawn_and_ordered_by_its_seed_and_needs_a_server() -> None:
    asked = command(7, Path("report.xml"), ["tests/unit"])
    assert {"--randomly-seed=7", "--hypothesis-seed=7"} <= set(asked) and asked[-1] == "tests/unit"
    env = environment({"HOME": "/h", "WATCHER_EXAMPLES": "0.2"}, Path("/pages"))
    assert env == {
        "HOME": "/h",
        "WATCHER_EXAMPLES": "1",
        "WATCHER_REQUIRE_POSTGRES": "1",
        "WATCHER_SHARED": "/pages",
    }
