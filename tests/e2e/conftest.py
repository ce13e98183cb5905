"""A digest of three days and more, a webhook, a home for the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.world import Home, Paper, Site, Webhook, listening, playing
from tests.parsers.pages import sample_papers

DAYS = [date(2026, 3, n) for n in (4, 5, 6, 9, 10, 11)]
TODAY = date(2026, 3, 10)
PER_DAY = 8


def days() -> dict[date, list[Paper]]:
    """Eight papers a day; every second one is about ``zeppelin``, which no sample says by itself."""
    found = {}
    for n, day in enumerate(DAYS):
        papers = sample_papers(PER_DAY, seed=n)
        for paper in papers[::2]:
            paper["title"] = f"Zeppelin {day}: {paper['title']}"
        found[day] = papers
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    with playing(Site(days(), TODAY)) as site:
        yield site


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening(Webhook()) as hook:
        yield hook


@pytest.fixture
def home(tmp_path: Path, site: Site, hook: Webhook) -> Home:
    home = Home(tmp_path)
    home.write(config(site, hook))
    return home


def config(site: Site, hook: Webhook, when: str = "immediately", more: str = "") -> str:
    return f"""
timezone: UTC
operator: [ops]
unreachable_after: 0s
sources:
  hf: {{kind: huggingface, url: "{site.url}", every: 1h}}
receivers:
  me: {{url: "{hook.url}"}}
  ops: {{url: "{hook.url}ops/"}}
subscriptions:
  - name: airships
    rule: zeppelin
    to: [me]
    when: {when}
{more}
"""


def titles(site: Site, *shown: date) -> set[str]:
    """The titles that the subscription asks for, of these days."""
    return {paper["title"] for day in shown for paper in site.days[day] if "Zeppelin" in paper["title"]}
