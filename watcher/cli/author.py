"""``watcher author``: by which ids the people of a name are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.desk import CliContext
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.pipeline.liking.authors import AuthorSearch, KnownAuthor


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def author(desk: CliContext, name: str, as_json: bool) -> int:
    """Show by which ids the stored papers know the authors of a NAME, with their newest papers.

    A rule with an id matches papers of that person alone: author:orcid:0000-0002-1825-0097. A rule with a name matches
    those of everybody of that name.
    """
    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        from watcher.pipeline.liking.authors import find_authors

        found = find_authors(tx, name)
    if as_json:
        click.echo(show.json_text(_as_object(name, found)))
        return 0
    for line in _lines(name, found):
        click.echo("".join(show.visible(character) for character in line))
    return 0


def _lines(name: str, found: AuthorSearch) -> Iterator[str]:
    from watcher.pipeline.liking.authors import names_in_words

    newest = "the newest " if found.is_cut else ""
    yield rules.fit_line(f"{name}: {newest}{counted(found.papers, 'paper')}", rules.WIDTH)
    for one in found.known:
        whom = one.id or "by name alone"
        of = f"{counted(one.papers, 'paper')}, as {names_in_words(one.names)}"
        yield f"  {whom}  {rules.fit_line(of, max(rules.WIDTH - len(whom) - 4, 20))}"
        for paper in one.examples:
            key = paper.key.removeprefix("arxiv:")
            yield f"      {rules.fit_line(paper.title, max(rules.WIDTH - len(key) - 8, 20))}  {key}"
    ids = [one.id for one in found.known if one.id]
    if ids:
        yield f"write author:{ids[0]} in a rule to be told of that one alone"
    elif found.papers:
        yield "no source tells an id of them: a rule can ask for the name alone"


def _as_object(name: str, found: AuthorSearch) -> dict[str, object]:
    return {
        "name": name,
        "papers": found.papers,
        "is_cut": found.is_cut,
        "known": [_known(one) for one in found.known if one.id],
        "by_name_alone": next((one.papers for one in found.known if not one.id), 0),
    }


def _known(one: KnownAuthor) -> dict[str, object]:
    examples = [{"key": paper.key, "title": paper.title} for paper in one.examples]
    return {"id": one.id, "papers": one.papers, "names": one.names, "examples": examples}
