"""Ask the two questions of ``watcher init``: where papers should be told, and about which topics."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from watcher.errors import RuleError, UsageError

if TYPE_CHECKING:
    from watcher.notify.addresses.accounts import MailAccount

AnswerT = TypeVar("AnswerT")

LATER = "MAIL_PASSWORD"
"""Name of the variable that the password is taken from, if it was not given yet."""

MAIL_HOUR = "daily at 08:00"
_RECIPES = {
    "slack": "https://hooks.slack.com/services/…",
    "discord": "https://discord.com/api/webhooks/…",
    "telegram": "tgram://BOT_TOKEN/CHAT_ID",
    "ntfy": "ntfys://TOPIC",
    "teams": "https://….logic.azure.com/workflows/…",
    "matrix": "matrixs://USER:PASSWORD@HOST/#ROOM",
    "gmail": "ana@gmail.com",
}
_RULE = re.compile(r'["():<>=]|\b(?:AND|OR|NOT)\b|(?:^|\s)-\w')
_PIECE = re.compile(r'(?:[^,;"]|"[^"]*"?)+')


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody wants to read about papers.

    ``address``: the receiver's address.
    ``file``: the file that holds the address if it has a secret, "" for none.
    ``said``: the place in words.
    ``when``: the schedule of the subscriptions.
    """

    address: str
    file: str
    said: str
    when: str


TERMINAL = Place("console://", "", "told on this terminal", "immediately")


def ask_place() -> Place:
    """Ask where to tell papers until the answer is a place. Enter means this terminal."""
    click.echo("Where do you want to read about papers? Your mail address, or a chat's address:")
    click.echo("  ana@gmail.com   https://hooks.slack.com/services/…   ntfys://my-topic")
    return _ask("[this terminal]", _place_of)


def ask_topics() -> list[tuple[str, str]]:
    """Ask for topics until each is a rule; return (name, rule) of each. Enter means none."""
    click.echo("\nWhich topics? Words or phrases, with commas between; * stands for any ending:")
    click.echo("  continual learning, tool use, quanti*")
    return _ask("[three examples]", topics_of)


def topics_of(text: str) -> list[tuple[str, str]]:
    """Return (name, rule) of each topic in a text. Raises ``UsageError`` for the first one that is no rule."""
    from watcher.config import name_for

    named: dict[str, str] = {}
    for topic in (" ".join(piece.split()) for piece in _PIECE.findall(text)):
        if topic and (rule := _rule_of(topic)) not in named.values():
            named[name_for(rule, named)] = rule
    if text.strip() and not named:
        raise UsageError("no topic stands here; write a word or a phrase")
    return list(named.items())


def _rule_of(topic: str) -> str:
    """Return a topic as a rule: unchanged if it has operators, else as a phrase."""
    from watcher.rules import misread_item, plainly_wrong
    from watcher.rules.advice.typed import compile_typed, doubts_of
    from watcher.rules.language.lists import quoted_term

    if _RULE.search(topic):
        rule = topic
    else:
        if wrong := plainly_wrong(topic, is_item=True) or misread_item(topic):
            raise UsageError(f"{topic}: {wrong.what}; {wrong.hint}")
        rule = topic if re.fullmatch(r"\w+\*?", topic) else quoted_term(topic)
    try:
        doubts = doubts_of(compile_typed(rule))
    except RuleError as error:
        raise UsageError(f"{topic}: {error}") from None
    if doubts:
        raise UsageError(f"{topic}: {doubts[0].what}; {doubts[0].hint}")
    return rule


def _place_of(text: str) -> Place:
    if not text:
        return TERMINAL
    if "@" in text and "://" not in text:
        return _mail(text.removeprefix("mailto:"))
    return _chat(text)


def _chat(url: str) -> Place:
    from watcher.notify import doubt_of, problem_of
    from watcher.notify.addresses.addresses import own_schema

    if "://" not in url:
        near = next((form for name, form in _RECIPES.items() if name in url.lower()), "")
        hint = f"as in {near}" if near else "a mail address has an @, a chat's address ://"
        raise UsageError(f"this is no address yet; write one, {hint} (docs/recipes/)")
    if problem := problem_of(url):
        raise UsageError(f"{problem} (docs/recipes/)")
    if doubt := doubt_of(url):
        raise UsageError(f"{doubt.what}; {doubt.hint}")
    schema = own_schema(url).removesuffix("s")
    if schema == "console":
        return TERMINAL
    is_mail = schema == "mailto"
    return Place(url, "mail_url" if is_mail else "chat_url", f"by {'mail' if is_mail else schema}", MAIL_HOUR)


def _mail(mailbox: str) -> Place:
    from watcher.notify.addresses.accounts import account_of, password_wanted

    account = account_of(mailbox)
    if account is None:
        account = _ask_server(mailbox)
    said = f"by mail to {mailbox}"
    if account.server and not account.user:
        return Place(account.url(""), "mail_url", said, MAIL_HOUR)
    if wanted := password_wanted(mailbox):
        click.echo(click.wrap_text(wanted, 78, "  ", "  "))
    if password := _ask_password(account):
        return Place(account.url(password), "mail_url", said, MAIL_HOUR)
    return Place(account.url(f"${{{LATER}}}"), "", said, MAIL_HOUR)


def _ask_server(mailbox: str) -> MailAccount:
    """Ask which server sends the mail, and who signs in there."""
    from watcher.notify.addresses.accounts import account_at

    click.echo("  By which server is mail sent? Your mail program names it (outgoing mail, SMTP):")

    def read(text: str) -> str:
        account_at(mailbox, text, "")
        return text

    server = _ask("such as smtp.uni.example", read)
    click.echo(f"  Who signs in there? Often {mailbox} or what stands before its @; - for nobody:")
    user = _ask(f"[{mailbox}]", lambda text: "" if text == "-" else text or mailbox)
    return account_at(mailbox, server, user)


def _ask_password(account: MailAccount) -> str:
    """Ask for the password, without showing it; "" means later."""
    from watcher.notify.addresses.accounts import password_read

    return _ask(
        "password, not shown [later]",
        lambda text: password_read(account.mailbox, text) if text else "",
        hidden=True,
    )


def _ask(prompt: str, read: Callable[[str], AnswerT], *, hidden: bool = False) -> AnswerT:
    """Ask until ``read`` accepts the answer; return what it returns. Its errors say what to write instead."""
    while True:
        text = click.prompt(f"  {prompt}", default="", show_default=False, hide_input=hidden, prompt_suffix=": ")
        try:
            return read(text.strip())
        except UsageError as error:
            click.echo(click.wrap_text(str(error), 78, "  ", "  "))


def subscriptions_text(topics: Sequence[tuple[str, str]], when: str) -> str:
    """Return the lines of the subscriptions in a new config, one for each topic, with other keys as comments.

    ``topics``: (name, rule) of each.
    ``when``: their schedule as the config writes it.
    """
    from watcher.config import subscription_lines

    blocks = ["\n".join(f"  {line}" for line in subscription_lines(name, rule, ["me"], when)) for name, rule in topics]
    return "subscriptions:\n" + "\n\n".join(blocks) + "\n" + _MORE


_MORE = """
  # What else one can have (docs/configuration.md); try a rule: watcher backtest --rule '…'
  # - name: popular-agents
  #   any: [agent, tool use, =MCP]      # one of these terms
  #   none: [survey]                    # and none of these
  #   where: upvotes >= 20
  #   to: [me]
  #   when: weekdays at 08:00           # or immediately, weekly on mon at 08:00 …
  #   max_papers: 20                    # in full; the rest as a line each
"""
