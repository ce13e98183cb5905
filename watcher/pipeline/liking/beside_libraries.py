"""Compile rules of subscriptions together with their libraries. Without libraries nothing of profiles is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from watcher.model import LikedPaper, Subscription
from watcher.pipeline.liking.counted import CountedRarity
from watcher.rules import Rule, compile_beside_library
from watcher.store import Transaction

if TYPE_CHECKING:
    from watcher.rules.likes.profile import Profile


class SubscriptionRules:
    """Compiles the rules of subscriptions together with their libraries. For use within one transaction.

    ``counted``: how rare phrases are, if the caller keeps that longer; None to count anew.
    """

    def __init__(self, tx: Transaction, counted: CountedRarity | None = None) -> None:
        self._tx = tx
        self._counted = counted or CountedRarity()
        self._profiles: dict[str, Profile] = {}

    def of(self, one: Subscription) -> Rule:
        """Return the compiled rule of a subscription, ``one``, with its library. Raises ``RuleError``."""
        return self.compiled(one.rule, one.sources, one.library, one.above, one.liked)

    def compiled(
        self, rule: str, sources: Sequence[str], library: str, above: float | None, liked: Sequence[LikedPaper] = ()
    ) -> Rule:
        """Return a rule compiled together with a library.

        ``sources``: names of the sources whose papers it may match, empty for all.
        ``library``: name of the library, "" for none.
        ``above``: least score at which a paper counts as like the library, None for the usual one.
        ``liked``: the papers of the library; if empty, those that are stored under its name.
        """
        compiled = compile_beside_library(rule, sources, library, above)
        if not library:
            return compiled
        from watcher.pipeline.liking.profiles import make_profile
        from watcher.rules.likes.likes import Likes, least_of

        rarity = self._counted.get(self._tx)
        if library not in self._profiles:
            self._profiles[library] = make_profile(self._tx, liked or self._tx.libraries.get(library), rarity)
        return replace(compiled, likes=Likes(self._profiles[library], rarity, least_of(above)))
