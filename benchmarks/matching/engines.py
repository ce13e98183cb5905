"""The engines: each is given rules, prepares, and then says of a folded paper which rules it matches."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from benchmarks.matching.made import Literal, MadePaper, MadeRule
from watcher.rules import Document, Index, compile_rule, document_of

BETWEEN = "zzq"
"""A word that no rule has, between title and abstract: no phrase runs across."""


class Engine(Protocol):
    """``name`` is shown; ``match`` takes one paper's folded words and returns the numbers of the rules."""

    name: str

    def match(self, paper: MadePaper) -> set[int]: ...

    def close(self) -> None: ...


def words(paper: MadePaper) -> list[str]:
    """The folded words as one row."""
    return [*paper.title, BETWEEN, *paper.abstract]


class Closed:
    """What has nothing to close."""

    def close(self) -> None:
        """Nothing."""


class RegexPerRule(Closed):
    """One compiled regex a rule, with look-ahead for AND and NOT."""

    name = "Python regex per rule"

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        self._patterns = [re.compile("|".join(map(self._branch, rule.branches)), re.DOTALL) for rule in rules]

    @staticmethod
    def _branch(branch: Sequence[Literal]) -> str:
        if len(branch) == 1:
            return _regex(branch[0])
        return r"\A" + "".join(f"(?{'!' if one.excluded else '='}.*?{_regex(one)})" for one in branch)

    def match(self, paper: MadePaper) -> set[int]:
        text = " ".join(words(paper))
        return {n for n, pattern in enumerate(self._patterns) if pattern.search(text)}


def _regex(literal: Literal) -> str:
    return rf"\b{' '.join(literal.words)}" + ("" if literal.goes_on else r"\b")


class Fts5(Closed):
    """SQLite's full-text search over a table of one document, asked once for each rule."""

    name = "SQLite FTS5"

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        self._queries = [" OR ".join(f"({self._branch(branch)})" for branch in rule.branches) for rule in rules]
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE VIRTUAL TABLE paper USING fts5(text, tokenize = 'ascii')")

    @staticmethod
    def _branch(branch: Sequence[Literal]) -> str:
        wanted = " AND ".join(_fts(one) for one in branch if not one.excluded)
        return wanted + "".join(f" NOT {_fts(one)}" for one in branch if one.excluded)

    def match(self, paper: MadePaper) -> set[int]:
        self._connection.execute("DELETE FROM paper")
        self._connection.execute("INSERT INTO paper VALUES (?)", (" ".join(words(paper)),))
        ask = "SELECT 1 FROM paper WHERE paper MATCH ?"
        return {n for n, query in enumerate(self._queries) if self._connection.execute(ask, (query,)).fetchone()}

    def close(self) -> None:
        self._connection.close()


def _fts(literal: Literal) -> str:
    return f'"{" ".join(literal.words)}"' + ("*" if literal.goes_on else "")


class Anchored:
    """Rules found by one term each that they cannot do without, the rarest by how many rules have it."""

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        self.rules = rules
        counts = Counter(one for rule in rules for branch in rule.branches for one in branch if not one.excluded)
        self.terms: dict[tuple[tuple[str, ...], bool], int] = {}
        self.watching: list[list[tuple[int, tuple[tuple[int, bool], ...]]]] = []
        for number, rule in enumerate(rules):
            for branch in rule.branches:
                anchor = min((one for one in branch if not one.excluded), key=lambda one: counts[one])
                rest = tuple((self._term(one), one.excluded) for one in branch if one is not anchor)
                self.watching[self._term(anchor)].append((number, rest))

    def _term(self, literal: Literal) -> int:
        key = (literal.words, literal.goes_on)
        number = self.terms.setdefault(key, len(self.terms))
        if number == len(self.watching):
            self.watching.append([])
        return number

    def matched(self, found: set[int]) -> set[int]:
        """The rules that hold where these terms occur."""
        matched: set[int] = set()
        for term in found:
            for rule, rest in self.watching[term]:
                if all((other in found) != excluded for other, excluded in rest):
                    matched.add(rule)
        return matched


class AhoCorasick(Closed):
    """The terms in an automaton (ahocorasick_rs), the rules under one term each in Python."""

    name = "ahocorasick_rs"

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        import ahocorasick_rs

        self._rules = Anchored(rules)
        patterns = [f" {' '.join(row)}" + ("" if goes_on else " ") for row, goes_on in self._rules.terms]
        self._automaton = ahocorasick_rs.AhoCorasick(patterns)

    def match(self, paper: MadePaper) -> set[int]:
        text = f" {' '.join(words(paper))} "
        return self._rules.matched(
            {found[0] for found in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        )


class Hyperscan(Closed):
    """The terms in hyperscan as literals between blanks, each reported once, the rules under one term each in Python.

    Its own logical combinations refuse these patterns ("unordered match in sub-expressions").
    """

    name = "hyperscan"

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        import hyperscan

        self._rules = Anchored(rules)
        patterns = [f" {' '.join(row)}{'' if goes_on else ' '}" for row, goes_on in self._rules.terms]
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[re.escape(one).encode() for one in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
        )
        self._scratch = hyperscan.Scratch(self._database)

    def match(self, paper: MadePaper) -> set[int]:
        found: set[int] = set()

        def on_match(number: int, start: int, end: int, flags: int, context: object) -> None:
            found.add(number)

        self._database.scan(f" {' '.join(words(paper))} ".encode(), match_event_handler=on_match, scratch=self._scratch)
        return self._rules.matched(found)


class Postgres:
    """PostgreSQL: rules by an anchor lexeme each in a GIN index, candidates checked again by their tsquery.

    Beginnings of words are anchored too: a paper is asked for with all beginnings of its words that any rule has.
    """

    name = "PostgreSQL, anchor + GIN"

    def __init__(self, rules: Sequence[MadeRule], url: str) -> None:
        import psycopg

        self._connection = psycopg.connect(url, autocommit=True)
        counts = Counter(
            anchor for rule in rules for branch in rule.branches for one in branch for anchor in _anchors(one)
        )
        self._lengths = sorted(
            {len(one.words[-1]) for rule in rules for b in rule.branches for one in b if one.goes_on}
        )
        run = self._connection.execute
        run("DROP TABLE IF EXISTS rule")
        run("CREATE TABLE rule (id int, query tsquery, anchors text[])")
        with self._connection.cursor().copy("COPY rule (id, query, anchors) FROM STDIN") as copy:
            for number, rule in enumerate(rules):
                chosen = {
                    min((a for one in branch if not one.excluded for a in _anchors(one)), key=lambda a: counts[a])
                    for branch in rule.branches
                }
                copy.write_row((number, self._query(rule), list(chosen)))
        run("CREATE INDEX ON rule USING gin (anchors) WITH (fastupdate = off)")
        run("ANALYZE rule")
        run("SET jit = off")

    @staticmethod
    def _query(rule: MadeRule) -> str:
        def one(literal: Literal) -> str:
            last = f"'{literal.words[-1]}'" + (":*" if literal.goes_on else "")
            row = " <-> ".join([*(f"'{word}'" for word in literal.words[:-1]), last])
            return f"!({row})" if literal.excluded else f"({row})"

        return " | ".join("(" + " & ".join(map(one, branch)) + ")" for branch in rule.branches)

    def match(self, paper: MadePaper) -> set[int]:
        row = words(paper)
        anchors = {*row, *(word[:n] + "*" for word in set(row) for n in self._lengths if len(word) >= n)}
        vector = " ".join(f"'{word}':{n}" for n, word in enumerate(row, 1))
        found = self._connection.execute(
            "SELECT id FROM rule WHERE anchors && %s::text[] AND %s::tsvector @@ query", (list(anchors), vector)
        )
        return {one[0] for one in found}

    def close(self) -> None:
        self._connection.close()


def _anchors(literal: Literal) -> Iterable[str]:
    return [*literal.words[:-1], literal.words[-1] + ("*" if literal.goes_on else "")]


class Ours(Closed):
    """watcher.rules.Index, one paper at a time."""

    name = "watcher, one paper"

    def __init__(self, rules: Sequence[MadeRule]) -> None:
        self.index = Index()
        self.index.add_many((number, compile_rule(rule.text())) for number, rule in enumerate(rules))

    def match(self, paper: MadePaper | Document) -> set[int]:
        document = paper if isinstance(paper, Document) else document_of(paper.paper(0))
        return set(self.index.match(document))

    def match_page(self, documents: Sequence[Document]) -> list[Any]:
        """A page of papers in one go."""
        return self.index.match_page(documents)
