"""The ACL Anthology's feed and collections, of our own making: what is read, asked for and refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.parsers import feeds
from tests.parsers.anthology import TITLE, collection, feed, item, paper, volume
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import BY_MARK, FORM, PUBLISHED, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.parser import Mistake
from watcher.store.papers.withdrawals import is_withdrawn

FEED = "https://aclanthology.org/papers/index.xml"
DATA = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml/2026.tides.xml"
TODAY = date(2026, 3, 12)
PARSER = PARSERS["aclanthology"]
OWN = "url:https://aclanthology.org/2026.tides-long.7/"
DOI = "doi:10.18653/v1/2026.tides-long.7"


def parsed(body: bytes, url: str = FEED) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="aclanthology"))


def reading(body: bytes, url: str = FEED) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def of_feed(**values: Any) -> Entry:
    (found,) = reading(feed([item(7, **values)])).entries
    return found


def of_collection(more: str = "", **values: Any) -> Entry:
    (found,) = reading(collection([volume([paper(7, more, **values)])]), DATA).entries
    return found


def test_a_paper_of_the_feed_has_its_authors_where_others_have_abstracts() -> None:
    found = of_feed()
    assert (found.keys, found.forms, found.names_forms) == ((OWN,), (OtherForm(DOI, FORM),), False)
    assert (found.title, found.authors) == ("Talking to Tides, part 7", ("Ada Amberg", "Bo Brisk", "Cy Dee"))
    assert (found.abstract, found.venue, found.stage) == ("", TITLE, PUBLISHED)
    assert (found.published, found.listed) == (None, date(2026, 3, 9))
    assert found.categories == ("tides", "tides-long")
    assert found.url == "https://aclanthology.org/2026.tides-long.7/"


@pytest.mark.parametrize(
    ("said", "authors", "venue"),
    [
        ("Ada Amberg in Proceedings of Tides", ("Ada Amberg",), "Proceedings of Tides"),
        ("Ada Amberg and Bo Brisk in Proceedings of Tides", ("Ada Amberg", "Bo Brisk"), "Proceedings of Tides"),
        ("in Proceedings of Tides", (), "Proceedings of Tides"),
        ("Something else", (), None),
    ],
)
def test_what_the_feed_says_of_a_paper(said: str, authors: tuple[str, ...], venue: str | None) -> None:
    found = of_feed(more=said)
    assert (found.authors, found.venue) == (authors, venue)


def test_a_paper_of_a_collection() -> None:
    found = of_collection()
    assert (found.keys, found.forms, found.doi) == ((DOI, OWN), (), "10.18653/v1/2026.tides-long.7")
    assert found.names_forms
    assert (found.title, found.authors) == ("Talking to Tides, part 7", ("Ada Amberg", "Bo Brisk"))
    assert found.abstract == "We talk to tides and they answer: tide 7 says n^2."
    assert found.author_ids == ("orcid:0000-0002-1825-0097 Ada Amberg",)
    assert found.organization == "Institute of Made-up Things"
    assert (found.venue, found.stage, found.listed) == (TITLE, PUBLISHED, date(2026, 3, 9))
    assert (found.version, found.note, found.retraction) == (1, None, None)
    assert found.categories == ("tides", "tides-long")


def test_not_every_paper_has_a_doi_and_journals_have_others() -> None:
    assert (of_collection(doi=False).keys, of_collection(doi=False).forms) == ((OWN,), (OtherForm(DOI, FORM),))
    found = of_feed(id="2026.tacl-1.7")
    assert (found.keys, found.forms) == (("url:https://aclanthology.org/2026.tacl-1.7/",), ())
    assert of_feed(id="P97-1001").forms == () == of_feed(id="P97-1001").categories


@pytest.mark.parametrize(
    ("more", "note", "retraction"),
    [
        (
            '<retracted date="2026-05-06">It was meant for another track.</retracted>',
            "This paper has been retracted, as the ACL Anthology says (It was meant for another track).",
            BY_MARK,
        ),
        ("<retracted/>", "This paper has been retracted, as the ACL Anthology says.", BY_MARK),
        (
            '<removed date="2026-05-06">Copied</removed>',
            "This paper has been withdrawn: the ACL Anthology has removed it (Copied).",
            None,
        ),
    ],
)
def test_what_is_retracted_or_removed_says_so(more: str, note: str, retraction: str | None) -> None:
    found = of_collection(more)
    assert (found.note, found.retraction, found.stage) == (note, retraction, None)
    assert is_withdrawn({"title": found.title, "note": found.note, "abstract": found.abstract})


def test_revisions_are_versions_and_awards_are_remarks() -> None:
    first, second = '<revision id="1" href="v1"/>', '<revision id="2" href="v2" date="2026-06-01">A typo.</revision>'
    found = of_collection(f"{first}{second}<award>Best Paper</award><erratum id='1'>e</erratum>")
    assert (found.version, found.note) == (2, "Best Paper")
    assert not is_withdrawn({"title": found.title, "note": found.note, "abstract": found.abstract})
    assert of_collection("<revision id='many'/>").version == 1


def test_code_is_told() -> None:
    assert of_collection('<pwccode url="https://github.com/tides/talk">x</pwccode>').code_url
    assert of_collection('<pwccode url="talk">x</pwccode>').code_url is None


def test_an_id_is_made_where_no_address_is() -> None:
    bare = paper(7, doi=False).replace('<url hash="61daae5b">2026.tides-long.7</url>', "")
    (found,) = reading(collection([volume([bare])]), DATA).entries
    assert found.keys == (OWN,)


def test_the_volumes_of_a_collection_are_counted() -> None:
    gone = paper(2, "<retracted>x</retracted>").replace("<abstract>", "<x>").replace("</abstract>", "</x>")
    found = reading(collection([volume([paper(1), gone]), volume([paper(3, "<revision id='2'/>")], "short")]), DATA)
    assert found.remarks == (
        "2 volumes are in the collection",
        "1 are retracted",
        "1 have been revised",
        "1 have no abstract there",
    )
    assert len(found.entries) == 3


def test_a_collection_that_is_cut_off_shows_its_whole_volumes() -> None:
    body = collection([volume([paper(1)]), volume([paper(2)], "short")])
    found = reading(body[: body.rindex(b"<abstract>")], DATA)
    assert len(found.entries) == 1 and not found.whole


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (login_page(), "looked for the feed or a collection of the ACL Anthology, found what looks like a login page"),
        (feeds.rss(["<title>Kilns</title><link>https://kilns.example/1</link>"]), "lead elsewhere (1 of 1)"),
        (feed([]), "the feed of the ACL Anthology shows no papers"),
        (b"", "the page is empty"),
        (b'{"message": "No"}', "looked for the feed or a collection of the ACL Anthology, found JSON"),
        (b'<collection id="2026.tides"></collection>', "the collection 2026.tides of the ACL Anthology has no papers"),
        (b'<collection id="2026.tides"><volume><b></volume>', "XML that is not well-formed"),
        (
            collection([volume([paper(1).replace("2026.tides-long.1</url>", "x</url>")])], "tides"),
            "1 of 1 papers have no id of the ACL Anthology",
        ),
        (collection([volume([paper(1, title=" ")])]), "none of 1 papers has a title"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_papers_without_any_author_are_odd() -> None:
    bare = [re.sub(r"<(first|last)>[^<]*</\1>", "", paper(n)) for n in range(10)]
    found = reading(collection([volume(bare)]), DATA)
    assert (found.whole, found.warnings) == (False, ("none of 10 papers has an author",))


def test_saved_files_are_recognised() -> None:
    saved = recognise(feed([item(1), item(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("acl anthology feed", "aclanthology", 2)
    saved = recognise(collection([volume([paper(1)])]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("acl anthology collection", "aclanthology", 1)


# --- what is asked for ---


def test_the_feed_is_read_where_no_collection_is_named() -> None:
    assert PARSER.starts(Source(name="x", kind="aclanthology"), TODAY) == (FEED,)
    source = make_source(kind="aclanthology", journal=("2026.tides", "P97"))
    urls = PARSER.starts(source, TODAY)
    assert urls == (DATA, DATA.replace("2026.tides", "P97"))
    assert [PARSER.called(source, url) for url in (*urls, FEED)] == ["2026.tides", "P97", ""]
    own = Source(name="x", kind="aclanthology", url="https://mirror.example/2026.tides.xml")
    assert PARSER.starts(own, TODAY) == (own.url,)


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (
            {"journal": ("2026.tides", "ACL 2026")},
            Mistake(
                "journal",
                "`ACL 2026` is no collection of the ACL Anthology",
                "write a year and a venue: journal: [2026.acl, 2026.tacl]",
                1,
            ),
        ),
        (
            {"url": FEED, "journal": ("2026.tides",)},
            Mistake("journal", "`url` already says what is asked for: `journal` is not read", "remove one of them"),
        ),
        (
            {"journal": tuple(f"2026.t{n}" for n in range(21))},
            Mistake(
                "journal",
                "this asks for more than 20 lists at every look",
                "make several sources, or leave it out to read what is new",
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="aclanthology", **keys))) == [mistake]
