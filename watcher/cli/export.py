"""Run ``watcher export``: print everything that is kept of a person as one document."""

from __future__ import annotations

import click

from watcher.cli import show
from watcher.cli.completion import PERSON
from watcher.cli.desk import CliContext
from watcher.errors import UsageError


@click.command()
@click.argument("person", type=PERSON)
@click.pass_obj
def export(desk: CliContext, person: str) -> None:
    """Print all that the database holds of PERSON as one JSON object (docs/people.md).

    PERSON is whoever owns subscriptions (an included file's name without its ending), a receiver as `to:` names it
    (mail:ana@lab.example), or a subscription. It has subscriptions, what they matched, what was told when and where,
    how that ended, and trouble that names them; papers by key and title.
    """
    from watcher.pipeline.people import person_called, record_of

    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        found = person_called(tx, person, config)
        if found is None:
            raise unknown(person)
        click.echo(show.json_text(record_of(tx, found, store.clock())))


def unknown(person: str) -> UsageError:
    """Return the error for a name, ``person``, of which nothing is stored."""
    hint = "write an owner, a receiver as `to:` names it, or a subscription's whole name"
    return UsageError(f"nothing is stored of {person!r}; {hint}")
