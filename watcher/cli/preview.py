"""Run ``watcher preview``: show what a subscription would tell, without sending it."""

from __future__ import annotations

import json
import tempfile
import webbrowser
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import rules
from watcher.cli.completion import SUBSCRIPTION
from watcher.cli.desk import CliContext

if TYPE_CHECKING:
    from watcher.model import Message

SHOWN_AS = ("text", "email", "slack", "discord", "telegram", "ntfy", "matrix", "teams", "mattermost", "json")
A_WEEK = timedelta(days=7)


@click.command()
@click.argument("subscriptions", type=SUBSCRIPTION, metavar="SUBSCRIPTION...", nargs=-1, required=True)
@click.option(
    "--as", "form", type=click.Choice(SHOWN_AS), default="text", help="The service it is written for.  [text]"
)
@click.option(
    "--since",
    metavar="DAY",
    callback=rules.day_option,
    help="Tell the papers announced since then instead: 30d, 2026-03-01.",
)
@click.option("--open", "in_browser", is_flag=True, help="Show the HTML of the e-mail in a browser.")
@click.pass_obj
def preview(desk: CliContext, subscriptions: tuple[str, ...], form: str, since: date | None, in_browser: bool) -> int:
    """Show the message that SUBSCRIPTION sends next, several in one message; nothing is sent or written.

    It has exactly what waits to be told. Where nothing waits, or with --since, it has all stored papers that match.
    `text` and `email` are the two parts of a mail: words, and HTML. `json` is what webhooks get (docs/webhooks.md).
    What goes over a service's limit is shown as it would come, one message under the other. Votes and comments are
    those of now.
    """
    messages = _messages(desk, subscriptions, "email" if in_browser else form, since, datetime.now(UTC))
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


def _messages(desk: CliContext, names: Sequence[str], form: str, since: date | None, now: datetime) -> list[Message]:
    """Return the next messages; if nothing waits, or ``since`` is given, messages about papers of the past."""
    from watcher.notify import limit_of, size_in
    from watcher.notify.addresses.samples import SERVICES
    from watcher.pipeline.telling.preview import next_contents, preview_contents
    from watcher.render.message import render_message

    config = desk.config()
    found = [rules.find_subscription(config, name) for name in dict.fromkeys(names)]
    url = SERVICES["email" if form == "text" else form]
    size_of, limit = size_in(url, config.display_names), limit_of(url)
    with desk.open_store(config) as store, store.reading() as tx:
        contents = [] if since else next_contents(found, tx, config, now, size_of, limit)
        if not contents:
            if since is None:
                who = " and ".join(one.full_name for one in found)
                click.echo(f"nothing waits for {who}: shown are papers of the last 7 days (or --since DAY)", err=True)
            contents = preview_contents(found, tx, config, since or (now - A_WEEK).date(), now, size_of, limit)
    return [render_message(content, config.templates) for content in contents]


def _shown(message: Message, form: str) -> str:
    """Return a message as a service gets it: with its title first if that is sent apart; for e-mail, its HTML."""
    if form == "text":
        return f"Subject: {message.subject}\n\n{message.text}"
    from watcher.notify.addresses.samples import seen_by

    body = seen_by(form, message)
    if form == "json":
        return json.dumps({"title": body.title, "message": body.text, "watcher": message.data}, indent=2)
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
