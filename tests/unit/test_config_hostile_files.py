"""A person's file, however broken, never keeps the subscriptions of others from being read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.test_files_read import NO_FILES
from watcher.config import Config, load
from watcher.config.text.mistakes import MOST
from watcher.errors import ConfigError, Problem, UsageError, WatcherError
from watcher.model import Endpoint
from watcher.notify import doubt_of, problem_of
from watcher.rules import compile_rule
from watcher.store import database_problem

pytestmark = pytest.mark.timeout(60)

MAIN = "timezone: UTC\nreceivers: {me: {url: 'console://'}}\ninclude: people/*\n"
BO = "subscriptions: [{name: maps, rule: map, to: me}]\n"


@pytest.fixture
def ana(tmp_path: Path) -> Path:
    """The file of somebody beside whom there is bo."""
    (tmp_path / "config.yaml").write_text(MAIN)
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "bo.yaml").write_text(BO)
    return tmp_path / "people" / "ana.yaml"


def read(path: Path, **options: object) -> Config:
    return load(path, env={}, check_url=problem_of, check_rule=compile_rule, **options)  # type: ignore[arg-type]


def of_ana(ana: Path) -> tuple[Problem, ...]:
    """What is wrong with ana's file, where bo's subscription is in force all the same."""
    config = read(ana.parents[1] / "config.yaml")
    assert [one.full_name for one in config.subscriptions] == ["bo/maps"]
    return config.broken_includes["ana.yaml"]


# --- what is no file ---

IN_PLACE = {name: one for name, one in NO_FILES.items() if name not in ("missing", "one byte too many")}


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_is_no_file_is_that_persons_problem(name: str, ana: Path) -> None:
    make, _ = IN_PLACE[name]
    make(ana)
    for problem in of_ana(ana):
        assert problem.what.startswith("cannot be read: ")
        assert ana.is_dir() or "ana.yaml" in problem.file


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(ana: Path) -> None:
    ana.write_text(BO)
    ana.chmod(0)
    (problem,) = of_ana(ana)
    assert (problem.what, problem.hint) == (
        "cannot be read: Permission denied",
        "give watcher's user the right to read it",
    )


def test_a_pipe_as_the_config_is_waited_for_no_longer_than_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.files.read.PATIENCE", 0.05)
    os.mkfifo(tmp_path / "config.yaml")
    with pytest.raises(UsageError, match="nobody has written"):
        read(tmp_path / "config.yaml")


@pytest.mark.parametrize("name", ["socket", "folder", "endless device", "sparse"])
def test_a_config_that_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    NO_FILES[name][0](tmp_path / "config.yaml")
    with pytest.raises(ConfigError, match="cannot be read: "):
        read(tmp_path / "config.yaml")


def test_a_config_on_a_pipe_of_the_shell_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, MAIN.replace("include: people/*\n", "").encode())
    os.close(writing)
    assert list(read(Path(f"/dev/fd/{reading}")).receivers) == ["me"]
    os.close(reading)


@pytest.mark.parametrize("name", ["named pipe", "socket", "folder", "endless device", "sparse"])
def test_a_file_of_an_address_that_is_no_file(name: str, tmp_path: Path) -> None:
    NO_FILES[name][0](tmp_path / "address")
    (tmp_path / "config.yaml").write_text("receivers: {me: {url: 'console://'}, you: {url_file: address}}\n")
    config = read(tmp_path / "config.yaml")
    with pytest.raises(WatcherError, match=r"receiver you: url_file address in .* cannot be read: "):
        config.address(Endpoint("you"), {})
    assert config.address(Endpoint("me"), {}) == "console://"


@pytest.mark.parametrize("name", ["named pipe", "socket", "endless device", "sparse"])
def test_a_template_that_is_no_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    NO_FILES[name][0](tmp_path / "own" / "digest.txt")
    (tmp_path / "config.yaml").write_text("receivers: {me: {url: 'console://'}}\ntemplates: own\n")
    config = read(tmp_path / "config.yaml")
    assert list(config.broken_templates) == ["digest.txt"]


@pytest.mark.parametrize("pattern", ["''", "/", ".", "[x.yaml, ./.]", '"a\\0b"'])
def test_a_pattern_that_names_no_files(pattern: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"receivers: {{me: {{url: 'console://'}}}}\ninclude: {pattern}\n")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "config.yaml")
    assert [one.line for one in caught.value.problems if one.fatal] == [2]


ODD_NAMES = [
    b"\xff\xfe.yaml",
    b"a\n<3>b.yaml",
    b"\x1b[31ma.yaml",
    "a\u202e.yaml".encode(),
    "\u2028.yaml".encode(),
    b"\x85\xc2.yaml",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_whose_name_is_no_plain_text_is_not_read(name: bytes, ana: Path) -> None:
    Path(os.fsdecode(os.fsencode(ana.parent) + b"/" + name)).write_text(BO)
    states = ana.parents[1] / "last"
    for _ in range(2):  # nothing is kept of it that would be in the way when it is gone
        config = read(ana.parents[1] / "config.yaml", last_good=states)
        assert [one.full_name for one in config.subscriptions] == ["bo/maps"]
        for shown, (problem,) in config.broken_includes.items():
            assert "its name holds characters that are no plain text; rename it" in str(problem)
            assert shown.isprintable() and str(problem).isprintable()
        assert os.listdir(states) == ["bo.yaml"]


def test_a_copy_of_such_a_file_is_left_aside(ana: Path) -> None:
    states = ana.parents[1] / "last"
    read(ana.parents[1] / "config.yaml", last_good=states)
    Path(os.fsdecode(os.fsencode(states) + b"/\xff.yaml")).write_text(BO)
    config = read(ana.parents[1] / "config.yaml", last_good=states)
    assert [one.full_name for one in config.subscriptions] == ["bo/maps"] and not config.broken_includes


@pytest.mark.parametrize("name", [".#ana.yaml", ".ana.yaml.swp", ".ana.yaml"])
def test_an_editors_hidden_files_are_none(name: str, ana: Path) -> None:
    (ana.parent / name).symlink_to("ana@host.123:456")
    config = read(ana.parents[1] / "config.yaml", strict=True)
    assert [one.full_name for one in config.subscriptions] == ["bo/maps"]


def test_a_hidden_file_that_a_pattern_names_is_one(ana: Path) -> None:
    (ana.parent / ".ana.yaml").write_text(BO)
    config = ana.parents[1] / "config.yaml"
    config.write_text(MAIN.replace("people/*", "people/.*.yaml"))
    assert [one.name for one in read(config, strict=True).subscriptions] == ["maps"]


def test_a_marker_of_a_time_to_come_begins_anew(ana: Path) -> None:
    states = ana.parents[1] / "last"
    read(ana.parents[1] / "config.yaml", last_good=states)
    (ana.parent / "bo.yaml").unlink()
    ana.write_text("subscriptions: []\n")
    read(ana.parents[1] / "config.yaml", last_good=states)
    marker = states / ".bo.yaml.gone"
    os.utime(marker, (9e9, 9e9))
    read(ana.parents[1] / "config.yaml", last_good=states)
    assert marker.stat().st_mtime < 9e9


def test_a_file_that_two_patterns_name_is_read_once(ana: Path) -> None:
    config = ana.parents[1] / "config.yaml"
    config.write_text(MAIN.replace("people/*", "[people/*.yaml, people/bo.yaml]"))
    assert [one.full_name for one in read(config, strict=True).subscriptions] == ["bo/maps"]


# --- many mistakes ---

N = 20_000
HEAD = "subscriptions:\n"
MANY: dict[str, Callable[[], str]] = {
    "unknown keys of subscriptions": lambda: HEAD + "  - {nme: x, rul: y}\n" * N,
    "unknown keys at the top": lambda: "".join(f"k{n}: 1\n" for n in range(N)),
    "unknown keys of one subscription": lambda: HEAD + "  - {" + "".join(f"k{n}: 1, " for n in range(N)) + "}\n",
    "keys that stand twice": lambda: HEAD + "  - name: a\n" + "    rule: x\n" * N,
    "subscriptions that are none": lambda: HEAD + "- a\n" * N,
    "anchors": lambda: HEAD + "  - &a x\n" * N,
    "aliases": lambda: HEAD + "  - *a\n" * N,
    "tags": lambda: HEAD + "  - !a x\n" * N,
    "variables": lambda: HEAD + "  - '${x}'\n" * N,
    "wrong rules": lambda: HEAD + "".join(f"  - {{name: n{n}, rule: (a, to: me}}\n" for n in range(N)),
    "quotes that end too early": lambda: HEAD + '  - name: a\n    rule: "a" OR b\n' * N,
    "unknown receivers": lambda: HEAD + "  - {name: a, rule: x, to: [" + "mee, " * N + "]}\n",
    "wrong terms": lambda: HEAD + "  - {name: a, to: me, any: [" + "'-y', " * N + "]}\n",
    "one name": lambda: HEAD + "  - {name: n, rule: a, to: me}\n" * (N // 10),
    "lists in lists": lambda: HEAD + "[" * 200_000,
    "tables in tables": lambda: "".join(" " * n + "a:\n" for n in range(300)),
    "an alias bomb": lambda: "a: &a [x, x]\n" + "".join(f"a{n}: &a{n} [*a, *a]\n" for n in range(1000)),
    "more texts than are read": lambda: HEAD + "- a\n" * 450_000,
    "a rule on one long line": lambda: HEAD + "  - {name: a, to: me, rule: '" + "a OR " * 80_000 + "'}\n",
    "escapes on one long line": lambda: HEAD + '  - {name: a, to: me, rule: "' + "\\u00e9" * 3_000 + ' AND ("}\n',
    "a name of one long line": lambda: HEAD + "  - {name: '" + "a" * 400_000 + "', rule: x, to: me}\n",
    "a duration of one long line": lambda: HEAD + "  - {name: a, rule: x, to: me, backfill: '" + "1" * 400_000 + "'}\n",
    "colons on one long line": lambda: HEAD + "  - " + "a: " * 130_000 + "\n",
    "quotes on one long line": lambda: HEAD + "  - " + "'" * 400_001,
    "letters that are no YAML": lambda: "y: : z\n" + "a" * 400_000 + "\n",
}


@pytest.mark.parametrize("name", MANY)
def test_many_mistakes_of_one_file(name: str, ana: Path) -> None:
    ana.write_text(MANY[name]())
    found = of_ana(ana)
    assert 0 < len(found) <= MOST + 1
    assert all(len(str(one)) + len(one.source_line) < 4000 for one in found)
    assert list(found) == sorted(found, key=lambda one: (not one.line, one.line, one.column))


def test_how_many_more_there_are_is_said(ana: Path) -> None:
    ana.write_text(HEAD + "  - {name: a, rule: x, to: me, nme: x, rul: y}\n" * 500)
    *listed, rest = of_ana(ana)
    assert len(listed) == MOST and [one.line for one in listed[:3]] == [2, 2, 3]
    assert str(rest) == "people/ana.yaml: … and 950 more mistakes; the rest was not looked at"


def test_warnings_are_counted_apart(ana: Path) -> None:
    ana.write_text(HEAD + "".join(f'  - {{name: n{n}, rule: "KV n{n}", to: me}}\n' for n in range(MOST + 10)))
    config = read(ana.parents[1] / "config.yaml")
    said = [one for one in config.problems if one.file == "people/ana.yaml"]
    assert len(config.subscriptions) == MOST + 11 and len(said) == MOST + 1
    assert str(said[-1]) == "people/ana.yaml: warning: … and 10 more warnings"


def test_a_mistake_far_out_on_a_line_is_shown_by_its_place_alone(ana: Path) -> None:
    ana.write_text(HEAD + "- {name: a, " + " " * 3000 + "rule: (, to: me}\n")
    (problem,) = of_ana(ana)
    assert (problem.line, problem.column, problem.source_line) == (2, 3019, "")


@pytest.mark.parametrize("n", [2_000])
def test_thousands_of_files_each_with_mistakes(n: int, ana: Path) -> None:
    for number in range(n):
        (ana.parent / f"f{number}.yaml").write_text("a: 1\nb: 2\n")
    config = read(ana.parents[1] / "config.yaml")
    assert len(config.broken_includes) == n and len(config.subscriptions) == 1
    with pytest.raises(ConfigError) as caught:
        read(ana.parents[1] / "config.yaml", strict=True)
    assert len([one for one in caught.value.problems if one.fatal]) == 2 * n


# --- names that no file can have, wherever the config names one ---

PATHS = {
    "templates": "templates: '{}'",
    "certificates": "ca_bundle: '{}'",
    "included files": "include: ['{}']",
    "a database": "database: '{}'",
    "an inbox": "sources: {{x: {{kind: inbox, folder: '{}'}}}}",
    "a receiver's address": "receivers: {{me: {{url_file: '{}'}}}}",
    "a key": "sources: {{x: {{kind: openalex, query: a, api_key_file: '{}'}}}}",
    "a source's address": "sources: {{x: {{kind: feed, url_file: '{}'}}}}",
    "a token": "web: {{token_file: '{}'}}",
    "notes": "keep: {{x: {{folder: '{}'}}}}",
    "a bibliography": "keep: {{x: {{bib: '{}.bib'}}}}",
    "a library's key": "keep: {{x: {{zotero: users/1, key_file: '{}'}}}}",
    "a library": "subscriptions: [{{name: a, like: ['{}.bib'], to: [me]}}]",
}
NO_NAMES = {
    "too long": "x" * 5_000,
    "too deep": "y/" * 3_000,
    "nobody's home": "~nobody-of-this-name/x",
    "turns": "../" * 2_000,
}


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("key", PATHS)
def test_a_name_that_no_file_can_have_is_a_mistake_at_most(key: str, name: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(PATHS[key].format(NO_NAMES[name]) + "\n")
    try:
        read(config, check_database=database_problem, doubt_url=doubt_of)
    except ConfigError as error:
        assert error.problems


def test_a_pattern_that_would_search_folders_many_times_over_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("include: ['**/**/*.yaml']\n")
    with pytest.raises(ConfigError) as raised:
        read(tmp_path / "config.yaml")
    assert any("pattern" in one.what for one in raised.value.problems)
