"""One paper, listed by many sources in many forms, is told once; a list's pages, its faults and its quiet days."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest

from tests.integration.worlds import begun
from tests.parsers.feeds import arxiv_api, arxiv_list, arxiv_rss, atom, json_feed, rss
from tests.parsers.pages import api_page, login_page, make_page, sample_papers
from tests.sources import make_source
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.model import Endpoint, Message, Outcome, Page, Result, Source, Subscription, Unreachable
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.imports import Imported, finish_import, import_page, summary_of
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.alerts.fate import Telling
from watcher.store import Store

NOW = datetime(2026, 4, 27, 12, tzinfo=UTC)
TODAY = NOW.date()
PAPERS = [paper | {"published": "2026-04-25T17:00:00Z"} for paper in sample_papers(3)]
API = "https://export.arxiv.org/api"
SOURCES = {
    "hf": make_source(name="hf", url="http://hf.example/papers"),
    "arxiv": make_source(name="arxiv", kind="arxiv", categories=("cs.XX", "cs.YY")),
    "lists": make_source(name="lists", kind="arxiv", categories=("cs.XX",), via="listing"),
    "api": make_source(name="api", kind="arxiv", via="api", query="all:part", url=f"{API}?start=0"),
    "links": Source(name="links", kind="feed", url="https://links.example/feed"),
    "blog": Source(name="blog", kind="feed", url="https://blog.example/feed"),
    "bio": Source(name="bio", kind="biorxiv"),
}
FEED = "https://rss.arxiv.org/rss/cs.XX+cs.YY"
LIST = "https://arxiv.org/list/cs.XX/new"
BIO = "https://api.biorxiv.org/details/biorxiv/3d/0"


def linked(form: str) -> list[str]:
    """Items of a feed of links: other titles' feeds may cut abstracts, say who posted it, link to the PDF."""
    return [
        f"<title>{escape(paper['title'])}</title><link>{form.format(paper['id'])}</link>"
        f"<description>{escape(paper['abstract'][:60])} …</description>"
        for paper in PAPERS
    ]


@dataclass
class World:
    """A database with all sources and a subscription to everything; ``pages``: address → answer of the network."""

    store: Store
    now: datetime = NOW
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        subscription = Subscription(name="all", rule="part OR pebbles", to=("me",), endpoints=(Endpoint("me"),))
        config = Config(
            sources=SOURCES,
            receivers={"me": Receiver(name="me", urls={"": Address(text="json://me.example/")})},
            subscriptions=(subscription,),
        )
        self.context = begun(self, config, self.store)

    def get(self, url: str, validators: Callable[[str], Any], robots: bool = True) -> Page | Unreachable:
        self.asked.append(url)
        found = self.pages.get(url)
        if found is None:
            return Unreachable(url=url, reason="HTTP 404 Not Found", fetched_at=self.now)
        return Page(url=url, body=found, fetched_at=self.now)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.sent.append(message)
        return Outcome(Result.SENT)

    def look(self, source: str) -> tuple[str, int]:
        """The verdict, and how many papers nobody has seen before."""
        polled = poll_pages(SOURCES[source], self.context)
        tell_due(self.context)
        deliver_all(self.context)
        return polled.judged.verdict.value, polled.new

    def bring(self, body: bytes, telling: Telling = Telling.LOOK_BACK) -> str:
        done = Imported()
        import_page(body, "page", None, telling, self.context, done)
        assert not done.failed
        finish_import(done, telling, self.context)
        deliver_all(self.context)
        return str(summary_of(done, self.context))

    def told(self, papers: list[dict[str, Any]] = PAPERS) -> list[int]:
        text = " ".join(" ".join(message.text for message in self.sent).split())
        return [text.count(" ".join(paper["title"].split())) for paper in papers]

    def count(self) -> int:
        with self.store.reading() as tx:
            return tx.papers.count()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


HF = make_page(TODAY, PAPERS)
FORMS: list[tuple[str, str, bytes]] = [
    ("hf", "http://hf.example/papers", HF),
    ("arxiv", FEED, arxiv_rss(PAPERS, TODAY)),
    ("lists", LIST, arxiv_list({"Cross submissions": PAPERS}, TODAY)),
    ("api", f"{API}?start=0", arxiv_api(PAPERS)),
    ("links", "https://links.example/feed", rss(linked("https://www.arxiv.org/pdf/{}v1.pdf"))),
    ("links", "https://links.example/feed", atom([
        item.replace("<link>", "<link href='").replace("</link>", "'/>").replace("description>", "summary>")
        for item in linked("https://huggingface.co/papers/{}")
    ])),
    ("blog", "https://blog.example/feed", json_feed([
        {"id": f"https://doi.org/10.48550/arXiv.{paper['id']}", "title": paper["title"]} for paper in PAPERS
    ])),
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(FORMS)))
def test_the_same_papers_from_everywhere_are_told_once(world: World, first: int) -> None:
    order = FORMS[first:] + FORMS[:first]
    for n, (source, url, body) in enumerate(order):
        world.pages[url] = body
        verdict, new = world.look(source)
        assert (verdict, new) == (("new", 3) if n == 0 else ("unchanged", 0)), source
    for body in (HF, arxiv_api(PAPERS), api_page(PAPERS, TODAY)):
        assert world.bring(body, Telling.ALL) == "stored 0; matched 3: 0 told now, 3 told before"
    assert world.told() == [1, 1, 1]
    assert world.count() == 3


def up_to(paper: dict[str, Any], body: bytes) -> bytes:
    """The body as far as a connection that breaks within this paper's title brings it."""
    return body[: body.index(paper["title"].encode()) + 5]


def text_of(papers: list[dict[str, Any]]) -> bytes:
    filler = "We measure it at length, on many islands and in many tides, and find that pebbles do what they do. " * 4
    head = "new\n\nSubscribe\n\nDaily Papers\n\nApr 27\n\n"
    return (head + "".join(f"{paper['title']}\n\n{paper['abstract']} {filler}\n\n" for paper in papers)).encode()


def test_a_text_page_without_ids_and_arxiv_are_told_once(world: World) -> None:
    filler = text_of([{"title": "", "abstract": ""}]).decode().partition("We measure")[2].strip()
    papers = [paper | {"abstract": f"{paper['abstract']} We measure{filler}"} for paper in PAPERS]
    assert world.bring(text_of(PAPERS), Telling.ALL) == "stored 3; matched 3: 3 told now"
    world.pages[FEED] = arxiv_rss(papers, TODAY)
    assert world.look("arxiv") == ("unchanged", 0)
    world.pages["http://hf.example/papers"] = make_page(TODAY, papers)
    assert world.look("hf") == ("unchanged", 0)
    assert world.told() == [1, 1, 1]
    assert world.count() == 3


def test_what_others_say_of_a_paper_takes_no_place_of_its_text(world: World) -> None:
    def abstracts() -> list[str]:
        with world.store.reading() as tx:
            found = tx.papers.find(f"arxiv:{PAPERS[0]['id']}")
        assert found
        return [found.title, found.abstract]

    link = f"<link>https://arxiv.org/pdf/{PAPERS[0]['id']}v1</link>"
    world.pages["https://blog.example/feed"] = rss([f"<title>Our pick</title><description>Wow!</description>{link}"])
    world.look("blog")
    assert abstracts() == ["Our pick", "Wow!"]
    for _ in range(2):
        world.pages["http://hf.example/papers"] = HF
        world.look("hf")
        assert abstracts() == [PAPERS[0]["title"], PAPERS[0]["abstract"]]
        world.look("blog")
        assert abstracts() == [PAPERS[0]["title"], PAPERS[0]["abstract"]]


def test_two_papers_of_one_title_stay_two(world: World) -> None:
    twins = [PAPERS[0], PAPERS[0] | {"id": "2604.99999"}]
    world.pages[FEED] = arxiv_rss(twins, TODAY)
    assert world.look("arxiv") == ("new", 2)
    assert world.count() == 2


def test_a_new_version_is_the_same_paper_and_only_where_replacements_are_wanted_listed(world: World) -> None:
    world.pages[FEED] = arxiv_rss(PAPERS, TODAY)
    world.look("arxiv")
    world.now += timedelta(hours=18)
    world.pages[FEED] = arxiv_rss(PAPERS, world.now.date(), kinds=("replace",))
    assert world.look("arxiv") == ("quiet", 0)
    assert world.told() == [1, 1, 1]


def test_arxivs_weekend_is_quiet_and_its_faults_are_not(world: World) -> None:
    world.pages[FEED] = arxiv_rss([], TODAY)
    assert world.look("arxiv") == ("quiet", 0)
    for fault in (login_page(), b"", arxiv_rss(PAPERS).replace(b"</item>", b"</itm>"), rss(["<title>x</title>"])):
        world.pages[FEED] = fault
        assert world.look("arxiv") == ("broken", 0)
    whole = arxiv_rss(PAPERS, TODAY)
    world.pages[FEED] = up_to(PAPERS[2], whole)
    assert world.look("arxiv") == ("partial", 2)
    world.pages[FEED] = whole
    assert world.look("arxiv") == ("new", 1)
    del world.pages[FEED]
    assert world.look("arxiv") == ("unreachable", 0)
    assert world.told() == [1, 1, 1]


def test_what_was_announced_while_nobody_looked_is_told(world: World) -> None:
    first, missed, last = ([paper] for paper in PAPERS)
    world.pages[FEED] = arxiv_rss(first, TODAY)
    world.look("arxiv")
    world.now += timedelta(days=5)
    world.pages[FEED] = arxiv_rss(last, world.now.date())
    assert world.look("arxiv") == ("unreachable", 1)  # the search for what was missed is not answered
    search = world.asked[-1]
    assert search.startswith("https://export.arxiv.org/api/query?") and "submittedDate" in search
    world.now += timedelta(hours=1)
    search = search.replace(f"{NOW + timedelta(days=5):%Y%m%d%H%M}", f"{world.now:%Y%m%d%H%M}")
    world.pages[search] = arxiv_api(missed)
    assert world.look("arxiv") == ("new", 1)
    assert world.told() == [1, 1, 1]
    world.asked.clear()
    world.now += timedelta(hours=24)
    world.look("arxiv")
    assert world.asked == [FEED]


def test_the_api_is_read_to_the_end_of_the_look_back_and_what_may_come_late(world: World) -> None:
    days = [0, 2, 5, 9, 11, 30]
    papers = [
        paper | {"published": (NOW - timedelta(days=ago)).isoformat()}
        for ago, paper in zip(days, sample_papers(6, seed=4), strict=True)
    ]
    for n, paper in enumerate(papers):
        world.pages[f"{API}?start={n}"] = arxiv_api([paper], start=n, total=6)
    assert world.look("api") == ("new", 5)
    assert [url.rpartition("=")[2] for url in world.asked] == ["0", "1", "2", "3", "4"]
    assert world.told(papers) == [1, 1, 0, 0, 0, 0]  # a first look tells the look-back
    (late,) = (paper | {"published": str(papers[3]["published"])} for paper in sample_papers(1, seed=5))
    world.pages[f"{API}?start=3"] = arxiv_api([late], start=3, total=6)
    del world.pages[f"{API}?start=4"]
    assert world.look("api") == ("unreachable", 1)
    assert world.told([*papers[2:], late]) == [0, 0, 0, 0, 1]


def test_a_new_feed_tells_its_look_back_and_not_its_archive(world: World) -> None:
    days = [NOW - timedelta(days=ago) for ago in (0, 2, 3, 400)]
    items = [f"<title>Pebbles of {at:%Y-%m-%d}</title><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" for at in days]
    world.pages["https://blog.example/feed"] = rss(items)
    assert world.look("blog") == ("new", 4)
    titles = [{"title": f"Pebbles of {at:%Y-%m-%d}"} for at in days]
    assert world.told(titles) == [1, 1, 0, 0]
    late = NOW - timedelta(days=30)
    world.pages["https://blog.example/feed"] = rss([*items, items[0].replace(f"{NOW:%Y-%m-%d}", f"{late:%Y-%m-%d}")])
    assert world.look("blog") == ("new", 1)
    assert world.told([*titles, {"title": f"Pebbles of {late:%Y-%m-%d}"}]) == [1, 1, 0, 0, 1]


def test_biorxiv_page_by_page_and_over_versions(world: World) -> None:
    def record(number: int, version: int = 1) -> dict[str, Any]:
        day = str(TODAY - timedelta(days=3 - version))
        title = f"Pebbles of kind {number}"
        return {"doi": f"10.1101/{number}", "title": title, "version": str(version), "date": day, "abstract": "a"}

    def page(records: list[dict[str, Any]], cursor: int, total: int) -> bytes:
        about = {"status": "ok", "cursor": cursor, "count": len(records), "total": str(total)}
        return json.dumps({"messages": [about], "collection": records}).encode()

    world.pages[BIO] = page([record(1), record(2)], 0, 3)
    world.pages[BIO[:-1] + "2"] = page([record(1, 2)], 2, 3)
    assert world.look("bio") == ("new", 2)
    world.pages[BIO] = page([record(2), record(1, 2)], 0, 2)
    assert world.look("bio") == ("unchanged", 0)
    assert world.told([{"title": f"Pebbles of kind {n}"} for n in (1, 2)]) == [1, 1]
    world.pages[BIO] = json.dumps({"messages": [{"status": "no posts found"}], "collection": []}).encode()
    assert world.look("bio") == ("quiet", 0)


def test_a_blog_is_told_by_its_links_and_changes_of_its_text_tell_nothing_again(world: World) -> None:
    feed = "https://blog.example/feed"
    items = [f"<title>Pebbles, part {n}</title><link>/p/{n}?utm_source=x{n}</link>" for n in range(3)]
    world.pages[feed] = rss(items)
    assert world.look("blog") == ("new", 3)
    world.pages[feed] = rss(
        [f"{item.replace('_source=x', '_source=y')}<description>More.</description>" for item in items]
    )
    assert world.look("blog") == ("unchanged", 0)
    world.pages[feed] = rss([*items[1:], "<title>Pebbles, part 3</title><link>/p/3</link>"])
    assert world.look("blog")[1] == 1
    assert world.told([{"title": f"Pebbles, part {n}"} for n in range(4)]) == [1, 1, 1, 1]


def test_a_feed_whose_links_and_ids_change_at_every_look_tells_nothing_twice(world: World) -> None:
    def shown(look: int) -> bytes:
        return rss([
            f"<title>Pebbles, part {n}</title><link>/p/{n}-{look}</link><guid isPermaLink='false'>{n}-{look}</guid>"
            f"<description>{PAPERS[n % 3]['abstract']} Chapter {n}.</description>" for n in range(6)
        ])  # fmt: skip

    world.pages["https://blog.example/feed"] = shown(0)
    assert world.look("blog") == ("new", 6)
    for look in range(1, 9):
        world.pages["https://blog.example/feed"] = shown(look)
        assert world.look("blog") == ("unchanged", 0)
    assert world.told([{"title": f"Pebbles, part {n}"} for n in range(6)]) == [1] * 6


def test_an_import_says_what_is_missing_and_keeps_what_is_whole(world: World) -> None:
    whole = arxiv_list({"New submissions": PAPERS}, TODAY)
    done = Imported()
    import_page(up_to(PAPERS[2], whole), "cut.html", None, Telling.LOOK_BACK, world.context, done)
    assert (done.stored, done.failed) == (2, [("cut.html", "the page is cut off after 2 whole entries")])
    finish_import(done, Telling.LOOK_BACK, world.context)
    assert str(summary_of(done, world.context)) == "stored 2; matched 2: 0 told now, 2 wait for their time"
