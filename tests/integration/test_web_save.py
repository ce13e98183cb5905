"""A rule is saved into the config from the pages: what changes is shown first, and only the session's form writes."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.integration.webs import CONFIG, GUARDED, TOKEN, Web, entry, words
from tests.patience import PATIENCE
from watcher.config import Config, load
from watcher.config.saving import SavedLines, SubscriptionFile
from watcher.daemon.opening import open_context
from watcher.daemon.web_pages import ConfigFiles, WebPages
from watcher.errors import WatcherError
from watcher.notify import problem_of
from watcher.rules import compile_rule

RULE = 'title:lantern OR "paper kite"'
ASKED = {"q": RULE, "name": "paper-kites", "to": "ana", "when": "weekdays at 09:00"}


def read(path: Path, instead: Mapping[Path, bytes] | None = None) -> Config:
    return load(path, env={}, check_url=problem_of, check_rule=compile_rule, instead=instead or {})


@pytest.fixture
def web(make_web: Callable[..., Web], tmp_path: Path) -> Web:
    made = make_web(**GUARDED)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG + "  # the last line\n", encoding="utf-8")

    def save(file: str, lines: Sequence[str], dry_run: bool) -> SavedLines:
        path = made.config.includes[file] if file else config
        return SubscriptionFile(made.config, path, read).save(lines, dry_run=dry_run)

    made.save = save
    return made


def config_of(web: Web) -> str:
    assert web.config.path is not None
    return web.config.path.read_text(encoding="utf-8")


def form_of(page: str) -> dict[str, str]:
    """The fields of the form that writes."""
    form = page[page.index('<form class="actions" method="post" action="/save">') :]
    found = re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in found}


def test_what_changes_is_shown_and_then_written(web: Web) -> None:
    client, before = web.signed_in(), config_of(web)
    web.list_papers(entry(1, "A paper kite"))
    search = client.get("/search", params={"q": RULE}).text
    (link,) = re.findall(r'href="(/save[^"]*)"', search)
    page = client.get(html.unescape(link)).text
    assert 'value="title-lantern' not in page and 'value="lantern-paper-kite"' in page, "a name is offered"
    page = client.get("/save", params=ASKED).text
    assert "<ins>+  - name: paper-kites</ins>" in page and "<ins>+    when: weekdays at 09:00</ins>" in page
    assert config_of(web) == before, "looking writes nothing"
    answer = client.post("/save", data=form_of(page))
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/search")
    assert "Saved: the daemon reads the config again" in client.get(answer.headers["location"]).text
    after = config_of(web)
    assert web.config.path is not None
    saved = read(web.config.path).subscriptions[-1]
    assert (saved.name, saved.rule, saved.to, str(saved.when)) == ("paper-kites", RULE, ("ana",), "weekdays at 09:00")
    for line in before.splitlines():
        assert line in after, "every other line stays"
    assert sorted(one.name for one in web.config.path.parent.iterdir() if one.name.endswith(".new")) == []


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": "lanterns"}, "name", "there is a subscription of this name already"),
        ({"name": "x/y"}, "name", "cannot be a name"),
        ({"to": "nobody"}, "to", "choose one of the config"),
        ({"when": "at noon"}, "when", "write"),
        ({"when": "daily at 08:00\n  to: [ops]"}, "when", "in one line"),
        ({"q": "title:lantern OR titel:kite"}, "q", "there is no field"),
        ({"q": ""}, "q", ""),
    ],
)
def test_what_is_wrong_stands_under_its_field(web: Web, changed: dict[str, str], field: str, said: str) -> None:
    client, before = web.signed_in(), config_of(web)
    page = client.get("/save", params=ASKED | changed)
    assert page.status_code == 200
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true" aria-describedby="wrong-{field}"', page.text), page.text
    shown = re.findall(rf'<span class="error" id="wrong-{field}" role="alert">(.*?)</span>', page.text, re.DOTALL)
    assert said in html.unescape(shown[0])
    assert "Save it" not in words(page.text)
    key = form_of(client.get("/save", params=ASKED).text)["key"]
    assert client.post("/save", data=ASKED | changed | {"key": key}).status_code == 400
    assert config_of(web) == before


def test_a_warning_of_the_linter_is_shown_before(web: Web) -> None:
    page = web.signed_in().get("/save", params=ASKED | {"q": "lantern upvotes"}).text
    assert "(number-without-comparison)" in page and "Save it" in page


@pytest.mark.parametrize("key", ["", "0" * 64])
def test_only_a_form_of_the_session_writes(web: Web, key: str) -> None:
    client, before = web.signed_in(), config_of(web)
    assert client.post("/save", data=ASKED | {"key": key}).status_code == 403
    other = {"Origin": "https://evil.example"}
    good = form_of(client.get("/save", params=ASKED).text)
    assert client.post("/save", data=good, headers=other).status_code == 403
    stranger = web.client()
    assert stranger.post("/save", data=good).status_code in (401, 403)
    assert stranger.get("/save", params=ASKED, headers={"Accept": "text/html"}).status_code == 303
    assert config_of(web) == before


def test_a_script_with_the_token_saves(web: Web) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    answer: httpx.Response = web.client().post("/save", data=ASKED, headers=bearer)
    assert answer.status_code == 303 and "paper-kites" in config_of(web)


def test_pages_without_a_file_say_who_writes(make_web: Callable[..., Web]) -> None:
    client = make_web(**GUARDED).signed_in()
    answer = client.get("/save", params=ASKED)
    assert answer.status_code == 409 and "watcher add" in answer.text
    assert "/save" not in client.get("/search", params={"q": RULE}).text


def test_a_file_that_cannot_be_written_stays_and_says_so(web: Web) -> None:
    assert web.config.path is not None
    web.config.path.write_text("subscriptions: [{name: a, rule: b, to: [ana]}]\n", encoding="utf-8")
    page = web.signed_in().get("/save", params=ASKED).text
    assert "write it so, and try again" in words(page)


def test_what_is_written_beside_the_config_is_nobody_elses_to_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    copymode = shutil.copymode

    def look(path: Path, beside: Path) -> None:
        modes.append(beside.stat().st_mode & 0o777)
        copymode(path, beside)

    monkeypatch.setattr(shutil, "copymode", look)
    assert web.config.path is not None
    web.config.path.chmod(0o640)
    web.signed_in().get("/save", params=ASKED)
    assert modes == [0o600] and web.config.path.stat().st_mode & 0o777 == 0o640


class Second:
    """Another program that saves into the same config: it has ended, or waits, when :meth:`begin` returns."""

    def __init__(self, config: Config, path: Path) -> None:
        self._file = SubscriptionFile(config, path, read)
        self._thread = threading.Thread(target=lambda: self._file.save(["- name: second", "  rule: kite", "  to: ana"]))

    def begin(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
        while self._thread.is_alive() and "-> FLOCK" not in Path("/proc/locks").read_text(encoding="ascii"):
            self._thread.join(0.01)

    def end(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


def test_of_two_that_save_at_once_both_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    config = read(path)
    second = Second(config, path)

    def reading(path: Path, instead: Mapping[Path, bytes]) -> Config:
        second.begin()
        return read(path, instead)

    SubscriptionFile(config, path, reading).save(["- name: first", "  rule: lantern", "  to: ana"])
    second.end()
    names = [one.name for one in read(path).subscriptions]
    assert sorted(names[len(config.subscriptions) :]) == ["first", "second"]


def test_what_an_editor_writes_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")

    def reading(asked: Path, instead: Mapping[Path, bytes]) -> Config:
        path.write_text(CONFIG + "# by hand\n", encoding="utf-8")
        return read(asked, instead)

    with pytest.raises(WatcherError, match="another program wrote to it meanwhile; try again"):
        SubscriptionFile(read(path), path, reading).save(["- name: first", "  rule: lantern", "  to: ana"])
    assert path.read_text(encoding="utf-8") == CONFIG + "# by hand\n"
    assert [one.name for one in tmp_path.iterdir()] == ["config.yaml"]


# --- files of people ---

PEOPLE = """\
# what Bo reads
subscriptions:
  - name: kites
    rule: kite
    to: [mail:bo@lab.example]   # not at night
"""
LAB = CONFIG.replace("receivers:\n", 'receivers:\n  mail: {url: "mailtos://u:p@lab.example", address: to}\n').replace(
    "subscriptions:", "include: people/*.yaml\nallow: {bo.yaml: [mail, ana], cy.yaml: [ops]}\nsubscriptions:"
)
BOS = {"q": RULE, "file": "people/bo.yaml"}


@pytest.fixture
def lab(make_web: Callable[..., Web], tmp_path: Path) -> Web:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "bo.yaml").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "people" / "cy.yaml").write_text("subscriptions: []\n", encoding="utf-8")
    made = make_web(**GUARDED)
    config = tmp_path / "config.yaml"
    config.write_text(LAB, encoding="utf-8")
    made.config = read(config)
    files = ConfigFiles(read, lambda: made.woken.append(made.now))
    context = open_context(made.config, made.store, {})
    made.save = WebPages(context, made.polled.append, lambda: None, files=files)._save
    return made


def shown_as(page: str, field: str) -> list[str]:
    """The choices of a field of the form."""
    chosen = re.search(rf'<select id="{field}".*?</select>', page)
    return [html.unescape(one) for one in re.findall(r"<option[^>]*>(.*?)</option>", chosen[0] if chosen else "")]


def test_where_there_is_one_file_none_is_chosen(web: Web) -> None:
    assert shown_as(web.signed_in().get("/save", params=ASKED).text, "file") == []


def test_the_file_is_chosen_where_there_are_several(lab: Web) -> None:
    page = lab.signed_in().get("/save", params={"q": RULE}).text
    assert shown_as(page, "file") == ["config.yaml", "people/bo.yaml", "people/cy.yaml"]


def test_a_rule_is_saved_into_the_file_of_a_person(lab: Web, tmp_path: Path) -> None:
    client, bo = lab.signed_in(), tmp_path / "people" / "bo.yaml"
    page = client.get("/save", params=BOS).text
    assert shown_as(page, "to")[0] == "mail:bo@lab.example", "whom the file tells already comes first"
    assert "What changes in bo.yaml" in words(page) and "<ins>+    to: mail:bo@lab.example</ins>" in page
    assert bo.read_text(encoding="utf-8") == PEOPLE and lab.woken == [], "looking writes nothing"
    assert client.post("/save", data=form_of(page)).status_code == 303
    assert bo.read_text(encoding="utf-8").startswith(PEOPLE) and config_of(lab) == LAB and lab.woken == [lab.now]
    saved = read(tmp_path / "config.yaml").subscriptions[-1]
    assert (saved.full_name, saved.rule) == ("bo/lantern-paper-kite", RULE)
    assert [one.name for one in bo.parent.iterdir() if one.name.startswith(".")] == []


def test_a_name_is_taken_only_in_its_own_file(lab: Web) -> None:
    client = lab.signed_in()
    for file, name, is_taken in (
        ("", "kites", True),
        ("people/bo.yaml", "kites", True),
        ("people/bo.yaml", "lanterns", False),
    ):
        page = client.get("/save", params={"q": RULE, "file": file, "name": name}).text
        assert ("there is a subscription of this name already" in page) is is_taken, (file, name)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"to": "ops"}, "to", "ops"),
        ({"name": "x/y"}, "name", "cannot be a name"),
        ({"when": "at noon"}, "when", "write"),
        ({"file": "people/nobody.yaml"}, "file", "choose one of the config's files"),
        ({"file": "../../etc/passwd"}, "file", "choose one of the config's files"),
        ({"file": "people/../config.yaml"}, "file", "choose one of the config's files"),
    ],
)
def test_what_is_wrong_in_a_persons_file_stands_under_its_field(
    lab: Web, tmp_path: Path, changed: dict[str, str], field: str, said: str
) -> None:
    client = lab.signed_in()
    page = client.get("/save", params=BOS | changed)
    shown = re.findall(rf'<span class="error" id="wrong-{field}" role="alert">(.*?)</span>', page.text, re.DOTALL)
    assert shown and said in html.unescape(shown[0]), words(page.text)
    assert "Save it" not in words(page.text)
    key = form_of(client.get("/save", params=BOS).text)["key"]
    asked = {"name": "paper-kites", "to": "ana", "when": "immediately"}
    assert client.post("/save", data=asked | BOS | changed | {"key": key}).status_code == 400
    assert (tmp_path / "people" / "bo.yaml").read_text(encoding="utf-8") == PEOPLE and config_of(lab) == LAB


def test_a_file_that_is_broken_already_says_where(lab: Web, tmp_path: Path) -> None:
    (tmp_path / "people" / "bo.yaml").write_text(PEOPLE.replace("rule: kite", "rule: (kite"), encoding="utf-8")
    page = lab.signed_in().get("/save", params=BOS | {"to": "ana"}).text
    assert "Save it" not in words(page) and "mend what is wrong already: people/bo.yaml:4:" in words(page)


def test_a_config_that_is_broken_on_disk_already_says_where(web: Web) -> None:
    assert web.config.path is not None
    web.config.path.write_text(CONFIG.replace("rule: lantern,", "rule: (lantern,"), encoding="utf-8")
    page = web.signed_in().get("/save", params=ASKED).text
    assert "Save it" not in words(page) and 'aria-invalid="true"' not in page, "no field of the form is to blame"
    assert "mend what is wrong already: " in words(page) and "config.yaml:10:" in words(page)


def test_what_cannot_be_written_is_shown_to_be_written_by_hand(lab: Web, tmp_path: Path) -> None:
    (tmp_path / "people" / "cy.yaml").unlink()
    (tmp_path / "people" / "cy.yaml").symlink_to("/dev/full")
    page = lab.signed_in().get("/save", params={"q": RULE, "file": "people/cy.yaml", "to": "ops"}).text
    assert "write the lines into it by hand" in words(page) and "- name: lantern-paper-kite rule:" in words(page)
