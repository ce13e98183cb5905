"""Made-up papers of a few subjects, to be like each other or not."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from watcher.model import Entry

SUBJECTS = {
    "kiln": ("kiln glaze", "clay firing", "ceramic shrinkage", "slip casting", "oven atmosphere", "stoneware body"),
    "tide": ("tidal gauge", "harbour wave", "sea level", "moon phase", "estuary flow", "storm surge"),
    "loom": ("weaving loom", "wool thread", "shuttle speed", "cotton yarn", "textile pattern", "warp tension"),
    "bee": ("bee colony", "honey yield", "hive acoustics", "pollen transport", "swarm scouting", "queen rearing"),
}
_COMMON = ("measurement", "evaluation", "data", "time", "cost", "accuracy", "training", "field", "study", "quality")
FIRST_DAY = date(2026, 3, 1)


def entries_of(subject: str, count: int, first: int = 1, day: date = FIRST_DAY) -> list[Entry]:
    """Papers of one subject, with ids and days of their own."""
    number = list(SUBJECTS).index(subject)
    return [_entry(subject, number * 1_000 + n, day + timedelta(days=n % 5)) for n in range(first, first + count)]


def _entry(subject: str, n: int, day: date) -> Entry:
    random = Random(n)
    words = random.sample(SUBJECTS[subject], 4)
    sentences = [f"We look at {one} and its {random.choice(_COMMON)}." for one in (*words, *words[:2])]
    sentences += [f"The {random.choice(_COMMON)} of {random.choice(_COMMON)} is reported for case {n}."]
    return Entry(
        title=f"{words[0].title()} and {words[1]}, part {n}",
        abstract=" ".join(sentences),
        arxiv_id=f"2603.{n:05}",
        keys=(f"arxiv:2603.{n:05}",),
        url=f"https://arxiv.org/abs/2603.{n:05}",
        listed=day,
    )
