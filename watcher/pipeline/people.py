"""Export what is kept of a person, and check whether it may be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from watcher.config import Config
from watcher.model import Origin, StoredSubscription
from watcher.store import Transaction
from watcher.store.people.persons import Person

VERSION = 1
"""Version of the exported document; raised when a field goes away or changes its meaning."""


def person_called(tx: Transaction, name: str, config: Config) -> Person | None:
    """Return the person that a name stands for, None if nothing is stored of it.

    ``name``: of an owner, a receiver or a subscription.
    """
    return tx.people.find(name, config.operator)


def record_of(tx: Transaction, person: Person, now: datetime) -> dict[str, Any]:
    """Return all that the database holds of a person, as one JSON object (docs/people.md)."""
    return {"version": VERSION, "person": person.name, "made": now, **tx.people.rows(person)}


def reasons_to_stay(person: Person, written: Config) -> Iterator[str]:
    """Yield a sentence for each reason why a person cannot be forgotten yet, with what to do about it.

    ``written``: the config as its files say it now, without last good copies of included files.
    """
    asked = {one.full_name: one for one in written.subscriptions}
    broken = {Path(file).stem: file for file in written.broken_includes}
    for saved in person.active:
        one = saved.subscription
        if saved.origin is Origin.DATABASE:
            yield f"{one.full_name} is still told: `watcher subscriptions remove {one.full_name}`"
        elif one.full_name in asked:
            yield f"{one.full_name} is still in {_place(one.owner, written)}: take it out there"
        elif one.owner in broken:
            yield f"{one.full_name} may still be in {broken[one.owner]}, which cannot be read: mend it, or take it away"
    for name in person.shared_by:
        yield f"{name} still tells {person.name}: take {person.name} out of its `to:`"
    if any(endpoint.receiver == person.name for endpoint in written.operator):
        yield f"{person.name} still stands in `operator:`: take it out there"


def still_active(person: Person) -> list[StoredSubscription]:
    """Return a person's subscriptions from files that are still active in the database.

    None of the files has them any more if :func:`reasons_to_stay` is empty: a running daemon has not noticed that yet.
    """
    return [one for one in person.active if one.origin is Origin.FILE]


def owners_without_file(person: Person, written: Config) -> set[str]:
    """Return those owners of a person's subscriptions that no file of the config stands for any more.

    ``written``: the config as it is written now.
    """
    present = {one.owner for one in written.subscriptions} | {Path(file).stem for file in written.broken_includes}
    return {one.subscription.owner for one in person.subscriptions} - present - {""}


def _place(owner: str, written: Config) -> str:
    """Return, in words, the file in which an owner's subscriptions stand."""
    return f"{owner}'s included file" if owner else str(written.path)
