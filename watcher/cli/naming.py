"""Find what people mean when they name a stored paper or subscription."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from watcher.cli import rules
from watcher.errors import UsageError

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.model import Paper, StoredSubscription
    from watcher.store import Transaction

MOST_TITLES = 5


def is_paper_id(name: str) -> bool:
    """Return whether a name is an arXiv id, a DOI or a link to a paper, stored or not."""
    from watcher.parsers.references.reference import keys_named

    return bool(keys_named(name))


def paper_named(tx: Transaction, name: str, what: str = "stored paper") -> Paper:
    """Return the stored paper with this key or title. Raises ``UsageError`` if none or several may be meant.

    ``what``: what else the name could have meant, for that error.
    """
    if paper := tx.papers.find(name):
        return paper
    folded = " ".join(name.casefold().split())
    some = [paper for paper in tx.papers.all() if folded in " ".join(paper.title.casefold().split())]
    if len(some) == 1:
        return some[0]
    if not some:
        if is_paper_id(name):
            raise UsageError(f"no {what} is {name}: no source has listed it yet, and it was not imported")
        raise UsageError(f"no {what} is called {name!r}: write an arXiv id, a DOI, or a part of its title")
    shown = "".join(f"\n  {paper.key}  {rules.fit_line(paper.title, 56)}" for paper in some[:MOST_TITLES])
    more = f"\n  … and {len(some) - MOST_TITLES} more" if len(some) > MOST_TITLES else ""
    raise UsageError(f"{len(some)} papers have {name!r} in their titles; write the key of one:{shown}{more}")


def subscription_named(tx: Transaction, name: str) -> StoredSubscription | None:
    """Return the stored subscription with a name, None if there is none: an active one, else the last one.

    The owner may be left out. Raises ``UsageError`` if several active ones may be meant.
    """
    named = tx.subscriptions.called(name)
    named.sort(key=lambda one: (one.gone_at is None, one.subscription.full_name == name, one.id))
    alike = [one for one in named if one.gone_at is None]
    if len(alike) > 1 and alike[-1].subscription.full_name != name:
        names = " or ".join(one.subscription.full_name for one in alike)
        raise UsageError(f"several are called {name!r}: write {names}")
    return named[-1] if named else None


def active_named(tx: Transaction, name: str, config: Config) -> StoredSubscription:
    """Return the active subscription with a name. Raises ``UsageError`` if there is none.

    ``config``: its subscriptions may be newer than the stored ones.
    """
    saved = subscription_named(tx, name)
    if saved is None or saved.gone_at is not None:
        _refuse_unread(name, config)
    if saved is None:
        near = nearest(tx, name)
        hint = f"did you mean {', '.join(near)}?" if near else "`watcher status` lists those that the database knows"
        raise UsageError(f"there is no subscription {name!r}; {hint}")
    if saved.gone_at is not None:
        raise UsageError(f"subscription {name!r} is gone from the config")
    return saved


def _refuse_unread(name: str, config: Config) -> None:
    """Raise ``UsageError`` if the config has a subscription of this name: the database does not know it yet."""
    if any(name in (one.full_name, one.name) for one in config.subscriptions):
        what = f"subscription {name!r} is in the config, but was not read in yet"
        raise UsageError(f"{what}: `watcher run`, `watcher once` or `watcher reload` does it")


def nearest(tx: Transaction, name: str) -> list[str]:
    """Return the names of active subscriptions that resemble a name."""
    return get_close_matches(name, [one.subscription.full_name for one in tx.subscriptions.of_files(active=True)], n=3)


def anything_named(tx: Transaction, name: str, config: Config) -> StoredSubscription | Paper:
    """Return the subscription with a name, or else the paper. Raises ``UsageError`` if there is neither.

    ``config``: as of :func:`active_named`.
    """
    if saved := subscription_named(tx, name):
        return saved
    _refuse_unread(name, config)
    try:
        return paper_named(tx, name)
    except UsageError as error:
        if near := nearest(tx, name):
            raise UsageError(f"there is no subscription {name!r}; did you mean {', '.join(near)}?") from None
        raise UsageError(f"there is no subscription {name!r}, and {error}") from None
