"""The command line: a table of commands, imported when called, and the place where errors become lines.

``watcher --help`` imports no command: the one line of help of each stands in the table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from watcher import __version__
from watcher.cli.desk import CliContext
from watcher.errors import ConfigError, RuleError, UsageError, WatcherError

INTERRUPTED = 130  # 128 + SIGINT, and below 128 + SIGPIPE, as shells have it
READER_GONE = 141


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is not imported yet.

    ``target``: ``module:attribute`` in this package.
    ``help``: its line in the list of commands.
    """

    target: str
    help: str

    def load(self) -> click.Command:
        module, _, attribute = self.target.partition(":")
        command = getattr(import_module(f"{__name__}.{module}"), attribute)
        assert isinstance(command, click.Command), self.target
        return command


SECTIONS: Mapping[str, Mapping[str, Lazy]] = {
    "First steps": {
        "demo": Lazy("demo:demo", "Show what watcher does, without network or config."),
        "init": Lazy("init:init", "Write a commented config to start from."),
        "add": Lazy("add:add", "Try a rule on the past and write it into the config."),
        "check-config": Lazy("check_config:check_config", "Show everything that is wrong in the config."),
        "try-source": Lazy("try_source:try_source", "Show what a source shows, before it is watched."),
        "completion": Lazy("completion:completion", "Let a shell complete commands and names."),
        "schema": Lazy("schema:schema", "Print the config's JSON Schema, for editors."),
        "test-notify": Lazy("test_notify:test_notify", "Send a test message to a receiver."),
    },
    "Watching": {
        "run": Lazy("run:run", "Watch the sources and tell people, until stopped."),
        "reload": Lazy("reload:reload", "Let the running daemon read its config again."),
        "once": Lazy("once:once", "Poll every source now, tell what is due, and end."),
        "import": Lazy("import_:import_", "Store and match saved digest pages."),
    },
    "Looking": {
        "papers": Lazy("papers:papers", "List the stored papers, or those that a rule matches."),
        "like": Lazy("like:like", "List the stored papers that are like some others."),
        "author": Lazy("author:author", "Show by which ids the authors of a name are known."),
        "suggest": Lazy("suggest:suggest", "Suggest rules for the papers in a library."),
        "show": Lazy("show_paper:show_paper", "Show all that is known of a paper, and who was told."),
        "backtest": Lazy("backtest:backtest", "Show what a rule would have told."),
        "explain": Lazy("explain:explain", "Say why a rule matches a paper, or why not."),
        "preview": Lazy("preview:preview", "Show what a subscription would say, without sending it."),
        "history": Lazy("history:history", "Say who was told of a paper, when and where."),
        "deliveries": Lazy("deliveries:deliveries", "List messages and how they ended."),
        "status": Lazy("status:status", "Say how sources, receivers and deliveries are doing."),
        "web": Lazy("web:web", "Show all of it in a browser, read-only."),
    },
    "Keeping": {
        "subscriptions": Lazy("subscriptions:subscriptions", "Keep subscriptions in the database: add, import, list."),
        "star": Lazy("star:star", "Star a paper, to find it again."),
        "pause": Lazy("pause:pause", "Hold what a subscription matches."),
        "unpause": Lazy("pause:unpause", "Let a paused subscription go on."),
        "thumbs": Lazy("thumbs:thumbs", "Say which papers were useful to a subscription, and see what it learned."),
        "mute": Lazy("mute:mute", "Tell nothing of a subscription or a paper for a while."),
        "unmute": Lazy("mute:unmute", "Tell of a muted subscription or paper again."),
        "replay": Lazy("replay:replay", "Send messages again that were given up or lost."),
        "backup": Lazy("backup:backup", "Copy the database to a file, also while it is used."),
        "restore": Lazy("restore:restore", "Put a backup in the database's place, and tell nothing twice."),
        "migrate": Lazy("migrate:migrate", "Bring the database up to this version."),
        "gc": Lazy("gc:gc", "Delete history that is older than the config keeps it."),
        "export": Lazy("export:export", "Print all that is kept of a person."),
        "forget": Lazy("forget:forget", "Delete all that is kept of a person."),
        "copy-to": Lazy("copy_to:copy_to", "Copy an SQLite database to PostgreSQL."),
    },
}
COMMANDS: Mapping[str, Lazy] = {name: lazy for section in SECTIONS.values() for name, lazy in section.items()}


def _set_config(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(CliContext).config_path = Path(value)


def _set_log_format(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(CliContext).log_format = value


def _set_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(CliContext).verbose = True


def _common_options() -> list[click.Option]:
    """Return the options that may stand before the name of a command as well as after it."""
    return [
        click.Option(
            ["-c", "--config"],
            metavar="FILE",
            help="The config; without it the first of $WATCHER_CONFIG, ./config.yaml, "
            "~/.config/watcher/config.yaml, /etc/watcher/config.yaml.",
            callback=_set_config,
            expose_value=False,
        ),
        click.Option(
            ["--log-format"],
            type=click.Choice(["plain", "json"]),
            help="How log lines on stderr look.  [plain]",
            callback=_set_log_format,
            expose_value=False,
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            help="Log details, and show tracebacks.",
            callback=_set_verbose,
            expose_value=False,
        ),
    ]


def _with_common_options(command: click.Command) -> click.Command:
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _with_common_options(inner)
    taken = {name for parameter in command.params for name in parameter.opts}
    names = {parameter.name for parameter in command.params}
    command.params += [
        option for option in _common_options() if option.name not in names and not taken.intersection(option.opts)
    ]
    return command


def _with_examples(command: click.Command, words: str) -> click.Command:
    from watcher.cli.examples import example_text

    command.epilog = example_text(words) or command.epilog
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        _with_examples(inner, f"{words} {name}")
    return command


class LazyGroup(click.Group):
    """A group whose commands come from ``COMMANDS``; ``help NAME`` is another way to write ``NAME --help``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in COMMANDS:
            self.commands[cmd_name] = _with_examples(_with_common_options(COMMANDS[cmd_name].load()), cmd_name)
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] == "help":
            args = [*args[1:], "--help"]
            if len(args) == 1:
                click.echo(ctx.get_help())
                ctx.exit()
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command `{args[0]}`{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, lazy.help) for name, lazy in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _point_stdout_nowhere()
            raise click.exceptions.Exit(READER_GONE) from None


cli = LazyGroup(
    "watcher",
    params=_common_options(),
    help="Tells people about new research papers that match their saved rules.",
    epilog="Exit status: 0 done, 1 something could not be done, 2 the config or the command line is wrong.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
click.version_option(__version__, "--version", prog_name="watcher", message="%(prog)s %(version)s")(cli)


def main(
    args: Sequence[str] | None = None, env: Mapping[str, str] | None = None, *, desk: CliContext | None = None
) -> int:
    """Run one command; return its exit status, which it returns itself or passes to ``ctx.exit()``.

    ``args``: None for those of the process.
    ``env``: None for that of the process.
    ``desk``: what commands are given, for programs that bring their own.
    """
    _open_closed_streams()
    _never_fail_to_print()
    desk = desk or CliContext(env=os.environ if env is None else env)
    try:
        result = cli.main(args=args, prog_name="watcher", obj=desk, standalone_mode=False)
        sys.stdout.flush()
    except click.Abort:
        return INTERRUPTED
    except BrokenPipeError:
        _point_stdout_nowhere()
        return READER_GONE
    except Exception as error:
        return _explain(error, desk.verbose)
    return result if isinstance(result, int) else 0


def _explain(error: Exception, verbose: bool) -> int:
    """Say on stderr what went wrong, in words for whoever typed the command; return the exit status."""
    from watcher.files.made import why_denied

    if verbose and not isinstance(error, (click.ClickException, ConfigError, RuleError, UsageError)):
        import traceback

        traceback.print_exception(error)
    match error:
        case ConfigError() | RuleError():
            from watcher.cli import show

            text = show.problems(error.problems) if isinstance(error, ConfigError) else show.rule_problem(error)
            status = error.exit_code
        case WatcherError():
            text, status = f"watcher: {error}", error.exit_code
        case click.ClickException():
            text, status = _usage(error), error.exit_code
        case PermissionError(filename=str(filename)) if why := why_denied(Path(filename)):
            text, status = f"watcher: {why}", 1
        case OSError(strerror=str(strerror), filename=str(filename)):
            text, status = f"watcher: {filename}: {strerror}", 1
        case OSError(strerror=str(strerror)):
            text, status = f"watcher: {strerror}", 1
        case _:
            hint = "" if verbose else " (run with -v for the traceback)"
            text, status = f"watcher: internal error: {type(error).__name__}: {error}{hint}", 1
    click.echo(text, err=True)
    return status


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "watcher"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    message = error.format_message().rstrip(".")
    return f"{path}: {message[:1].lower()}{message[1:]}" + (f"\nsee {path} --help" if context else "")


def _open_closed_streams() -> None:
    """Open /dev/null in place of standard streams that are closed (``>&-``, as in some cron jobs).

    Otherwise the next file that is opened would get the stream's number, and everything would be printed into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _never_fail_to_print() -> None:
    """Print a replacement for characters that the terminal's encoding does not have, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _point_stdout_nowhere() -> None:
    """Point stdout to /dev/null after its reader has gone, so that the interpreter's last flush does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
