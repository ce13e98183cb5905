"""Share among the commands that try a rule: reading the rule and the days, and listing papers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.errors import RuleError, UsageError

if TYPE_CHECKING:
    from watcher.cli.desk import CliContext
    from watcher.config import Config
    from watcher.model import Subscription
    from watcher.rules import Rule

WIDTH = 80


def day_option(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """The day that ``--since`` means: so many days (``7d``) or weeks (``2w``) before today, or itself."""
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


def compiled_rule(text: str) -> Rule:
    """The rule that was typed; raises ``RuleError`` with its text, so that the place can be shown."""
    from watcher.rules import compile_rule, plainly_wrong

    if wrong := plainly_wrong(text):
        raise RuleError(wrong.what, start=wrong.start, end=wrong.start + 1, hint=wrong.hint, text=text)
    try:
        return compile_rule(text)
    except RuleError as error:
        error.text = error.text or text
        raise


def typed_rule(text: str) -> Rule:
    """The same, with a warning on stderr of each part that was probably meant otherwise."""
    from watcher.rules import doubtful, find_bounds

    rule = compiled_rule(text)
    found = [(one.start, one.what, one.hint, one.name) for one in doubtful(text)]
    found += [(rule.spans[one.leaf][0], one.what, one.hint, one.name) for one in find_bounds(rule)]
    for start, what, hint, name in sorted(found):
        click.echo(f"warning: {what}; {hint} [{name}]\n{show.under(text.replace(chr(10), ' '), start)}", err=True)
    return rule


def meant(desk: CliContext, rule: str | None, subscription: str | None) -> tuple[Rule, Config]:
    """The rule of ``--rule`` or of the subscription with this name, and the config; exactly one is given."""
    if (rule is None) == (subscription is None):
        raise UsageError("say either --rule RULE or --subscription NAME")
    if rule is not None:
        return typed_rule(rule), desk.config(required=False)
    from watcher.rules import compile_rule

    config = desk.config()
    found = find_subscription(config, subscription or "")
    return compile_rule(found.rule, found.sources), config


def find_subscription(config: Config, name: str) -> Subscription:
    """The subscription with this name, or with this name in an included file where only one has it."""
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


def fit_line(text: str, width: int) -> str:
    """``text`` in one line of ``width`` characters at most."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"
