"""Examples for the help of commands: what people type in a shell."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": ("watcher demo", "watcher demo --web"),
    "init": ("watcher init ~/.config/watcher/config.yaml", "watcher init --defaults"),
    "add": (
        """watcher add '"tool use" -survey' --to me""",
        "watcher add 'quanti* OR pruning' --to me --when 'weekly on mon at 08:00'",
    ),
    "check-config": ("watcher check-config", "watcher check-config --strict ana.yaml"),
    "try-source": ("watcher try-source hf-daily", "watcher try-source https://lab.example/feed.xml"),
    "completion": ("""eval "$(watcher completion bash)\"""",),
    "test-notify": ("watcher test-notify me", "watcher test-notify mail:ana@lab.example"),
    "run": ("watcher run", "watcher run -v -c lab.yaml"),
    "once": ("watcher once", "watcher once --flush", "watcher once --source hf-daily --since 7d"),
    "import": ("watcher import saved/*.html", "watcher import --no-tell --source hf-daily 2026-*.html"),
    "papers": ("watcher papers --since 7d", """watcher papers '"KV cache" OR quantization' --limit 20"""),
    "show": ("watcher show 2603.01234", "watcher show 'lottery tickets'"),
    "backtest": (
        "watcher backtest --subscription hot-agents",
        "watcher backtest --rule 'agent -survey' --since 90d",
    ),
    "explain": ("watcher explain hot-agents 2603.01234", "watcher explain --rule 'agent -survey' 2603.01234"),
    "preview": ("watcher preview hot-agents", "watcher preview hot-agents --as slack --since 7d"),
    "history": ("watcher history hot-agents", "watcher history 2603.01234"),
    "deliveries": ("watcher deliveries --state dead", "watcher deliveries --receiver me --limit 10"),
    "status": ("watcher status", "watcher status hf-daily", "watcher status --check || echo trouble"),
    "web": ("watcher web",),
    "subscriptions import": ("watcher subscriptions import people.jsonl",),
    "subscriptions add": ("""watcher subscriptions add maps 'map OR atlas' --to mail:bo@lab.example""",),
    "pause": ("watcher pause hot-agents",),
    "unpause": ("watcher unpause hot-agents", "watcher unpause hot-agents --drop"),
    "mute": ("watcher mute hot-agents --for 2w", "watcher mute 2603.01234 --for 52w", "watcher mute"),
    "unmute": ("watcher unmute hot-agents",),
    "replay": ("watcher replay 3f2a9c01", "watcher replay --known hot-agents --since 7d"),
    "backup": ("watcher backup watcher-backup.db",),
    "restore": ("watcher restore watcher-backup.db",),
    "gc": ("watcher gc --dry-run",),
    "export": ("watcher export ana > ana.json",),
    "forget": ("watcher forget ana --dry-run",),
    "copy-to": ("watcher copy-to 'postgresql://watcher:${DB_PASSWORD}@db.lab.example/watcher'",),
}
"""Command, with its subcommand behind it → lines for a shell."""


def example_text(command: str) -> str:
    """Return the examples as the end of a command's help, "" if there are none."""
    lines = EXAMPLES.get(command, ())
    title = "Examples:" if len(lines) > 1 else "Example:"
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)]) if lines else ""
