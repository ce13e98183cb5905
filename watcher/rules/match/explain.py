"""Explain why a rule matches a paper or not: for each term, what was found and why that counts as the term."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.model import Hit, MatchedSpan, Paper, is_strong
from watcher.model.fields import BY_RULE, IDENTIFIED, FieldKind, id_of, kept_name
from watcher.rules.folding.letters import letter_name
from watcher.rules.folding.plural import singular
from watcher.rules.folding.tex import JOINT, clean
from watcher.rules.folding.text import fold_title
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import (
    And,
    Author,
    Compare,
    Exact,
    Label,
    Leaf,
    Near,
    Not,
    Or,
    RuleNode,
    TextTerm,
    leaves,
)
from watcher.rules.match.aboutness import EACH_MENTION, Ground, score_of
from watcher.rules.match.document import BETWEEN, Document, values_of
from watcher.rules.match.evaluate import Listings, PaperReader
from watcher.rules.match.scoring import Weighed

UNTRIED = "its rule matches, and was not tried on it yet: it will be when a source lists the paper again"
"""What is said about a rule that matches a stored paper but was not tried on it yet."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place at which a term was found.

    ``text``: the whole text of the field.
    ``start`` and ``end``: of the place in it.
    ``folding``: the steps that turn the original into the term, () if it is the same.
    """

    field: str
    text: str
    start: int
    end: int
    folding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of the rule: whether and where it was found.

    ``term``: as the rule writes it.
    ``holds``: the paper fulfils it.
    ``places``: where it was found.
    ``weak``: why it is only a mention, "" if it is more or if that does not matter.
    ``value``: for a comparison, what the paper has.
    """

    term: str
    holds: bool
    places: tuple[FoundPlace, ...] = ()
    weak: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class FailedPart:
    """A part of a rule that failed.

    ``what``: what is missing, in words.
    ``reasons``: its terms. If there are several, one would have been enough.
    """

    what: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule matches a paper or not.

    ``score``: None if it does not match.
    ``reasons``: the terms with which it matches.
    ``missing``: the parts that failed.
    ``grounds``: what the score is made of, in words, beginning with the deciding terms if there are others.
    ``compared``: what another place would give: "in the title would be 0.74".
    """

    score: float | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[FailedPart, ...] = ()
    grounds: str = ""
    compared: str = ""

    @property
    def strength(self) -> str | None:
        """``strong`` or ``weak``, None if the rule does not match."""
        return None if self.score is None else "strong" if is_strong(self.score) else "weak"

    @property
    def in_words(self) -> str:
        """The score and its parts, "" if the rule does not match."""
        compared = f"; {self.compared}" if self.compared else ""
        return "" if self.score is None else f"score {self.score:.2f}: {self.grounds}{compared}"


def explain_match(rule: Rule, document: Document) -> Explanation:
    """Return why a rule matches a paper or not, and how its library judges the paper."""
    found = _explained(rule, document)
    return found if rule.likes is None or found.score is None else _by_library(rule, document, found)


def _by_library(rule: Rule, document: Document, found: Explanation) -> Explanation:
    """Return the explanation with the score and reason of the rule's library."""
    likes = rule.likes
    assert likes is not None
    if likes.profile.has(document.paper):
        return Explanation(None, missing=(FailedPart("it is in the library already", ()),))
    hit = likes.told(Hit(0.0), document, says_which=rule.is_open)
    if hit is None:
        what = f"its score is {likes.score(document):.2f}: the library tells from {likes.least:.2f} on"
        return Explanation(None, missing=(FailedPart(what, ()),))
    grounds = hit.because.in_words if hit.because else ""
    return Explanation(hit.score, found.reasons, grounds=grounds or "it shares no words with the library")


def _explained(rule: Rule, document: Document) -> Explanation:
    reader = PaperReader(document)
    listings = document.listings(rule.sources)
    if rule.sources and not listings:
        where = ", ".join(sorted({one.source for one in document.paper.listings})) or "no source"
        return Explanation(
            None, missing=(FailedPart(f"listed in {where}, not in {', '.join(sorted(rule.sources))}", ()),)
        )
    if not reader.holds(rule.tree, listings):
        return Explanation(None, missing=tuple(_missing(rule.tree, reader, listings)))
    reasons = tuple(_reason(leaf, reader, listings) for leaf in _holding(rule.tree, reader, listings))
    weighed = reader.weigh(rule.tree, listings)
    if weighed is None:
        return Explanation(1.0, reasons, grounds="the rule asks for no words")
    of = f"{' or '.join(weighed.terms)} " if isinstance(rule.tree, And) and len(reasons) > len(weighed.terms) else ""
    grounds = of + in_words(reader.grounds(weighed), weighed)
    return Explanation(score_of(weighed.points), reasons, grounds=grounds, compared=_compared(weighed, reader))


def in_words(found: Sequence[Ground], weighed: Weighed) -> str:
    """Return, in words, what gives points to a part of a rule.

    ``found``: the grounds for points: what was found, and where.
    ``weighed``: the part's score before rounding, and where its terms stand.
    """
    places = ", ".join(one.what for one in found)
    return f"{places or 'found'}; where the rule asks for it" if weighed.standing.as_asked else places


def _compared(weighed: Weighed, reader: PaperReader) -> str:
    """Return what another place would give: for a weak match the title, for a strong one a single mention."""
    if is_strong(score_of(weighed.points)):
        return f"once in the abstract would be {score_of(EACH_MENTION):.2f}"
    return f"in the title too would be {score_of(reader.points(replace(weighed.standing, in_title=True))):.2f}"


def _holding(node: RuleNode, reader: PaperReader, listings: Listings) -> Iterator[Leaf]:
    """Yield the terms with which the rule holds, each once."""
    seen: set[str] = set()
    for leaf in _holding_of(node, reader, listings):
        if leaf.written not in seen:
            seen.add(leaf.written)
            yield leaf


def _holding_of(node: RuleNode, reader: PaperReader, listings: Listings) -> Iterator[Leaf]:
    match node:
        case And(children) | Or(children):
            for child in children:
                if reader.holds(child, listings):
                    yield from _holding_of(child, reader, listings)
        case Not():
            return
        case _:
            yield node


def _missing(node: RuleNode, reader: PaperReader, listings: Listings) -> Iterator[FailedPart]:
    """Yield the smallest parts that failed: under AND each failed child, under OR all children together."""
    match node:
        case And(children):
            for child in children:
                if not reader.holds(child, listings):
                    yield from _missing(child, reader, listings)
        case Or(children):
            yield FailedPart("none of these", tuple(_of_branch(child, reader, listings) for child in children))
        case Not(leaf):
            reason = _reason(leaf, reader, listings)
            yield FailedPart("excluded" if reason.holds else "not known", (reason,))
        case _:
            yield FailedPart("not found", (_reason(node, reader, listings),))


def _of_branch(node: RuleNode, reader: PaperReader, listings: Listings) -> Reason:
    """Return the reason of the first term that failed in a branch."""
    for missing in _missing(node, reader, listings):
        if missing.reasons:
            return missing.reasons[0]
    return Reason(" ".join(leaf.written for leaf in leaves(node)), False)


def _reason(leaf: Leaf, reader: PaperReader, listings: Listings) -> Reason:
    holds = reader.holds(leaf, listings)
    if isinstance(leaf, Compare):
        return Reason(leaf.written, holds, value=_value(leaf, reader.document.paper, listings))
    paper = reader.document.paper
    if isinstance(leaf, Label) and leaf.field in IDENTIFIED and not holds:
        return Reason(leaf.written, holds, value=_ids_known(leaf, paper))
    found = tuple(_found(leaf, place, paper) for place in reader.places(leaf, listings))
    if isinstance(leaf, Author) and holds:
        return Reason(leaf.written, holds, found, weak=_by_name(paper, found))
    weak = ""
    if holds:
        weighed = reader.weigh(leaf, listings)
        if weighed is not None and not is_strong(score_of(weighed.points)):
            weak = in_words(reader.grounds(weighed), weighed)
    elif isinstance(leaf, Exact):
        weak = _otherwise(leaf, reader)
    elif found and isinstance(leaf, TextTerm | Near | Exact) and leaf.about:
        weak = "about: asks for the title, or twice the abstract"
    return Reason(leaf.written, holds, found, weak)


def _ids_known(leaf: Label, paper: Paper) -> str:
    """Return, in words, a paper's ids of the scheme in a term, after the term's own id was not found."""
    if leaf.field not in _OF_WHOM:
        return ""
    scheme = leaf.value.partition(":")[0]
    known = [one for one in values_of(paper, leaf.field) if one.startswith(f"{scheme}:")]
    if not known:
        return f"not known: no source tells the {scheme} ids of its {_OF_WHOM[leaf.field]}"
    return "another one: " + ", ".join(f"{id_of(one)} ({kept_name(one)})" for one in known[:MOST_IDS_SHOWN])


def _by_name(paper: Paper, found: Sequence[FoundPlace]) -> str:
    """Return that a name alone matched, and what is known of who bears it."""
    names = {fold_title(place.text[place.start : place.end]) for place in found}
    ids = [id_of(one) for one in paper.author_ids if fold_title(kept_name(one)) in names]
    return f"by name; known as {', '.join(ids[:MOST_IDS_SHOWN])}" if ids else "by name alone: no source tells an id"


_OF_WHOM = {"author_id": "authors", "org_id": "places"}
MOST_IDS_SHOWN = 5


def _otherwise(leaf: Exact, reader: PaperReader) -> str:
    """Return how the paper writes the words of an exact term that was not found, "" if it does not have them."""
    pattern = tuple(((n, (word,)),) for n, (_, _, word) in enumerate(leaf.tokens, start=1))
    for place in reader.places(TextTerm(pattern, f"folded {leaf.written}", leaf.field), ()):
        return f"written otherwise: {field_text(reader.document.paper, place.field)[place.start : place.end]}"
    return ""


def _value(leaf: Compare, paper: Paper, listings: Listings) -> str:
    field = BY_RULE[leaf.field]
    if field.is_fact:
        instant = getattr(paper, field.attribute)
        return f"{instant:%Y-%m-%d}" if instant else "unknown"
    known = [(one.read_at, value) for one in listings if (value := getattr(one, field.attribute)) is not None]
    if field.kind is FieldKind.DAY:
        return ", ".join(sorted({str(day) for _, day in known})) or "unknown"
    return str(max(known)[1]) if known else "unknown"


def _found(leaf: Leaf, place: MatchedSpan, paper: Paper) -> FoundPlace:
    text = field_text(paper, place.field)
    if place.field == "id":  # one of the paper's names, which may not be the one that is shown
        return FoundPlace(place.field, text, 0, len(text), ())
    folding = _folding(leaf, text[place.start : place.end]) if isinstance(leaf, TextTerm) else ()
    return FoundPlace(place.field, text, place.start, place.end, folding)


def field_text(paper: Paper, field: str) -> str:
    """Return the text of a field in which places are counted."""
    return BETWEEN.join(values_of(paper, field))


def _folding(leaf: TextTerm, original: str) -> tuple[str, ...]:
    """Return the necessary steps of folding that turn ``original`` into the term."""
    term = re.sub(r'^(?:[a-z]+:)?"?|"?$', "", leaf.written)
    if leaf.is_prefix:
        return (f"begins with {term.removesuffix('*')}",)
    return tuple(name for name in _STEPS if original != term and not _is_same(original, term, without=name))


def _is_same(one: str, other: str, *, without: str) -> bool:
    for name, step in _STEPS.items():
        if name != without:
            one, other = step(one), step(other)
    return one == other


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_STEPS: Mapping[str, Callable[[str], str]] = {
    "TeX": lambda text: clean(text).text.replace(JOINT, ""),
    "accents": _without_accents,
    "Greek": lambda text: re.sub(r"[^\W_]+", lambda word: letter_name(word[0].casefold()) or word[0], text),
    "case": str.casefold,
    "plural": lambda text: re.sub(r"[^\W_]+", lambda word: singular(word[0]), text),
    "hyphen or blank": lambda text: re.sub(r"[\s_^()\[\]\-\u2010-\u2013]+", "", text),
}
