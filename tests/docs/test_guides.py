"""Hold the pages for users to the program: their rules, their messages, their words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.docs.names import ROOT, rows
from tests.docs.test_rules_doc import holds
from watcher.rules import compile_rule
from watcher.rules.advice.misread import doubtful

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "rules-by-example.md"
RULE = re.compile(r"`([^`]+)`")
TRIED = [(rule.strip("`"), yes, no) for _, rule, yes, no in rows(EXAMPLES, 4)]
ASKED = [rule for _, cell in rows(EXAMPLES, 2) for rule in RULE.findall(cell)]


def test_there_are_rules() -> None:
    assert len(TRIED) > 9 and len(ASKED) > 9


@pytest.mark.parametrize(("rule", "yes", "no"), TRIED)
def test_a_rule_tells_the_one_title_and_not_the_other(rule: str, yes: str, no: str) -> None:
    assert holds(rule, yes)
    assert not holds(rule, no)


@pytest.mark.parametrize("rule", [*ASKED, *(rule for rule, _, _ in TRIED)])
def test_a_rule_can_be_read_in_one_way_only(rule: str) -> None:
    compile_rule(rule)
    assert list(doubtful(rule)) == []


CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "watcher").rglob("*.py")))
ANSWERS = [
    pytest.param(said, id=f"{page.stem}: {said}")
    for page in [DOCS / "faq.md", *sorted((DOCS / "recipes").glob("*.md"))]
    for said in re.findall(
        r"`((?:the (?:mail server|service|server's)|no answer|connection|no such|sent|held|\$\{MAIL)[^`]*)`",
        "\n".join(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")),
    )
]


def test_there_are_answers() -> None:
    assert len(ANSWERS) > 10


@pytest.mark.parametrize("said", ANSWERS)
def test_what_a_page_says_that_is_said_is_in_the_program(said: str) -> None:
    """But for the number and the words of the server, and for what is put into it."""
    words = re.sub(r"(:| answered) (?:\d{3}.*|…)$", "", said)
    words = re.sub(r" ?\d{3} [A-Z][\w ]*$| ?…$|^\$\{\w+\} ", "", words)
    assert words in CODE or words.removeprefix("the ") in CODE


def test_the_words_of_the_glossary_are_in_order_and_once() -> None:
    words = [word.split("**")[1] for word, _ in rows(DOCS / "glossary.md", 2)]
    assert len(words) > 20
    assert words == sorted(set(words), key=lambda word: word.replace("-", " "))


def nav() -> list[str]:
    """The pages in the navigation of the site, in its order."""

    def pages(part: object) -> list[str]:
        if isinstance(part, str):
            return [part]
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return [page for one in inner for page in pages(one)]

    return pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])


def test_every_page_has_its_place_in_the_navigation() -> None:
    there = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    decisions = {page for page in there if re.fullmatch(r"decisions/\d{4}-[\w-]+\.md", page)}
    assert len(nav()) == len(set(nav()))
    assert set(nav()) == there - decisions, "nav in mkdocs.yml names every page"


def test_the_decisions_are_listed() -> None:
    listed = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in decisions}
    missing = [name for name, title in titles.items() if f"- [{title}]({name})" not in listed]
    assert missing == [], "make docs lists them"


@pytest.mark.parametrize("page", [DOCS / "index.md", DOCS / "first-subscription.md"], ids=lambda page: page.stem)
def test_a_first_page_leads_to_every_recipe_of_a_receiver(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if "recipes/index.md#who-is-told" not in text:
        receivers = [row[0] for row in re.findall(r"\((\w[\w-]*)\.md\)", _who_is_told())]
        assert [name for name in receivers if f"recipes/{name}" not in text] == []


def _who_is_told() -> str:
    return (DOCS / "recipes" / "index.md").read_text(encoding="utf-8").split("## Where it runs")[0]
