"""Store the folded words of papers beside the papers, so that a search need not read every paper.

:mod:`watcher.pipeline.folding` makes the words from the papers' texts, in tables named by the version of folding;
another version makes its own. Every change of a paper adds it to ``unfolded`` in the same transaction. A search reads
papers in ``unfolded`` themselves, so that its answer does not depend on how many words are stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from secrets import randbits
from typing import Any
from zlib import compress, decompress

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
    text,
    true,
)

from watcher.rules.index.prefilter import AllWords, WordQuestion
from watcher.rules.match.packed import FOLDING
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_of
from watcher.store.database.schema import IsoDay

_paper, _unfolded = schema.paper, schema.unfolded

LONGEST = 60
"""Most characters of a word in the index; of a longer word, its beginning is used."""

MOST_FILED = 20_000
"""Most words under which a paper is filed. A paper with more is returned by every search."""

PIECE = 2_000
"""Places that are read together if no words are asked for."""

_ONE_MAKER = 0x776F7264
"""PostgreSQL advisory lock ("word"), so that one daemon makes the tables."""

_EVERY = "\ue000every"
_NAME = f"words_{FOLDING}"

_derived = MetaData()
_words = Table(
    _NAME,
    _derived,
    Column("paper_id", Integer, primary_key=True, autoincrement=False),
    Column("day", IsoDay, nullable=False),
    Column("words", LargeBinary, nullable=False),  # compressed; empty where the paper has to be read
    Index(f"ix_{_NAME}_day", "day", "paper_id"),
)


@dataclass(frozen=True, slots=True)
class FoldedPaper:
    """The words of a paper in the form in which they are stored.

    ``day``: its digest day.
    ``words``: all of its words, as ``pack`` of the rules writes them.
    ``filed``: the words by which it is found.
    """

    id: int
    day: date
    words: str
    filed: Collection[str]


class StoredWords:
    """The SQL statements on papers' folded words, and on ``unfolded``: the papers whose words are not stored yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- keep them ---

    def make(self) -> None:
        """Make the tables of this version of folding unless they are there, and delete those of other versions."""
        if self._is_server:  # another daemon may be making them
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_MAKER})
            self.__dict__.pop("are_there", None)
        if self.are_there:
            return
        self._drop_others()
        _derived.create_all(self._connection)
        if self._is_server:
            self._connection.execute(text(f"ALTER TABLE {_NAME} ADD COLUMN filed TSVECTOR NOT NULL DEFAULT ''"))
            self._connection.execute(
                text(f"ALTER TABLE {_NAME} ALTER COLUMN words SET STORAGE EXTERNAL")
            )  # is compressed
            self._connection.execute(text(f"CREATE INDEX ix_{_NAME}_filed ON {_NAME} USING gin (filed)"))
        else:
            options = "content='', columnsize=0, detail='none', tokenize='ascii'"
            self._connection.execute(text(f"CREATE VIRTUAL TABLE {_NAME}_filed USING fts5(filed, {options})"))
        every = select(_paper.c.id, text("0")).where(_paper.c.merged_into.is_(None))
        make = insert_of(self._connection)
        self._connection.execute(make(_unfolded).from_select(["paper_id", "ticket"], every).on_conflict_do_nothing())
        self.__dict__.pop("are_there", None)

    def _drop_others(self) -> None:
        names = [one for one in inspect(self._connection).get_table_names() if one.startswith("words_")]
        for name in sorted(names, key=len, reverse=True):
            if name.removeprefix("words_").removesuffix("_filed").isdecimal():
                self._connection.execute(text(f"DROP TABLE IF EXISTS {name}"))

    @cached_property
    def are_there(self) -> bool:
        """Whether the tables of this version of folding exist."""
        return inspect(self._connection).has_table(_NAME)

    def stale(self, limit: int) -> dict[int, int]:
        """Return paper id → ticket, of up to ``limit`` papers without current words, the newest first.

        A ticket is a number that changes whenever the paper changes.
        """
        newest = select(_unfolded).order_by(_unfolded.c.paper_id.desc()).limit(limit)
        return {row.paper_id: row.ticket for row in self._connection.execute(newest)}

    def put(self, folded: Sequence[FoldedPaper], tickets: Mapping[int, int]) -> None:
        """Store the words of papers whose ticket has not changed, and delete those of papers that are gone.

        ``tickets``: paper id → ticket, as :meth:`stale` returned it.
        """
        wanted = select(_unfolded).where(_unfolded.c.paper_id.in_(tickets))
        rows = self._connection.execute(wanted.with_for_update(skip_locked=True))
        same = [row.paper_id for row in rows if row.ticket == tickets[row.paper_id]]
        for batch in in_batches(same):
            self._connection.execute(delete(_words).where(_words.c.paper_id.in_(batch)))
            self._connection.execute(delete(_unfolded).where(_unfolded.c.paper_id.in_(batch)))
        kept = set(same)
        some = [one for one in folded if one.id in kept]
        if some:
            self._insert(some)

    def _insert(self, some: Sequence[FoldedPaper]) -> None:
        rows: list[dict[str, Any]] = [
            {"paper_id": one.id, "day": one.day, "words": _compressed(one.words), "filed": _filed(one.filed)}
            for one in some
        ]
        if self._is_server:
            into = f"INSERT INTO {_NAME} VALUES (:paper_id, :day, :words, array_to_tsvector(CAST(:filed AS TEXT[])))"
            days = [row | {"day": str(row["day"])} for row in rows]
            self._connection.execute(text(into), days)
            return
        self._connection.execute(
            insert(_words), [{name: row[name] for name in ("paper_id", "day", "words")} for row in rows]
        )
        # What a paper no longer says stays filed: it is then found in vain, and evaluated.
        into = f"INSERT INTO {_NAME}_filed (rowid, filed) VALUES (:paper_id, :filed)"
        self._connection.execute(text(into), [row | {"filed": " ".join(row["filed"])} for row in rows])

    # --- search ---

    def found(
        self, question: WordQuestion | None, since: date, after: tuple[date, int] | None = None
    ) -> Iterator[tuple[date, int]]:
        """Yield (digest day, paper id) of the papers that may answer a question, the newest first.

        Papers in ``unfolded`` are left out.

        ``question``: the words that are asked for, None for all papers.
        ``since``: first digest day.
        ``after``: only places behind this one, None for all.
        """
        columns = select(_words.c.day, _words.c.paper_id).where(_words.c.day >= since, self._is_current())
        if question is None:
            yield from self._all(columns, after)
            return
        asked, variables = self._asked(question)
        rows = self._connection.execute(columns.where(text(asked).bindparams(**variables))).all()
        found = sorted(((row[0], row[1]) for row in rows), reverse=True)
        yield from (place for place in found if after is None or place < after)

    def _all(self, columns: Select[Any], after: tuple[date, int] | None) -> Iterator[tuple[date, int]]:
        """Yield all places, a piece at a time: there may be a million, and the caller may stop early."""
        in_order = columns.order_by(_words.c.day.desc(), _words.c.paper_id.desc()).limit(PIECE)
        while True:
            day, id = _words.c.day, _words.c.paper_id
            behind = or_(day < after[0], and_(day == after[0], id < after[1])) if after else true()
            rows = [(row[0], row[1]) for row in self._connection.execute(in_order.where(behind))]
            yield from rows
            if len(rows) < PIECE:
                return
            after = rows[-1]

    def of(self, ids: Iterable[int]) -> dict[int, str]:
        """Return paper id → its words as ``pack`` has written them."""
        found: dict[int, str] = {}
        for batch in in_batches(list(ids)):
            rows = self._connection.execute(_OF, {"ids": batch}).all()
            found.update((id, decompress(words).decode()) for id, words in rows if words)
        return found

    def by_day(
        self, since: date, down_to: tuple[date, int] | None = None, after: tuple[date, int] | None = None
    ) -> dict[date, int]:
        """Return digest day → number of papers with current words.

        ``since``: first digest day.
        ``down_to``: without places behind this one, None for all.
        ``after``: only places behind this one, None for all.
        """
        where = [_words.c.day >= since]
        if down_to:
            day, id = down_to
            where.append(or_(_words.c.day > day, and_(_words.c.day == day, _words.c.paper_id >= id)))
        if after:
            day, id = after
            where.append(or_(_words.c.day < day, and_(_words.c.day == day, _words.c.paper_id < id)))
        counted = select(_words.c.day, func.count()).where(*where).group_by(_words.c.day)
        counts = {row[0]: row[1] for row in self._connection.execute(counted)}
        stale = select(_words.c.day).where(_words.c.paper_id.in_(select(_unfolded.c.paper_id)), *where)
        for one in self._connection.scalars(stale):
            counts[one] -= 1
        return {one: count for one, count in counts.items() if count}

    def _asked(self, question: WordQuestion) -> tuple[str, dict[str, str]]:
        if self._is_server:
            return "filed @@ CAST(:asked AS tsquery)", {"asked": f"({_for_server(question)}) | '{_EVERY}'"}
        asked = f'({_for_file(question)}) OR "{_EVERY}"'
        return f"paper_id IN (SELECT rowid FROM {_NAME}_filed WHERE {_NAME}_filed MATCH :asked)", {"asked": asked}

    @staticmethod
    def _is_current() -> Any:
        return ~exists().where(_unfolded.c.paper_id == _words.c.paper_id)

    @property
    def _is_server(self) -> bool:
        return self._connection.dialect.name == "postgresql"


_OF = select(_words.c.paper_id, _words.c.words).where(_words.c.paper_id.in_(bindparam("ids", expanding=True)))


def mark_unfolded(connection: Connection, ids: Iterable[int]) -> None:
    """Note that the stored words of the papers ``ids`` are missing or old."""
    make = insert_of(connection)
    for batch in in_batches(sorted(set(ids)), 200):
        rows = make(_unfolded).values([{"paper_id": id, "ticket": randbits(31)} for id in batch])
        again = {"ticket": rows.excluded.ticket}
        connection.execute(rows.on_conflict_do_update(index_elements=["paper_id"], set_=again))


def _compressed(words: str) -> bytes:
    return compress(words.encode(), 6) if words else b""


# --- words as both indexes take them ---


def _filed(words: Collection[str]) -> list[str]:
    if len(words) > MOST_FILED:
        return [_EVERY]
    return sorted({_token(word) for word in words})


def _token(word: str) -> str:
    """Return a word without signs that one of the two indexes would not read as a letter."""
    plain = word if word.isalnum() else "".join(map(_letter, word))
    return plain[:LONGEST]


def _letter(char: str) -> str:
    return char if char.isalnum() or char > "\x7f" else chr(0xE100 + ord(char))


def _for_file(question: WordQuestion) -> str:
    """Return a question in the query language of FTS5."""
    if isinstance(question, str):
        return f'"{_token(question[:-1])}"*' if question.endswith("*") else f'"{_token(question)}"'
    sign = " AND " if isinstance(question, AllWords) else " OR "
    return f"({sign.join(_for_file(part) for part in question.parts)})"


def _for_server(question: WordQuestion) -> str:
    """Return a question in the query language of ``tsquery``."""
    if isinstance(question, str):
        return f"'{_token(question[:-1])}':*" if question.endswith("*") else f"'{_token(question)}'"
    sign = " & " if isinstance(question, AllWords) else " | "
    return f"({sign.join(_for_server(part) for part in question.parts)})"
