"""Pictures of a mail for the documentation: ``python -m tests.pictures``, with Debian's chromium installed.

Look at them after every change of a template: light and dark, as wide as a mail reader and as wide as a phone.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from watcher.model import Content, Delivery, DeliveryKind, DigestItem, Endpoint, Listing, MatchedSpan, Paper, Unread
from watcher.render.message import render_message

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
SHOTS = {
    "mail-600-light": (600, 1380, False),
    "mail-600-dark": (600, 1380, True),
    "mail-375-light": (375, 1580, False),
    "mail-375-dark": (375, 1580, True),
}
"""Width and height in CSS pixels, and whether the reader prefers dark."""

LEARNING, AGENTS = "continual-learning", "hot-agents"
PAPERS: dict[str, list[tuple[str, str, tuple[str, ...], str, int]]] = {
    LEARNING: [
        (
            "Rehearsal Without a Diary: Continual Learning from One Page of Memory",
            (
                "Networks that learn one task after another forget the first. We show that continual learning "
                "needs less memory than is thought: one page of examples, chosen by how soon they are forgotten,"
                " keeps nine tenths of what was learnt over forty tasks. Nothing is stored of the others."
            ),
            ("Ada Fern", "Bo Moss", "Cy Ivy", "Di Oak", "Ed Elm", "Fay Ash"),
            "continual learning",
            312,
        ),
        (
            "What Does a Robot Forget First?",
            (
                "We follow a kitchen robot for a year. Catastrophic forgetting comes not task by task but tool "
                "by tool: what is held by the handle stays, what is poured is lost within a week."
            ),
            ("Gus Reed", "Hal Rush"),
            "catastrophic forgetting",
            87,
        ),
    ],
    AGENTS: [
        (
            "Ask Before You Click: Agents That Know When a Page Has Changed",
            (
                "An agent that acts on yesterday's page does harm. Ours reads what it is about to press, and "
                "asks when that is not what it remembers. Across 1,200 sites this halves the number of wrong "
                "orders."
            ),
            ("Ida Vale", "Jo Brook", "Kay Lake", "Lu Ford"),
            "agent",
            164,
        ),
    ],
}
ALSO = [
    ("A Ledger for Tool Use in Long Conversations", AGENTS, "tool use", 58),
    ("Bonsai: Small Models That Prune Themselves", LEARNING, "continual learning", 31),
]


def morning() -> Content:
    """A digest of two subscriptions, and a source that could not be read."""
    items = [
        item(n * 10 + m, name, *paper)
        for n, (name, papers) in enumerate(PAPERS.items())
        for m, paper in enumerate(papers)
    ]
    weak = [
        item(90 + n, name, title, f"Among others: {term}.", ("Max Hill", "Nan Dale"), term, upvotes, score=0.2)
        for n, (title, name, term, upvotes) in enumerate(ALSO)
    ]
    known = item(99, AGENTS, "Keys Under the Mat: Passwords in Prompts", "An agent.", ("Oz Glen",), "agent", 240)
    known = DigestItem(paper=known.paper, subscriptions=(AGENTS,), score=0.9, told_before=date(2026, 3, 9))
    delivery = Delivery(id="picture", kind=DeliveryKind.DIGEST, endpoint=Endpoint("me"), fence=1, created_at=NOW)
    return Content(
        delivery=delivery,
        items=(*items, *weak, known),
        unread=(Unread(source="arxiv-cs-cl", since=NOW - timedelta(days=1)),),
        timezone="Europe/Paris",
        unsubscribe="mailto:watcher@lab.example",
    )


def item(
    n: int,
    name: str,
    title: str,
    abstract: str,
    authors: tuple[str, ...],
    term: str,
    upvotes: int,
    *,
    score: float = 0.9,
) -> DigestItem:
    """A match of ``term``, marked wherever it stands."""
    listing = Listing(source="hf-daily", day=date(2026, 3, 9), rank=1, upvotes=upvotes, comments=n % 7, read_at=NOW)
    paper = Paper(
        id=n,
        key=f"arxiv:2603.{n:05}",
        title=title,
        abstract=abstract,
        authors=authors,
        arxiv_id=f"2603.{n:05}",
        url=f"https://papers.example/2603.{n:05}",
        organization="Garden Institute" if n % 2 else None,
        first_seen=NOW,
        code_url="https://code.example/x" if n % 3 == 0 else None,
        listings=(listing,),
    )
    places = [
        MatchedSpan(field, *found.span(), term)
        for field, text in (("title", title), ("abstract", abstract))
        for found in re.finditer(rf"\b{term}s?\b", text, re.IGNORECASE)
    ]
    return DigestItem(paper=paper, subscriptions=(name,), score=score, places=tuple(places))


def take(page: Path, name: str, width: int, height: int, *, dark: bool) -> Path:
    """A picture of ``page`` in chromium, without a window."""
    target = FOLDER / f"{name}.png"
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", f"--blink-settings=preferredColorScheme={0 if dark else 1}"),
                *(f"--window-size={width},{height}", f"--screenshot={target}", page.as_uri()),
            ],
            check=True,
            timeout=120,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return target


def main() -> None:
    """All of ``SHOTS``."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        page.write_text(render_message(morning()).html, encoding="utf-8")
        for name, (width, height, dark) in SHOTS.items():
            target = take(page, name, width, height, dark=dark)
            sys.stdout.write(f"{target}: {target.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
