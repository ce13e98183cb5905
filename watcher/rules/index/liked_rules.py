"""Match rules that have libraries: find what the libraries make of a paper, for many together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from watcher.model import Hit
from watcher.rules.language.rule import Rule
from watcher.rules.likes.profile_index import ProfileIndex
from watcher.rules.match.evaluate import PaperReader


class LikedRules:
    """Rules with libraries, by number: those that ask for something, and those whose library alone finds papers.

    All their libraries are weighed with the same rarity of phrases.
    """

    def __init__(self) -> None:
        self._beside: dict[int, Rule] = {}
        self._alone: dict[int, Rule] = {}
        self._profiles = ProfileIndex()

    @property
    def alone(self) -> int:
        """Number of rules whose library alone finds papers."""
        return len(self._alone)

    def is_alone(self, id: int) -> bool:
        """Return whether the library alone finds the papers of the rule with this number."""
        return id in self._alone

    def add(self, id: int, rule: Rule) -> Rule | None:
        """Add a rule under the number ``id``; return it without its library, None if that alone finds its papers."""
        assert rule.likes is not None
        if rule.is_open:
            self._alone[id] = rule
            self._profiles.add(id, rule.likes.profile, rule.likes.least)
            return None
        self._beside[id] = rule
        return replace(rule, likes=None)

    def remove(self, id: int) -> None:
        """Remove the rule with the number ``id``. An unknown number is ignored."""
        self._beside.pop(id, None)
        if self._alone.pop(id, None) is not None:
            self._profiles.remove(id)

    def judged(self, reader: PaperReader, found: Mapping[int, Hit]) -> dict[int, Hit | None]:
        """Return number → hit, of the rules about which a library decides; None if it was found and is not told.

        ``found``: number → hit of rules that were found without their libraries.
        """
        document = reader.document
        decided: dict[int, Hit | None] = {}
        for id, rule in self._beside.items():
            if rule.likes is not None and id in found:
                decided[id] = rule.likes.told(found[id], document, says_which=False)
        for likes in [one.likes for one in self._alone.values()][:1]:
            assert likes is not None
            hits = ((id, reader.hit(self._alone[id])) for id in self._profiles.closenesses(likes.vector(document)))
            decided |= {id: hit for id, hit in hits if hit is not None}
        return decided
