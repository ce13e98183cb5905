"""A morning of real papers: what several subscriptions find in a week, as mail and as every chat has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from tests.unit.test_render_digest import Tags
from watcher.cli import main
from watcher.cli.preview import SHOWN_AS
from watcher.notify import limit_of
from watcher.notify.addresses.limits import measure_of
from watcher.notify.addresses.samples import SERVICES

pytestmark = pytest.mark.real

NAMES = ("efficient-inference", "agents", "video", "weather")
CONFIG = """
timezone: Europe/Paris
unsubscribe: watcher@lab.example
sources:
  hf-daily: {kind: huggingface}
receivers:
  me: {url: "json://127.0.0.1:1/"}
subscriptions:
  - {name: efficient-inference, rule: 'about:"KV cache" OR title:quanti* OR about:"speculative decoding"', to: me}
  - {name: agents, any: [agent, tool use, =MCP], none: [survey], to: me, max_papers: 20}
  - {name: video, rule: '"video generation" OR "video diffusion"', to: me}
  - {name: weather, rule: hailstorm, to: me, when: daily at 08:00, when_empty: send}
"""
Show = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def desk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config, and the real pages of March in a database."""
    folder = tmp_path_factory.mktemp("morning")
    (folder / "config.yaml").write_text(CONFIG)
    pages = sorted((shared / "captures" / "hf_html").glob("2026-03-*.html"))
    assert main(["-c", str(folder / "config.yaml"), "import", "--no-tell", *map(str, pages)], environment(folder)) == 0
    return folder


@pytest.fixture
def show(desk: Path, capsys: pytest.CaptureFixture[str]) -> Show:
    """The messages of the last week of March for one service, also kept in the folder to be looked at."""

    def shown(form: str) -> list[str]:
        capsys.readouterr()
        wanted = ["preview", *NAMES, "--since", "2026-03-25", "--as", form]
        assert main(["-c", str(desk / "config.yaml"), *wanted], environment(desk)) == 0
        out = capsys.readouterr().out
        (desk / f"morning.{form}").write_text(out, encoding="utf-8")
        return re.split(r"^--- message \d+ of \d+ ---\n", out, flags=re.MULTILINE)[-out.count("--- message ") or -1 :]

    return shown


def environment(folder: Path) -> dict[str, str]:
    return {"STATE_DIRECTORY": str(folder / "state"), "HOME": str(folder)}


def test_a_morning_as_mail(show: Show) -> None:
    texts, pages = show("text"), show("email")
    assert 1 <= len(texts) == len(pages) <= 2
    titles = [
        title for page in pages for title in re.findall(r'<(?:div|h3) class="ink"[^>]*>\s*<a [^>]*>(.*?)</a>', page)
    ]
    counts = [re.match(r"Subject: (\d+) papers? for ", text) for text in texts]
    assert sum(int(count[1]) for count in counts if count) == len(titles) > 40
    said = " ".join(" ".join(texts).split())
    for title in titles:
        assert unescape(re.sub(r"<[^>]+>", "", title)) in said
    links = re.findall(r"https://huggingface.co/papers/\S+", said)
    assert len(links) == len(set(links)) == len(titles)
    assert "weather: " in said and "none matched" in said
    lines = [line for text in texts for line in text.splitlines()]
    assert max(len(line) for line in lines if not re.search("http|mailto|Subject", line)) <= 76


def test_mails_are_whole(show: Show) -> None:
    for page in show("email"):
        tags = Tags(page)
        assert tags.open == [] and set(tags.tags) >= {"table", "a", "span"}
        assert all(re.match(r"(https?://|mailto:watcher@lab\.example|#t\d)", link) for link in tags.links)
        assert len(page.encode()) < 102_400  # Gmail hides the rest


@pytest.mark.parametrize("form", sorted({*SHOWN_AS} & {*SERVICES} - {"email", "json"}))
def test_a_morning_as_a_chat_has_it(show: Show, form: str) -> None:
    messages = show(form)
    url = SERVICES[form]
    assert all(measure_of(url)(one.rstrip()) <= limit_of(url) for one in messages)
    assert len(messages) <= 8  # of fifty papers
    assert not any(one.rstrip().endswith("\n…") for one in messages)
    papers = re.findall(r"https://huggingface\.co/papers/[\d.]+", "\n".join(messages))
    in_full = re.findall(r"https://arxiv\.org/pdf/[\d.]+", "\n".join(messages))
    # A title, where it appears and a link of each leave room for few in full where 2,000 characters are a message.
    assert len(set(papers)) > 40 and len(in_full) == len(set(in_full)) > 1
    assert not re.search(r"(?<!\w)@\w", "\n".join(messages))
