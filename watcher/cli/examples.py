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
    "try-source": ("watcher try-source hf-daily", "watcher try-source hf-daily --file saved.html"),
    "completion": ("""eval "$(watcher completion bash)\"""",),
    "schema": ("watcher schema > watcher.schema.json",),
    "test-notify": ("watcher test-notify me", "watcher test-notify mail:ana@lab.example"),
    "run": ("watcher run", "watcher run -v -c lab.yaml"),
    "reload": ("watcher reload",),
    "once": ("watcher once", "watcher once --flush", "watcher once --source hf-daily --since 7d"),
    "import": ("watcher import saved/*.html", "watcher import --no-tell --source hf-daily 2026-*.html"),
    "papers": ("watcher papers --since 7d", """watcher papers '"KV cache" OR quantization' --limit 20"""),
    "like": ("watcher like refs.bib", "watcher like 2603.01234 --since 30d"),
    "author": ("watcher author 'Ada Fern'",),
    "suggest": ("watcher suggest refs.bib --since 90d",),
    "show": ("watcher show 2603.01234", "watcher show 'lottery tickets'"),
    "backtest": (
        "watcher backtest --subscription continual-learning",
        "watcher backtest --rule 'agent -survey' --since 90d",
    ),
    "explain": ("watcher explain continual-learning 2603.01234", "watcher explain --rule 'agent -survey' 2603.01234"),
    "preview": ("watcher preview continual-learning", "watcher preview continual-learning --as slack --since 7d"),
    "history": ("watcher history continual-learning", "watcher history 2603.01234"),
    "deliveries": ("watcher deliveries --state dead", "watcher deliveries --receiver me --limit 10"),
    "status": ("watcher status", "watcher status hf-daily", "watcher status --check || echo trouble"),
    "web": ("watcher web",),
    "subscriptions import": ("watcher subscriptions import people.jsonl",),
    "subscriptions add": ("""watcher subscriptions add maps 'map OR atlas' --to mail:bo@lab.example""",),
    "subscriptions list": ("watcher subscriptions list --owner ana",),
    "subscriptions remove": ("watcher subscriptions remove ana/maps",),
    "subscriptions export": ("watcher subscriptions export > people.jsonl",),
    "star": ("watcher star 2603.01234", "watcher star 2603.01234 --off"),
    "pause": ("watcher pause continual-learning",),
    "unpause": ("watcher unpause continual-learning", "watcher unpause continual-learning --drop"),
    "thumbs": (
        "watcher thumbs continual-learning 2603.01234 up",
        "watcher thumbs continual-learning --show",
    ),
    "mute": ("watcher mute continual-learning --for 2w", "watcher mute 2603.01234 --for 52w", "watcher mute"),
    "unmute": ("watcher unmute continual-learning",),
    "replay": ("watcher replay 3f2a9c01", "watcher replay --known continual-learning --since 7d"),
    "backup": ("watcher backup watcher-backup.db",),
    "restore": ("watcher restore watcher-backup.db",),
    "migrate": ("watcher migrate",),
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
