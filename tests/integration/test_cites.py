"""Papers that cite the reader's own are told once, with the cited papers: over OpenAlex, right and wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.worlds import begun
from tests.parsers import literature
from watcher.cli import main
from watcher.config import load
from watcher.model import (
    DisplayNames,
    Fetched,
    Judged,
    Message,
    NotModified,
    Outcome,
    Page,
    Result,
    Validators,
    Verdict,
)
from watcher.notify import problem_of
from watcher.outbox.deliver import deliver_all
from watcher.parsers.apis.cursors import parameter_of
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.polling.try_source import read_once
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.rules import compile_rule
from watcher.sandbox.here import ParseHere
from watcher.store import Store, open_store
from watcher.web.views.cards import card_of

DAY = date(2026, 3, 9)
OWN = {"10.48550/arxiv.2403.00001": ("W71", "Borrowed Lanterns"), "10.5555/kiln": ("W72", "Quiet Kilns")}
"""DOI → id and title of what OpenAlex knows."""

BIB = """\
@misc{a, title = {Borrowed Lanterns}, eprint = {2403.00001}}
@article{b, title = {Quiet Kilns}, doi = {10.5555/kiln}}
@article{c, title = {Nobody Knows This}, doi = {10.5555/unknown}}
"""
CONFIG = """\
timezone: UTC
receivers: {me: {url: "json://me.example/"}}
sources:
  citing: {kind: openalex, cites: [my-papers.bib], look_back: 7}
subscriptions:
  - {name: mine, cites: [my-papers.bib], to: [me]}
"""


def citing(number: int, *cited: str, day: date = DAY, **more: Any) -> dict[str, Any]:
    """A work that cites others, listed on its day."""
    works = [f"https://openalex.org/{one}" for one in cited]
    return literature.work(number, day, referenced_works=works, created_date=day.isoformat(), **more)


class Citations:
    """A daemon over an OpenAlex of our own; ``works`` cite others, ``asked`` are the addresses that were asked for.

    ``per_page``: most works on one page. ``is_marked``: whether answers have an ETag.
    """

    def __init__(self, folder: Path, store: Store, config: str = CONFIG, bib: str = BIB) -> None:
        self.now = datetime(2026, 3, 10, 8, tzinfo=UTC)
        self.folder, self.works, self.known = folder, list[dict[str, Any]](), dict(OWN)
        self.asked, self.texts = list[str](), list[str]()
        self.per_page, self.is_marked = 100, False
        self.spoil: Callable[[str, bytes], bytes] = lambda url, body: body
        (folder / "my-papers.bib").write_text(bib, "utf-8")
        self.store = store
        self.context = begun(self, self.config(config), store)

    def config(self, text: str) -> Any:
        (self.folder / "config.yaml").write_text(text, "utf-8")
        return load(self.folder / "config.yaml", env={}, check_url=problem_of, check_rule=compile_rule)

    def get(self, url: str, validators: Any, *, robots: bool = True) -> Fetched:
        """OpenAlex's answer at an address."""
        self.asked.append(url)
        if self.is_marked and validators(url):
            return NotModified(url=url, fetched_at=self.now)
        name, _, values = parameter_of(url, "filter").partition(":")
        ids = values.split("|")
        if name == "doi":
            some = [(doi, *self.known[doi]) for doi in ids if doi in self.known]
            found = [
                {"id": f"https://openalex.org/{id}", "doi": f"https://doi.org/{doi}", "display_name": title}
                for doi, id, title in some
            ]
            body = literature.openalex(found, total=len(found), cursor=None)
        else:
            assert name == "cites"
            wanted = {f"https://openalex.org/{id}" for id in ids}
            some_works = [one for one in self.works if wanted & set(one["referenced_works"])]
            shown = sorted(some_works, key=lambda one: one["publication_date"], reverse=True)
            at = int(parameter_of(url, "cursor").replace("*", "0"))
            page, following = shown[at : at + self.per_page], at + self.per_page
            body = literature.openalex(
                page, total=len(shown), cursor=str(following) if following < len(shown) else None
            )
        marks = Validators(etag='"one"') if self.is_marked else Validators()
        return Page(url=url, body=self.spoil(url, body), fetched_at=self.now, validators=marks)

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        self.texts.append(message.text)
        return Outcome(Result.SENT)

    def look(self, later: timedelta = timedelta(0)) -> Judged:
        self.now += later
        judged = poll_pages(self.context.config.sources["citing"], self.context).judged
        tell_due(self.context)
        deliver_all(self.context)
        return judged

    def told(self) -> list[int]:
        return [int(number) for text in self.texts for number in re.findall(r"Kelp & CO2?.*part (\d+)", text)]


@pytest.fixture
def world(tmp_path: Path, sqlite_template: Path) -> Iterator[Citations]:
    (tmp_path / "w.db").write_bytes(sqlite_template.read_bytes())
    with open_store(tmp_path / "w.db") as store:
        yield Citations(tmp_path, store)


def test_a_paper_that_cites_three_is_told_once_with_all_of_them(
    make_store: Callable[[], Store], tmp_path: Path
) -> None:
    world = Citations(tmp_path, make_store())
    world.works = [citing(1, "W71", "W72"), citing(2, "W99", "W72"), citing(3, "W71", day=date(2019, 5, 1))]
    assert world.look().verdict in (Verdict.NEW, Verdict.QUIET)
    assert sorted(world.told()) == [1, 2], "what was there years before counts as known"
    text = " ".join(world.texts[0].split())
    assert "Cites your “Borrowed Lanterns” and “Quiet Kilns”" in text and "cites:" not in text
    assert "Cites your “Quiet Kilns”" in text.replace("“Borrowed Lanterns” and ", "")
    world.works.insert(0, citing(4, "W71", day=date(2026, 3, 11), abstract_inverted_index=None))
    for _ in range(3):
        world.look(timedelta(days=1))
    assert sorted(world.told()) == [1, 2, 4], "each once, and one without an abstract, too"
    with world.store.reading() as tx:
        assert tx.cited.unknown(["doi:10.5555/unknown", "doi:10.5555/kiln"]) == ["doi:10.5555/unknown"]
    assert len(world.asked) == 2 * 4, "one question and one list at each look"


def test_a_paper_of_ones_own_that_is_named_later_does_not_bring_its_past(world: Citations) -> None:
    del world.known["10.5555/kiln"]
    world.works = [citing(1, "W71"), citing(2, "W72", day=date(2017, 5, 1)), citing(3, "W72", day=date(2026, 3, 8))]
    world.look()
    assert world.told() == [1]
    world.known |= OWN  # OpenAlex learns of it
    world.look(timedelta(days=1))
    assert sorted(world.told()) == [1, 3], "of the past what lies in the look-back"
    world.works.append(citing(4, "W72", day=date(2018, 1, 1)))  # its references are read late
    world.look(timedelta(days=1))
    assert sorted(world.told()) == [1, 3, 4]


def drop_kilns(world: Citations) -> None:
    world.context.config = world.config(CONFIG.replace("[my-papers.bib], look", "['arXiv:2403.00001'], look"))
    apply_config(world.context)


def lose_works(world: Citations) -> None:
    world.works = [one for one in world.works if one["referenced_works"] != ["https://openalex.org/W72"]]


@pytest.mark.parametrize("lessen", [drop_kilns, lose_works])
def test_a_list_that_reaches_further_back_than_before_does_not_bring_the_past(
    world: Citations, lessen: Callable[[Citations], None]
) -> None:
    world.per_page = 3
    world.works = [citing(n, "W72", day=DAY - timedelta(days=50 + n)) for n in range(1, 4)]
    world.works += [citing(n, "W71", day=date(2010 + n, 5, 1)) for n in range(5)]
    world.look()
    lessen(world)
    world.works.append(citing(9, "W71", day=date(2026, 3, 10)))
    world.look(timedelta(days=1))
    assert world.told() == [9], "three of 2012 to 2014 come into view"
    world.works.append(citing(10, "W71", day=date(2013, 6, 1)))  # its references are read late
    world.look(timedelta(days=1))
    assert world.told() == [9, 10], "though it lies among them"


@pytest.mark.parametrize("is_known", [True, False])
def test_the_past_of_a_list_that_could_not_be_read_at_first_is_not_told(world: Citations, is_known: bool) -> None:
    world.works = [citing(1, "W71", day=date(2016, 5, 1)), citing(2, "W72", day=date(2017, 5, 1))]
    if is_known:
        del world.known["10.5555/kiln"]
        world.look()
        world.known |= OWN
    world.spoil = lambda url, body: b"<html>" if parameter_of(url, "filter").startswith("cites") else body
    world.look(timedelta(days=1))
    world.spoil = lambda url, body: body
    world.works.append(citing(3, "W72", day=date(2026, 3, 8)))
    world.look(timedelta(days=1))
    assert world.told() == [3]


def test_who_asks_for_one_of_two_cited_papers_is_not_told_of_its_past(world: Citations) -> None:
    two = "cites: ['doi:10.5555/kiln'], to"
    world.context.config = world.config(CONFIG.replace("cites: [my-papers.bib], to", two))
    apply_config(world.context)
    del world.known["10.5555/kiln"]
    world.works = [citing(1, "W71", "W72", day=date(2016, 5, 1))]
    world.look()
    world.known |= OWN
    world.look(timedelta(days=1))
    assert world.told() == [], "it cites both, and only the first was asked for until now"


def test_an_unchanged_answer_on_ones_own_papers_does_not_hide_who_cites_them(world: Citations) -> None:
    world.is_marked = True
    world.look()
    world.works = [citing(1, "W71")]
    world.look(timedelta(hours=1))
    assert world.told() == [1]


def test_many_papers_are_asked_for_by_fifty(tmp_path: Path, world: Citations) -> None:
    entries = [f"@misc{{x{n}, title={{Kiln number {n}}}, doi={{10.5555/many.{n}}}}}" for n in range(120)]
    world.known = {f"10.5555/many.{n}": (f"W{1000 + n}", f"Kiln number {n}") for n in range(120)}
    (tmp_path / "my-papers.bib").write_text("\n".join(entries), "utf-8")
    world.context.config = world.config(CONFIG)
    apply_config(world.context)
    world.works = [citing(1, "W1000", "W1060", "W1119"), citing(2, "W1119")]
    world.look()
    assert sorted(world.told()) == [1, 2] and len(world.asked) == 6
    assert all(len(url) < 4_000 for url in world.asked)
    text = " ".join(world.texts[0].split())
    assert "Cites your “Kiln number 0”, “Kiln number 119” and “Kiln number 60”" in text


@pytest.mark.parametrize("on", ["doi", "cites"])
@pytest.mark.parametrize(
    ("spoilt", "verdict", "says"),
    [
        (b"<html><title>Sign in</title><form></form></html>", Verdict.BROKEN, "found"),
        (b'{"error": "x", "message": "The index is away"}', Verdict.BROKEN, "OpenAlex answers: The index is away"),
        (b'{"meta": {"count": 2', Verdict.BROKEN, "cut off"),
    ],
)  # fmt: skip
def test_a_fault_of_either_page_is_named_and_nothing_is_lost(
    world: Citations, on: str, spoilt: bytes, verdict: Verdict, says: str
) -> None:
    world.look()
    world.works = [citing(1, "W71", day=date(2026, 3, 11))]
    world.spoil = lambda url, body: spoilt if parameter_of(url, "filter").startswith(on) else body
    judged = world.look(timedelta(days=1))
    assert judged.verdict is verdict and says in judged.reason
    assert world.told() == []
    world.spoil = lambda url, body: body
    for _ in range(2):
        world.look(timedelta(days=1))
    assert world.told() == [1]


def test_what_openalex_does_not_know_is_said(world: Citations) -> None:
    tried = read_once(world.context.config.sources["citing"], world, ParseHere(), lambda: world.now)  # type: ignore[arg-type]
    assert "2 of 3 papers are known to OpenAlex" in tried.remarks
    assert "not known there, so nobody is found who cites them: doi:10.5555/unknown" in tried.remarks
    world.known = {}
    assert world.look().verdict is Verdict.QUIET and len(world.asked) == 3, "there is no list to ask for"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("cites: ['arXiv:2403.00001']", [1, 2]),
        ("cites: ['https://doi.org/10.5555/KILN']", [3]),
        ("cites: [my-papers.bib], rule: anchovies", [2]),
        ("cites: [my-papers.bib], none: [anchovies]", [1, 3]),
        ("cites: [my-papers.bib], like: [liked.bib]", [1, 2, 3]),
        ("rule: 'cites:arxiv:2403.00001 OR cites:doi:10.5555/kiln'", [1, 2, 3]),
        ("rule: 'has:cites -anchovies'", [1, 3]),
    ],
)
def test_it_stands_alone_or_beside_rule_and_like(tmp_path: Path, world: Citations, keys: str, told: list[int]) -> None:
    (tmp_path / "liked.bib").write_text("@misc{z, title={Kelp in tanks}, abstract={We grow kelp.}}", "utf-8")
    world.context.config = world.config(CONFIG.replace("cites: [my-papers.bib], to", f"{keys}, to"))
    apply_config(world.context)
    fish: dict[str, Any] = {"abstract_inverted_index": literature.inverted("Kelp and anchovies.")}
    world.works = [citing(1, "W71"), citing(2, "W71", **fish), citing(3, "W72")]
    world.look()
    assert sorted(world.told()) == told


@pytest.mark.parametrize("was_known", [True, False])
def test_status_names_what_openalex_does_not_know(
    world: Citations, tmp_path: Path, capsys: pytest.CaptureFixture[str], was_known: bool
) -> None:
    world.known |= {"10.5555/unknown": ("W73", "Nobody Knows This")} if was_known else {}
    world.look()
    world.known = dict(OWN)
    world.look(timedelta(days=1))
    (tmp_path / "state").mkdir()
    line = f"database: sqlite:///{tmp_path / 'w.db'}\n"
    (tmp_path / "config.yaml").write_text(CONFIG + line, "utf-8")
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    assert main(["status", "citing", "--config", str(tmp_path / "config.yaml")], env) == 0
    assert "not known there, so nobody is found who cites them: doi:10.5555/unknown" in capsys.readouterr().out


def test_pages_and_show_name_what_is_cited(
    world: Citations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.works = [citing(1, "W71", "W72")]
    world.look()
    with world.store.reading() as tx:
        paper = tx.papers.find("doi:10.5555/kelp.1")
        assert paper is not None
        card = card_of(paper, tx.browsing.matches_of([paper.id]), DisplayNames())
    assert [one.terms for one in card.matches] == ["Cites your “Borrowed Lanterns” and “Quiet Kilns”"]
    line = f"database: sqlite:///{tmp_path / 'w.db'}\n"
    (tmp_path / "config.yaml").write_text(CONFIG + line, "utf-8")
    env = {"STATE_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}
    assert main(["show", paper.key, "--config", str(tmp_path / "config.yaml")], env) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "cites arxiv:2403.00001 Borrowed Lanterns, doi:10.5555/kiln Quiet Kilns" in shown
