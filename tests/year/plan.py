"""Draw a year: who is watched, what goes wrong when, and when the machine is off."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tests.sources import make_source
from tests.year.announced import CATEGORY, ArxivSite, DigestSite
from tests.year.papers import BEGIN, DAY, DAYS, HOUR, laboratory
from tests.year.sites import LabFeed, PlayedSite, TroubleOfSite
from watcher.model import Source
from watcher.parsers.html.keys import Selectors

LENGTHS = (60, 15, 5)
"""Days of the long troubles; each site has one of each, and some of a day or less."""

ANYWHERE = ("503", "timeout", "refused", "429", "login", "blank", "cut", "bare", "stale", "304")
OF_DIGESTS = (*ANYWHERE, "no JSON")
SETTLED = 12
"""Days at the end of the year without trouble, so that all is read that can be."""


@dataclass(frozen=True, slots=True)
class Year:
    """``sites``: by the name of their source. ``off``: when the machine is off. ``looks``: instants."""

    seed: int
    sites: Mapping[str, PlayedSite]
    off: Sequence[tuple[datetime, datetime]]
    looks: Sequence[datetime]

    @property
    def sources(self) -> dict[str, Source]:
        return {name: site.source for name, site in self.sites.items()}


def drawn_year(seed: int, town: str) -> Year:
    """Draw the year of a seed: of one of the ``TOWNS``."""
    chance = random.Random(f"{seed} {town}")
    off = _spans(LENGTHS, chance)
    looks = [at for at in _looks(chance) if not any(begin <= at < end for begin, end in off)]
    sites = {site.source.name: site for site in TOWNS[town](chance, looks[0])}
    for site in sites.values():
        site.troubles = _troubles(OF_DIGESTS if isinstance(site, DigestSite) else ANYWHERE, chance)
    return Year(seed, sites, off, looks)


def _announced(chance: random.Random, first: datetime) -> list[PlayedSite]:
    via = chance.choice((None, "listing"))
    source = make_source(name="arxiv", kind="arxiv", categories=(CATEGORY,), via=via)
    arxiv = ArxivSite(source, first)
    digests = make_source(name="hf", url="http://digests.example/papers", look_back=chance.choice((1, 2)))
    return [arxiv, DigestSite(digests, first, arxiv=arxiv.arxiv)]


def _listed(forms: Sequence[str], chance: random.Random, first: datetime) -> list[PlayedSite]:
    lab = laboratory(chance)
    group = Selectors(item="li", title="a", link="a", authors="i")
    sources = {
        "rss": Source(name="lab", kind="feed", url="http://lab.example/feed.xml"),
        "atom": Source(name="mirror", kind="feed", url="https://mirror.example/atom.xml"),
        "json": Source(name="copy", kind="feed", url="https://copy.example/feed.json"),
        "html": make_source(name="group", kind="html", url="https://group.example/reads", own=group),
    }
    return [LabFeed(sources[form], first, lab=lab, form=form, shows=chance.randint(8, 14)) for form in forms]


TOWNS: dict[str, Callable[[random.Random, datetime], list[PlayedSite]]] = {
    "announced": _announced,
    "mirrored": partial(_listed, ("rss", "atom")),
    "copied": partial(_listed, ("rss", "json")),
    "linked": partial(_listed, ("rss", "html")),
    "listed": partial(_listed, ("rss", "atom", "json", "html")),
}


def _looks(chance: random.Random) -> list[datetime]:
    """Return one look a day in the morning, on some days a second or third one."""
    looks = []
    for day in range(DAYS):
        morning = BEGIN + day * DAY + 7 * HOUR + chance.randint(0, 120) * HOUR / 60
        looks += [morning + n * HOUR for n in (0, 4, 9)[: chance.choice((1,) * 18 + (2, 3))]]
    return looks


def _troubles(kinds: Sequence[str], chance: random.Random) -> list[TroubleOfSite]:
    """Return troubles of each length, none at the same time, none of a kind twice before all were there."""
    order = chance.sample(kinds, len(kinds))
    lengths = [*LENGTHS, chance.uniform(0.2, 1.5), chance.uniform(0.2, 1.5)]
    spans = _spans(lengths, chance)
    return [TroubleOfSite(order[n % len(order)], *span) for n, span in enumerate(spans)]


def _spans(lengths: Sequence[float], chance: random.Random) -> list[tuple[datetime, datetime]]:
    """Return spans of these lengths (days), in a drawn order, each with some days before it."""
    order = chance.sample(lengths, len(lengths))
    rest = DAYS - SETTLED - 20 - sum(order)
    cuts = sorted(chance.uniform(0, rest) for _ in order)
    spans, at = [], BEGIN + 20 * DAY
    for n, (cut, length) in enumerate(zip(cuts, order, strict=True)):
        begin = at + (cut - (cuts[n - 1] if n else 0)) * DAY
        at = begin + length * DAY
        spans.append((begin, at))
    return spans
