"""The web pages over a real database, asked by a real client over loopback."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st

import tests.needs_web  # noqa: F401  (first: skips without the extra)
from tests.patience import PATIENCE
from watcher.config import Config, ListenAddress, WebSettings, load
from watcher.config.saving import SavedLines
from watcher.files.broken_pages import KeptPages
from watcher.links.addresses import LinkMaker
from watcher.model import (
    Decision,
    Endpoint,
    Entry,
    Fate,
    Hit,
    Judged,
    Outcome,
    Paper,
    Result,
    StoredSubscription,
    Verdict,
)
from watcher.notify import problem_of
from watcher.pipeline.context import Tally
from watcher.policy.subscriptions.changes import Wanted
from watcher.rules import compile_rule, document_of, evaluate
from watcher.store import Store
from watcher.store.papers.matches import NewMatch
from watcher.web.serving import WebServer
from watcher.web.site import Buttons, WebSite

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
TOKEN = "an invented token of the tests"
CONFIG = """\
timezone: Europe/Paris
operator: [ana]
sources:
  daily: {kind: huggingface, listing: daily}
  lab-blog: {kind: feed, url: "https://lab.example/feed.xml"}
receivers:
  ana: {url: "console://"}
  ops: {url: "console://"}
subscriptions:
  - {name: lanterns, rule: lantern, to: [ana], when: daily at 08:00}
  - {name: kites, rule: 'title:kite OR "paper plane"', to: [ana, ops]}
"""


@dataclass
class Web:
    """Pages to be asked, and what was set in motion by their buttons."""

    store: Store
    config: Config
    now: datetime = NOW
    settings: WebSettings = field(default_factory=lambda: WebSettings(is_open=True))
    token: str = ""
    acts: bool = True
    kept: KeptPages | None = None
    polled: list[str] = field(default_factory=list)
    woken: list[datetime] = field(default_factory=list)
    tested: list[tuple[str, list[str], str]] = field(default_factory=list)
    save: Callable[[str, Sequence[str], bool], SavedLines] | None = None
    links: Callable[[], LinkMaker | None] = lambda: None
    tally: Tally | None = None
    outcome: Outcome = field(default_factory=lambda: Outcome(Result.SENT))
    _open: list[Callable[[], None]] = field(default_factory=list)
    _server: WebServer | None = None

    def client(self, host: str = "localhost:8380") -> httpx.Client:
        """Someone who asks for pages under a name of this machine."""
        socket = self.settings.listen.socket
        transport = httpx.HTTPTransport(uds=socket or None)
        client = httpx.Client(
            transport=transport,
            base_url="http://localhost/" if socket else self.server().url,
            headers={"Host": host, "Accept": "*/*"},
            timeout=PATIENCE,
        )
        self._open.append(client.close)
        if socket:
            self.server()
        return client

    def server(self) -> WebServer:
        """The server of these pages, which runs until they are closed."""
        if self._server is None:
            buttons = Buttons(self.polled.append, self._wake, self._test, self.save) if self.acts else None
            listen = self.settings.listen
            settings = replace(self.settings, listen=listen if listen.socket else replace(listen, port=0))
            site = WebSite(
                self.store,
                lambda: self.config,
                lambda: self.now,
                settings,
                self.token,
                buttons,
                self.kept,
                lambda: self.links(),  # noqa: PLW0108  (it may be set later)
                self.tally,
            )
            self._server = WebServer(site)
            self._server.start()
            self._open.append(self._server.stop)
        return self._server

    def _wake(self) -> None:
        self.woken.append(self.now)

    def _test(self, rule: str, matches: Sequence[tuple[Paper, Hit]], endpoint: Endpoint) -> Outcome:
        self.tested.append((rule, [paper.title for paper, _ in matches], str(endpoint)))
        return self.outcome

    def close(self) -> None:
        """End the clients, then the server."""
        for one in sorted(self._open, key=lambda one: one.__qualname__ == "WebServer.stop"):
            one()

    def signed_in(self) -> httpx.Client:
        """Someone with a session's cookie."""
        client = self.client()
        answer = client.post("/sign-in", data={"token": self.token, "back": "/"})
        assert answer.status_code == 303, answer.text
        return client

    # --- what is stored ---

    def poll(self, source: str, verdict: Verdict = Verdict.NEW, reason: str = "", at: datetime | None = None) -> None:
        """Record a poll."""
        with self.store.transaction() as tx:
            tx.pages.record_poll(source, Judged(verdict, reason), 1, 1, at or self.now)

    def list_papers(self, *entries: Entry, source: str = "daily", at: datetime | None = None) -> list[int]:
        """Store papers, and match them with the subscriptions of the config; return their ids."""
        with self.store.transaction() as tx:
            ids = tx.papers.record_entries(list(entries), source, at or self.now).new
            for saved in self._subscribed():
                rule = compile_rule(saved.subscription.rule, saved.subscription.sources)
                hits = [(paper.id, evaluate(rule, document_of(paper))) for paper in tx.papers.get(ids)]
                found = [NewMatch(saved.id, id, hit, Decision(Fate.HELD)) for id, hit in hits if hit]
                tx.matches.record(found, at or self.now)
        return list(ids)

    def subscribe(self) -> None:
        """Store the subscriptions of the config."""
        with self.store.transaction() as tx:
            for one in self.config.subscriptions:
                due = None if one.when.at is None else self.now + timedelta(hours=21, minutes=30)
                tx.subscriptions.insert(Wanted(one, compile_rule(one.rule, one.sources).digest), due, self.now)

    def _subscribed(self) -> list[StoredSubscription]:
        with self.store.reading() as tx:
            return tx.subscriptions.active()


def web_over(store: Store, folder: Path, text: str = CONFIG, **more: Any) -> Web:
    """Pages over ``store`` with a config of this text; its subscriptions are stored, its sources were just read."""
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    config = load(path, env={}, check_url=problem_of, check_rule=compile_rule)
    web = Web(store, config, **more)
    web.subscribe()
    for name in config.sources:
        web.poll(name, at=NOW - timedelta(minutes=5))
    return web


def entry(n: int, title: str, day: date | None = TODAY, **facts: Any) -> Entry:
    """A paper as a page lists it."""
    id = f"2603.{n:05}"
    return Entry(title=title, keys=(f"arxiv:{id}",), arxiv_id=id, listed=day, **facts)


GUARDED: dict[str, Any] = {"settings": WebSettings(ListenAddress(), "token"), "token": TOKEN}
"""What makes pages that ask for the token."""


# --- what pages say, and what papers may say ---

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">"\'&{{7*7}}'
"""A text that would be markup, a template or a quote if it were let."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
MARKUP = st.sampled_from([HOSTILE, "</a>", "javascript:alert(1)", "\x1b[2J", "\u202e", "]]>", "<!--", "'", '"', "&lt;"])
ANY = st.lists(TEXTS | MARKUP, min_size=1, max_size=4).map("".join)
"""Whatever may stand in a paper."""


def titles(page: str) -> list[str]:
    """The titles of the papers on a page, in its order."""
    found = re.findall(r'<a class="title"[^>]*>(.*?)</a>', page)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>")[0])).split())
