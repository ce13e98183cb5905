"""The papers of a laboratory over a year: when each comes, and how the laboratory shows it at any instant."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 365

ADDRESSES = (
    "http://lab.example/p/{n}",
    "https://lab.example/p/{n}",
    "https://www.lab.example/p/{n}/",
    "https://www.lab.example/papers/2026/{n}.html",
    "https://new-lab.example/papers/{n}?ref=rss",
)
"""How the laboratory names its pages, one after the other."""

_VERBS = ("Distilling", "Unlearning", "Aligning", "Sampling", "Rehearsing", "Grafting", "Mooring")
_THINGS = ("Tide Gauges", "Sparse Orchards", "Noisy Kilns", "Folding Maps", "Slow Looms", "Harbour Bells")
_WAYS = ("with Borrowed Lanterns", "under Slow Weather", "by Counting Pebbles", "in Two Passes", "without Labels")
_NAMES = ("Ada Amberg", "Bao Brisk", "Chiara Corvin", "Dmitri Delmar", "Fatou Farrow", "Goran Grünwald", "Hana Holm")
_WORDS = re.findall(
    r"\w+",
    "lantern tide kiln orchard pebble map loom bell harbour weather graft root ferry chalk thread amber salt dune "
    "ledger anchor cedar ember flint gorse heron iris juniper kelp lichen marsh nettle otter plume quarry reed slate",
)


@dataclass(frozen=True, slots=True)
class LabPaper:
    """What happens to a paper. ``edited``: its later title, "" for none; ``issue``: the page that it shares with all of
    its week, "" for one of its own; ``doi``: "" for none. Instants are None for what does not happen."""

    number: int
    came: datetime
    title: str
    abstract: str
    authors: tuple[str, ...]
    edited: str = ""
    doi: str = ""
    doi_known: datetime | None = None
    issue: str = ""
    again: datetime | None = None
    withdrawn: datetime | None = None

    def title_at(self, at: datetime) -> str:
        title = self.edited if self.edited and at >= self.came + 2 * DAY else self.title
        return f"Withdrawn: {title}" if self.is_withdrawn(at) else title

    def doi_at(self, at: datetime) -> str:
        return self.doi if self.doi and (self.doi_known is None or at >= self.doi_known) else ""

    def is_withdrawn(self, at: datetime) -> bool:
        return self.withdrawn is not None and at >= self.withdrawn

    def date_at(self, at: datetime) -> datetime:
        """The date that stands beside it: a later one, once it is issued again."""
        return self.again if self.again and at >= self.again else self.came


@dataclass(frozen=True, slots=True)
class Laboratory:
    """All papers of the year. ``moves``: from when which form of ``ADDRESSES`` holds; ``builds``: the time in which
    every build gives new ids; ``redated``: the day on which all that is shown is dated anew."""

    papers: Sequence[LabPaper]
    moves: Sequence[datetime]
    builds: tuple[datetime, datetime]
    redated: datetime

    def link(self, paper: LabPaper, at: datetime) -> str:
        form = ADDRESSES[sum(move <= at for move in self.moves)]
        if self.is_set_apart(paper, at):
            return f"https://lab.example/withdrawn/{paper.number}"
        return paper.issue or form.format(n=paper.number)

    def is_set_apart(self, paper: LabPaper, at: datetime) -> bool:
        """Whether a paper stands under another address, and another id, since it was withdrawn."""
        return paper.is_withdrawn(at) and not paper.doi

    def guid(self, paper: LabPaper, at: datetime) -> str:
        """An id of the feed's own; "" where it has none."""
        if paper.issue or paper.number % 5 == 4:
            return ""
        if self.builds[0] <= at < self.builds[1]:
            return f"build-{at:%m%d%H%M}-{paper.number}"
        return f"urn:lab:withdrawn:{paper.number}" if self.is_set_apart(paper, at) else f"urn:lab:{paper.number}"

    def date(self, paper: LabPaper, at: datetime) -> datetime:
        if self.redated <= at < self.redated + 30 * DAY and paper.came < self.redated:
            return self.redated
        return paper.date_at(at)

    def newest(self, at: datetime, n: int) -> list[LabPaper]:
        there = [paper for paper in self.papers if paper.came <= at]
        return sorted(there, key=lambda paper: paper.date_at(at), reverse=True)[:n]


def laboratory(chance: random.Random) -> Laboratory:
    """Draw the papers of a year, and when the laboratory moves."""
    quarter = DAYS // len(ADDRESSES)
    moves = [BEGIN + (quarter * n + chance.randint(-20, 20)) * DAY for n in range(1, len(ADDRESSES))]
    builds = BEGIN + chance.randint(30, 300) * DAY
    redated = BEGIN + chance.randint(60, 330) * DAY
    shared = BEGIN + chance.randint(40, 300) * DAY
    papers: list[LabPaper] = []
    for day in range(-12, DAYS):
        date = BEGIN + day * DAY
        for _ in range(chance.choice((0, 1, 1, 2, 3)) if date.weekday() < 5 else 0):
            came = date + chance.randint(0, 86399) * timedelta(seconds=1)
            issue = "https://lab.example/issue" if shared <= came < shared + 14 * DAY else ""
            papers.append(_paper(len(papers) + 1, came, issue, moves, chance))
    return Laboratory(tuple(papers), moves, (builds, builds + 20 * DAY), redated)


def _paper(n: int, came: datetime, issue: str, moves: Sequence[datetime], chance: random.Random) -> LabPaper:
    title = f"{chance.choice(_VERBS)} {chance.choice(_THINGS)} {chance.choice(_WAYS)}, Part {n}"
    other = f"{chance.choice(_VERBS)} {chance.choice(_THINGS)} {chance.choice(_WAYS)} Anew, Part {n}"
    is_settled = not issue and all(abs(came - move) > 25 * DAY for move in moves)
    doi = f"10.5555/lab.{n}" if n % 4 in (0, 1) else ""
    return LabPaper(
        number=n,
        came=came,
        title=title,
        abstract=f"On {title.split()[0].lower()} number {n * 7}: {' '.join(chance.choices(_WORDS, k=40))}.",
        authors=tuple(dict.fromkeys(chance.choices(_NAMES, k=3))),
        edited=other if is_settled and is_of_its_own(n) and n % 7 == 2 else "",
        doi=doi,
        doi_known=came + 3 * DAY if n % 4 == 1 else None,
        issue=issue,
        again=came + 20 * DAY if n % 11 == 3 and not issue else None,
        withdrawn=came + 4 * DAY if n % 15 == 5 and is_settled else None,
    )


def is_of_its_own(n: int) -> bool:
    """Whether the laboratory alone shows a paper, and no mirror of it."""
    return n % 3 == 2
