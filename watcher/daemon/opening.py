"""Put the parts of a process together."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TextIO

from watcher.config import Config
from watcher.daemon.link_desk import LinkDesk
from watcher.daemon.site_book import SiteBook
from watcher.fetch import Fetcher, default_user_agent
from watcher.files.broken_pages import KeptPages
from watcher.files.kept_rules import KeptPhrasesFile, KeptRulesFile
from watcher.keeping.keeper import PaperKeeper
from watcher.model import Tuning
from watcher.model.masking import OpenedAddress
from watcher.model.network.way_out import WayOut
from watcher.notify import Notifier
from watcher.pipeline.context import Context, Tally
from watcher.pipeline.rulebook import RuleBook
from watcher.sandbox.apart import ParseApart
from watcher.store import Store


def open_context(
    config: Config,
    store: Store,
    env: Mapping[str, str],
    *,
    clock: Callable[[], datetime] | None = None,
    console: TextIO | None = None,
    state_dir: Path | None = None,
    tuning: Tuning | None = None,
) -> Context:
    """Return the context of a real process, with network, database and notifier.

    ``clock``: None for the database's clock.
    ``console``: where receivers of the kind ``console`` print, None for stdout.
    ``state_dir``: where bodies of broken pages and compiled rules are kept, None for nowhere.
    ``tuning``: None for the usual sizes and intervals.
    """
    clock, stopping, tally = clock or store.clock, Event(), Tally()
    phrases = KeptPhrasesFile(state_dir) if state_dir else None

    # A reload replaces the config: its secrets and its way out are those of whichever is in force.
    def open_address(url: str) -> OpenedAddress:
        return context.config.open_address(url, env)

    def way() -> WayOut:
        return context.config.way_out(env)

    agent = default_user_agent(config.contact or "")
    context = Context(
        config=config,
        store=store,
        fetcher=Fetcher(user_agent=agent, clock=clock, book=SiteBook(store, clock), open_address=open_address, way=way),
        notifier=Notifier(console=console or sys.stdout, way=way),
        clock=clock,
        jitter=random.random,
        env=env,
        rules=RuleBook(KeptRulesFile(state_dir) if state_dir else None, phrases, took=tally.match_seconds.note),
        parsing=ParseApart(env, stopping, ended=lambda why: tally.workers_ended.add(why.value)),
        stopping=stopping,
        tuning=tuning or Tuning(),
        kept=KeptPages(state_dir / "broken") if state_dir else None,
        phrases=phrases,
        links=LinkDesk(lambda: context.config, state_dir).maker,
        keeper=PaperKeeper(way),
        tally=tally,
    )
    return context
