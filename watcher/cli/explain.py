"""Run ``watcher explain``: say why a rule matches a paper, or why not."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext
from watcher.cli.naming import paper_named
from watcher.errors import UsageError
from watcher.model.display_names import with_name
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.model import Paper, Subscription
    from watcher.rules import Rule, Taste
    from watcher.rules.match.explain import Explanation, FailedPart, FoundPlace, Reason
    from watcher.store import Transaction

AROUND = 24
"""Characters of the text shown on both sides of a place."""

MOST_PLACES = 3


@click.command()
@click.argument("words", type=SUBSCRIPTION, nargs=-1, metavar="[SUBSCRIPTION] PAPER")
@click.option("--rule", metavar="RULE", help="Explain this rule, in place of a subscription's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def explain(desk: CliContext, words: tuple[str, ...], rule: str | None, as_json: bool) -> int:
    """Say why a subscription's rule matches a stored paper, or which part of it fails.

    PAPER is a key, an arXiv id, a DOI, a link, or a part of the title. Exit status 1 where it does not match.
    """
    from watcher.rules.match.document import document_of
    from watcher.rules.match.explain import explain_match as explained

    if len(words) != (2 if rule is None else 1):
        raise UsageError("say a subscription and a paper, or --rule RULE and a paper; quote what has blanks")
    typed = rules.typed_rule(rule) if rule is not None else None
    config = desk.config(required=typed is None)
    with desk.open_store(config) as store, store.reading() as tx:
        asked = None if typed else rules.stored_subscription(tx, config, words[0])
        wanted = rules.stored_rule(tx, asked) if asked else typed
        assert wanted is not None
        paper = paper_named(tx, words[-1])
        taste = _taste(tx, asked) if asked else None
    document = document_of(paper)
    found = explained(wanted, document)
    learned = None if taste is None or found.score is None else taste.score(found.score, document)
    never = rules.kept_back_by(config, asked, document) if asked else ""
    if as_json:
        shown = explanation_json(paper, wanted, found) | {"learned": learned, "never": never or None}
        click.echo(show.json_text(shown))
    else:
        if asked:
            click.echo(f"subscription: {with_name(asked.shown_as, asked.full_name)}")
        for line in explanation_lines(paper, wanted, found):
            click.echo(line)
        if taste is not None and learned is not None:
            thumbs = f"{counted(taste.ups, 'thumb')} up and {taste.downs} down"
            click.echo(f"with {thumbs}: score {learned:.2f}")
        if never:
            click.echo(f"not told: never: {never}")
    return 0 if found.score is not None else 1


def _taste(tx: Transaction, asked: Subscription) -> Taste | None:
    """What the thumbs of a subscription have taught it, None if it does not learn."""
    from watcher.pipeline.thumbs import TasteBook

    saved = next((one for one in tx.subscriptions.of_full_name(asked.full_name) if one.gone_at is None), None)
    return None if saved is None else TasteBook().of(tx, dataclasses.replace(saved, subscription=asked))


def explanation_json(paper: Paper, rule: Rule, found: Explanation) -> dict[str, object]:
    """Return why a rule matches a paper or not (``found``), in the form of ``--json``."""
    return {
        "key": paper.key,
        "title": paper.title,
        "rule": rule.text,
        "strength": found.strength,
        "score": found.score,
        "grounds": found.grounds,
        "compared": found.compared,
        "reasons": [_reason(reason) for reason in found.reasons],
        "missing": [{"what": one.what, "terms": [_reason(reason) for reason in one.reasons]} for one in found.missing],
    }


def _reason(reason: Reason) -> dict[str, object]:
    shown = dataclasses.asdict(reason)
    shown["places"] = [
        {
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "text": one.text[one.start : one.end],
            "folding": one.folding,
        }
        for one in reason.places
    ]
    return shown


def explanation_lines(paper: Paper, rule: Rule, found: Explanation) -> Iterator[str]:
    """Yield the lines, 80 columns wide, that say why a rule matches a paper or not (``found``)."""
    yield rules.fit_line(f"{paper.key}  {paper.title}", rules.WIDTH)
    yield f"rule: {rules.in_one_line(rule, 74)}"
    if found.score is None:
        yield "does not match:"
        for missing in found.missing:
            yield from _of_missing(missing)
        return
    how = "strongly" if found.strength == "strong" else "weakly (a mention)"
    yield from textwrap.wrap(f"matches {how}, {found.in_words}", rules.WIDTH, subsequent_indent="    ")
    for reason in found.reasons:
        yield from _of_reason(reason)


def _of_reason(reason: Reason) -> Iterator[str]:
    weak = f"  ({reason.weak})" if reason.weak else ""
    value = f"  it is {reason.value}" if reason.value else ""
    yield f"  {reason.term}{value}{weak}"
    for place in reason.places[:MOST_PLACES]:
        yield from _of_place(place)
    if len(reason.places) > MOST_PLACES:
        yield f"      … and {len(reason.places) - MOST_PLACES} more places"


def _of_place(place: FoundPlace) -> Iterator[str]:
    before = " ".join(place.text[max(0, place.start - AROUND) : place.start].split(" "))
    after = place.text[place.end : place.end + AROUND]
    opening = "…" if place.start > AROUND else ""
    closing = "…" if place.end + AROUND < len(place.text) else ""
    here = place.text[place.start : place.end]
    snippet = f"{opening}{before}[{here}]{after}{closing}".replace("\n", " ")
    folding = f"  ({', '.join(place.folding)})" if place.folding else ""
    yield f"      {place.field}: {snippet}{folding}"


def _of_missing(missing: FailedPart) -> Iterator[str]:
    if len(missing.reasons) > 1:
        yield f"  {missing.what}: {', '.join(reason.term for reason in missing.reasons)}"
        return
    if not missing.reasons:
        yield f"  {missing.what}"
    for reason in missing.reasons:
        value = f": it is {reason.value}" if reason.value else ""
        yield f"  {reason.term}  {missing.what}{value}{f': {reason.weak}' if reason.weak else ''}"
        for place in reason.places[:MOST_PLACES]:
            yield from _of_place(place)
