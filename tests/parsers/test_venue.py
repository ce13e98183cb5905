"""The venue is read from authors' remarks and from fields of sites, and never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers import feeds, pages, test_selected
from tests.sources import having
from watcher.model import ARTICLE, Entry, OtherForm, Reading, Source
from watcher.parsers import PARSERS
from watcher.parsers.common.venue import VENUE_CHARS, venue_in, venue_named

SAID = [
    ("Accepted at ICLR 2026", "ICLR 2026"),
    ("Accepted to ICLR 2026 (Oral)", "ICLR 2026 (Oral)"),
    ("15 pages, accepted at NeurIPS 2025", "NeurIPS 2025"),
    ("9 pages; Accepted to ICML'26", "ICML'26"),
    ("accepted to AAAI-26", "AAAI-26"),
    ("Accepted: KDD 2026", "KDD 2026"),
    ("Accepted ECCV 2026", "ECCV 2026"),
    ("Accepted to Interspeech 2026", "Interspeech 2026"),
    ("Accepted as a long paper (oral) at ACL 2026", "ACL 2026"),
    ("Accepted at ACL 2026 Main Conference", "ACL 2026 Main Conference"),
    ("Accepted at the main conference of ACL 2026", "ACL 2026"),
    ("Published as a conference paper at ICLR 2024", "ICLR 2024"),
    ("This paper has been accepted by Nature Communications", "Nature Communications"),
    ("Accepted by TPAMI", "TPAMI"),
    ("Accepted in MNRAS, 12 pages, 3 figures", "MNRAS"),
    ("Accepted for publication in Astronomy & Astrophysics", "Astronomy & Astrophysics"),
    ("Accepted in Phys. Rev. Lett.", "Phys. Rev. Lett"),
    ("Published in Phys. Rev. D 100, 012345", "Phys. Rev. D 100, 012345"),
    ("Accepted by the Journal of Kilns, with 5 figures", "Journal of Kilns"),
    ("Accepted at CVPR 2026, Project page: https://example.org/x", "CVPR 2026"),
    ("Accepted at CVPR 2026. Code: https://example.org/x", "CVPR 2026"),
    ("Accepted to the 4th Symposium on Kilns (KILN 2026). 12 pages", "4th Symposium on Kilns (KILN 2026)"),
    (
        "Accepted for publication in the 9th International Workshop on Kilns, Lanterns and Fires (KiLaFi 2026)",
        "9th International Workshop on Kilns, Lanterns and Fires (KiLaFi 2026)",
    ),
    ("To appear in Proceedings of the Kiln Endowment, 2026", "Kiln Endowment, 2026"),
    ("To appear at the Workshop on Kilns at ICML 2026", "Workshop on Kilns at ICML 2026"),
    ("Presented at the NeurIPS 2025 Workshop on Kilns", "NeurIPS 2025 Workshop on Kilns"),
    ("CVPR 2026", "CVPR 2026"),
    ("12 pages. NeurIPS 2025 Spotlight", "NeurIPS 2025 Spotlight"),
    ("ICLR 2026 camera-ready version", "ICLR 2026 camera-ready version"),
]

NOT_SAID = [
    "",
    "15 pages, 7 figures",
    "Work in progress",
    "Technical report",
    "Code: https://example.org/ICLR-2026",
    "arXiv admin note: text overlap with arXiv:2601.00001",
    "Submitted to ICLR 2026",
    "To be submitted to CVPR 2027",
    "Will be submitted to Nature",
    "ICLR 2026 submission",
    "Under review at ICML 2026",
    "Under review as a conference paper at ICLR 2026",
    "22 pages, submitted January 2026, accepted March 2026",
    "Accepted in March 2026",
    "Published in 2024",
    "Not accepted at ICLR 2026",
    "Rejected from ICLR 2026",
    "Conditionally accepted at CHI 2026",
    "Accepted by the editors",
    "Accepted by IEEE",
    "Published by Springer",
    "Accepted author manuscript; page layout differs from the published Springer version",
    "A conference version of this work appeared in AAAI 2026",
    "A preliminary version appeared in STOC 2025",
    "Extended version of the paper published in ICML 2025",
    "An extended abstract appeared in FOCS 2024",
    "Part of this work was presented at QIP 2025",
    "Dataset presented at CVPR 2025",
    "Presented at MIT",
    "Comments on a paper published in Nature",
    "We evaluate all papers accepted at ICLR 2024",
    "This is a companion paper to one accepted at ICML 2025",
    "Published in arXiv",
]


@pytest.mark.parametrize(("remark", "venue"), SAID)
def test_what_authors_say(remark: str, venue: str) -> None:
    assert venue_in(remark) == venue


@pytest.mark.parametrize("remark", NOT_SAID)
def test_what_authors_do_not_say(remark: str) -> None:
    assert venue_in(remark) is None


@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("Journal of Kilns", "Journal of Kilns"),
        ("  Nature ", "Nature"),
        ("Nature, Published online: 01 January 2026; doi:10.1000/x", "Nature"),
        ("Kiln Lett. B541 (2002) 273-280", "Kiln Lett. B541 (2002) 273-280"),
        ("In: Brisk, B. (ed.), Kilns 2023", "Brisk, B. (ed.), Kilns 2023"),
        ("bioRxiv", None),
        ("arXiv preprint arXiv:2601.00001", None),
        ("Preprints.org", None),
        ("https://lab.example/", None),
        ("978-9-570-00000-0", None),
        ("", None),
        (None, None),
        (["Nature"], None),
    ],
)
def test_what_sites_name(text: object, venue: str | None) -> None:
    assert venue_named(text) == venue


WORDS = st.lists(
    st.sampled_from(
        ["Accepted", "accepted", "at", "in", "the", "ICLR", "2026", "(", ")", ",", ".", "A&B", "version", "A-"]
    )
).map(" ".join)


@given(st.one_of(st.text(), WORDS))
def test_anything_gives_a_short_line_or_nothing(text: str) -> None:
    for found in (venue_in(text), venue_named(text)):
        assert found is None or (0 < len(found) <= VENUE_CHARS and "\n" not in found)


@pytest.mark.parametrize(
    "piece", ["accepted ", "accepted (", "A-", "(accepted at A", "the main ", "at A&-", "A ", ", "]
)
@pytest.mark.timeout(20)
def test_no_remark_takes_long(piece: str) -> None:
    for text in (piece * 5_000, "accepted at " + piece * 5_000, piece * 5_000 + " 2026"):
        venue_in(text)
        venue_named(text)


# --- kinds of sources ---


def venues(source: Source, body: bytes) -> list[str | None]:
    reading = PARSERS[source.kind].parse(body, "https://x.example/feed", source)
    assert isinstance(reading, Reading), reading
    return [entry.venue for entry in reading.entries]


ARXIV = Source(name="x", kind="arxiv")


def read(body: bytes) -> tuple[Entry, ...]:
    reading = PARSERS["arxiv"].parse(body, "https://x.example/feed", ARXIV)
    assert isinstance(reading, Reading), reading
    return reading.entries


def stages(body: bytes) -> list[str | None]:
    return [entry.stage for entry in read(body)]


PAPERS = pages.sample_papers(1)
REFERENCE = "<arxiv:{0}>Kiln Lett. 5 (2026) 7</arxiv:{0}>"


def test_arxiv_by_its_api() -> None:
    accepted = feeds.arxiv_api(PAPERS, comment="9 pages, accepted at KILN 2026")
    assert venues(ARXIV, accepted) == ["KILN 2026"]
    published = accepted.replace(b"</entry>", f"{REFERENCE.format('journal_ref')}</entry>".encode())
    assert venues(ARXIV, published) == ["Kiln Lett. 5 (2026) 7"]
    assert venues(ARXIV, feeds.arxiv_api(PAPERS, comment="submitted to KILN 2026")) == [None]
    article = published.replace(b"</entry>", b"<arxiv:doi>10.1000/KILN.5</arxiv:doi></entry>")
    own = published.replace(b"</entry>", f"<arxiv:doi>10.48550/arXiv.{PAPERS[0]['id']}</arxiv:doi></entry>".encode())
    assert [stages(one) for one in (accepted, published, article)] == [["accepted"], ["published"], ["published"]]
    assert stages(feeds.arxiv_api(PAPERS, comment="submitted to KILN 2026")) == [None]
    assert [entry.forms for entry in read(article)] == [(OtherForm("doi:10.1000/kiln.5", ARTICLE),)]
    assert [entry.forms for entry in read(own)] == [()]


def test_arxiv_by_its_feed() -> None:
    feed = feeds.arxiv_rss(PAPERS)
    assert venues(ARXIV, feed) == [None]
    published = feed.replace(b"</item>", f"{REFERENCE.format('journal_reference')}</item>".encode())
    assert venues(ARXIV, published) == ["Kiln Lett. 5 (2026) 7"]


def test_arxiv_by_its_lists() -> None:
    page = feeds.arxiv_list({"New submissions": PAPERS})
    assert venues(ARXIV, page) == [None]
    assert venues(ARXIV, page.replace(b"9 pages,", b"Accepted at KILN 2026.")) == ["KILN 2026"]
    reference = (
        b"<div class='list-journal-ref'><span class='descriptor'>Journal-ref:</span> Kiln Lett. 5 (2026) 7</div>"
        b"<div class='list-subjects'>"
    )
    assert venues(ARXIV, page.replace(b"<div class='list-subjects'>", reference)) == ["Kiln Lett. 5 (2026) 7"]


FEED = Source(name="x", kind="feed", url="https://x.example/feed")
PRISM = "xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"


@pytest.mark.parametrize(
    ("elements", "venue"),
    [
        ("<prism:publicationName>Journal of Kilns</prism:publicationName>", "Journal of Kilns"),
        ("<dc:source>Journal of Kilns, Volume 5</dc:source>", "Journal of Kilns, Volume 5"),
        (
            "<dc:source>Kilns, Vol. 5</dc:source><prism:publicationName>Kilns</prism:publicationName>",
            "Kilns",
        ),
        ("<prism:publicationName>bioRxiv</prism:publicationName><dc:source>Kilns</dc:source>", "Kilns"),
        ("<dc:source>https://lab.example/</dc:source>", None),
        ("<source url='https://lab.example/'>Lab blog</source>", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("is_whole", [True, False])
def test_feeds_that_are_well_formed_and_others(elements: str, venue: str | None, is_whole: bool) -> None:
    fault = "" if is_whole else "<description>a < b & c</description>"
    item = f"<title>Kilns</title><link>https://x.example/kilns</link>{elements}{fault}"
    body = feeds.rss([item]).replace(b"<rss ", f"<rss {PRISM} ".encode())
    assert venues(FEED, body) == [venue]


def test_html_by_a_selector() -> None:
    source = having(test_selected.SOURCE, own=replace(test_selected.SELECTORS, venue=".where"))
    page = test_selected.PAGE.replace("</li>", "<i class=where> Journal of\n Kilns </i></li>", 1)
    assert venues(source, page.encode()) == ["Journal of Kilns", None, None]
    reading = PARSERS["html"].parse(test_selected.PAGE.encode(), test_selected.URL, source)
    assert isinstance(reading, Reading)
    assert reading.warnings == ("venue: `.where` finds nothing in any of 3 items",)
