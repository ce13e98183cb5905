"""Say which cited papers a rule asks for, by the places at which it matched."""

from __future__ import annotations

from collections.abc import Iterable

from watcher.model.telling import MatchedSpan

CITES = "cites"
"""The field of rules for what a paper cites."""


def cited_in(places: Iterable[MatchedSpan]) -> set[str]:
    """Return the ids (``arxiv:…``, ``doi:…``) of the papers that a rule asks for, of those that a paper cites."""
    return {place.term.partition(":")[2].strip('"').lower() for place in places if place.field == CITES}
