"""arXiv, bioRxiv and feeds of the wild, as their sites served them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.sources import make_source
from watcher.model import Entry, Reading
from watcher.parsers import PARSERS, recognise, recognise_all

pytestmark = pytest.mark.real

ATOM = "{http://www.w3.org/2005/Atom}"


def saved(shared: Path, which: str) -> tuple[str | None, Reading]:
    (path,) = (shared / "captures").glob(which)
    found = recognise(path.read_bytes())
    return found.kind, found.reading


def by_id(reading: Reading) -> dict[str, Entry]:
    return {entry.keys[0].partition(":")[2]: entry for entry in reading.entries}


@pytest.mark.parametrize(
    ("which", "papers", "id", "title", "authors", "last", "day", "category"),
    [
        ("api_cs.LG.xml", 20, "2604.26951", "Turning the TIDE", 4, "Li Yuan", date(2026, 4, 29), "cs.CL"),
        ("api_cs.AI*.xml", 25, "2607.28628", "Learning to Trace", 4, "Gary Shiu", date(2026, 7, 30), "hep-th"),
        ("rss_cs.CL*.xml", 3, "2604.22027", "Shared Lexical Task", 8, "Ellie Pavlick", date(2026, 4, 27), "cs.CL"),
        ("atom_cs.AI*.xml", 7, "2508.13428", "Mitigating Easy", 3, "Basura Fernando", date(2025, 8, 20), "cs.CV"),
        (
            "list_*.html",
            3,
            "2609.22287",
            "Predicting energy",
            10,
            "Li-Dong Zhao",
            date(2026, 9, 22),
            "cond-mat.mtrl-sci",
        ),
    ],
)
def test_arxiv(
    shared: Path, which: str, papers: int, id: str, title: str, authors: int, last: str, day: date, category: str
) -> None:
    kind, reading = saved(shared, f"arxiv/{which}")
    assert (kind, len(reading.entries)) == ("arxiv", papers)
    for entry in reading.entries:
        assert entry.title and entry.abstract and entry.authors and entry.listed
        assert entry.version == 1
        assert "Announce Type" not in entry.abstract and not entry.abstract.startswith("Abstract")
    entry = by_id(reading)[id]
    assert entry.title.startswith(title)
    assert (len(entry.authors), entry.authors[-1], entry.listed) == (authors, last, day)
    assert entry.categories[0] == category


def test_nothing_of_the_api_is_lost(shared: Path) -> None:
    for path in (shared / "captures" / "arxiv").glob("api_*.xml"):
        found = by_id(recognise(path.read_bytes()).reading)
        for node in ElementTree.parse(path).getroot().findall(f"{ATOM}entry"):
            id = str(node.findtext(f"{ATOM}id")).rpartition("/")[2].partition("v")[0]
            entry = found.pop(id)
            assert entry.title == " ".join(str(node.findtext(f"{ATOM}title")).split())
            assert entry.abstract == " ".join(str(node.findtext(f"{ATOM}summary")).split())
            assert list(entry.authors) == [author.findtext(f"{ATOM}name") for author in node.iter(f"{ATOM}author")]
            assert entry.published == datetime.fromisoformat(str(node.findtext(f"{ATOM}published")))
        assert not found


def test_the_cut_list_says_so(shared: Path) -> None:
    _, reading = saved(shared, "arxiv/list_*.html")
    assert (reading.whole, reading.warnings) == (False, ("the page is cut off after 3 whole entries",))


def test_every_cut_of_a_feed_gives_whole_entries_or_none(shared: Path) -> None:
    for which in (
        "arxiv/api_cs.LG.xml",
        "arxiv/rss_*.xml",
        "biorxiv/*.xml",
        "feeds/*small_atom.xml",
        "feeds/*rdf*.xml",
    ):
        (path,) = (shared / "captures").glob(which)
        body = path.read_bytes()
        kind, whole = saved(shared, which)
        own = {"announce": ("new", "cross", "replace")} if kind == "arxiv" else {}
        source = make_source(name="x", kind=kind or "feed", **own)
        known = {entry.keys[0]: entry for entry in whole.entries}
        for end in range(len(body) - 30, 200, -len(body) // 40):
            cut = PARSERS[source.kind].parse(body[:end], "", source)
            for entry in cut.entries if isinstance(cut, Reading) else ():
                assert entry == known[entry.keys[0]], (which, end)
            assert not isinstance(cut, Reading) or not cut.whole


def test_biorxiv(shared: Path) -> None:
    kind, reading = saved(shared, "biorxiv/*.xml")
    assert (kind, len(reading.entries), reading.whole) == ("biorxiv", 30, True)
    entry = by_id(reading)["10.1101/287102"]
    assert entry.title == "Crystallographic observation of nonenzymatic RNA primer extension"
    assert entry.authors == ("J. W. Szostak", "W. Zhang", "T. Walton", "L. Li")
    assert (entry.listed, entry.published, entry.version) == (date(2018, 3, 22), datetime(2018, 3, 22, tzinfo=UTC), 1)
    assert entry.abstract.startswith("The importance of genome replication has inspired")
    assert all(one.abstract and one.authors and one.doi and one.version for one in reading.entries)


@pytest.mark.parametrize(
    ("which", "n", "title", "dated"),
    [
        ("feeds/brevio*.xml", 22, "The Last Harness You'll Ever Build", True),
        ("feeds/*ISO-8859-1.xml", 40, "Xiaomi: Das Mi Mix 3 hat keine Notch und eine versteckte Frontkamera", True),
        ("feeds/*large_rss.xml", 25, "Using vale with vim", True),
        ("feeds/*rdf_UTF8.xml", 60, "Mega-Deal: IBM übernimmt Red Hat", False),
        ("feeds/*small_atom.xml", 20, "Parse podcast categories", True),
    ],
)
def test_feeds_of_the_wild(shared: Path, which: str, n: int, title: str, dated: bool) -> None:
    kind, reading = saved(shared, which)
    assert (kind, len(reading.entries), reading.whole, reading.warnings) == (None, n, True, ())
    assert title in {entry.title for entry in reading.entries}
    for entry in reading.entries:
        assert entry.keys and entry.abstract and entry.url
        assert (entry.published is not None) is dated
        assert "<" not in entry.abstract[:40] and "\ufffd" not in entry.abstract and "Ã" not in entry.abstract


def test_papers_linked_by_another_feed_are_known_by_their_ids(shared: Path) -> None:
    _, reading = saved(shared, "feeds/brevio*.xml")
    assert all(entry.arxiv_id and entry.keys == (f"arxiv:{entry.arxiv_id}",) for entry in reading.entries)


def test_the_corpus_comes_in_batches(shared: Path) -> None:
    (path,) = (shared / "captures" / "hf_corpus").glob("*.jsonl.gz")
    batches = [saved.reading for saved in recognise_all(path.read_bytes())]
    assert max(len(batch.entries) for batch in batches) == 500
    entries = [entry for batch in batches for entry in batch.entries]
    assert len(entries) == len({entry.keys for entry in entries}) == 2836
    assert entries[0].title == "LARP: Language-Agent Role Play for Open-World Games"
    assert (entries[0].arxiv_id, entries[0].listed, entries[0].upvotes) == ("2312.17653", date(2024, 1, 1), 30)
    assert all(entry.abstract and entry.listed for entry in entries)


def test_everything_captured_is_recognised(shared: Path) -> None:
    kinds = {"arxiv": 5, "biorxiv": 1, None: 5, "huggingface": 29 + 11 + 1 + 1 + 3}
    found: dict[str | None, int] = {}
    for path in [*(shared / "captures").rglob("*.*"), *(shared / "seeds").glob("*.txt")]:
        if path.suffix != ".md":
            kind = next(recognise_all(path.read_bytes())).kind
            found[kind] = found.get(kind, 0) + 1
    assert found == kinds
