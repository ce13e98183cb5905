"""Run ``watcher web``: serve the web pages without a daemon."""

from __future__ import annotations

import logging

import click

from watcher.cli.desk import CliContext
from watcher.errors import UsageError

ASKED = """\
the config has no `web:`; write one, for instance

  web: {listen: "127.0.0.1:8380", open: true}

and everybody on this machine may read; docs/web.md says how others may"""


@click.command()
@click.pass_obj
def web(desk: CliContext) -> int:
    """Show papers, subscriptions, receivers and sources in a browser, until stopped.

    Reads the database and changes nothing, beside a daemon or without one; `watcher run` serves the same pages, with
    buttons. Where they are and who may read them stands under `web:` in the config.
    """
    from watcher.daemon import logs
    from watcher.files.broken_pages import KeptPages
    from watcher.files.kept_rules import KeptPhrasesFile
    from watcher.web.door import open_web
    from watcher.web.site import token_of

    config = desk.config()
    if config.web is None:
        raise UsageError(ASKED)
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=config.secrets(desk.env), own=logging.WARNING)
    token = token_of(config.web, config.folder, desk.env)
    with desk.open_store(config) as store:
        kept = KeptPages(desk.state_dir() / "broken")
        phrases = KeptPhrasesFile(desk.state_dir())
        server = open_web(config.web, token, store, lambda: config, kept=kept, phrases=phrases)
        click.echo(f"The pages: {server.url} (Ctrl-C ends this)")
        server.serve()
    return 0
