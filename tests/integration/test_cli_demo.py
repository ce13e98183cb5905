import re
from pathlib import Path

import pytest

from watcher.cli import main
from watcher.demo.papers import DAY_ONE, DAY_TWO
from watcher.demo.tour import Tour

TOLD_ON_DAY_ONE = {"9912.99001", "9912.99002", "9912.99003", "9912.99006"}
TOLD_ON_DAY_TWO = {"9912.99009", "9912.99010", "9912.99011"}


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A place with a broken config, which the demo has nothing to do with, and a proxy that nobody runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    (tmp_path / "config.yaml").write_text("sources: [")
    return {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "unused")}


def told(text: str) -> list[str]:
    """The ids of the papers told, as often as they were."""
    return re.findall(r"papers/(9912\.\d{5})", text)


def test_two_days_are_told_once_each(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--state", str(folder)], env) == 0
    first, second, third = re.split(r"\n\w+day \d\d:\d\d: .*\n", capsys.readouterr().out)[1:]
    assert sorted(told(first)) == sorted(TOLD_ON_DAY_ONE)
    assert sorted(told(second)) == sorted(TOLD_ON_DAY_TWO)
    assert told(third) == []
    assert "invented: new, 8 papers never seen before, 4 of them told" in first
    assert "invented: new, 5 papers never seen before, 3 of them told" in second
    assert "invented: unchanged, nothing to tell" in third
    assert "watcher init" in third
    assert not (tmp_path / "unused").exists()


def test_the_mail_lies_where_it_says(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    assert main(["demo", "--state", str(folder)], env) == 0
    assert f"{folder / 'mail.html'}\n" in capsys.readouterr().out
    mail = (folder / "mail.html").read_text(encoding="utf-8")
    assert set(told(mail)) == TOLD_ON_DAY_ONE


def test_its_config_is_one_that_watcher_takes(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--state", str(tmp_path / "demo")], env) == 0
    config = str(tmp_path / "demo" / "config.yaml")
    assert main(["-c", config, "papers"], env | {"STATE_DIRECTORY": str(tmp_path / "demo")}) == 0
    listed = capsys.readouterr().out
    assert all(paper.title in listed for paper in (*DAY_ONE, *DAY_TWO))


def test_a_folder_with_something_in_it_is_left_alone(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--state", str(tmp_path)], env) == 2
    assert f"{tmp_path} is not an empty folder" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["config.yaml"]


def test_a_demo_that_tells_nothing_fails(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Tour.look

    def look(tour: Tour) -> object:
        tour.site.days = {tour.site.today: ()}
        return real(tour)

    monkeypatch.setattr(Tour, "look", look)
    assert main(["demo", "--state", str(tmp_path / "demo")], env) == 1
    assert "told nothing" in capsys.readouterr().err
