"""Run ``watcher show``: show everything that is known of one paper."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from watcher.citations.formats import FORMATS
from watcher.cli import rules, show
from watcher.cli.desk import CliContext
from watcher.cli.naming import paper_named
from watcher.cli.tables import clock_time
from watcher.errors import UsageError
from watcher.model import ARTICLE, PREPRINT, event_in_words, with_name
from watcher.model.objects import paper_json
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.model import Listing, OtherForm, Paper, Subscription
    from watcher.pipeline.liking.beside_libraries import SubscriptionRules
    from watcher.store import Transaction
    from watcher.store.history.history import HistoryRow

COMPARED = 1_000
"""Most papers that are searched for similar ones, the newest: this takes a second."""

MOST_LINES = 50
"""Most lines about who was told; `watcher history` has all."""


@click.command("show")
@click.argument("paper")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--format", "as_format", type=click.Choice([*FORMATS]), help="Print it for a reference manager.")
@click.pass_obj
def show_paper(desk: CliContext, paper: str, as_json: bool, as_format: str | None) -> int:
    """Show all that is known of PAPER: texts, links, where it was listed, who was told of it, why and why not.

    PAPER is a key, an arXiv id, a DOI, a link, or a part of the title.
    """
    config = desk.config(required=False)
    if as_json and as_format:
        raise UsageError("choose one: --json or --format")
    with desk.open_store(config) as store, store.reading() as tx:
        found = paper_named(tx, paper)
        if as_format:
            for piece in FORMATS[as_format].written([(found, None)]):
                click.echo(piece, nl=False)
            return 0
        keys, forms = tx.papers.keys(found.id), tx.papers.forms(found.id)
        told = tx.history.of_paper(found.id, MOST_LINES)
        untold = _untold(tx, config, found, told)
        similar = _similar(tx, found)
    if as_json:
        from watcher.pipeline.report import told_json

        shown = paper_json(found, None) | {"keys": keys, "told": [told_json(one) for one in told]}
        shown["forms"] = [{"key": one.key, "relation": one.relation, "source": source} for one, source in forms]
        del shown["strength"], shown["because"]
        shown["similar"] = [{"key": one.key, "title": one.title} for one in similar]
        click.echo(show.json_text(shown | {"not_matched": [_not_matched(*one) for one in untold]}))
        return 0
    for line in (
        *_facts(found, keys, forms, config),
        *_texts(found),
        *_alike(similar),
        *_telling(told, untold, config.timezone),
    ):
        click.echo("".join(show.visible(character) for character in line))
    return 0


def _not_matched(one: Subscription, why: str) -> dict[str, object]:
    return {"subscription": one.full_name, "shown_as": one.shown_as or None, "why": why}


def _facts(paper: Paper, keys: Sequence[str], forms: Sequence[tuple[OtherForm, str]], config: Config) -> Iterator[str]:
    from watcher.render.view import links

    zone, names = config.timezone, config.display_names
    yield from textwrap.wrap(" ".join(paper.title.split()) or "(no title)", rules.WIDTH)
    facts = [
        ("authors", ", ".join(paper.authors)),
        ("author ids", ", ".join(paper.author_ids)),
        ("organization", paper.organization or ""),
        ("places", ", ".join(paper.org_ids)),
        ("cites", ", ".join(paper.cited_ids)),
        ("venue", paper.venue or ""),
        ("stage", paper.stage or ""),
        ("retracted", paper.retraction or ""),
        ("note", paper.note or ""),
        ("keywords", ", ".join(paper.keywords)),
        ("categories", ", ".join(paper.categories)),
        ("published", clock_time(paper.published, zone) if paper.published else ""),
        ("first seen", clock_time(paper.first_seen, zone)),
        ("submitter", paper.submitter or ""),
        ("version", f"v{paper.version}" if paper.version else ""),
        *(("listed", _listed(one, names.of_source(one.source), zone)) for one in paper.listings),
        *((link.name, link.url) for link in links(paper)),
        ("known as", ", ".join(keys)),
        *(_form(one, names.of_source(source)) for one, source in forms),
    ]
    for name, value in facts:
        if value:
            yield from _named(name, value)


def _form(form: OtherForm, source: str) -> tuple[str, str]:
    name = {ARTICLE: "article", PREPRINT: "preprint"}.get(form.relation, "other form")
    return name, f"{form.key} ({source} says so)"


def _named(name: str, value: str) -> Iterator[str]:
    """Yield the lines of a name and, beside it, its value. Links and keys are not broken."""
    lines = textwrap.wrap(value, rules.WIDTH - 15, break_long_words=False, break_on_hyphens=False)
    for n, line in enumerate(lines):
        yield f"  {name if n == 0 else '':<12} {line}"


def _listed(one: Listing, source: str, zone: str) -> str:
    numbers = [counted(n, what) for n, what in ((one.upvotes, "upvote"), (one.comments, "comment")) if n is not None]
    counts = ", ".join(([f"rank {one.rank}"] if one.rank is not None else []) + numbers)
    day = f" on {one.day}" if one.day else ""
    return (
        f"{with_name(source, one.source)}{day}{f': {counts}' if counts else ''} (read {clock_time(one.read_at, zone)})"
    )


def _texts(paper: Paper) -> Iterator[str]:
    for name, text in (("Summary of the site", paper.summary), ("Abstract", paper.abstract)):
        if text and text.strip():
            yield from (
                "",
                name,
                *(f"  {line}" for line in textwrap.wrap(text, rules.WIDTH - 2, break_on_hyphens=False)),
            )


def _similar(tx: Transaction, paper: Paper) -> Sequence[Paper]:
    from watcher.pipeline.liking.profiles import SimilarPapers

    return SimilarPapers(COMPARED).of(tx, paper)


def _alike(similar: Sequence[Paper]) -> Iterator[str]:
    if similar:
        yield from ("", f"Similar, of the newest {COMPARED:,} papers")
    for one in similar:
        id = one.key.removeprefix("arxiv:")
        yield f"  {rules.fit_line(one.title, max(rules.WIDTH - len(id) - 4, 20))}  {id}"


def _telling(told: Sequence[HistoryRow], untold: Sequence[tuple[Subscription, str]], zone: str) -> Iterator[str]:
    if told:
        yield from ("", "Subscriptions that it matched")
    for one in told:
        of = f", {what}" if (what := event_in_words(one.occasion)) else ""
        where = f", {one.endpoint}" if one.endpoint else ""
        why = f": {one.reason}" if one.reason else ""
        yield from _wrapped(
            f"{with_name(one.shown_as, one.subscription)}{of}: {one.state} {clock_time(one.at, zone)}{where}{why}"
        )
    if untold:
        yield from ("", "Subscriptions that it does not match")
    for other, why in untold:
        yield from _wrapped(f"{with_name(other.shown_as, other.full_name)}: {why}")


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, rules.WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _untold(
    tx: Transaction, config: Config, paper: Paper, told: Sequence[HistoryRow]
) -> list[tuple[Subscription, str]]:
    """Return the config's subscriptions that did not match a paper, each with the reason."""
    from watcher.pipeline.liking.beside_libraries import SubscriptionRules

    matched, made = {one.subscription for one in told}, SubscriptionRules(tx)
    return [(one, _why_not(one, paper, made)) for one in config.subscriptions if one.full_name not in matched]


def _why_not(subscription: Subscription, paper: Paper, made: SubscriptionRules) -> str:
    from watcher.rules.match.document import document_of
    from watcher.rules.match.explain import UNTRIED, explain_match

    found = explain_match(made.of(subscription), document_of(paper))
    if found.score is not None:
        return UNTRIED
    parts = [
        f"{one.what}: {', '.join(reason.term for reason in one.reasons)}" if one.reasons else one.what
        for one in found.missing
    ]
    return "; ".join(parts)
