"""Run ``watcher thumbs``: say that a paper was useful to a subscription or not for it; show what it has learned."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext
from watcher.cli.naming import active_named, paper_named
from watcher.errors import UsageError
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.model import StoredSubscription, Thumb
    from watcher.rules import Taste

MOST_DECIDING = 8
MOST_LISTED = 10


@click.command()
@click.argument("name", type=SUBSCRIPTION, metavar="SUBSCRIPTION")
@click.argument("paper", required=False)
@click.argument("thumb", type=click.Choice(["up", "down", "none"]), required=False)
@click.option("--show", "is_shown", is_flag=True, help="Show how many there are, and the words that decide.")
@click.option("--reset", is_flag=True, help="Forget all of the subscription's thumbs.")
@click.option("--json", "as_json", is_flag=True, help="Print what --show shows as one JSON object.")
@click.pass_obj
def thumbs(
    desk: CliContext, name: str, paper: str | None, thumb: str | None, is_shown: bool, reset: bool, as_json: bool
) -> int:
    """Say of PAPER that it was useful to a subscription (up), or not for it (down); none takes that back.

    If the subscription has `learn: true`, its thumbs change the scores of its later matches, and of those that wait to
    be told. PAPER is a key, an arXiv id, a DOI, a link, or a part of the title.
    """
    asked = [paper is not None, is_shown or as_json, reset]
    if sum(asked) != 1:
        raise UsageError("say a paper and up, down or none; or --show; or --reset")
    if paper is not None and thumb is None:
        raise UsageError("say what it was: up, down or none")
    if paper is not None:
        return _give(desk, name, paper, thumb or "")
    return _reset(desk, name) if reset else _show(desk, name, as_json=as_json)


def _give(desk: CliContext, name: str, paper: str, thumb: str) -> int:
    from watcher.pipeline.thumbs import give_thumb, take_thumb_back

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        saved, found = active_named(tx, name, config), paper_named(tx, paper)
        if thumb == "none":
            is_news = take_thumb_back(tx, saved, found)
        else:
            is_news = give_thumb(tx, saved, found, thumb == "up", store.clock())
        count = len(tx.thumbs.of_subscription(saved.id))
    of = saved.subscription.full_name
    said = {"up": "useful to", "down": "not for", "none": "no thumb of"}[thumb]
    before = "" if is_news else ", as before"
    click.echo(f"{found.key}: {said} {of}{before}; {counted(count, 'thumb')} in all")
    if not saved.subscription.learns and is_news:
        click.echo(f"{of} does not learn from them: write `learn: true` for it in the config", err=True)
    return 0


def _reset(desk: CliContext, name: str) -> int:
    from watcher.pipeline.thumbs import reset_thumbs

    config = desk.config(required=False)
    with desk.open_store(config, "write") as store, store.transaction() as tx:
        saved = active_named(tx, name, config)
        count = reset_thumbs(tx, saved)
    click.echo(f"{saved.subscription.full_name}: {counted(count, 'thumb')} forgotten")
    return 0


def _show(desk: CliContext, name: str, *, as_json: bool) -> int:
    from watcher.pipeline.thumbs import learned

    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        saved = active_named(tx, name, config)
        given = tx.thumbs.of_subscription(saved.id)
        taste = learned(tx, saved)
        papers = {paper.id: paper for paper in tx.papers.get([one.paper_id for one in given])}
    listed = [(one, papers[one.paper_id].key, papers[one.paper_id].title) for one in given if one.paper_id in papers]
    if as_json:
        click.echo(show.json_text(_json(saved, listed, taste)))
    else:
        for line in _lines(saved, listed, taste):
            click.echo(line)
    return 0


def _json(saved: StoredSubscription, given: Sequence[tuple[Thumb, str, str]], taste: Taste | None) -> dict[str, object]:
    up, down = taste.deciding(MOST_DECIDING) if taste else ([], [])
    return {
        "subscription": saved.subscription.full_name,
        "learns": saved.subscription.learns,
        "up": sum(one.up for one, _, _ in given),
        "down": sum(not one.up for one, _, _ in given),
        "for": up,
        "against": down,
        "thumbs": [
            {"key": key, "title": title, "thumb": "up" if one.up else "down", "at": one.at} for one, key, title in given
        ],
    }


def _lines(saved: StoredSubscription, given: Sequence[tuple[Thumb, str, str]], taste: Taste | None) -> Iterator[str]:
    of = saved.subscription.full_name
    if not given:
        yield f"{of}: no thumbs; `watcher thumbs {of} PAPER up` says that one was useful"
        return
    ups = sum(one.up for one, _, _ in given)
    learns = "" if saved.subscription.learns else "; it does not learn from them (`learn: true`)"
    yield from textwrap.wrap(f"{of}: {ups} up, {len(given) - ups} down{learns}", rules.WIDTH)
    if taste is not None:
        for what, words in zip(("for", "against"), taste.deciding(MOST_DECIDING), strict=True):
            if words:
                yield from textwrap.wrap(f"words {what}: {', '.join(words)}", rules.WIDTH, subsequent_indent="    ")
    yield ""
    for one, key, title in reversed(given[-MOST_LISTED:]):
        mark = "up  " if one.up else "down"
        yield rules.fit_line(f"{mark}  {key.removeprefix('arxiv:')}  {title}", rules.WIDTH)
    if len(given) > MOST_LISTED:
        yield f"… and {len(given) - MOST_LISTED} more (--json)"
