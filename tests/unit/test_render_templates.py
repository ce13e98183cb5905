"""Templates of one's own in the place of watcher's."""

from __future__ import annotations

import re
from dataclasses import fields
from inspect import getsource
from pathlib import Path

import pytest

from tests.unit.messages import HOSTILE, digest, item, paper
from tests.unit.test_config_mistakes import RECEIVERS, read
from watcher.errors import ConfigError
from watcher.model import Message
from watcher.render import message as rendering
from watcher.render.message import render_message
from watcher.render.notice import Notice
from watcher.render.pages import NAMES
from watcher.render.sample import usable_templates
from watcher.render.snippet import Segment
from watcher.render.view import Group, Link, PaperView

OWN = Path(__file__).parents[2] / "watcher" / "render" / "templates"


def written(**templates: str) -> Message:
    """A digest of one hostile paper; ``digest_txt`` is the template ``digest.txt``."""
    content = digest(item(paper(title=HOSTILE)))
    return render_message(content, {name.replace("_", "."): text for name, text in templates.items()})


def test_one_of_ones_own_is_used() -> None:
    message = written(digest_txt="{{ groups|length }} {{ groups[0].strong[0].terms }}\n")
    assert message.text == "1 pruning\n"
    assert not message.troubles
    assert message.html == written().html


def test_watchers_own_can_be_built_upon() -> None:
    text = '{% extends "ours/digest.html" %}{% block foot %}Yours, the library.{% endblock %}'
    assert "Yours, the library." in written(digest_html=text).html
    base = (OWN / "base.html").read_text().replace("#f3f4f6", "#abcdef")
    message = written(base_html=base)
    assert "#abcdef" in message.html and not message.troubles


def test_a_template_that_forgets_to_escape_does_no_harm() -> None:
    bare = "{% for group in groups %}{% for one in group.strong %}{{ one.title }}{% endfor %}{% endfor %}"
    message = written(digest_html=bare, digest_chat=bare)
    assert "<script" not in message.html and "&lt;/b&gt;" in message.html
    assert "&lt;!channel&gt;" in message.mrkdwn and "<" not in message.chat_html
    assert "\\<!channel\\>" in message.markdown and "@everyone" not in message.markdown


BROKEN = {
    "syntax": ("{% for %}", 1, "Expected an expression"),
    "unclosed": ("\n\n{% if groups %}", 3, "Unexpected end of template"),
    "unknown name": ("ok\n{{ papers }}\n", 2, "'papers' is undefined"),
    "unknown filter": ("{{ subject|shout }}", 1, "No filter named 'shout'"),
    "unknown template": ("{% extends 'mine.txt' %}", 1, "mine.txt"),
    "no number": ("\n{{ 1 / 0 }}", 2, "ZeroDivisionError: division by zero"),
    "for ever": ("{% for n in range(10 ** 9) %}{% endfor %}", 1, "OverflowError: Range too big"),
    "itself": ("{% include 'digest.txt' %}", 1, "RecursionError"),
    "python": ("{{ ().__class__.__base__.__subclasses__() }}", 1, "access to attribute '__class__'"),
    "changes": ("{{ groups.append(1) }}", 1, "append"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_fails_is_named_and_ours_is_used(name: str) -> None:
    text, line, what = BROKEN[name]
    message = written(digest_txt=text)
    assert message.text == written().text
    (trouble,) = message.troubles
    assert (trouble.template, trouble.line) == ("digest.txt", line)
    assert what in str(trouble)
    kept, troubles = usable_templates({"digest.txt": text, "notice.txt": "{{ notice.advice }}"})
    assert list(kept) == ["notice.txt"] and troubles[0].template == "digest.txt"


def test_a_broken_base_breaks_itself_alone() -> None:
    mine = '{% extends "base.html" %}{% block body %}mine{% endblock %}'
    kept, (trouble,) = usable_templates({"base.html": "\n{{ nothing_here }}", "digest.html": mine})
    assert list(kept) == ["digest.html"]
    assert str(trouble) == "base.html:2: 'nothing_here' is undefined"


def test_ours_work_as_somebodys_own() -> None:
    """What people begin with: a copy."""
    copies = {name: (OWN / name).read_text() for name in NAMES}
    assert usable_templates(copies) == (copies, ())
    assert render_message(digest(item()), copies) == render_message(digest(item()))


def test_everything_that_a_template_has_is_written_down() -> None:
    page = (Path(__file__).parents[2] / "docs" / "messages.md").read_text()
    names = {one.name for kind in (Group, PaperView, Link, Segment, Notice) for one in fields(kind)}
    names |= {"count", "note", *re.findall(r"^        \"(\w+)\":", getsource(rendering._digest), re.MULTILINE)}
    assert {name for name in names if f"`{name}`" not in page} == set()


# --- in the config ---

MAIN = f"timezone: UTC\ntemplates: mails\n{RECEIVERS}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "mails").mkdir()
    return tmp_path / "config.yaml"


def test_a_folder_of_templates(path: Path) -> None:
    (path.parent / "mails" / "digest.txt").write_text("{{ subject }}")
    (path.parent / "mails" / ".digest.txt.swp").write_bytes(b"\xff")
    config = read(path, MAIN, strict=True)
    assert config.templates == {"digest.txt": "{{ subject }}"}
    assert not config.broken_templates and not [one for one in config.problems if "mails" in one.file]
    (path.parent / "mails" / "digest.txt").write_text("{{ subject }}!")
    assert read(path, MAIN).digest != config.digest


def test_broken_ones_are_left_out_and_named(path: Path) -> None:
    folder = path.parent / "mails"
    (folder / "digest.txt").write_text("fine\n  {{ papers }}")
    (folder / "notice.html").write_bytes(b"\xff\xfe")
    (folder / "notice.txt").write_text("x" * 200_001)
    (folder / "digset.html").write_text("")
    config = read(path, MAIN)
    assert config.templates == {}
    assert config.broken_templates == {
        "digest.txt": "digest.txt:2: 'papers' is undefined",
        "notice.html": "notice.html: it is not in UTF-8",
        "notice.txt": "notice.txt: it is larger than 200,000 bytes",
    }
    with pytest.raises(ConfigError) as caught:
        read(path, MAIN, strict=True)
    said = [str(problem) for problem in caught.value.problems]
    assert f"{folder}/digest.txt:2:3: 'papers' is undefined; watcher's own is used" in said
    assert (
        f"{folder}/digset.html: warning: no template has this name; did you mean `digest.html`? [unknown-template]"
        in said
    )


def test_a_folder_that_is_not_there(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"2:12: there is no folder .*/males; make it"):
        read(path, MAIN.replace("mails", "males"))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("bot@lab.example", "mailto:bot@lab.example"),
        ("mailto:bot@lab.example?subject=stop", "mailto:bot@lab.example?subject=stop"),
        ("https://lab.example/stop", "https://lab.example/stop"),
    ],
)
def test_where_to_unsubscribe(path: Path, given: str, taken: str) -> None:
    assert read(path, f"unsubscribe: {given}\n").unsubscribe == taken


@pytest.mark.parametrize("given", ["ask ana", "bot@lab.example, bo@lab.example", "javascript:alert(1)", "<a@b>"])
def test_where_nobody_can_unsubscribe(path: Path, given: str) -> None:
    with pytest.raises(ConfigError, match="1:14: this is neither"):
        read(path, f'unsubscribe: "{given}"\n')
