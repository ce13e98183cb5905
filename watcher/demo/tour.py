"""Watch the demo's site for two simulated days and an hour, with the same steps as the daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from watcher.config import Config, load
from watcher.daemon.opening import open_context
from watcher.demo.papers import DAY_ONE, DAY_TWO, TIDEPOOL
from watcher.demo.site import Site, serving
from watcher.model import Message, Outcome
from watcher.notify import Notifier, problem_of
from watcher.outbox.deliver import Delivered, deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.polling.polled import Polled
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.render.message import FORMS
from watcher.rules import compile_rule
from watcher.store import open_store

SOURCE = "invented"
DAY = timedelta(days=1)
AGAIN = replace(TIDEPOOL, upvotes=TIDEPOOL.upvotes + 30)
"""A paper of the first day that the second day lists again."""

CONFIG = """\
# What `watcher demo` ran on. `watcher init` writes one for you, with every setting explained.
timezone: UTC
operator: [screen]

sources:
  invented: {{kind: huggingface, listing: daily, url: "{url}"}}

receivers:
  screen: {{url: "console://"}}

subscriptions:
  - name: forgetting
    rule: >-
      "continual learning" OR "catastrophic forgetting"
    to: [screen]
    when: immediately
  - name: agents
    any: [agent, tool use]
    none: [survey]
    to: [screen]
    when: immediately
  - name: valdemarsson
    rule: 'author:"I Valdemarsson-Cho"'
    to: [screen]
    when: immediately
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """The result of one round of the demo: the poll, and the messages that were sent."""

    polled: Polled
    told: tuple[Delivered, ...]


@dataclass
class Tour:
    """The demo while it runs.

    ``folder``: holds its config and its database.
    """

    folder: Path
    site: Site
    context: Context
    messages: list[Message] = field(default_factory=list)
    now: datetime = field(kw_only=True)

    def look(self) -> Stop:
        """Poll, tell and send, as the daemon does when something is due."""
        polled = poll_pages(self.context.config.sources[SOURCE], self.context)
        tell_due(self.context)
        return Stop(polled, tuple(deliver_all(self.context)))

    def sleep(self, time: timedelta) -> None:
        """Let simulated time pass."""
        self.now += time
        self.site.today = self.now.date()


@contextmanager
def touring(folder: Path, now: datetime, console: TextIO) -> Iterator[Tour]:
    """Serve the site, and open everything else in ``folder`` as a real process would; messages go to ``console``."""
    today = now.date()
    with serving(Site({today: DAY_ONE, today + DAY: (*DAY_TWO, AGAIN)}, today)) as site:
        config = _config(folder, site.url)
        with open_store(folder / "watcher.db", mode="create") as store:
            tour: Tour
            context = open_context(config, store, {}, clock=lambda: tour.now, console=console)
            tour = Tour(folder, site, context, now=now)
            context.notifier = _Keeping(console, tour.messages.append)
            context.forms_of = lambda url: FORMS  # the mail is kept, though nobody gets one
            apply_config(context)
            try:
                yield tour
            finally:
                context.fetcher.close()
                context.parsing.close()


def _config(folder: Path, url: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(url=url), encoding="utf-8")
    return load(path, env={}, last_good=None, check_url=problem_of, check_rule=compile_rule)


class _Keeping(Notifier):
    """A notifier that sends messages and remembers them."""

    def __init__(self, console: TextIO, keep: Callable[[Message], None]) -> None:
        super().__init__(console)
        self._keep = keep

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self._keep(message)
        return super().send(url, message, delivery_id)
