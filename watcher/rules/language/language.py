"""Parse the text of a rule into its tree. The grammar is here, and every error that a writer can make.

Offsets in a ``RuleError`` count characters of the rule's text.
"""

from __future__ import annotations

import builtins
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.errors import RuleError
from watcher.rules.language.reader import TERMINALS, RuleBranch, RuleToken, read_until, tree_by_hand
from watcher.rules.language.terms import FIELDS, comparison, field_term, term
from watcher.rules.language.tree import (
    EVERYTHING,
    And,
    Exact,
    Near,
    Not,
    Or,
    RuleNode,
    TextTerm,
    any_of,
    asks_for_everything,
    conjunction,
    negated,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    AnyBranch = RuleBranch | Tree[Token]

_TERMINALS = "\n".join(
    f"{name}.{priority}: /{pattern}/" for priority, (name, pattern) in enumerate(reversed(TERMINALS.items()), start=1)
)
GRAMMAR = rf"""
start: any
any: all (OR all)*
all: one (AND one | one)*
?one: negated | group | compared | in_field | plain
negated: (NOT | MINUS) one
group: "(" any ")"
compared: COMPARISON
in_field: FIELD (EXACT | PHRASE | REGEX | WORD)
plain: EXACT | PHRASE | WORD

{_TERMINALS}
%ignore /\s+/
"""

LONGEST = 20_000
MOST_LEAVES = 1_000

_WIDE = {chr(0xFF00 + n - 0x20): chr(n) for n in range(0x21, 0x7F) if not chr(n).isalnum()}
_SIGNS = str.maketrans({**dict.fromkeys("“”„‟«»❝❞〝〞〟「」『』", '"'), **_WIDE, "、": ","})
"""Quotes of all kinds, and the wide signs of East Asian keyboards → the signs of the language."""

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Spans = tuple[tuple[int, int], ...]


def plain_signs(text: str) -> str:
    """Return a text of the same length in which quotes and wide signs are replaced by those of the language."""
    return text if text.isascii() else text.translate(_SIGNS)


def parse_rule(text: str, *, may_exclude_alone: bool = False) -> tuple[RuleNode, Spans]:
    """Return the tree of a rule, and the span of each leaf in the text from left to right.

    ``may_exclude_alone``: the rule may consist of exclusions, since a library says which papers are wanted.

    Raises ``RuleError`` with the place of the mistake and what to write instead.
    """
    if len(text) > LONGEST:
        raise RuleError(
            f"the rule has {len(text):,} characters", start=LONGEST, hint=f"{LONGEST:,} at most: make several of it"
        )
    if found := _UNREADABLE.search(text):
        raise RuleError("a character that cannot be read", start=found.start(), end=found.end(), hint="remove it")
    if not text.strip():
        raise RuleError("the rule is empty", hint="write a word or a phrase")
    text = plain_signs(text)
    node, spans = _built(text)
    if asks_for_everything(node) and _has_other_words(node):
        node, spans = _built(text, knows_everything=False)  # "segment everything" are two words
    if not may_exclude_alone and ("NOT" in text or "-" in text):
        _require_positive(node, text)
    return node, spans


def _built(text: str, *, knows_everything: bool = True) -> tuple[RuleNode, Spans]:
    """Return the tree of a rule and its spans.

    ``knows_everything``: the word ``everything`` stands for all papers; otherwise it is a word.
    """
    builder = _Builder(text, knows_everything=knows_everything)
    try:
        # What is wrong is read by lark, which knows what was expected and where all branches are.
        node = builder.any(tree_by_hand(text) or tree_by_lark(text).children[0])  # type: ignore[arg-type]
    except _Mixture:
        builder = _Builder(text, knows_everything=knows_everything)
        node = builder.any(tree_by_lark(text).children[0])  # type: ignore[arg-type]
    return node, tuple(builder.spans)


def _has_other_words(node: RuleNode) -> bool:
    """Return whether a rule asks for words without a field, besides what it excludes."""
    match node:
        case And(children) | Or(children):
            return builtins.any(_has_other_words(child) for child in children)
        case TextTerm() | Near() | Exact():
            return node.field is None
    return False


class _Mixture(Exception):
    """Words in a row stand beside an OR; the place is not known yet."""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=False)


def tree_by_lark(text: str) -> Tree[Token]:
    """Return the tree of a rule with the places of its branches. Raises ``RuleError`` with what is wrong."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        return _parser().parse(text)
    except UnexpectedCharacters as error:  # anything but a quote begins some word
        start = error.pos_in_stream or 0
        hint = 'write "…" around the phrase'
        raise RuleError("expected a closing quote", start=start, end=len(text), hint=hint) from None
    except UnexpectedToken as error:
        raise _unexpected_token(text, error.token) from None


def _unexpected_token(text: str, token: Token) -> RuleError:
    is_end = token.type == "$END"
    start = len(text) if is_end else token.start_pos or 0
    before, opened = read_until(text, start)
    kind = before.type if before else ""
    if before and kind in ("OR", "AND", "NOT", "MINUS"):
        word, at = "NOT" if kind == "MINUS" else str(before), before.start_pos
        return RuleError(f"{word} has nothing on its right", start=at, end=at + len(before), hint=_REMOVE)
    if before and kind == "FIELD":
        return _nothing_or_two_in_a_field(before, text, start, is_two=token.type == "LPAR")
    if is_end:
        return RuleError("expected a closing parenthesis", start=opened, end=opened + 1, hint="write ) where it ends")
    if before and kind == "LPAR":
        at = before.start_pos
        return RuleError("empty parentheses", start=at, end=start + 1, hint="write a term between them")
    return RuleError("a closing parenthesis without an opening one", start=start, end=start + 1, hint="remove it")


def _nothing_or_two_in_a_field(name: RuleToken, text: str, at: int, *, is_two: bool) -> RuleError:
    field = name[:-1].lower() if name[:-1].lower() in FIELDS else "title"
    if is_two:
        return RuleError("a field takes one term", start=at, end=at + 1, hint=_each_in_its_field(field, text[at:]))
    what, start = f"{name} has nothing to look for", name.start_pos
    return RuleError(what, start=start, end=at, hint=f"write {field}:…, without a blank")


_SIMPLE_GROUP = re.compile(
    r'\((?P<terms>(?:"[^"()]{1,80}"|[\w.*-]{1,80})(?:\s+(?:"[^"()]{1,80}"|[\w.*-]{1,80})){0,20})\)'
)


def _each_in_its_field(field: str, group: str) -> str:
    """Return what to write for terms in parentheses behind a field, an example where they are more than a row."""
    found = _SIMPLE_GROUP.match(group)
    pieces = re.findall(r'"[^"]*"|\S+', found["terms"]) if found else ["a", "OR", "b"]
    written = [piece if piece in ("OR", "AND", "NOT") else f"{field}:{piece}" for piece in pieces]
    return f"write ({' '.join(written)})" if found else f"write {' '.join(written)}"


_REMOVE = "remove it, or put quotes around it to search for the word"


class _Builder:
    """Builds the tree of a rule from that of the reader or of lark, and notes the spans of its leaves."""

    def __init__(self, text: str, *, knows_everything: bool) -> None:
        self._text = text
        self._knows_everything = knows_everything
        self.spans: list[tuple[int, int]] = []

    def any(self, tree: AnyBranch) -> RuleNode:
        branches = [child for child in tree.children if not isinstance(child, str)]
        if len(branches) > 1:
            for branch in branches:
                self._refuse_mixture(tree, branch)
        return any_of([self.all(branch) for branch in branches])

    def all(self, tree: AnyBranch) -> RuleNode:
        return conjunction([self.one(child) for child in tree.children if not isinstance(child, str)])

    def one(self, tree: AnyBranch) -> RuleNode:
        match tree.data:
            case "negated":
                return negated(self.one(tree.children[-1]))  # type: ignore[arg-type]
            case "group":
                return self.any(tree.children[0])  # type: ignore[arg-type]
        tokens = [token for token in tree.children if isinstance(token, str)]
        start = tokens[0].start_pos or 0
        self.spans.append((start, start + sum(map(len, tokens))))
        if len(self.spans) > MOST_LEAVES:
            raise RuleError(
                f"more than {MOST_LEAVES:,} terms", start=start, end=start + 1, hint="make several subscriptions of it"
            )
        match tree.data:
            case "compared":
                return comparison(str(tokens[0]), start)
            case "in_field":
                return field_term(str(tokens[0]), str(tokens[1]), tokens[1].type, start)
        if self._knows_everything and tokens[0].type == "WORD" and str(tokens[0]).lower() == "everything":
            return EVERYTHING
        return term(str(tokens[0]), tokens[0].type, start)

    def _refuse_mixture(self, tree: AnyBranch, branch: AnyBranch) -> None:
        """Raise ``RuleError`` for ``a b OR c``, which people understand in two ways."""
        ones = [child for child in branch.children if not isinstance(child, str)]
        self._refuse_operators(ones)
        ands = len(branch.children) - len(ones)
        if len(ones) - 1 == ands:
            return
        if tree.meta.empty:
            raise _Mixture
        parts = [self._source(one) for one in tree.children if not isinstance(one, str)]
        here = self._source(branch)
        apart = " OR ".join(f"({part})" if part == here else part for part in parts)
        inner = [self._source(one) for one in ones]
        if parts[-1] == here:
            other = f"({' OR '.join([*parts[:-1], inner[0]])}) {' '.join(inner[1:])}"
        else:
            other = f"{' '.join(inner[:-1])} ({' OR '.join([inner[-1], *parts[parts.index(here) + 1 :]])})"
        start, end = branch.meta.start_pos, branch.meta.end_pos
        raise RuleError(
            "words in a row beside an OR can be read in two ways",
            start=start,
            end=end,
            hint=f"write {apart} or {other}",
        )

    def _refuse_operators(self, ones: list[AnyBranch]) -> None:
        """Raise ``RuleError`` for an operator among words in a row, since that is the cause of the mistake."""
        for one in ones:
            if one.data == "plain" and str(one.children[0]) in ("or", "and", "not", "OR", "AND"):
                self.one(one)

    def _source(self, tree: AnyBranch) -> str:
        return self._text[tree.meta.start_pos : tree.meta.end_pos]


def _require_positive(node: RuleNode, text: str) -> None:
    """Raise ``RuleError`` for a branch that only excludes, since it would match almost everything."""

    def positive(one: RuleNode) -> bool:
        match one:
            case Not():
                return False
            case And(children):
                return builtins.any(positive(child) for child in children)
            case Or(children):
                return builtins.all(positive(child) for child in children)
        return True

    if not positive(node):
        found = re.search(r"(?<!\S)(?:NOT\b|-)", text)
        start = found.start() if found else 0
        hint = "add a word that has to be there, or `everything`"
        raise RuleError("a branch with nothing but NOT", start=start, end=len(text), hint=hint)
