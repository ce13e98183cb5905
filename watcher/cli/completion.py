"""Run ``watcher completion``: let a shell complete names of commands, options and things in the config."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from watcher.cli.desk import CliContext
from watcher.errors import UsageError, WatcherError

SHELLS = ("bash", "zsh", "fish")

_BEGUN = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n"
"""Starts zsh's completion if the user's own files do not, as on a new Mac."""


class ConfigName(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A name in the config that a shell can complete. Any text is accepted; the command itself refuses unknown names.

    ``section``: ``sources``, ``receivers``, ``subscriptions`` or ``people``.
    """

    name = "text"

    def __init__(self, section: str) -> None:
        self._section = section

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin with ``incomplete``; none if the config is missing or broken."""
        desk = ctx.find_object(CliContext)
        try:
            config = desk.config() if desk else None
        except (WatcherError, OSError):
            return []
        if config is None:
            return []
        subscriptions = [one.full_name for one in config.subscriptions]
        people = {one.owner for one in config.subscriptions} | {name for one in config.subscriptions for name in one.to}
        sections = {"sources": config.sources, "receivers": config.receivers, "subscriptions": subscriptions}
        names = sections.get(self._section, sorted({*people, *subscriptions} - {""}))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


SOURCE, RECEIVER, SUBSCRIPTION = ConfigName("sources"), ConfigName("receivers"), ConfigName("subscriptions")
PERSON = ConfigName("people")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what lets a shell complete watcher's commands, options and the names in the config.

    \b
    bash: echo 'eval "$(watcher completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(watcher completion zsh)"' >> ~/.zshrc
    fish: watcher completion fish > ~/.config/fish/completions/watcher.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"{shell} cannot be completed; there are {', '.join(SHELLS)}")
    root = context.find_root().command
    script = found(root, {}, "watcher", "_WATCHER_COMPLETE").source()
    if shell == "zsh":
        first, end, rest = script.partition("\n")  # the first line has to stay the first: zsh reads it in an fpath
        script = f"{first}{end}{_BEGUN}{rest}"
    click.echo(script)
    return 0
