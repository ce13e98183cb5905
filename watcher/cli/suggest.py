"""Run ``watcher suggest``: suggest rules for a library, each tried on the past."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.desk import CliContext
from watcher.cli.like import library_of_files, say_textless
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.pipeline.liking.suggesting import SuggestedRule, Suggestions

SHOWN = 12


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Only papers announced since then: 90d, 2026-03-01."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def suggest(desk: CliContext, files: tuple[Path, ...], since: date | None, as_json: bool) -> int:
    """Suggest rules for the papers in FILE: what their words would find among the stored papers, and how much else.

    FILE is BibTeX, RIS, CSL JSON or a list of ids. Nothing is written: `watcher add` puts a rule into the config.
    """
    library = library_of_files(files)
    with desk.open_store(desk.config(required=False)) as store, store.reading() as tx:
        from watcher.pipeline.liking.profiles import read_sample
        from watcher.pipeline.liking.suggesting import suggest_rules

        say_textless(tx, library)
        found = suggest_rules(tx, library, read_sample(tx), since)
    if as_json:
        click.echo(show.json_text(dataclasses.asdict(found)))
    else:
        for line in _lines(found, since):
            click.echo("".join(show.visible(character) for character in line))
    return 0


def _lines(found: Suggestions, since: date | None) -> Iterator[str]:
    """Yield the lines that show suggestions, 80 columns wide."""
    if not found.papers:
        yield "no paper is stored" + (f" since {since}" if since else "") + ": import some, or wait for the first polls"
        return
    yield f"tried on {counted(found.papers, 'paper')} of {len(found.days)} days, {found.days[0]} to {found.days[-1]}"
    yield f"{found.alike:,} of them are like the {counted(found.liked, 'paper')} in the library, or in it"
    if found.together is None:
        yield "no word of the library finds several of them: use like: in a subscription, or export abstracts, too"
        return
    yield from ("", "rule:")
    yield from textwrap.wrap(found.together.rule, rules.WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
    yield f"  {_backtest(found.together, found)}"
    yield from ("", f"{'each term alone':<40}  matches  like yours  a week")
    for one in found.terms[:SHOWN]:
        per_week = 7 * one.matched / ((found.days[-1] - found.days[0]).days + 1)
        yield f"{rules.fit_line(one.rule, 40):<40}  {one.matched:>7}  {one.alike:>10}  {per_week:>6.1f}"


def _backtest(one: SuggestedRule, found: Suggestions) -> str:
    per_week = 7 * one.matched / ((found.days[-1] - found.days[0]).days + 1)
    missed = found.alike - one.alike
    return f"matches {one.matched} ({per_week:.1f} a week): {one.alike} are like yours; {missed} like yours are missed"
