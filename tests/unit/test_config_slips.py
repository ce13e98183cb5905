"""Each slip in a config has one finding, at its place, with cause and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config_findings import folder_of, found
from tests.unit.config_mistakes import config
from tests.unit.slips_in_addresses import SLIPS as IN_ADDRESSES
from tests.unit.slips_in_rules import SLIPS as IN_RULES
from tests.unit.slips_in_subscriptions import SLIPS as IN_SUBSCRIPTIONS
from tests.unit.slips_of_first_days import SLIPS as OF_FIRST_DAYS
from tests.unit.slips_of_places import SLIPS as OF_PLACES

ALL = (IN_RULES, IN_SUBSCRIPTIONS, IN_ADDRESSES, OF_FIRST_DAYS, OF_PLACES)
SLIPS = {title: row for some in ALL for title, row in some.items()}


@pytest.mark.parametrize(("words", "marked"), SLIPS.values(), ids=[*SLIPS])
def test_a_slip_is_answered_with_what_to_write(words: str, marked: str, tmp_path: Path) -> None:
    before, _, after = marked.partition("§")
    assert "§" not in after
    said = found(folder_of(tmp_path), before + after)
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert [(one.line, one.column) for one in said] == [place], said
    assert words in f"{said[0].what}; {said[0].hint}", said
    assert said[0].what and said[0].hint


def test_two_that_tell_nobody_are_not_called_the_same(tmp_path: Path) -> None:
    twins = [f"  - {{name: {name}, rule: kite, to: nobody}}" for name in "ab"]
    said = found(folder_of(tmp_path), config("\n".join(["subscriptions:", *twins])))
    assert ["receiver" in one.what for one in said] == [True, True], said


def test_there_are_many() -> None:
    assert len(SLIPS) == sum(map(len, ALL)) >= 700


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("timezone: UTC\n".encode("utf-16"), "UTF-16"),
        (b"contact: M\xfcller\n", "not UTF-8"),
        (b"timezone: UTC\r\nsources:\r\n\thf: {}\r\n", "tab"),
    ],
)
def test_a_file_in_another_charset_is_told_so(data: bytes, words: str, tmp_path: Path) -> None:
    said = found(tmp_path, data)
    assert words in said[0].what and said[0].hint
