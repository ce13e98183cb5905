"""What the steps of a daemon work with, where a test is the network, the receivers and the clock itself."""

from __future__ import annotations

from typing import Any

from watcher.config import Config
from watcher.pipeline.context import Context
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config


def begun(world: Any, config: Config, store: Any) -> Context:
    """Return a context over a store after its config was applied.

    ``world``: answers requests (``get``), takes messages (``send``) and has the time (``now``).
    """
    context = Context(
        config=config,
        store=store,
        fetcher=world,
        notifier=world,
        clock=lambda: world.now,
        jitter=lambda: 0.5,
        env={},
        rules=RuleBook(),
    )
    apply_config(context)
    return context
