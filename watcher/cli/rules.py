"""Read rules and days from the command line, and find subscriptions: for commands that try a rule."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.errors import UsageError
from watcher.model.display_names import with_name
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.cli.desk import CliContext
    from watcher.config import Config
    from watcher.model import Subscription
    from watcher.rules import Document, Rule
    from watcher.store import Transaction

WIDTH = 80


def day_option(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """Return the day that ``--since`` means: a day, or a number of days (``7d``) or weeks (``2w``) before today."""
    if value is None:
        return None
    today = datetime.now(UTC).date()
    try:
        if back := re.fullmatch(r"([0-9]{1,6})([dw])", value):
            return today - timedelta(days=int(back[1]) * (7 if back[2] == "w" else 1))
        return date.fromisoformat(value)
    except OverflowError:
        return date.min
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write 7d, 2w or {today}", ctx, param) from None


def typed_rule(text: str) -> Rule:
    """Return a typed rule, compiled. Warn on stderr of each part that was probably meant otherwise."""
    from watcher.rules.advice.typed import compile_typed, doubts_of

    rule = compile_typed(text)
    for one in doubts_of(rule):
        place = show.under(text.replace(chr(10), " "), one.start)
        click.echo(f"warning: {one.what}; {one.hint} [{one.name}]\n{place}", err=True)
    return rule


def meant(desk: CliContext, rule: str | None, subscription: str | None) -> tuple[Rule, Config]:
    """Return the rule of ``--rule`` or of the subscription with this name, and the config. One must be given."""
    if (rule is None) == (subscription is None):
        raise UsageError("say either --rule RULE or --subscription NAME")
    if rule is not None:
        return typed_rule(rule), desk.config(required=False)
    from watcher.rules import compile_beside_library

    config = desk.config()
    found = find_subscription(config, subscription or "")
    return compile_beside_library(found.rule, found.sources, found.library, found.above), config


def with_library(rule: Rule, config: Config, subscription: str | None, tx: Transaction) -> Rule:
    """Return the rule of a subscription together with its library, if it has one."""
    found = find_subscription(config, subscription) if subscription else None
    if found is None or not found.library:
        return rule
    from watcher.pipeline.liking.beside_libraries import SubscriptionRules

    return SubscriptionRules(tx).of(found)


def in_one_line(rule: Rule, width: int) -> str:
    """Return what a rule asks for in one line of at most ``width`` characters, with the number of liked papers."""
    if rule.likes is None:
        return fit_line(rule.text, width)
    liked = f"like {counted(len(rule.likes.profile.liked), 'paper')}"
    return fit_line(f"{rule.text}, {liked}" if rule.text else liked, width)


def find_subscription(config: Config, name: str) -> Subscription:
    """Return the subscription of the config with this name. The owner may be left out if only one has the name."""
    full = {one.full_name: one for one in config.subscriptions}
    if name in full:
        return full[name]
    some = [one for one in config.subscriptions if one.name == name]
    if len(some) == 1:
        return some[0]
    if some:
        raise UsageError(f"several are called {name!r}: write {' or '.join(one.full_name for one in some)}")
    near = get_close_matches(name, full, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(full) or 'none'}"
    raise UsageError(f"there is no subscription {name!r}; {hint}")


def name_of(config: Config, name: str) -> str:
    """Return the display name and the full name of the subscription that a name means."""
    found = find_subscription(config, name)
    return with_name(found.shown_as, found.full_name)


def stored_subscription(tx: Transaction, config: Config, name: str) -> Subscription:
    """The subscription with this name, of the config or of the database."""
    try:
        return find_subscription(config, name)
    except UsageError:
        found = [one.subscription for one in tx.subscriptions.called(name) if one.gone_at is None]
        if len(found) == 1:
            return found[0]
        raise


def stored_rule(tx: Transaction, one: Subscription) -> Rule:
    """The rule of a subscription, with its library if it has one."""
    from watcher.pipeline.liking.beside_libraries import SubscriptionRules

    return SubscriptionRules(tx).of(one)


def kept_back_by(config: Config, one: Subscription, document: Document) -> str:
    """Return the item of the config's ``never:`` lists for which a paper is kept back, "" if none fits.

    ``one``: the subscription that would tell it.
    """
    from watcher.rules import NeverList

    return NeverList(config.never).tried_on([document])[0].why(one.owner)


def fit_line(text: str, width: int) -> str:
    """Return ``text`` in one line of at most ``width`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"
