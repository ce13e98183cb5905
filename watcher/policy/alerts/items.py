"""Decide what a message shows of its matches: each paper once, for all its subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from watcher.model import (
    FIRST,
    DigestItem,
    DigestOrder,
    DueAlert,
    Hit,
    ItemMatch,
    Nothing,
    Paper,
    in_order_of_weight,
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Further facts about a message's papers, for the subscriptions that ask for them; both by paper id.

    ``rises``: most upvotes that the paper gained within a day.
    ``elsewhere``: other subscriptions of the same reader that match the paper: full name → display name.
    """

    rises: Mapping[int, float] = field(default_factory=dict)
    elsewhere: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


NOTHING_BESIDE = Beside()

WORTH_SAYING = 3
"""Fewest upvotes gained within a day that a message mentions."""


def items_of(
    told: Iterable[DueAlert],
    papers: Iterable[Paper],
    told_before: Mapping[int, date],
    beside: Beside = NOTHING_BESIDE,
) -> list[DigestItem]:
    """Return one item for each paper, in the order of the alerts.

    A paper has the best score of its matches. It is told in short form if all its matches are, and shown as new if any
    subscription is told of it for the first time.

    ``told_before``: paper id → day on which the endpoint was told of the paper.
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
            told_before=told_before.get(paper_id) if occasions_of(ones) == (FIRST,) else None,
            short=all(one.short for one in ones),
            also=all(is_aside(one) for one in ones),
            occasions=occasions_of(ones),
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
    """Return whether a message tells the title alone: its score is below ``above``, or it is not in the first ``top``.

    ``one``: the match; ``above`` and ``top`` are its subscription's.
    """
    return one.occasion == FIRST and (is_below(one) or (one.short and one.top is not None))


def is_below(one: DueAlert) -> bool:
    """Return whether a match, ``one``, has a score below its subscription's ``above``; False if that is not set."""
    return one.above is not None and one.score < one.above


def occasions_of(ones: Iterable[DueAlert]) -> tuple[str, ...]:
    """Return the occasions for which the matches of a paper tell it, the gravest first.

    Those besides ``first`` are left out if it is among them.
    """
    return in_order_of_weight(one.occasion for one in ones)


def nothing_of(blanks: Iterable[Nothing], told: Iterable[DueAlert]) -> tuple[Nothing, ...]:
    """Return one line for each subscription that a message tells no papers of.

    Several rows of a subscription become one: from the earliest time, with all papers that were read.

    ``blanks``: the rows that are owed.
    ``told``: alerts in the message; their subscriptions get no line.
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
