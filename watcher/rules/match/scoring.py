"""Find where and how often a rule's terms occur in a paper, and score the match by that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from watcher.rules.folding.sentences import last_sentence
from watcher.rules.folding.text import Folded, WordSpan
from watcher.rules.language import regex
from watcher.rules.language.tree import And, Exact, Leaf, Near, Not, Or, Regex, RuleNode, TextTerm
from watcher.rules.match.aboutness import PaperShows, TermStanding, points_of, pooled
from watcher.rules.match.document import Document
from watcher.rules.match.search import apart, spans

FoundSpans = list[tuple[str, Folded, WordSpan]]
"""Places of a term: (name of the field, its text, positions) of each."""

WEIGHED_FIELDS = frozenset((None, "title", "abstract", "summary", "keyword"))
"""Fields whose words say what a paper is about (None: title and abstract). Others, such as ``org``, do not."""

MOST_MENTIONS = 50
"""Most matches of a regex that are counted in an abstract."""


class Weighed(NamedTuple):
    """The part of a rule that decides its score.

    ``points``: its points, before they become a score (see :func:`score_of`).
    ``standing``: where its terms stand in the paper.
    ``terms``: its terms that were found, as the rule writes them.
    """

    points: float
    standing: TermStanding
    terms: tuple[str, ...]


def asks_for_words(node: RuleNode) -> bool:
    """Return whether any word of a rule says what a paper is about. If none does, every match has the score 1."""
    match node:
        case And(children) | Or(children):
            return any(map(asks_for_words, children))
        case TextTerm() | Near() | Exact() | Regex():
            return node.field in WEIGHED_FIELDS
    return False


class Scorer:
    """Scores many rules for one paper. Where each term occurs is remembered.

    ``find``: returns the places of a term in title and abstract.
    """

    def __init__(self, document: Document, find: Callable[[TextTerm | Near | Exact], FoundSpans]) -> None:
        self._document = document
        self._find = find
        self._known: dict[str, TermStanding] = {}
        self.shown = PaperShows(*document.shows)

    def weigh(self, node: RuleNode, holds: Callable[[RuleNode], bool]) -> Weighed | None:
        """Return the part of a node that decides its score, None if no words do. The node must hold.

        Under AND it is the part with fewest points. Under OR it is all terms together, or a part with more points.

        ``holds``: returns whether a node holds.
        """
        match node:
            case Not():
                return None
            case And(children):
                some = (self.weigh(child, holds) for child in children)
                return min((one for one in some if one is not None), key=_points, default=None)
            case Or(children):
                return self._any([child for child in children if holds(child)], holds)
        standing = self._standing(node)
        return None if standing is None else Weighed(points_of(standing, self.shown), standing, (node.written,))

    def _any(self, children: Sequence[RuleNode], holds: Callable[[RuleNode], bool]) -> Weighed | None:
        found: dict[str, TermStanding] = {}
        best: Weighed | None = None
        for child in children:
            if isinstance(child, And | Or | Not):
                if (weighed := self.weigh(child, holds)) is None:
                    return None
                best = weighed if best is None else max(best, weighed, key=_points)
            elif (standing := self._standing(child)) is None:
                return None
            else:
                found[child.written] = standing
        if found:
            standing = pooled(list(found.values()))
            together = Weighed(points_of(standing, self.shown), standing, tuple(found))
            best = together if best is None else max(together, best, key=_points)
        return best

    def _standing(self, leaf: Leaf) -> TermStanding | None:
        """Return the places of a term that holds, None for terms that say nothing about the paper's subject."""
        if not isinstance(leaf, TextTerm | Near | Exact | Regex) or leaf.field not in WEIGHED_FIELDS:
            return None
        known = self._known.get(leaf.written)
        if known is None:
            known = self._of_regex(leaf) if isinstance(leaf, Regex) else self._of_text(leaf)
            self._known[leaf.written] = known
        return known

    def _of_text(self, leaf: TextTerm | Near | Exact) -> TermStanding:
        title, abstract = self._document.texts("title")[0], self._document.texts("abstract")[0]
        if leaf.field is None:
            found = self._find(leaf)
            in_title = any(field == "title" for field, _, _ in found)
            places = apart(span for field, _, span in found if field == "abstract")
        else:
            in_title = bool(spans(leaf, title))
            places = apart(spans(leaf, abstract))
        numbers = self._in_site(leaf)
        return TermStanding(
            places=tuple(places),
            mentions=len(places),
            in_title=in_title,
            in_first_third=bool(places) and 3 * places[0][0] < abstract.size,
            in_last_sentence=bool(places) and places[-1][0] >= abstract.last_begins,
            in_summary=numbers[:1] == [0],
            keyword=next((number - 1 for number in numbers if number), None),
            as_asked=leaf.field is not None or leaf.about,
        )

    def _in_site(self, leaf: TextTerm | Near | Exact) -> list[int]:
        """Return the indexes of the site's texts that have a term: 0 for the summary, 1 for the first keyword …"""
        texts = self._document.site
        if not texts:
            return []
        words = _first_words(leaf)
        if words is None:
            return [number for number, text in enumerate(texts) if spans(leaf, text)]
        return sorted(number for number in self._document.site_with(words) if spans(leaf, texts[number]))

    def _of_regex(self, leaf: Regex) -> TermStanding:
        """Return where a regex matches, in its own field only."""
        texts = [text.plain.text for text in self._document.texts(leaf.field)]
        if leaf.field != "abstract":
            # A match without characters, such as that of ``\\b`` alone, is no place.
            found = next((n for n, text in enumerate(texts) if any(regex.places(leaf.pattern, text, 1))), None)
            return TermStanding(
                in_title=leaf.field == "title" and found is not None,
                in_summary=leaf.field == "summary" and found is not None,
                keyword=found if leaf.field == "keyword" else None,
                as_asked=True,
            )
        (text,) = texts
        starts = [start for start, _ in regex.places(leaf.pattern, text, MOST_MENTIONS)]
        return TermStanding(
            mentions=len(starts),
            in_first_third=bool(starts) and 3 * starts[0] < len(text),
            in_last_sentence=bool(starts) and 0 < last_sentence(text) <= starts[-1],
            as_asked=True,
        )


def _points(one: Weighed) -> float:
    return one.points


def _first_words(leaf: TextTerm | Near | Exact) -> Iterable[str] | None:
    """Return words of which at least one is in every occurrence of a term, None if they cannot be listed."""
    match leaf:
        case TextTerm(pattern, is_prefix=False):
            return (form for _, forms in pattern[0] for form in forms)
        case Near(patterns):
            return (form for _, forms in patterns[0][0] for form in forms)
        case Exact(tokens):
            return (tokens[0][2],)
    return None
