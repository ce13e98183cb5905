"""``watcher preview``: what a subscription would say, without saying it."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import rules
from watcher.cli.desk import Desk

if TYPE_CHECKING:
    from watcher.model import Message

SHOWN_AS = ("text", "email", "slack", "discord", "telegram", "ntfy", "matrix", "teams", "mattermost")
A_WEEK = timedelta(days=7)


@click.command()
@click.argument("subscriptions", metavar="SUBSCRIPTION...", nargs=-1, required=True)
@click.option(
    "--as", "form", type=click.Choice(SHOWN_AS), default="text", help="The service it is written for.  [text]"
)
@click.option(
    "--since", metavar="DAY", callback=rules.day, help="Tell the papers announced since then: 30d, 2026-03-01.  [7d]"
)
@click.option("--open", "in_browser", is_flag=True, help="Show the HTML of the e-mail in a browser.")
@click.pass_obj
def preview(desk: Desk, subscriptions: tuple[str, ...], form: str, since: date | None, in_browser: bool) -> int:
    """Show what SUBSCRIPTION would say about the stored papers, several in one message; nothing is sent or written.

    `text` and `email` are the two parts of a mail: words, and HTML. What goes over a service's limit is shown as it
    would come, one message under the other. Told papers are told again here, and numbers are today's.
    """
    now = datetime.now(UTC)
    messages = _messages(desk, subscriptions, "email" if in_browser else form, since or (now - A_WEEK).date(), now)
    for trouble in dict.fromkeys(trouble for one in messages for trouble in one.troubles):
        click.echo(f"watcher: template {trouble}; watcher's own was used", err=True)
    if in_browser:
        _open([one.html for one in messages])
        return 0
    for n, message in enumerate(messages, start=1):
        if len(messages) > 1:
            click.echo(f"--- message {n} of {len(messages)} ---")
        click.echo(_shown(message, form))
    return 0


def _messages(desk: Desk, names: Sequence[str], form: str, since: date, now: datetime) -> list[Message]:
    from watcher.notify import limit_of, size_in
    from watcher.notify.samples import SERVICES
    from watcher.pipeline.preview import contents_of
    from watcher.render import render

    config = desk.config()
    found = [rules.named(config, name) for name in dict.fromkeys(names)]
    url = SERVICES["email" if form == "text" else form]
    with desk.open_store(config) as store, store.reading() as tx:
        contents = contents_of(found, tx, config, since, now, size_in(url), limit_of(url))
    return [render(content, config.templates) for content in contents]


def _shown(message: Message, form: str) -> str:
    """One message as the service gets it, with its title above where that is sent apart; of e-mail the HTML."""
    if form == "text":
        return f"Subject: {message.subject}\n\n{message.text}"
    from watcher.notify.samples import seen_by

    body = seen_by(form, message)
    title = f"{body.title}\n\n" if body.title and form != "email" else ""
    return title + body.text


def _open(pages: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="watcher-preview-"))
    for n, page in enumerate(pages, start=1):
        path = folder / f"{n}.html"
        path.write_text(page, encoding="utf-8")
        # The address also on the terminal: on a server there is no browser.
        click.echo(path)
        webbrowser.open(path.as_uri())
