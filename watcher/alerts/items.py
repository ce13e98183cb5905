"""Decide what a message shows of its matches: each paper once, for all its subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from watcher.model import FIRST, WITHDRAWN, DigestItem, DigestOrder, DueAlert, Hit, ItemMatch, Nothing, Paper


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a message's papers beside their matches, for subscriptions that ask for it; by paper.

    ``rises``: upvotes that it gained within a day.
    ``elsewhere``: subscriptions of the same reader that match it: full name → what readers are shown of it.
    """

    rises: Mapping[int, float] = field(default_factory=dict)
    elsewhere: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


NOTHING_BESIDE = Beside()

WORTH_SAYING = 3
"""Upvotes within a day from which a message says so."""


def items_of(
    told: Iterable[DueAlert],
    papers: Iterable[Paper],
    told_before: Mapping[int, date],
    beside: Beside = NOTHING_BESIDE,
) -> list[DigestItem]:
    """Return an item for each paper, in the order of the matches.

    A paper has the best score of its matches, is short if all are, and is shown as new if it is for a subscription.

    ``told_before``: paper → day on which the endpoint was told of it.
    """
    by_paper: dict[int, list[DueAlert]] = {}
    for one in told:
        by_paper.setdefault(one.paper_id, []).append(one)
    known = {paper.id: paper for paper in papers}
    return [
        DigestItem(
            paper=known[paper_id],
            subscriptions=tuple(dict.fromkeys(one.subscription for one in ones)),
            score=max(one.score for one in ones),
            places=tuple(sorted({place for one in ones for place in one.places})),
            told_before=told_before.get(paper_id) if occasion_of(ones) == FIRST else None,
            short=all(one.short for one in ones),
            also=all(is_aside(one) for one in ones),
            occasion=occasion_of(ones),
            matches=_matches(ones),
            rise=_rise(ones, beside),
            also_in=_also_in(ones, beside),
        )
        for paper_id, ones in by_paper.items()
    ]


def _rise(ones: Sequence[DueAlert], beside: Beside) -> int | None:
    """Return a paper's rise in whole upvotes where a subscription asks for it, None where it is not worth a word."""
    asked = any(one.order is DigestOrder.RISING for one in ones)
    rise = round(beside.rises.get(ones[0].paper_id, 0.0))
    return rise if asked and rise >= WORTH_SAYING else None


def _also_in(ones: Sequence[DueAlert], beside: Beside) -> tuple[str, ...]:
    """Return the names of a reader's other subscriptions with this paper; none without a rule for everything."""
    if not any(one.everything for one in ones):
        return ()
    here = {one.subscription for one in ones}
    return tuple(shown for name, shown in beside.elsewhere.get(ones[0].paper_id, {}).items() if name not in here)


def _matches(ones: Sequence[DueAlert]) -> tuple[ItemMatch, ...]:
    """Return a match for each subscription; the best score of several occasions says how it holds."""
    found: dict[str, Hit] = {}
    for one in ones:
        known = found.get(one.subscription, Hit(0.0))
        places = tuple(sorted({*known.places, *one.places}))
        found[one.subscription] = Hit(max(known.score, one.score), places, one.because or known.because)
    return tuple(ItemMatch(name, hit) for name, hit in found.items())


def is_aside(one: DueAlert) -> bool:
    """Return whether its title is enough: a score below ``above``, or a place behind ``top``."""
    return one.occasion == FIRST and (is_below(one) or (one.short and one.top is not None))


def is_below(one: DueAlert) -> bool:
    """Return whether a match has a score below its subscription's ``above``."""
    return one.above is not None and one.score < one.above


def occasion_of(ones: Sequence[DueAlert]) -> str:
    """Return the occasion that is shown of a paper's matches.

    The paper itself, its withdrawal, or its newest version.
    """
    occasions = {one.occasion for one in ones}
    return next((one for one in (FIRST, WITHDRAWN) if one in occasions), None) or max(occasions, key=version_of)


def version_of(occasion: str) -> int:
    """Return the version of an occasion: 3 for ``v3``."""
    return int(occasion.removeprefix("v"))


def nothing_of(blanks: Iterable[Nothing], told: Iterable[DueAlert]) -> tuple[Nothing, ...]:
    """Return one line for each subscription without papers, over all the time that its rows cover.

    None beside its papers.
    """
    with_papers = {one.subscription for one in told}
    found: dict[str, Nothing] = {}
    for one in blanks:
        if one.subscription in with_papers:
            continue
        known = found.get(one.subscription, one)
        read = one.read if known is one else one.read + known.read
        found[one.subscription] = replace(one, read=read, since=min(one.since, known.since))
    return tuple(found.values())
