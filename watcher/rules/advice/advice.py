"""Advise on rules by stored papers: too many matches, none, missed forms of a word, other meanings of an acronym.

Each proposal is a rule that is tried on the same papers, so that its figures are counted, not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from watcher.errors import RuleError
from watcher.model import STARS, STRONG_FROM, is_strong
from watcher.rules.advice.acronyms import ACRONYM, meanings
from watcher.rules.advice.word_families import family, most_frequent, prefixes
from watcher.rules.index.index import Index
from watcher.rules.language.rule import Rule, compile_rule
from watcher.rules.language.tree import (
    And,
    Exact,
    Leaf,
    Near,
    Not,
    Or,
    RuleNode,
    TextTerm,
    asks_for_everything,
    leaves,
)
from watcher.rules.match.document import Document

TOO_MANY = 0.25
"""Share of the papers above which a rule matches too many."""

FEWEST_PAPERS = 40
"""Fewest papers with which any advice is given."""

SHORTEST_PAST = 14
"""Fewest days that the papers must cover before it is said that nothing matched."""

MOSTLY_WEAK = 0.6
FEWEST_MATCHES = 10

FEWEST_MISSED, MISSED_SHARE, MOST_TIMES, MOST_OF_FEW = 3, 0.3, 1.5, 30
"""How many papers other forms of a word must add for these forms to count as missed.

At least ``FEWEST_MISSED`` papers, and ``MISSED_SHARE`` of the rule's matches. At most ``MOST_OF_FEW`` papers or
``MOST_TIMES`` the matches, whichever is more. Forms that add more are another word: scale is no form of scaling.
"""

FEW_OTHERS, SOME_OTHERS = 0.1, 0.3
"""Largest share of papers with other words among those that a proposed prefix adds.

The second is for the narrowest prefix.
"""

FEWEST_DEFINED = 2

_LAST_WORD = re.compile(r'(?P<head>.*?)(?<![A-Za-z])(?P<word>[A-Za-z]++)(?P<tail>"?)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on a rule.

    ``name``: of the rule.
    ``kind``: name of the warning, as docs/warnings.md has it.
    ``what``: what was found, with figures.
    ``hint``: what to write instead.
    """

    name: str
    kind: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class MatchCount:
    """How many papers a rule matched, and how many of these matches are strong (score of 0.5 or more)."""

    matched: int
    strong: int


class PastPapers:
    """Papers that rules are tried on, with the words in them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        days = [document.paper.digest_day for document in documents]
        self.first, self.last = (min(days), max(days)) if days else (date.min, date.min)
        self._in_sources: dict[frozenset[str], int] = {}

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """Word → number of papers with it in title or abstract, in alphabetical order."""
        counts: Counter[str] = Counter()
        for document in self.documents:
            texts = (*document.texts("title"), *document.texts("abstract"))
            counts.update({word for text in texts for word in text.line})
        return dict(sorted(counts.items()))

    @cached_property
    def words(self) -> list[str]:
        """The words of :attr:`vocabulary`, in alphabetical order."""
        return list(self.vocabulary)

    @cached_property
    def meanings(self) -> Mapping[str, Mapping[str, int]]:
        """What acronyms stand for in these papers, see :func:`watcher.rules.advice.acronyms.meanings`."""
        return meanings(self.documents)

    def papers(self, sources: frozenset[str]) -> int:
        """Return how many of the papers these sources list; an empty set means all sources."""
        if not sources:
            return len(self.documents)
        if sources not in self._in_sources:
            self._in_sources[sources] = sum(bool(one.listings(sources)) for one in self.documents)
        return self._in_sources[sources]

    def tried(self, rules: Sequence[Rule]) -> list[MatchCount]:
        """Try rules on all papers; return the counts of each."""
        index = Index()
        index.add_many(enumerate(rules))
        matched, strong = Counter[int](), Counter[int]()
        for matches in index.match_page(self.documents):
            matched.update(iter(matches))
            strong.update(id for id in matches if is_strong(matches.score(id)))
        return [MatchCount(matched[n], strong[n]) for n in range(len(rules))]


@dataclass(frozen=True, slots=True)
class Wider:
    """A word of a rule, and other forms of it that could be added.

    ``name``: of the rule.
    ``leaf``: the word in the rule.
    ``forms``: other forms of the word in papers.
    ``prefixes``: prefixes that find all these forms.
    ``rules``: the rule with all forms, then with each prefix, in place of the word.
    """

    name: str
    leaf: TextTerm
    forms: list[str]
    prefixes: list[str]
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Narrower:
    """A rule with an acronym that has several meanings, and rules that exclude some of them.

    ``short``: the acronym.
    ``all``: meaning → number of papers.
    ``others``: the rarer meanings.
    """

    name: str
    short: str
    all: Mapping[str, int]
    others: list[str]
    rules: list[Rule]


def advise(rules: Mapping[str, Rule], documents: Sequence[Document]) -> list[Advice]:
    """Return advice on each rule, none at all if there are too few papers.

    ``rules``: name → rule.
    """
    if len(documents) < FEWEST_PAPERS or not rules:
        return []
    past = PastPapers(documents)
    counts = dict(zip(rules, past.tried(list(rules.values())), strict=True))
    proposed = [one for name, rule in rules.items() for one in _proposals(name, rule, past)]
    tried = iter(past.tried([rule for one in proposed for rule in one.rules]))
    found: dict[str, list[Advice]] = {name: list(_volume(name, rules[name], counts[name], past)) for name in rules}
    for one in proposed:
        new = [next(tried) for _ in one.rules]
        said = _missed(one, counts[one.name], new) if isinstance(one, Wider) else _meant(one, counts[one.name], new)
        found[one.name] += said if counts[one.name].matched <= TOO_MANY * len(documents) else ()
    for name, rule in rules.items():
        found[name] += _of_library(name, rule)
    return [one for some in found.values() for one in some]


def _of_library(name: str, rule: Rule) -> Iterator[Advice]:
    """Say which papers of a rule's library say nothing: neither stored, nor with a title; and where none is starred."""
    stars = sorted(key for key in rule.likes.profile.keys if key.startswith(STARS)) if rule.likes else []
    if rule.likes and stars and not rule.likes.profile.liked:
        people = " or ".join(key.removeprefix(STARS) or "everybody" for key in stars)
        what = f"it likes what is starred by {people}, and nothing is: no paper is close to it"
        yield Advice(name, "no-stars", what, "star a paper: ☆ on its page, or `watcher star PAPER`")
    liked = rule.likes.profile.liked if rule.likes else ()
    unknown = [one.keys[0] for one in liked if not one.title and one.keys]
    if unknown:
        named = ", ".join(key.partition(":")[2] for key in unknown[:3]) + (", …" if len(unknown) > 3 else "")
        what = f"of the {len(liked)} papers that it likes, nothing is known of {len(unknown)}: {named}"
        yield Advice(name, "unknown-papers", what, "name a file that has their titles and abstracts, too")


def _volume(name: str, rule: Rule, count: MatchCount, past: PastPapers) -> Iterator[Advice]:
    papers, matched = past.papers(rule.sources), count.matched
    if matched > TOO_MANY * papers and not asks_for_everything(rule.tree):
        what = f"matches {matched} of {papers} papers since {past.first} ({100 * matched // papers} %)"
        yield Advice(
            name, "too-many-matches", what, "add a word that has to be there too, or ask for it in a field: title:"
        )
    elif not matched and papers and (past.last - past.first).days + 1 >= SHORTEST_PAST:
        what = f"matches none of {papers} papers since {past.first}"
        yield Advice(name, "no-matches", what, "see which of its terms are ever found: `watcher backtest`")
    weak = matched - count.strong
    bare = list(dict.fromkeys(leaf.written for leaf in _asked(rule.tree) if _is_bare(leaf)))
    if bare and matched >= FEWEST_MATCHES and weak > MOSTLY_WEAK * matched:
        named = ", ".join(f"about:{one}" for one in bare[:3]) + (" …" if len(bare) > 3 else "")
        what = f"{weak} of its {matched} matches are mentions"
        hint = f"write above: {STRONG_FROM} to have only their titles, or {named} to hear of none that says it once"
        yield Advice(name, "mostly-mentions", what, hint)


def _asked(node: RuleNode) -> Iterator[Leaf]:
    """Yield the terms of a rule that are not excluded."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _asked(child)
        case Not():
            return
        case _:
            yield node


def _is_bare(leaf: Leaf) -> bool:
    return isinstance(leaf, TextTerm | Near | Exact) and leaf.field is None and not leaf.about


def _proposals(name: str, rule: Rule, past: PastPapers) -> Iterator[Wider | Narrower]:
    asked = {leaf.written: leaf for leaf in _asked(rule.tree)}
    for leaf in asked.values():
        if isinstance(leaf, TextTerm) and not leaf.is_prefix:
            yield from _wider(name, leaf, rule, past)
        if isinstance(leaf, TextTerm | Exact):
            yield from _narrower(name, leaf, rule, past)


def _changed(rule: Rule, leaf: Leaf, term: str) -> Rule | None:
    """Return the rule with ``term`` in place of a leaf, None if the rule becomes too long."""
    text, end = "", 0
    excluded = {id(node.child) for node in _nots(rule.tree)}
    for one, (first, last) in zip(leaves(rule.tree), rule.spans, strict=True):
        if one.written == leaf.written and id(one) not in excluded:
            text, end = text + rule.text[end:first] + term, last
    return _compiled(text + rule.text[end:], rule)


def _nots(node: RuleNode) -> Iterator[Not]:
    match node:
        case Not():
            yield node
        case And(children) | Or(children):
            for child in children:
                yield from _nots(child)


def _compiled(text: str, like: Rule) -> Rule | None:
    try:
        return replace(compile_rule(text), sources=like.sources)
    except RuleError:
        return None


# --- forms of a word ---


def _wider(name: str, leaf: TextTerm, rule: Rule, past: PastPapers) -> Iterator[Wider]:
    """Yield proposals that add other forms of a term's last word, or a prefix that finds them."""
    parts = _LAST_WORD.fullmatch(leaf.written)
    if parts is None:
        return
    word = parts["word"].lower()
    own = {form for edges in leaf.pattern for _, forms in edges for form in forms}
    others = [one for one in family(word, past.words) if one not in own]
    if not others:
        return
    forms = most_frequent(others, [past.vocabulary[one] for one in others])
    spelled = [parts["head"] + one + parts["tail"] for one in forms]
    starts = [f"{parts['head']}{one}*{parts['tail']}" for one in prefixes(word, forms)]
    changed = [_changed(rule, leaf, f"({' OR '.join([leaf.written, *spelled])})")]
    changed += [_changed(rule, leaf, one) for one in starts]
    if starts and None not in changed:
        yield Wider(name, leaf, forms, starts, [one for one in changed if one])


def _missed(one: Wider, count: MatchCount, tried: Sequence[MatchCount]) -> Iterator[Advice]:
    """Yield advice for the widest prefix that adds the missed forms and little else."""
    gained = tried[0].matched - count.matched
    most = max(MOST_TIMES * count.matched, MOST_OF_FEW)
    if not max(FEWEST_MISSED, MISSED_SHARE * count.matched) <= gained <= most:
        return
    for n, (prefix, new) in enumerate(zip(one.prefixes, tried[1:], strict=True)):
        others = new.matched - tried[0].matched
        is_last = n == len(one.prefixes) - 1
        if others <= (SOME_OTHERS if is_last else FEW_OTHERS) * (gained + others):
            more = new.matched - count.matched
            what = f"{one.leaf.written} misses papers that have {', '.join(one.forms[:4])}"
            yield Advice(
                one.name, "missed-forms", what, f"{prefix} would match {more} more than the {count.matched} now"
            )
            return


# --- acronyms ---


def _narrower(name: str, leaf: TextTerm | Exact, rule: Rule, past: PastPapers) -> Iterator[Narrower]:
    """Yield proposals that exclude each of the rarer meanings of an acronym, or the most frequent one."""
    short = leaf.written.rpartition(":")[2].removeprefix("=")
    known = past.meanings.get(short.upper(), {}) if ACRONYM.fullmatch(short) else {}
    several = {long: count for long, count in known.items() if count >= FEWEST_DEFINED}
    if len(several) < 2:
        return
    changed = {long: _compiled(f'({rule.text}) NOT "{long}"', rule) for long in several}
    rules = {long: one for long, one in changed.items() if one}
    yield Narrower(name, short, several, list(rules), list(rules.values()))


def _meant(one: Narrower, count: MatchCount, tried: Sequence[MatchCount]) -> Iterator[Advice]:
    """Yield advice on what NOT would exclude, if the rule matches papers with several meanings."""
    without = {long: count.matched - new.matched for long, new in zip(one.others, tried, strict=True)}
    left = {long: n for long, n in without.items() if n}
    if len(left) < 2:
        return
    listed = ", ".join(f'"{long}" ({n})' for long, n in _few(left.items()))
    least = list(left)[-1]
    what = f"{one.short} has several meanings in its {count.matched} matches: {listed}"
    yield Advice(one.name, "several-meanings", what, f'exclude one, as in NOT "{least}", or ask for a second word')


def _few(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(pairs, key=lambda one: -one[1])[:4]
