"""Say why a subscription's rule matches a paper or not, as `watcher explain` does, with the places marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watcher.errors import RuleError
from watcher.model import Subscription
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.render.snippet import Segment
from watcher.rules.match.document import Document
from watcher.rules.match.explain import Explanation, FoundPlace, Reason, explain_match

AROUND = 40
"""Characters of the text shown on both sides of a place."""

MOST_PLACES = 3
MOST_TERMS = 12


@dataclass(frozen=True, slots=True)
class WhyPlace:
    """A place at which a term was found, with the text around it.

    ``field``: the field of papers, as rules name it.
    ``folding``: why the text there counts as the term, "" if it is the same.
    """

    field: str
    text: tuple[Segment, ...]
    folding: str


@dataclass(frozen=True, slots=True)
class WhyTerm:
    """A term of the rule, what is said about it, and its places.

    ``more``: number of further places.
    """

    term: str
    said: str
    places: tuple[WhyPlace, ...]
    more: int


@dataclass(frozen=True, slots=True)
class WhyPart:
    """A part of a rule: the terms with which it holds, or why it fails.

    ``what``: the part, in words.
    ``more``: number of further terms.
    """

    what: str
    terms: tuple[WhyTerm, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """Why a rule matches a paper or not.

    ``strength``: ``strong`` or ``weak``, None if it does not match.
    ``score``: why it has its score, in words.
    ``problem``: why the rule cannot be read, "" if it can.
    """

    strength: str | None
    score: str
    parts: tuple[WhyPart, ...]
    problem: str = ""


def why(subscription: Subscription, document: Document, rules: SubscriptionRules) -> Why:
    """Return why a subscription's rule matches a paper, or which parts of it fail.

    A stored rule may be one that this release cannot read any more; then the problem says so.
    """
    try:
        compiled = rules.of(subscription)
    except RuleError as error:
        return Why(None, "", (), str(error))
    found = explain_match(compiled, document)
    return Why(found.strength, found.in_words, _parts(found))


def _parts(found: Explanation) -> tuple[WhyPart, ...]:
    if found.score is not None:
        return (_part("", found.reasons),)
    return tuple(_part(one.what, one.reasons) for one in found.missing[:MOST_TERMS])


def _part(what: str, reasons: Sequence[Reason]) -> WhyPart:
    return WhyPart(what, tuple(map(_term, reasons[:MOST_TERMS])), max(0, len(reasons) - MOST_TERMS))


def _term(reason: Reason) -> WhyTerm:
    said = [f"it is {reason.value}"] if reason.value else []
    said += [reason.weak] if reason.weak else []
    places = tuple(map(_place, reason.places[:MOST_PLACES]))
    return WhyTerm(reason.term, "; ".join(said), places, max(0, len(reason.places) - MOST_PLACES))


def _place(place: FoundPlace) -> WhyPlace:
    start, end = max(0, place.start - AROUND), place.end + AROUND
    before = ("…" if start else "") + place.text[start : place.start]
    after = place.text[place.end : end] + ("…" if end < len(place.text) else "")
    text = (Segment(before), Segment(place.text[place.start : place.end], hit=True), Segment(after))
    return WhyPlace(place.field, text, ", ".join(place.folding))
