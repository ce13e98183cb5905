"""Suggest rules for a library: its heaviest phrases, single and joined, each tried on the stored papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.errors import RuleError
from watcher.model import STRONG_FROM, LikedPaper
from watcher.pipeline.liking.profiles import PhraseSample, make_profile, stored_of
from watcher.rules import Document, Rule, compile_rule, document_of
from watcher.rules.language.lists import quoted_term
from watcher.rules.likes.profile import Profile, liked_documents, phrases_in_words, score_of_closeness
from watcher.rules.match.evaluate import PaperReader
from watcher.store import Transaction

TRIED = 30
"""How many phrases of the profile are tried, the heaviest first."""

TERMS = 6
"""Most terms in a suggested rule."""

LEAST_ALIKE = 2
"""How many papers like the library a term must find, unless there are fewer: what one paper alone says is its own."""

GAIN = 0.03
"""How much a further term must raise a rule's F1 to be taken into it."""


@dataclass(frozen=True, slots=True)
class SuggestedRule:
    """A rule, and what it finds among the stored papers.

    ``matched``: number of papers that it matches.
    ``alike``: how many of those are like the library, or in it.
    ``f1``: how well it finds the papers like the library, from 0 to 1 (harmonic mean of precision and recall).
    """

    rule: str
    matched: int
    alike: int
    f1: float


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The rules that were suggested for a library.

    ``liked``: number of papers in the library.
    ``papers``: number of papers that rules were tried on.
    ``days``: the digest days of those papers.
    ``alike``: number of those papers that are like the library, or in it.
    ``terms``: a rule for each single phrase, the best first.
    ``together``: the best phrases joined by OR, None if no phrase finds anything.
    """

    liked: int
    papers: int
    days: tuple[date, ...]
    alike: int
    terms: tuple[SuggestedRule, ...]
    together: SuggestedRule | None


def suggest_rules(
    tx: Transaction, library: Sequence[LikedPaper], sample: PhraseSample, since: date | None
) -> Suggestions:
    """Return rules for a library, tried on the stored papers.

    ``since``: try on papers of this digest day and later, None for all.
    """
    profile = make_profile(tx, library, sample.rarity)
    documents = liked_documents(library, stored_of(tx, library))
    rules = dict(_rules(phrases_in_words(profile, documents, TRIED)))
    found: dict[str, set[int]] = {text: set() for text in rules}
    alike: set[int] = set()
    days: set[date] = set()
    count = 0
    for paper in tx.papers.all(since):
        count += 1
        days.add(paper.digest_day)
        document = document_of(paper)
        if profile.has(paper) or _is_alike(profile, sample, document):
            alike.add(paper.id)
        reader = PaperReader(document)
        for text, rule in rules.items():
            if reader.holds(rule.tree, ()):
                found[text].add(paper.id)
    least = min(LEAST_ALIKE, len(alike)) or 1
    found = {text: ids for text, ids in found.items() if len(ids & alike) >= least}
    terms = sorted((_judged(text, ids, alike) for text, ids in found.items()), key=lambda one: (-one.f1, one.rule))
    return Suggestions(len(library), count, tuple(sorted(days)), len(alike), tuple(terms), _together(found, alike))


def _rules(phrases: Iterable[str]) -> Iterable[tuple[str, Rule]]:
    """Yield a rule for each phrase that can be one."""
    for phrase in phrases:
        try:
            text = quoted_term(phrase.lower() if phrase[1:].islower() else phrase)
            yield text, compile_rule(text)
        except RuleError:
            continue


def _is_alike(profile: Profile, sample: PhraseSample, document: Document) -> bool:
    closeness = profile.closeness(sample.vector(document.paper))
    return score_of_closeness(closeness, profile.line) >= STRONG_FROM


def _judged(text: str, ids: set[int], alike: set[int]) -> SuggestedRule:
    right = len(ids & alike)
    return SuggestedRule(text, len(ids), right, _f1(right, len(ids), len(alike)))


def _f1(right: int, matched: int, wanted: int) -> float:
    return 2 * right / (matched + wanted) if right else 0.0


def _together(found: dict[str, set[int]], alike: set[int]) -> SuggestedRule | None:
    """Join terms one after the other for as long as the F1 of their rule over the like papers grows."""
    taken: list[str] = []
    ids: set[int] = set()
    best = 0.0
    while len(taken) < TERMS:
        rest = [text for text in found if text not in taken]
        tried = [(_judged(text, ids | found[text], alike).f1, text) for text in rest]
        f1, text = max(tried, key=lambda one: (one[0], one[1]), default=(0.0, ""))
        if f1 < best + GAIN:
            break
        taken.append(text)
        ids |= found[text]
        best = f1
    return _judged(" OR ".join(taken), ids, alike) if taken else None
