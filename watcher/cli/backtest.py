"""Run ``watcher backtest``: show what a rule would have told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.cli.progress import counting
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.model import Hit, Paper
    from watcher.rules.advice.trial import TermCount, Trial

DAYS_SHOWN = 31
"""Most days that have a bar each; with more days there is a bar for each week."""

BAR = 40


@click.command()
@click.option("--rule", metavar="RULE", help="The rule to try, as in the config.")
@click.option(
    "--subscription", type=SUBSCRIPTION, metavar="NAME", help="Try this subscription's rule, on what its sources list."
)
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Only papers announced since then: 90d, 2026-03-01."
)
@click.option("--limit", type=AtLeast(0), default=20, metavar="N", help="Show N papers at most.  [20]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def backtest(
    desk: CliContext, rule: str | None, subscription: str | None, since: date | None, limit: int, as_json: bool
) -> int:
    """Try a rule on the stored papers: matches a day, the papers, and the terms that found them."""
    from watcher.pipeline.searching import tried, with_papers

    wanted, config = rules.meant(desk, rule, subscription)
    with desk.open_store(config) as store, store.reading() as tx, counting(tx, since) as looked:
        wanted = rules.with_library(wanted, config, subscription, tx)
        trial = with_papers(tx, tried(tx, wanted, since or date.min, looked).trial)
    if as_json:
        from watcher.pipeline.report import trial_json

        click.echo(show.json_text(trial_json(trial, wanted.text, since)))
    else:
        if subscription is not None:
            click.echo(f"subscription: {rules.name_of(config, subscription)}")
        for line in trial_lines(trial, rules.in_one_line(wanted, 74), since, limit):
            click.echo(line)
    return 0


def trial_lines(trial: Trial[Paper], rule: str, since: date | None, limit: int) -> Iterator[str]:
    """Yield the lines that show a trial, in words and bars, 80 columns wide.

    ``since``: first digest day that was tried, None for all days.
    ``limit``: most papers.
    """
    yield f"rule: {rules.fit_line(rule, 74)}"
    yield from summary(trial, since)
    if not trial.matches:
        return
    yield ""
    yield from chart(trial)
    yield ""
    yield from _terms(trial.terms)
    if limit:
        yield ""
        yield from titles(trial, limit)


def summary(trial: Trial[Paper], since: date | None) -> Iterator[str]:
    """Yield lines that say how much was tried and how much of it matched.

    ``since``: first digest day that was tried, None for all days.
    """
    if not trial.papers:
        yield "no paper is stored" + (f" since {since}" if since else "") + ": import some, or wait for the first polls"
        return
    short = " (nothing older is stored)" if since and trial.days[0] > since else ""
    plural = "" if len(trial.days) == 1 else "s"
    papers = counted(trial.papers, "paper")
    yield f"tried on {papers} of {len(trial.days)} day{plural}, {trial.days[0]} to {trial.days[-1]}{short}"
    share = 100 * len(trial.matches) / trial.papers
    weak = len(trial.matches) - trial.strong
    yield f"matches {len(trial.matches)} ({share:.1f} %): {trial.strong} strong, {weak} weak"
    if trial.matches:
        yield f"that is {trial.per_day:.1f} a day, {trial.per_week:.1f} a week"


def chart(trial: Trial[Paper]) -> Iterator[str]:
    """Yield a line with a bar for each digest day, or for each week if there are many days."""
    is_short = len(trial.days) <= DAYS_SHOWN
    counts: Mapping[date, int] = trial.by_day() if is_short else trial.by_week()
    most = max(counts.values(), default=0)
    for day, count in counts.items():
        name = f"{day:%a} {day}" if is_short else f"week of {day}"
        bar = "█" * max(1, round(BAR * count / max(most, BAR))) if count else ""
        yield f"{name}  {bar}{' ' if bar else ''}{count}"


def _terms(terms: tuple[TermCount, ...]) -> Iterator[str]:
    found = [one for one in terms if one.matched]
    wide = max((min(len(one.term), 40) for one in found), default=4)
    if any(one.alone is not None for one in found):
        yield f"{'term':<{wide}}  matched  alone"
    else:
        yield f"{'term':<{wide}}  matched"
    for one in found:
        alone = "" if one.alone is None else f"{one.alone:>7}"
        yield f"{rules.fit_line(one.term, 40):<{wide}}  {one.matched:>7}{alone}"
    if never := [one.term for one in terms if not one.matched]:
        yield "never matched: " + ", ".join(never)


def titles(trial: Trial[Paper], limit: int) -> Iterator[str]:
    """Yield the titles of the matches, strong ones first, the newest first.

    ``limit``: most of them.
    """
    for name, strong in (("strong", True), ("weak", False)):
        some = [(paper, hit) for paper, hit in trial.matches if hit.strong is strong]
        for paper, hit in some[:limit]:
            yield _title(paper, hit)
        if len(some) > limit:
            yield f"… and {len(some) - limit} more {name} ones (--limit {len(some)})"


def _title(paper: Paper, hit: Hit) -> str:
    return f"{paper.digest_day} {'strong' if hit.strong else 'weak  '} {rules.fit_line(paper.title, 61)}"
