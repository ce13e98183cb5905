"""Draw texts of rules by the grammar, and damage them: ``python -m tests.rule_texts --times 1000000 --seed 1``.

Run so, it holds of each text what ``tests/unit/test_rules_reader.py`` holds of a few thousand, and prints the first
that is read in two ways.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from tests.fuzz.target import a_paper
from watcher.errors import RuleError
from watcher.rules import compile_rule, document_of, doubtful, find_bounds
from watcher.rules.language.language import LONGEST, parse_rule, tree_by_lark
from watcher.rules.language.lists import quoted_term
from watcher.rules.language.reader import DEEPEST, tree_by_hand
from watcher.rules.language.terms import COMPARED, FIELDS
from watcher.rules.language.tree import And, Leaf, Not, Or, leaves
from watcher.rules.match.explain import explain_match

BLANKS = (*" \t\n\r\x0b\x1c\x85\u00a0\u1680\u2003\u2028\u202f\u3000", "  ", " \n ")
NO_BLANKS = ("\u200b", "\u2060", "\ufeff", "\u180e", "\u00ad", "\u0301", "\ufe0f", "\x7f")
SIGNS = (
    *'""()()-:=/\\<>~*.,;|&!?#+\'$^%@[]{}',
    "\\/",
    '\\"',
    "//",
    "=(",
    ":(",
    "-(",
    '="',
    '~"',
    "'\"",
    "～",
    "＂",
    "（",
)
GOOD_WORDS = (
    *("a", "B", "ab*", "C++", ".NET", "a-b", "a=b", "a/b", "x>3", "模型", "β", "İ", "ﬁ", "e\u0301", "ſ", "A*", "C*-a"),
    *(
        "SU(2)",
        "Fe(II)",
        "SL(2,Z)",
        "E(3)-a",
        "f(x)",
        "B*57:01",
        "10,000",
        "1/2",
        "NOTE",
        "ORb",
        "aOR",
        "upvotes",
        "everything",
    ),
)
WORDS = (
    *(
        "a",
        "B",
        "ab*",
        "C++",
        ".NET",
        "a-b",
        "a:b",
        "a=b",
        "a/b",
        "x>3",
        "模型",
        "β",
        "İ",
        "ﬁ",
        "e\u0301",
        "ſ",
        "--",
        "-",
    ),
    *("OR", "AND", "NOT", "or", "and", "not", "ORb", "aOR", "NOT-a", "OR:", "AND=", "NOTE", "/r s/", "*", "everything"),
    *(
        "upvotes",
        "UpVotes",
        "comment\u017f",
        "published",
        "listed",
        "10,000",
        "1/2",
        "A*",
        "title",
        "title:",
        "=",
        "~3",
    ),
)
NUMBERS = ("3", "0", "-1", "2026-01-31", "2026-13-01", "٣", "1e3", "x", "", "=", "3)", '3"')
REGEXES = ("a", "a b", "(a|b)+", "\\/", "[/]", '"', "(", ")", "a\\", "", "\\d{2}", "(?i)a", "a\nb", "-", " OR ", '"("')
PHRASES = (
    "upvotes>3",
    "listed < 2",
    "or",
    "AND",
    "a~3",
    "*",
    "a*b",
    "C*-a",
    "B*57:01",
    "'a'",
    "=a",
    "a",
    "a b",
    "",
    " ",
    "(a)",
    "a OR b",
    "-a",
    "a*",
    "title:a",
    "/a/",
    "a\nb",
    "é β",
    "\\",
    "A*",
    "a, b",
)
TAILS = ("", "", "", "~3", "~", "~x", "~0", "~1000", "~3~", "~3-", "*", "a")
DOCUMENT = document_of(a_paper("a b C++ OR A* C*-a B*57:01 upvotes x>3 10,000 1/2 模型 β title or and"))


class RuleTexts:
    """Draws texts of rules.

    ``chance``: where they come from.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._is_careful = False

    def text(self) -> str:
        """Return a text: by the grammar, as a careful writer or a careless one has it, damaged or not; or a soup."""
        kind = self._chance.random()
        self._is_careful = self._chance.random() < 0.6
        if kind < 0.1:
            return self._soup()
        text = self._any(self._chance.choice((0, 1, 1, 2, 3, 4)))
        if kind < 0.13:
            text = self._deep(text)
        for _ in range(self._chance.choice((0, 0, 0, 0, 1, 1, 2, 5))):
            text = self._damaged(text)
        return text[: LONGEST + 5]

    def _one_of(self, *some: Callable[[int], str], depth: int) -> str:
        one: Callable[[int], str] = self._chance.choice(some)
        return one(depth)

    def _blank(self, *, may_lack: float = 0.0) -> str:
        if self._chance.random() < may_lack:
            return ""
        return " " if self._chance.random() < 0.8 else self._chance.choice(BLANKS)

    def _any(self, depth: int) -> str:
        parts = [self._all(depth) for _ in range(self._chance.choice((1, 1, 1, 2, 3)))]
        return self._joined(parts, "OR")

    def _all(self, depth: int) -> str:
        parts = [self._one(depth) for _ in range(self._chance.choice((1, 1, 1, 2, 3)))]
        return self._joined(parts, "AND" if self._is_careful else self._chance.choice(("AND", "", "")))

    def _joined(self, parts: list[str], operator: str) -> str:
        text = parts[0]
        for part in parts[1:]:
            may_lack = 0.0 if self._is_careful else 0.05
            text += (
                self._blank(may_lack=may_lack) + operator + (self._blank(may_lack=may_lack) if operator else "") + part
            )
        return text

    def _one(self, depth: int) -> str:
        plain = (self._word, self._word, self._phrase, self._exact, self._field, self._field, self._compared)
        return self._one_of(*plain, *((self._group, self._group, self._not) if depth > 0 else ()), depth=depth)

    def _group(self, depth: int) -> str:
        return f"({self._blank(may_lack=0.9)}{self._any(depth - 1)}{self._blank(may_lack=0.9)})"

    def _not(self, depth: int) -> str:
        sign = self._chance.choice(("-", "NOT ") if self._is_careful else ("-", "NOT ", "NOT", "NOT\n", "- "))
        return ("kiln AND " if self._is_careful else "") + sign + self._one(depth - 1)

    def _word(self, depth: int) -> str:
        word = self._chance.choice(GOOD_WORDS if self._is_careful else WORDS)
        return (
            word
            if self._is_careful or self._chance.random() < 0.8
            else word + self._chance.choice((*WORDS, *NO_BLANKS, *SIGNS))
        )

    def _phrase(self, depth: int) -> str:
        return f'"{self._chance.choice(PHRASES)}"' + ("" if self._is_careful else self._chance.choice(TAILS))

    def _exact(self, depth: int) -> str:
        return "=" + (f'"{self._chance.choice(PHRASES)}"' if self._chance.random() < 0.5 else self._word(depth))

    def _field(self, depth: int) -> str:
        if self._is_careful:
            name = self._chance.choice(("title", "Abstract", "NOTE", "venue", "about", "summary"))
            return f"{name}:{self._one_of(self._word, self._phrase, self._exact, depth=depth)}"
        name = self._chance.choice((*FIELDS, "Title", "TITLE", "t", "a_b", "x1", "é", "upvotes", "http", "about", "_"))
        values = (self._word, self._phrase, self._exact, self._regex, self._regex, self._group, self._field)
        return f"{name}:{self._blank(may_lack=0.95)}{self._one_of(*values, depth=max(depth, 1))}"

    def _regex(self, depth: int) -> str:
        return f"/{self._chance.choice(REGEXES)}/" + self._chance.choice(("", "", "i", " ", "/", '"a"'))

    def _compared(self, depth: int) -> str:
        if self._is_careful:
            return self._chance.choice(("upvotes>=3", "Listed < 2026-01-31", "comments\n=\t0", "published>2026-01-01"))
        name = self._chance.choice((*COMPARED.split("|"), "UPVOTES", "Listed", "votes"))
        sign = self._chance.choice((">=", "<", "=", ">", "<=", "=>", "==", ">>", ">=<", ":", "~"))
        return name + self._blank(may_lack=0.6) + sign + self._blank(may_lack=0.6) + self._chance.choice(NUMBERS)

    def _deep(self, text: str) -> str:
        """Put a text into many parentheses and exclusions, now and then beside something that hides them."""
        kinds = ("(", "(", "NOT (", "-(", "NOT NOT (", "(-(", "a OR (", "title:(")
        for _ in range(self._chance.choice((3, DEEPEST - 1, DEEPEST, DEEPEST + 1, 300))):
            opened = self._chance.choice(kinds)
            text = f"{opened}{text}{')' * opened.count('(')}"
        beside = self._chance.choice(("", "", 'title:/"/ ', "title:/\\(\\(/ ", '"((" ', "a:b:/(/ "))
        return beside + text + (' title:/"/' if self._chance.random() < 0.3 else "")

    def _soup(self) -> str:
        pieces = (*WORDS, *SIGNS, *SIGNS, *BLANKS, *BLANKS, *NO_BLANKS, *(f"{one}:" for one in FIELDS))
        return "".join(self._chance.choices(pieces, k=self._chance.choice((1, 2, 3, 5, 8, 20))))

    def _damaged(self, text: str) -> str:
        start = self._chance.randint(0, len(text))
        end = min(len(text), start + self._chance.choice((0, 0, 1, 1, 2, 5, 20)))
        pieces: tuple[str, ...] = ("", *SIGNS, *BLANKS, *NO_BLANKS, *WORDS, text[start:end] * 2, self._all(0))
        return text[:start] + self._chance.choice(pieces) + text[end:]


def shape(node: Any) -> object:
    """All that is read: names of branches, words with their names and places."""
    if isinstance(node, str):
        return node.type, str(node), node.start_pos  # type: ignore[attr-defined]
    return str(node.data), [shape(child) for child in node.children]


def by_lark(text: str) -> object:
    """The tree as lark reads it, None if it reads none."""
    try:
        return shape(tree_by_lark(text).children[0])
    except RuleError:
        return None


def by_hand(text: str) -> object:
    """The tree as it is read by hand, None if it is left to lark. Raises ``RuleError``."""
    tree = tree_by_hand(text)
    return None if tree is None else shape(tree)


def faults_of(text: str) -> Iterator[str]:
    """Yield what is wrong with how a text is read.

    Two readers differ; an error has no place or remedy; a term is not what its own piece of the text says by itself.
    """
    try:
        if by_hand(text) != by_lark(text):
            yield f"by hand {by_hand(text)}, by lark {by_lark(text)}"
    except RuleError as error:
        if error.what != "nested too deep":
            yield f"by hand {error!r}"
    try:
        node, spans = parse_rule(text)
    except RuleError as error:
        if not (0 <= error.start <= error.end <= len(text) and error.hint):
            yield f"an error without place or remedy: {error!r} from {error.start} to {error.end}"
        return
    for leaf, (start, end) in zip(leaves(node), spans, strict=True):
        for piece in (text[start:end], leaf.written):
            if leaf.written != "everything":  # which is all papers alone, and a word beside others
                yield from _faults_of_piece(piece, leaf)
    yield from _faults_of_advice(text)


def _faults_of_piece(piece: str, leaf: Leaf) -> Iterator[str]:
    try:
        alone, _ = parse_rule(piece)
    except RuleError as error:
        yield f"{piece!r} cannot be read alone: {error}"
        return
    if alone != leaf:
        yield f"{piece!r} alone is {alone}, not {leaf}"


def _faults_of_advice(text: str) -> Iterator[str]:
    """Yield what of the advice on a rule has no remedy. What raises is a fault as well."""
    rule = compile_rule(text)
    explain_match(rule, DOCUMENT)
    said = [(one.what, one.hint) for one in find_bounds(rule)] + [(one.what, one.hint) for one in doubtful(text)]
    yield from (f"without a remedy: {what}" for what, hint in said if not hint)


def faults_of_item(item: str) -> Iterator[str]:
    """Yield what is wrong with how an item of a list is read: it is no single term."""
    try:
        written = quoted_term(item)
        node, _ = parse_rule(written)
    except RuleError:
        return
    if isinstance(node, And | Or | Not):
        yield f"the item {item!r} is more than one term: {written}"


@click.command(help=__doc__)
@click.option("--times", default=100_000, help="How many texts.")
@click.option("--seed", default=1, help="Where the texts come from.")
def main(times: int, seed: int) -> None:
    """Read many texts in both ways."""
    texts = RuleTexts(random.Random(seed))
    for n in range(times):
        text = texts.text()
        for fault in (*faults_of(text), *faults_of_item(text)):
            sys.exit(f"text {n} of seed {seed}: {text!r}\n{fault}")
    print(f"{times:,} texts of seed {seed}: read alike")


if __name__ == "__main__":
    main()
