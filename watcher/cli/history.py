"""Run ``watcher history``: say when and where a paper was told, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.deliveries import SHORT
from watcher.cli.desk import CliContext
from watcher.cli.naming import anything_named
from watcher.cli.numbers import AtLeast
from watcher.cli.tables import NamedText, print_table
from watcher.model import Paper, event_in_words, with_name
from watcher.policy.subscriptions.effects import IN_HISTORY

if TYPE_CHECKING:
    from watcher.model import StoredSubscription
    from watcher.store.history.history import HistoryRow

LIMIT = f"N lines at most, the newest.  [{IN_HISTORY}]"


@click.command()
@click.argument("what", type=SUBSCRIPTION, metavar="PAPER|SUBSCRIPTION")
@click.option("--limit", type=AtLeast(1), default=IN_HISTORY, metavar="N", help=LIMIT)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def history(desk: CliContext, what: str, limit: int, as_json: bool) -> int:
    """Say of a paper who was told of it, or of a subscription what it told: when, where, and if not, why not.

    PAPER is an arXiv id, a DOI, a link, or a part of the title; SUBSCRIPTION a name as in the config.
    """
    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        meant = anything_named(tx, what, config)
        is_paper = isinstance(meant, Paper)
        found = tx.history.of_paper(meant.id, limit) if is_paper else tx.history.of_subscription(meant.id, limit)
    if as_json:
        show.json_array(_as_object(one) for one in found)
    else:
        _print(meant, found, config.timezone)
    return 0


def _print(meant: Paper | StoredSubscription, found: list[HistoryRow], zone: str) -> None:
    is_paper = isinstance(meant, Paper)
    click.echo(
        rules.fit_line(f"{meant.key}  {meant.title}", rules.WIDTH) if isinstance(meant, Paper) else _named(meant)
    )
    if not found:
        hint = f"; `watcher explain NAME {meant.key}` says why" if isinstance(meant, Paper) else ""
        click.echo(f"no subscription matched it{hint}" if is_paper else "it matched nothing so far")
        return
    rows = [_row(one, NamedText(one.subscription, one.shown_as) if is_paper else _paper_cell(one)) for one in found]
    print_table(("when", "receiver", "subscription" if is_paper else "paper~", "message?", "state"), rows, zone=zone)


def _paper_cell(one: HistoryRow) -> str:
    return f"{one.paper.removeprefix('arxiv:')} {one.title}"


def _row(one: HistoryRow, what: object) -> tuple[object, ...]:
    of = f" of {event}" if (event := event_in_words(one.occasion)) else ""
    state = f"{one.state}{of}" + (f": {one.reason}" if one.reason else "")
    return one.at, one.endpoint, what, one.delivery and one.delivery[:SHORT], state


def _named(saved: StoredSubscription) -> str:
    state = " (gone from the config)" if saved.gone_at else " (paused)" if saved.rests else ""
    one = saved.subscription
    return f"{with_name(one.shown_as, one.full_name)}{state}: {rules.fit_line(one.rule, 60)}"


def _as_object(one: HistoryRow) -> dict[str, object]:
    return {
        "paper": one.paper,
        "title": one.title,
        "occasion": one.occasion,
        "subscription": one.subscription,
        "shown_as": one.shown_as or None,
        "receiver": one.endpoint and str(one.endpoint),
        "state": one.state,
        "at": one.at,
        "reason": one.reason,
        "delivery": one.delivery,
    }
