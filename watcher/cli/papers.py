"""``watcher papers``: what is stored, or what of it a rule matches."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, TextIO, cast

import click

from watcher.cli import rules, show
from watcher.cli.desk import CliContext
from watcher.model import Hit, Paper
from watcher.model.fields import FACTS, LISTED

if TYPE_CHECKING:
    from watcher.rules import Rule
    from watcher.store import Store

FIELDS = ("key", *(one.attribute for one in FACTS), "first_seen")
COLUMNS = ("day", "upvotes>", "sources", "venue", "title")
IN_MEMORY = 8_000_000
"""Characters of output that are kept in memory; more goes to a temporary file."""

ListedPaper = tuple[Paper, Hit | None]


@click.command()
@click.argument("query", nargs=-1)
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Only papers announced since then: 7d, 2w, 2026-03-01."
)
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="N papers at most, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a paper an object.")
@click.pass_obj
def papers(desk: CliContext, query: tuple[str, ...], since: date | None, limit: int | None, as_json: bool) -> int:
    """List the stored papers, newest digest day first, or those that QUERY matches.

    QUERY is a rule as in the config; for a phrase, quote twice: '"KV cache" OR quantization'.
    """
    text = " ".join(query)
    rule = rules.compiled_rule(text) if text.strip() else None
    with desk.open_store(desk.config(required=False)) as store:
        if as_json:
            _print_json(store, rule, since, limit)
        else:
            _print_table(store, rule, since, limit)
    return 0


def _print_json(store: Store, rule: Rule | None, since: date | None, limit: int | None) -> None:
    """Written aside first: whoever reads our output may be slow, and the database must not wait for that."""
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", errors="backslashreplace") as aside:
        with store.reading() as tx:
            found = islice(_matched(tx.papers.all(since), rule), limit)
            show.json_array((paper_json(paper, hit) for paper, hit in found), cast(TextIO, aside))
        aside.seek(0)
        copyfileobj(aside, sys.stdout)


def _print_table(store: Store, rule: Rule | None, since: date | None, limit: int | None) -> None:
    with store.reading() as tx:
        rows = [_row(*found, rule is not None) for found in islice(_matched(tx.papers.all(since), rule), limit)]
    if rows:
        show.table(COLUMNS if rule is None else (*COLUMNS[:-1], "match", COLUMNS[-1]), rows)
    else:
        click.echo("no paper" + (" matches" if rule else " is stored") + (f" since {since}" if since else ""), err=True)


def _matched(stored: Iterable[Paper], rule: Rule | None) -> Iterator[ListedPaper]:
    if rule is None:
        yield from ((paper, None) for paper in stored)
        return
    from watcher.rules import document_of, evaluate

    for paper in stored:
        if hit := evaluate(rule, document_of(paper)):
            yield paper, hit


def paper_json(paper: Paper, hit: Hit | None) -> dict[str, object]:
    """A paper as ``--json`` shows it; ``strength`` is null where nothing was asked for."""
    shown: dict[str, object] = {name: getattr(paper, name) for name in FIELDS}
    shown["strength"] = _strength(hit)
    shown["listings"] = [
        {"source": listing.source, "date": listing.day}
        | {one.attribute: getattr(listing, one.attribute) for one in LISTED}
        for listing in paper.listings
    ]
    return shown


def _strength(hit: Hit | None) -> str | None:
    return None if hit is None else "strong" if hit.strong else "weak"


def _row(paper: Paper, hit: Hit | None, is_asked: bool) -> tuple[object, ...]:
    sources = ", ".join(dict.fromkeys(listing.source for listing in paper.listings))
    strength = (_strength(hit),) if is_asked else ()
    return paper.digest_day, paper.upvotes, sources, paper.venue, *strength, paper.title
