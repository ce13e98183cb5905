"""Judge a match by a library: is the paper close enough, is it new there, and why is it told?"""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import STRONG_FROM, Hit
from watcher.rules.likes.phrases import PaperPhrases
from watcher.rules.likes.profile import Profile, because, score_of_closeness
from watcher.rules.likes.rarity import vector_of
from watcher.rules.likes.vectors import PaperVector, PhraseRarity
from watcher.rules.match.document import Document


@dataclass(frozen=True, slots=True, eq=False)
class Likes:
    """A library beside a rule.

    ``rarity``: how rare phrases are; the profile was made with it.
    ``least``: lowest score at which a paper is told if the library says which papers are wanted.
    """

    profile: Profile
    rarity: PhraseRarity
    least: float = STRONG_FROM

    def vector(self, document: Document) -> PaperVector:
        """Return the vector of a paper, computed once for all libraries with the same rarity."""
        if document.vector is None or document.vector[0] is not self.rarity:
            phrases = PaperPhrases(document)
            document.phrases = phrases
            document.vector = (self.rarity, vector_of(phrases.counts(), self.rarity))
        return document.vector[1]

    def score(self, document: Document) -> float:
        """Return how close a paper is to the library, from 0 to 1."""
        return score_of_closeness(self.profile.closeness(self.vector(document)), self.profile.line)

    def score_told(self, document: Document, *, says_which: bool) -> float | None:
        """Return the score of a paper, None if it is not told; see :meth:`told`.

        ``says_which``: the library alone decides what is told: a paper with a score below ``least`` is not.
        """
        if self.profile.has(document.paper):
            return None
        score = self.score(document)
        return None if says_which and score < self.least else score

    def told(self, hit: Hit, document: Document, *, says_which: bool) -> Hit | None:
        """Return the hit of a rule with the library's score and reason, None if the paper is not told.

        A paper in the library itself is not told; nor is one that is not close enough, if the library ``says_which``.

        ``says_which``: the library says which papers are wanted, not only how much.
        """
        score = self.score_told(document, says_which=says_which)
        return None if score is None else Hit(score, hit.places, because(self.profile, document, self.vector(document)))


def least_of(above: float | None) -> float:
    """Return the lowest score at which a library alone tells a paper: a strong score, or ``above`` if lower."""
    return STRONG_FROM if above is None else min(STRONG_FROM, above)
