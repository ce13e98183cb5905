"""Every mistake of a config at once, each at its place; hostile YAML; secrets that stay secret; included files."""

from __future__ import annotations

import os
import time
from datetime import time as clock
from datetime import timedelta
from pathlib import Path

import pytest

from watcher.config import Config, find_config, load
from watcher.errors import ConfigError, UsageError, WatcherError
from watcher.model import Endpoint, QuietHours, Rate, Rhythm
from watcher.notify import problem_of
from watcher.rules import compile_rule

RECEIVERS = "receivers: {me: {url: 'console://'}}\n"


def read(path: Path, text: str | bytes, **options: object) -> Config:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    env = options.pop("env", {})
    return load(path, env=env, check_url=problem_of, check_rule=compile_rule, **options)  # type: ignore[arg-type]


def problems(path: Path, text: str | bytes, **options: object) -> list[str]:
    """``line:column: what`` of everything that is wrong."""
    with pytest.raises(ConfigError) as caught:
        read(path, text, **options)
    return [f"{one.line}:{one.column}: {one.what}" for one in caught.value.problems if one.fatal]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


MANY = """\
timezone: Europe/Pariss
operater: [me]
sources:
  hf: {kind: hugingface, evry: 1h}
  hg: {every: 1 banana}
receivers:
  me: {url: "console://"}
  bad: {url: "foo://secretvalue"}
  both: {url: "console://", url_file: x}
subscriptions:
  - name: a
    rule: "continual learning" OR b
    to: [mee]
  - name: b
    rule: graph
    to: [me]
    when: daily at 25:00
  - name: b
    rule: >-
      agents and
      titel:foo
    to: [me:ana@lab.example]
  - name: c
    any: [x, "-y"]
    sources: [hf-dayly]
    to: me
  - name: d
    to: [me, both]
"""


def test_all_mistakes_at_once(path: Path) -> None:
    assert problems(path, MANY) == [
        "1:11: there is no time zone `Europe/Pariss`",
        "2:1: unknown key `operater`",
        "4:14: there is no kind of source `hugingface`",
        "4:26: unknown key `evry`",
        "5:15: `1 banana` is no duration",
        "8:14: apprise knows no service foo://",
        "9:3: receiver `both` has url and url_file",
        "12:32: the value's quotes end before the value does",
        "13:10: there is no receiver `mee`",
        "17:11: `daily at 25:00` is no schedule",
        "18:11: there are two subscriptions `b`",
        "20:14: 'and' is not an operator",
        "22:10: receiver `me` takes no address",
        "24:15: a term cannot begin with -",
        "25:15: there is no source `hf-dayly`",
        "27:5: a rule is missing",
    ]
    with pytest.raises(ConfigError) as caught:
        read(path, MANY)
    assert "secretvalue" not in "".join(f"{one}{one.source_line}" for one in caught.value.problems)
    assert "did you mean `Europe/Paris`?" in str(caught.value) and "did you mean `every`?" in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("agent OR", "3:29"),
        ("'agent OR'", "3:30"),
        ('"agent OR"', "3:30"),
    ],
)
def test_a_rule_is_wrong_where_it_is_wrong(path: Path, rule: str, place: str) -> None:
    text = f"{RECEIVERS}subscriptions:\n- {{name: a, to: me, rule: {rule}}}\n"
    (problem,) = problems(path, text)
    column = int(place.split(":")[1]) + len("agent ") - 2
    assert problem.startswith(f"3:{column}: OR has nothing")


def test_quotes_that_yaml_takes_are_a_warning(path: Path) -> None:
    config = read(path, RECEIVERS + 'timezone: UTC\nsubscriptions:\n- {name: a, to: me, rule: "KV cache"}\n')
    (warning,) = [one for one in config.problems if one.name == "quotes-taken-by-yaml"]
    assert not warning.fatal and "'\"KV cache\"'" in warning.hint


HOSTILE = {
    "brackets": b"[" * 200_000,
    "braces": b"{a: " * 5_000,
    "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "tag": b"timezone: !!python/object:os.system UTC\n",
    "merge": b"a: &a {timezone: UTC}\n<<: *a\n",
    "twice": b"timezone: UTC\ntimezone: UTC\n",
    "documents": b"timezone: UTC\n---\ntimezone: UTC\n",
    "large": b"# " + b"x" * 3_000_000,
    "nul": b"timezone: U\0TC\n",
    "latin": "timezone: Zürich".encode("latin-1"),
    "list": b"- timezone\n",
    "text": b"timezone\n",
    "tab": b"sources:\n\thf: {}\n",
    "unclosed": b'timezone: "UTC\n',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_hostile_yaml_is_refused_with_a_place(path: Path, name: str) -> None:
    found = problems(path, HOSTILE[name])
    assert found


def test_values_are_typed_by_their_key(path: Path) -> None:
    text = f"""
timezone: Europe/Paris
{RECEIVERS}
sources: {{hf: {{every: 90m, look_back: 5}}}}
subscriptions:
  - {{name: 2024, any: [no, 2024], to: me, when: Weekly on MON at 8:00, backfill: none}}
"""
    config = read(path, text)
    (one,) = config.subscriptions
    assert (one.name, one.rule, one.backfill) == ("2024", '("no" OR "2024")', 0)
    assert one.when.rhythm is Rhythm.WEEKLY and str(one.when) == "weekly on mon at 08:00"
    assert config.sources["hf"].every.total_seconds() == 5400 and one.timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("immediately", "immediately"),
        ("hourly", "hourly"),
        ("Weekdays at 8:00", "weekdays at 08:00"),
        ("weekly on Monday at 08:30", "weekly on mon at 08:30"),
        ('cron "30 8 * * mon-fri"', 'cron "30 8 * * mon-fri"'),
        ("cron 0 8 * * 7", 'cron "0 8 * * 7"'),
    ],
)
def test_schedules_are_shown_as_they_are_written(path: Path, written: str, when: str) -> None:
    text = f"timezone: UTC\n{RECEIVERS}subscriptions:\n  - {{name: a, rule: b, to: me}}\n"
    (one,) = read(path, text.replace("to: me", f"to: me, when: '{written}'")).subscriptions
    assert str(one.when) == when


def test_quiet_days_stand_beside_quiet_hours(path: Path) -> None:
    text = """
timezone: UTC
receivers:
  me: {url: "console://", quiet_days: sunday}
subscriptions:
  - {name: a, rule: b, to: me, quiet_hours: {from: "22:00", to: "07:00"}, quiet_days: [Sat, sun]}
"""
    config = read(path, text)
    assert config.subscriptions[0].quiet_hours == QuietHours(clock(22), clock(7), frozenset({5, 6}))
    assert config.receivers["me"].quiet_hours == QuietHours(days=frozenset({6}))


@pytest.mark.parametrize(
    ("text", "most", "seconds"),
    [("20 per hour", 20, 3600), ("1/s", 1, 1), ("30/min", 30, 60), ("100 per day", 100, 86400), ("5 / m", 5, 60)],
)
def test_rates(path: Path, text: str, most: int, seconds: int) -> None:
    config = read(path, f'receivers:\n  me: {{url: "console://", rate: {text}}}\n')
    assert config.receivers["me"].rate == Rate(most, timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("20", "`20` is no rate"),
        ("0 per hour", "nothing would ever be sent"),
        ("20 per week", "`20 per week` is no rate"),
    ],
)
def test_rates_that_are_none(path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(path, f'receivers:\n  me: {{url: "console://", rate: {text}}}\n')
    (problem,) = [one for one in caught.value.problems if one.fatal]
    assert problem.what == what and "20 per hour" in problem.hint


def test_what_a_message_holds(path: Path) -> None:
    text = f"""
timezone: UTC
{RECEIVERS}
subscriptions:
  - {{name: a, rule: b, to: me, when: hourly, bundle: no, max_papers: 20, when_empty: send, sign_of_life: monthly,
     above: .5, top: 10}}
  - {{name: c, rule: b, to: me}}
"""
    one, other = read(path, text).subscriptions
    assert (one.bundle, one.max_papers, one.sends_empty, one.shows_life) == (False, 20, True, True)
    assert (one.above, one.top, other.above, other.top) == (0.5, 10, None, None)
    assert (other.bundle, other.max_papers, other.sends_empty, other.shows_life) == (True, None, False, False)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("when: cron 0 8 * *", "`0 8 * *` has 4 of cron's five fields"),
        ("when: cron 0 8 30 2 *", "`0 8 30 2 *` never comes"),
        ("when: weekly on mo at 08:00", "`mo` is no day of the week"),
        ("max_papers: 0", "a message without papers is no message"),
        ("top: 0", "a message without papers is no message"),
        ("top: 10", "`top: 10` needs a digest to choose from"),
        ("above: 0", "`0` is no score to choose by"),
        ("above: 1.5", "`1.5` is no score to choose by"),
        ("above: 50%", "`50%` is no score to choose by"),
        ("above: strong", "`strong` is no score to choose by"),
        ("bundle: maybe", "`maybe` is neither true nor false"),
        ("when_empty: sent", "there is no value `sent`"),
        ("when_empty: send", "`when_empty: send` needs a time"),
        ("on_update: tell", "there is no value `tell`"),
        ("sign_of_life: weekly", "there is no rhythm `weekly`"),
        ("quiet_days: [holiday]", "`holiday` is no day of the week"),
        ("quiet_days: [mon, tue, wed, thu, fri, sat, sun]", "all seven days are quiet"),
    ],
)
def test_times_that_cannot_be(path: Path, line: str, what: str) -> None:
    (problem,) = problems(path, f"{RECEIVERS}subscriptions:\n- name: a\n  rule: b\n  to: me\n  {line}\n")
    assert problem.partition(": ")[2].startswith(what)


# --- secrets ---

MAIL = """
timezone: UTC
receivers:
  mail: {url: "mailtos://bot:${PW}@smtp.lab.example?from=w@lab.example", address: to}
  whole: {url: "${WHOLE}"}
  file: {url_file: token}
"""


def test_secrets_are_resolved_when_sending_only(path: Path, tmp_path: Path) -> None:
    config = read(path, MAIL)
    assert [one.what for one in config.problems if one.name == "missing-secret"] == [
        "${PW} is not set in the environment",
        "${WHOLE} is not set in the environment",
        f"there is no url_file token in {tmp_path}",
    ]
    assert len(problems(path, MAIL, need_secrets=True)) == 3
    with pytest.raises(WatcherError, match=r"receiver mail: \$\{PW\} is not set"):
        config.address(Endpoint("mail:ana@lab.example"), {})


def test_a_password_is_encoded_inside_a_url_and_a_whole_url_is_not(path: Path, tmp_path: Path) -> None:
    config = read(path, MAIL)
    env = {"PW": "p@ss/w#rd", "WHOLE": "json://h.example/a%20b"}
    address = config.address(Endpoint("mail:ana@lab.example"), env)
    assert address == "mailtos://bot:p%40ss%2Fw%23rd@smtp.lab.example?from=w@lab.example&to=ana@lab.example"
    assert config.address(Endpoint("whole"), env) == env["WHOLE"]
    (tmp_path / "token").write_text("json://from-folder.example/\n")
    assert config.address(Endpoint("file"), env) == "json://from-folder.example/"
    (tmp_path / "cred").mkdir()
    (tmp_path / "cred" / "token").write_text("json://from-systemd.example/\n")
    env["CREDENTIALS_DIRECTORY"] = str(tmp_path / "cred")
    assert config.address(Endpoint("file"), env) == "json://from-systemd.example/"
    assert {"p@ss/w#rd", "p%40ss%2Fw%23rd"} <= config.secrets(env)
    assert "p@ss" not in repr(config) and "smtp" not in repr(config)


# --- included files ---

MAIN = f"timezone: UTC\n{RECEIVERS}include: people/*.yaml\nallow: {{ana.yaml: [me]}}\n"
GOOD = "subscriptions: [{name: maps, rule: map, to: me}]\n"


def test_included_files(path: Path, tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    theirs, copies = tmp_path / "people" / "ana.yaml", tmp_path / "copies"
    theirs.write_text(GOOD)
    (one,) = read(path, MAIN, last_good=copies).subscriptions
    assert one.full_name == "ana/maps"

    theirs.write_text(GOOD.replace("map,", "'map OR',"))
    broken = read(path, MAIN, last_good=copies)
    assert [sub.rule for sub in broken.subscriptions] == ["map"]
    assert list(broken.broken_includes) == ["ana.yaml"]
    assert problems(path, MAIN, strict=True)

    theirs.unlink()
    vanished = read(path, MAIN, last_good=copies)
    assert [sub.rule for sub in vanished.subscriptions] == ["map"]
    assert "vanished" in vanished.broken_includes["ana.yaml"][0].what
    long_ago = time.time() - 25 * 3600
    os.utime(copies / ".ana.yaml.gone", (long_ago, long_ago))
    assert not read(path, MAIN, last_good=copies).subscriptions


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("subscriptions: [{name: a, rule: x, to: '${ME}'}]\n", "no variable"),
        ("receivers: {}\n", "unknown key `receivers`"),
        ("subscriptions: [{name: a, rule: x, to: you}]\n", "may not use receiver `you`"),
    ],
)
def test_what_an_included_file_may_not(path: Path, tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "ana.yaml").write_text(text)
    main = MAIN.replace("receivers: {me:", "receivers: {you: {url: 'console://'}, me:")
    assert any(what in problem for problem in problems(path, main, strict=True))


def test_where_a_config_is_looked_for(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path / "home")}
    usual = tmp_path / "home/.config/watcher/config.yaml"
    assert find_config(None, env, tmp_path) in (None, Path("/etc/watcher/config.yaml"))
    usual.parent.mkdir(parents=True)
    usual.write_text("")
    assert find_config(None, env, tmp_path) == usual
    (tmp_path / "config.yaml").write_text("")
    assert find_config(None, env, tmp_path) == tmp_path / "config.yaml"
    assert find_config(None, env | {"WATCHER_CONFIG": "/x"}, tmp_path) == Path("/x")
    assert find_config(Path("/y"), env | {"WATCHER_CONFIG": "/x"}, tmp_path) == Path("/y")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml: No such file"):
        load(tmp_path / "nowhere.yaml", env={}, check_url=problem_of, check_rule=compile_rule)


def test_a_kind_of_source_refuses_what_it_does_not_take(path: Path) -> None:
    text = RECEIVERS + "sources:\n  hf: {listing: dayly, folder: here}\n"
    assert problems(path, text) == [
        "3:17: there is no listing `dayly`",
        "3:24: a source of kind huggingface has no `folder`",
    ]
