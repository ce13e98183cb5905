"""What the stored papers suggest about rules: too much, too little, forms that are missed, other meanings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watcher.rules.document import Document
from watcher.rules.index import Index
from watcher.rules.rule import Rule
from watcher.rules.tree import And, Node, Not, Or, Text
from watcher.rules.words import compounds_of_term

TOO_MANY = 0.25
"""The share of all papers that a rule may match before it is worth a word."""

FEWEST_PAPERS = 40
"""With fewer papers than this nothing is said."""

MOSTLY_WEAK = 0.6
FEWEST_MATCHES = 10

_SUFFIXES = (
    *("zations", "sations", "zation", "sation", "ations", "ation", "zing", "sing", "zed", "sed"),
    *("ments", "ment", "ings", "ing", "ions", "ion", "ers", "er", "ed", "es", "e", "s"),
)
_SHORTEST_STEM = 5
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,5}")
_DEFINITION = re.compile(r"((?:[A-Za-z][\w-]*[ -]){1,7}[A-Za-z][\w-]*) ?\(([A-Z][A-Z0-9]{1,5})s?\)")
_SMALL = frozenset({"of", "for", "and", "the", "in", "to", "with", "a", "an", "on", "by", "via", "from"})


@dataclass(frozen=True, slots=True)
class Advice:
    """``name`` is the rule's; ``what`` with its figures, ``hint`` what to write instead."""

    name: str
    what: str
    hint: str


def advise(rules: Mapping[str, Rule], documents: Sequence[Document]) -> list[Advice]:
    """What to say of each rule after a look at papers of its past; nothing where there are too few of them."""
    if len(documents) < FEWEST_PAPERS or not rules:
        return []
    names = list(rules)
    index = Index()
    index.add_many(enumerate(rules.values()))
    matched, strong = Counter[int](), Counter[int]()
    for matches in index.match_page(documents):
        matched.update(iter(matches))
        strong.update(id for id in matches if matches.strong(id))
    vocabulary = _vocabulary(documents)
    meanings = _meanings(documents)
    found: list[Advice] = []
    for id, name in enumerate(names):
        found += _volume(name, rules[name], matched[id], strong[id], len(documents))
        for leaf in _asked(rules[name].tree):
            found += _prefix(name, leaf, vocabulary)
            found += _acronym(name, leaf, rules[name], meanings)
    return found


def _volume(name: str, rule: Rule, matched: int, strong: int, papers: int) -> Iterator[Advice]:
    if matched > TOO_MANY * papers:
        what = f"matches {matched} of the {papers} papers stored lately ({100 * matched // papers} %)"
        yield Advice(name, what, "add a word that has to be there too, or a field such as title:")
    elif not matched:
        yield Advice(name, f"matches none of the {papers} papers stored lately", "look at it with `watcher backtest`")
    elif matched >= FEWEST_MATCHES and matched - strong > MOSTLY_WEAK * matched:
        bare = [leaf.written for leaf in _asked(rule.tree) if leaf.field is None and not leaf.about]
        if bare:
            what = f"{matched - strong} of its {matched} matches are mentions only"
            yield Advice(name, what, f"write about:{bare[0]} to be told of papers that are about it")


def _asked(node: Node) -> Iterator[Text]:
    """The words and phrases that are not excluded."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _asked(child)
        case Not():
            return
        case Text():
            yield node


# --- forms of a word ---


def _vocabulary(documents: Iterable[Document]) -> dict[str, set[int]]:
    """Word → the numbers of the papers that have it in title or abstract."""
    found: dict[str, set[int]] = {}
    for number, document in enumerate(documents):
        for field in ("title", "abstract"):
            for text in document.texts(field):
                for word in set(text.line):
                    found.setdefault(word, set()).add(number)
    return found


def _prefix(name: str, leaf: Text, vocabulary: Mapping[str, set[int]]) -> Iterator[Advice]:
    """A word whose other forms stand in papers that do not have it."""
    if leaf.is_prefix or len(leaf.pattern) > 1 or leaf.field not in (None, "title", "abstract"):
        return
    forms = leaf.pattern[0][0][1]
    word = forms[0]
    stem = next((word[: -len(end)] for end in _SUFFIXES if word.endswith(end)), "")
    if len(stem) < _SHORTEST_STEM or not word.isalpha():
        return
    own = set[int]().union(*(vocabulary.get(form, set()) for form in forms))
    family = {
        other: papers - own for other, papers in vocabulary.items() if other.startswith(stem) and other not in forms
    }
    missed = set[int]().union(*family.values()) if family else set()
    if len(missed) < max(3, 0.3 * len(own)):
        return
    shown = sorted((other for other in family if family[other]), key=lambda other: -len(family[other]))[:4]
    what = f"{len(missed)} papers lately have {', '.join(shown)} but not {leaf.written}"
    yield Advice(name, what, f"write {leaf.written.removesuffix(word)}{stem}* to find all of them")


# --- acronyms ---


def _meanings(documents: Iterable[Document]) -> dict[str, Counter[str]]:
    """Acronym → what it is defined as, ``retrieval augmented generation (RAG)``, with the number of papers."""
    found: dict[str, Counter[str]] = {}
    for document in documents:
        paper = document.paper
        here = {
            (short, long)
            for words, short in _DEFINITION.findall(f"{paper.title}\n{paper.abstract}")
            if (long := _long_form(words, short))
        }
        for short, long in here:
            found.setdefault(short, Counter())[long] += 1
    return found


def _long_form(words: str, short: str) -> str:
    """The last of ``words`` whose initials are the acronym; small words may stand between. Empty where none are.

    Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", 2003, have
    the idea; here an initial is the first letter of a word or of a hyphenated part.
    """
    parts = re.split(r"[ -]+", words)
    at = len(parts)
    for letter in reversed(short.rstrip("0123456789")):
        at -= 1
        while at >= 0 and parts[at].lower() in _SMALL and parts[at][:1].upper() != letter:
            at -= 1
        if at < 0 or parts[at][:1].upper() != letter:
            return ""
    singular = [part.forms[0] for one in compounds_of_term(" ".join(parts[at:]), plurals=True) for part in one.parts]
    return " ".join(singular)


def _acronym(name: str, leaf: Text, rule: Rule, meanings: Mapping[str, Counter[str]]) -> Iterator[Advice]:
    short = leaf.written.partition(":")[2] or leaf.written
    if leaf.is_prefix or not _ACRONYM.fullmatch(short) or short not in meanings:
        return
    common = meanings[short].most_common()
    others = [(long, count) for long, count in common[1:] if count >= 2 and long not in rule.text.lower()]
    if others:
        listed = ", ".join(f'"{long}" ({count})' for long, count in [common[0], *others[:3]])
        what = f"papers mean several things by {short}: {listed}"
        yield Advice(name, what, f'add NOT "{others[0][0]}", or ask for a field or a second word')
