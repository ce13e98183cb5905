"""Pictures of the web pages from made data, with Debian's chromium installed.

``python -m tests.web_pictures FOLDER [NAME]...`` takes those of all pages, or of some; without words the README's.

Look at them after every change of a template: light and dark, as wide as a desk and as wide as a phone.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from tests.browser import Browser, browsing
from tests.integration.webs import NOW, TODAY, TOKEN, Web, entry, web_over
from tests.pictures import FOLDER, PAPERS
from watcher.config import Config, WebSettings, load
from watcher.config.saving import SubscriptionFile
from watcher.links.addresses import LinkMaker
from watcher.model import Decision, DeliveryKind, Endpoint, Fate, IncidentKind, Verdict
from watcher.notify import problem_of
from watcher.rules import compile_rule
from watcher.store import open_store
from watcher.store.papers.marks import EVERYBODY, MarkKind

CONFIG = """\
timezone: Europe/Paris
operator: [ops]
sources:
  hf-daily: {kind: huggingface, listing: daily}
  arxiv-cs-cl: {kind: arxiv, categories: [cs.CL]}
  lab-blog: {kind: feed, url: "https://lab.example/feed.xml", every: 6h}
receivers:
  ana: {url: "console://"}
  lab-slack: {url: "console://"}
  ops: {url: "console://"}
subscriptions:
  - name: continual-learning
    rule: >-
      "continual learning" OR "catastrophic forgetting" OR title:forget*
    to: [ana]
    when: daily at 08:00
    quiet_hours: {from: "07:00", to: "09:30"}
  - {name: hot-agents, any: [agent, tool use], none: [survey], to: [ana, lab-slack], when: weekdays at 17:30}
  - {name: kites, rule: "title:kite", to: [lab-slack]}
keep:
  notes: {folder: vault/papers, stars: true}
  thesis: {bib: refs.bib}
"""
PAGES = {
    "day": "/",
    "search": "/search?q=%22continual+learning%22+OR+agent+OR+garden&days=90",
    "error": "/search?q=agent+AND+OR+titel%3Amoss",
    "paper": "/paper?key=arxiv:2603.00001",
    "starred": "/starred",
    "subscriptions": "/subscriptions",
    "subscription": "/subscription?name=continual-learning",
    "receivers": "/receivers",
    "sources": "/sources",
    "source": "/source?name=hf-daily",
    "incidents": "/incidents",
    "sign-in": "/sign-in",
    "save": "/save?q=title:lantern*+OR+%22paper+kite%22&to=ana&when=daily+at+8",
    "saving": "/save?q=title:lantern*+OR+%22paper+kite%22&to=ana&name=paper-kites",
    "unsubscribe": "/unsubscribe?link=SIGNED",
}
WITH_TOKEN = {"save", "saving"}
"""Pages that only who has signed in may see."""

SHOTS = {
    "1440-light": (1440, 900, False),
    "1440-dark": (1440, 900, True),
    "360-light": (360, 800, False),
    "360-dark": (360, 800, True),
}
"""Width and height in CSS pixels, and whether dark is preferred."""

WORDS = ("Moss", "Lamps", "Tides", "Ladders", "Bridges", "Bees", "Maps", "Letters", "Clocks", "Rain")


def fill(web: Web, chance: random.Random) -> None:
    """Forty days of papers, polls, messages and trouble."""
    told = [paper for some in PAPERS.values() for paper in some]
    for n in range(40):
        day, at = TODAY - timedelta(days=n), NOW - timedelta(days=n, hours=1)
        some = [
            entry(
                n * 30 + m + 1,
                told[m][0]
                if m < len(told) and n == 0
                else f"{chance.choice(WORDS)} and {chance.choice(WORDS)} in "
                + chance.choice(["Gardens", "Agents", "Continual Learning", "Long Conversations", "Small Models"]),
                day,
                abstract=told[m % len(told)][1] if m < 3 else f"On {chance.choice(WORDS).lower()}, at length.",
                authors=("Ada Fern", "Bo Moss", "Cy Ivy"),
                upvotes=chance.randrange(240),
                organization="Garden Institute" if m % 3 == 0 else None,
                code_url="https://code.example/x" if m % 2 else None,
            )
            for m in range(chance.randrange(3, 13) if day.weekday() < 5 else 2)
        ]
        web.list_papers(*some, source="hf-daily", at=at)
    paper = entry(1, told[0][0], TODAY, upvotes=420)
    web.list_papers(paper, source="hf-daily", at=NOW)


def trouble(web: Web, chance: random.Random) -> None:
    """Polls of thirty days, a source that does not answer, a receiver that refuses."""
    for n in range(30 * 4):
        at = NOW - timedelta(hours=6 * n, minutes=20)
        web.poll("hf-daily", chance.choice([Verdict.NEW, Verdict.UNCHANGED, Verdict.QUIET]), at=at)
        bad = n < 9 or 60 < n < 64
        web.poll(
            "arxiv-cs-cl", Verdict.UNREACHABLE if bad else Verdict.NEW, "no answer within 30 s" if bad else "", at=at
        )
        web.poll("lab-blog", Verdict.PARTIAL if n in (30, 31) else Verdict.UNCHANGED, at=at)
    web.poll("arxiv-cs-cl", Verdict.UNREACHABLE, "no answer within 30 s", at=NOW - timedelta(minutes=2))
    with web.store.transaction() as tx:
        began = NOW - timedelta(days=2)
        one = tx.incidents.begin(IncidentKind.SOURCE_UNREACHABLE, "arxiv-cs-cl", "no answer within 30 s", began)
        tx.incidents.tell(one.id, [Endpoint("ops")], began + timedelta(days=1))
        tx.incidents.begin(IncidentKind.SOURCE_PARTIAL, "lab-blog", "4 of 11 papers", NOW - timedelta(days=8))
        tx.incidents.end([IncidentKind.SOURCE_PARTIAL], "lab-blog", [], NOW - timedelta(days=7))
        for n, endpoint in enumerate([Endpoint("ana"), Endpoint("lab-slack"), Endpoint("ana")]):
            tx.outbox.enqueue(endpoint, DeliveryKind.TEST, NOW - timedelta(hours=n))
        tx.outbox.give_up(Endpoint("lab-slack"), "the channel was archived", NOW)
        for n, kind in ((1, MarkKind.STAR), (2, MarkKind.STAR), (3, MarkKind.READ)):
            tx.marks.add(n, kind, EVERYBODY, NOW)
        for saved in tx.subscriptions.active():
            old = [match for match, paper in tx.matches.held(saved.id).items() if paper > 30]
            tx.matches.decide(old, Decision(Fate.DROPPED, "older than its look-back"))


@contextmanager
def filled() -> Iterator[Web]:
    """Pages of made data, closed with the block."""
    with TemporaryDirectory() as home, open_store(Path(home) / "watcher.db", mode="create") as store:
        web = web_over(store, Path(home), CONFIG, settings=WebSettings(token_file="t", is_open=True), token=TOKEN)
        maker = LinkMaker("https://papers.lab.example", b"a key of the tests, 32 bytes long")
        web.links = lambda: maker
        web.save = lambda file, lines, dry_run: subscription_file(web).save(lines, dry_run=dry_run)
        fill(web, random.Random(1))
        trouble(web, random.Random(2))
        yield web
        web.close()


def subscription_file(web: Web) -> SubscriptionFile:
    """The config of these pages, as a file that takes a subscription."""

    def read(path: Path, instead: Mapping[Path, bytes]) -> Config:
        return load(path, env={}, check_url=problem_of, check_rule=compile_rule, instead=instead)

    assert web.config.path is not None
    return SubscriptionFile(web.config, web.config.path, read)


def open_page(browser: Browser, web: Web, name: str) -> None:
    """Open a page of ``PAGES``, signed in where that is asked for."""
    url, path = web.server().url.rstrip("/"), PAGES[name]
    if name in WITH_TOKEN:
        browser.open(f"{url}/sign-in?back={quote(path, safe='')}")
        browser.about_to_leave()
        browser.ask(
            f'document.querySelector("#token").value = "{TOKEN}"; document.querySelector("main button").click()'
        )
        browser.loaded()
    maker = web.links()
    signed = maker.leave_address("ana", ("continual-learning",), NOW).partition("link=")[2] if maker else ""
    browser.open(url + path.replace("SIGNED", signed))


def take(folder: Path, names: list[str]) -> None:
    """Take pictures of all pages, or of those that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    with filled() as web, browsing() as browser:
        for name in PAGES:
            for shot, (width, height, dark) in SHOTS.items():
                if not names or name in names:
                    browser.look_like(width, height, dark=dark)
                    open_page(browser, web, name)
                    browser.picture(folder / f"{name}-{shot}.png")


def take_for_readme() -> None:
    """Take the pictures of the README."""
    with filled() as web, browsing() as browser:
        for scheme in ("light", "dark"):
            browser.look_like(1120, 860, dark=scheme == "dark")
            browser.open(web.server().url)
            browser.picture(FOLDER / f"web-day-{scheme}.png", whole=False)


if __name__ == "__main__":
    if sys.argv[1:]:
        take(Path(sys.argv[1]), sys.argv[2:])
    else:
        take_for_readme()
