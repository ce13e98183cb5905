"""Run ``watcher papers``: list stored papers, or those that a rule matches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, TextIO, cast

import click

from watcher.citations.formats import FORMATS
from watcher.cli import rules, show
from watcher.cli.completion import PERSON
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.cli.progress import counting
from watcher.cli.tables import LinkedText, NamedText, print_table
from watcher.errors import UsageError
from watcher.model import Because, DisplayNames, Hit, MatchedSpan, Paper, PaperOrder, rank_of
from watcher.model.objects import paper_json, strength
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.rules import Rule
    from watcher.store import Store, Transaction

COLUMNS = ("day", "upvotes>", "sources?", "venue?", "title~", "paper", "link|")
ON_A_TERMINAL = 50
"""Most papers that are shown on a terminal unless ``--limit`` says otherwise."""

IN_MEMORY = 8_000_000
"""Most characters of output that are kept in memory; more go to a temporary file."""

SCORE = "score"
"""Order by score, as in messages; for papers that a rule matches."""

TOGETHER = 200
"""Papers that are read from the database together."""

ListedPaper = tuple[Paper, Hit | None]


@click.command()
@click.argument("query", nargs=-1)
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Only papers announced since then: 7d, 2w, 2026-03-01."
)
@click.option(
    "--order",
    type=click.Choice([SCORE, *(order.value for order in PaperOrder)]),
    help="By score; by digest day and inside it by upvotes; by upvotes; or by when it was first seen.  "
    "[score with a QUERY, else day]",
)
@click.option(
    "--limit",
    type=AtLeast(0),
    metavar="N",
    help=f"The first N papers.  [{ON_A_TERMINAL} on a terminal, else all]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a paper an object.")
@click.option("--format", "as_format", type=click.Choice([*FORMATS]), help="For reference managers and spreadsheets.")
@click.option("--starred", is_flag=True, help="Only those that were starred (`watcher star`).")
@click.option("--by", metavar="PERSON", type=PERSON, help="Whose stars are meant.  [everybody's]")
@click.pass_obj
def papers(
    desk: CliContext,
    query: tuple[str, ...],
    since: date | None,
    order: str | None,
    limit: int | None,
    as_json: bool,
    as_format: str | None,
    starred: bool,
    by: str | None,
) -> int:
    """List the stored papers, newest digest day first, then most upvotes; or those that QUERY matches, best first.

    QUERY is a rule as in the config; for a phrase, quote twice: '"KV cache" OR quantization'.
    """
    text = " ".join(query)
    rule = rules.typed_rule(text) if text.strip() else None
    if rule is None and order == SCORE:
        raise UsageError("a score is that of a rule: write one, or --order day")
    if as_json and as_format:
        raise UsageError("choose one: --json prints an array, --format jsonl the same objects, one a line")
    if by is not None and not starred:
        raise UsageError("--by says whose stars are meant: write --starred as well")
    by_score = rule is not None and order in (None, SCORE)
    config = desk.config(required=False)
    with desk.open_store(config) as store:
        stars = by or "" if starred else None
        asked = _Asked(rule, since, None if by_score else PaperOrder(order or PaperOrder.DAY), stars)

        def reasoned(tx: Transaction) -> Iterator[ListedPaper]:
            return ((paper, _with_reason(paper, hit, rule)) for paper, hit in islice(asked.found(tx), limit))

        if as_json:
            _print_aside(store, lambda tx, out: show.json_array((paper_json(*one) for one in reasoned(tx)), out))
        elif as_format:
            written = FORMATS[as_format].written
            _print_aside(store, lambda tx, out: out.writelines(written(reasoned(tx))))
        else:
            _print_table(store, asked, limit, config.display_names)
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which stored papers are asked for.

    ``rule``: None for all papers.
    ``order``: None for the best first.
    ``starred_by``: only papers starred by this person, "" for everybody's; None for all papers.
    """

    rule: Rule | None
    since: date | None
    order: PaperOrder | None
    starred_by: str | None = None

    @property
    def is_some(self) -> bool:
        """Whether only some of the stored papers are asked for."""
        return self.rule is not None or self.starred_by is not None

    def found(self, tx: Transaction) -> Iterator[ListedPaper]:
        """Yield the papers, each with its hit, None if no rule is asked."""
        if self.starred_by is None:
            return self._stored(tx)
        from watcher.store.papers.marks import MarkKind

        starred = frozenset(tx.marks.papers(MarkKind.STAR, self.starred_by))
        return (one for one in self._stored(tx) if one[0].id in starred)

    def _stored(self, tx: Transaction) -> Iterator[ListedPaper]:
        if self.rule is None:
            yield from ((paper, None) for paper in tx.papers.all(self.since, self.order or PaperOrder.DAY))
        elif self.order is not None:
            yield from _in_order(self.rule, self.since, self.order, tx)
        else:
            yield from _best_first(self.rule, self.since, tx)


def _scores(rule: Rule, since: date | None, tx: Transaction) -> dict[int, float]:
    """Return paper id → score of the papers that a rule matches."""
    from watcher.pipeline.searching import Search
    from watcher.rules.advice.trial import RuleTrial

    trial = RuleTrial(rule)
    with counting(tx, since) as looked:
        search = Search(tx, rule, since or date.min, stop=looked)
        return {id: score for (_, id), document in search if (score := trial.look(document)) is not None}


def _in_order(rule: Rule, since: date | None, order: PaperOrder, tx: Transaction) -> Iterator[ListedPaper]:
    scores = _scores(rule, since, tx)
    ids = [id for id in tx.papers.ids(since, order) if id in scores]
    for at in range(0, len(ids), TOGETHER):
        yield from ((paper, Hit(scores[paper.id])) for paper in tx.papers.get(ids[at : at + TOGETHER]))


def _best_first(rule: Rule, since: date | None, tx: Transaction) -> Iterator[ListedPaper]:
    """Yield the papers that a rule matches, in the order of messages. Only a few hundred are in memory at a time."""
    scores = _scores(rule, since, tx)
    ids = list(scores)
    ranked = sorted(
        (rank_of(paper, scores[paper.id]), -paper.id)
        for at in range(0, len(ids), TOGETHER)
        for paper in tx.papers.get(ids[at : at + TOGETHER])
    )
    for at in range(0, len(ranked), TOGETHER):
        papers = tx.papers.get(-id for _, id in ranked[at : at + TOGETHER])
        yield from ((paper, Hit(scores[paper.id])) for paper in papers)


def _with_reason(paper: Paper, hit: Hit | None, rule: Rule | None) -> Hit | None:
    """Return a hit of a rule with the words that matched, as the paper writes them."""
    from watcher.rules import document_of, evaluate

    if hit is None or rule is None:
        return hit
    found = evaluate(rule, document_of(paper))
    words = (_matched_text(paper, place) for place in (found.places if found else ()))
    return replace(hit, because=Because(words=tuple({one.casefold(): one for one in words}.values())))


def _matched_text(paper: Paper, place: MatchedSpan) -> str:
    text = getattr(paper, place.field, None)
    return " ".join(text[place.start : place.end].split()) if isinstance(text, str) else place.term


def _print_aside(store: Store, write: Callable[[Transaction, TextIO], object]) -> None:
    """Write to a temporary file, then print it: a reader of the output may be slow, and the database must not wait."""
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", errors="backslashreplace", newline="") as aside:
        with store.reading() as tx:
            write(tx, cast(TextIO, aside))
        aside.seek(0)
        copyfileobj(aside, sys.stdout)


def _print_table(store: Store, asked: _Asked, limit: int | None, names: DisplayNames) -> None:
    is_asked, more = asked.rule is not None, 0
    is_cut = limit is None and sys.stdout.isatty()
    with store.reading() as tx:
        found = asked.found(tx)
        rows = [_row(*one, is_asked, names) for one in islice(found, ON_A_TERMINAL if is_cut else limit)]
        if is_cut:
            more = sum(1 for _ in found) if asked.is_some else len(tx.papers.ids(asked.since)) - len(rows)
    if rows:
        print_table(COLUMNS if not is_asked else (*COLUMNS[:4], "match", *COLUMNS[4:]), rows)
    elif limit != 0:
        since = f" since {asked.since}" if asked.since else ""
        missing = " matches" if is_asked else " is stored" if asked.starred_by is None else " is starred"
        click.echo(f"no paper{missing}{since}", err=True)
    if more:
        click.echo(f"… and {counted(more, 'more paper')}: --limit {len(rows) + more}", err=True)


def _row(paper: Paper, hit: Hit | None, is_asked: bool, names: DisplayNames) -> tuple[object, ...]:
    listed = list(dict.fromkeys(listing.source for listing in paper.listings))
    sources = NamedText(", ".join(listed), ", ".join(map(names.of_source, listed)))
    found = (strength(hit),) if is_asked else ()
    from watcher.render.view import main_url

    url = main_url(paper)
    title, id = LinkedText(paper.title, url), paper.key.removeprefix("arxiv:")
    return paper.digest_day, paper.upvotes, sources, paper.venue, *found, title, id, url
