"""PubMed: searches, records and feeds of saved searches, of our own making."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.parsers import feeds, pubmed
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import Entry, Reading, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.store.papers.withdrawals import is_withdrawn

SOURCE = make_source(name="x", kind="pubmed", query='kilns[tiab] AND "slow fire"', email="you@lab.example")
KEYED = make_source(name="x", kind="pubmed", query="kilns", api_key="${NCBI_KEY}")
RSS = make_source(name="x", kind="pubmed", via="rss", url="https://pubmed.ncbi.nlm.nih.gov/rss/search/1x/?limit=15")
SEARCH = PARSERS["pubmed"].starts(SOURCE, pubmed.DAY)[0]


def parsed(body: bytes, url: str = "", source: Any = SOURCE) -> Reading | Unreadable:
    return PARSERS["pubmed"].parse(body, url, source)


def reading(body: bytes, url: str = "", source: Any = SOURCE) -> Reading:
    found = parsed(body, url, source)
    assert isinstance(found, Reading), found
    return found


def reason(body: bytes, url: str = "", source: Any = SOURCE) -> str:
    found = parsed(body, url, source)
    assert isinstance(found, Unreadable), found
    return found.reason


def only(body: bytes) -> Entry:
    (entry,) = reading(body).entries
    return entry


# --- where it is read ---


def asked(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def test_each_look_searches_for_what_came_and_for_what_was_retracted() -> None:
    came, retracted = PARSERS["pubmed"].starts(SOURCE, pubmed.DAY)
    assert came.startswith("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi?")
    own = {
        "db": "pubmed",
        "reldate": "5",
        "retmax": "9999",
        "retmode": "xml",
        "tool": "watcher",
        "email": "you@lab.example",
    }
    term = 'kilns[tiab] AND "slow fire"'
    assert asked(came) == own | {"term": term, "datetype": "edat"}
    assert asked(retracted) == own | {"term": f'({term}) AND "retracted publication"[pt]', "datetype": "mdat"}


def test_what_an_outage_missed_is_searched_for_by_its_days() -> None:
    missed = PARSERS["pubmed"].missed
    assert missed is not None
    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert missed(SOURCE, datetime(2026, 3, 7, tzinfo=UTC), now) == ()
    spans = [asked(url) for url in missed(SOURCE, datetime(2026, 1, 20, tzinfo=UTC), now)]
    days = [("2026/01/18", "2026/02/15"), ("2026/02/15", "2026/03/09")]
    assert [(one["datetype"], one["mindate"], one["maxdate"]) for one in spans] == [
        (kind, *two) for kind in ("edat", "mdat") for two in days
    ]


def test_a_key_stands_in_every_address_as_its_place() -> None:
    (came, _) = PARSERS["pubmed"].starts(KEYED, pubmed.DAY)
    found = reading(pubmed.search([1, 2]), came, KEYED)
    assert came.endswith("&api_key=${NCBI_KEY}")
    assert found.parts[0].endswith("id=1,2&tool=watcher&api_key=${NCBI_KEY}")


def test_a_feed_is_read_at_its_address() -> None:
    assert PARSERS["pubmed"].starts(RSS, pubmed.DAY) == (RSS.url,)


# --- searches ---


def test_a_search_leads_to_its_records_by_two_hundred() -> None:
    found = reading(pubmed.search(range(1, 451)), SEARCH)
    assert (found.entries, found.whole, found.next) == ((), True, None)
    assert [len(asked(part)["id"].split(",")) for part in found.parts] == [200, 200, 50]
    assert {urlsplit(part).path for part in found.parts} == {"/entrez/eutils/efetch.fcgi"}
    assert found.remarks == ("PubMed finds 450 records of the last 5 days", "PubMed read the query as: kilns")


def test_a_search_that_finds_nothing_is_quiet_and_says_what_it_does_not_know() -> None:
    unknown = "<ErrorList><PhraseNotFound>kylns</PhraseNotFound></ErrorList>"
    said = "<WarningList><OutputMessage>No items found.</OutputMessage></WarningList>"
    found = reading(pubmed.search([], more=unknown + said), SEARCH)
    assert (found.entries, found.parts, found.whole) == ((), (), True)
    assert found.warnings == ("PubMed does not know: kylns",)


@pytest.mark.parametrize(
    ("ids", "count", "says"),
    [
        ([1, 2], 431, "PubMed says that it finds 431 records, and gives the ids of 2"),
        ([], 431, "PubMed says that it finds 431 records, and gives the ids of 0"),
        (
            range(1, 10_000),
            20_000,
            "PubMed finds 20,000 records of the last 5 days and gives the first 9,999: narrow the query",
        ),
    ],
)
def test_a_search_that_gives_fewer_than_it_finds_is_partial(ids: Any, count: int, says: str) -> None:
    found = reading(pubmed.search(ids, count), SEARCH)
    assert not found.whole and found.warnings[0].startswith(says)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (pubmed.search([1]).replace(b"Count>", b"Total>"), "looked for the number of records and their ids"),
        (pubmed.search([1]).replace(b"IdList>", b"Ids>"), "looked for the number of records and their ids"),
        (pubmed.search([7, 7]), "given twice"),
        (pubmed.search([1]).replace(b"<Id>1<", b"<Id>x1<"), "some that are none"),
        (pubmed.search([1])[:-60], "the answer is cut off"),
        (
            b"<?xml version='1.0'?><eSearchResult><ERROR>Search Backend failed: x</ERROR></eSearchResult>",
            "Search Backend failed: x",
        ),
        (
            pubmed.search([], more="<ErrorList><FieldNotFound>tiabb</FieldNotFound></ErrorList>"),
            "PubMed knows no field tiabb: mend the query",
        ),
        (
            b'{"error": "API rate limit exceeded", "count": "4"}',
            "PubMed answers with an error: API rate limit exceeded",
        ),
        (b'{"esearchresult": {}}', "found JSON"),
        (login_page(), "found what looks like a login page"),
        (feeds.rss(["<title>A</title>"]), "found XML that begins with <rss>"),
        (b"", "the page is empty"),
    ],
)
def test_what_is_no_search_is_broken_and_says_why(body: bytes, says: str) -> None:
    assert says in reason(body, SEARCH)


# --- records ---


def test_a_record() -> None:
    entry = only(pubmed.records([pubmed.article(41)]))
    assert entry.title == "Slow fires in Fornax argillae, part 41"
    assert entry.keys == (
        *("doi:10.5555/kilns.41", "id:info:pmid/41", "url:https://pubmed.ncbi.nlm.nih.gov/41/"),
        "url:https://pmc.ncbi.nlm.nih.gov/articles/PMC941/",
    )
    assert entry.abstract == "BACKGROUND: Kilns cool < 3 K a minute. RESULTS: CO2 rises in all of them."
    assert entry.authors == ("Ada B Amberg", "Bo Brisk", "Slow Fires Consortium")
    assert entry.organization == "Institute of Kilns, Claytown; Pottery Hospital, Claytown"
    assert (entry.doi, entry.url) == ("10.5555/kilns.41", "https://pubmed.ncbi.nlm.nih.gov/41/")
    assert entry.venue == "Journal of made-up kilns"
    assert (entry.keywords, entry.categories) == (("slow fire", "Ceramics"), ("Journal Article",))
    assert (entry.listed, entry.published) == (pubmed.DAY, datetime(2026, 3, 9, tzinfo=UTC))
    assert (entry.note, entry.is_follow_up) == (None, False)


def test_a_chapter_of_a_book() -> None:
    entry = only(pubmed.records([pubmed.CHAPTER]))
    assert (entry.title, entry.venue, entry.authors) == ("Cracked Glazes", "StatKilns", ("Cy Corvin",))
    assert (entry.keys[0], entry.categories, entry.listed) == ("id:info:pmid/71", ("Study Guide",), pubmed.DAY)
    assert entry.published == datetime(2026, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Kilns.", "Kilns"),
        ("What do kilns do?", "What do kilns do?"),
        ("And so on...", "And so on..."),
        ("[Of kilns].", "Of kilns"),
        ("[Kilns] and [glazes].", "[Kilns] and [glazes]"),
        ("H<sub>2</sub>O &amp; <b>fire</b>.", "H2O & fire"),
    ],
)
def test_titles(title: str, shown: str) -> None:
    assert only(pubmed.records([pubmed.article(1, title=title)])).title == shown


def test_a_title_that_is_not_there_is_the_one_in_its_own_language() -> None:
    body = pubmed.records([pubmed.article(1, title="[Not Available].")])
    own = body.replace(
        b"</PublicationTypeList>", b"</PublicationTypeList><VernacularTitle>Langsame Feuer.</VernacularTitle>"
    )
    assert only(own).title == "Langsame Feuer"


@pytest.mark.parametrize(
    ("printed", "online", "day"),
    [
        ("<Year>2026</Year><Month>Apr</Month><Day>2</Day>", None, datetime(2026, 4, 2, tzinfo=UTC)),
        ("<Year>2026</Year><Month>Apr</Month>", None, None),
        ("<MedlineDate>2026 Spring</MedlineDate>", None, None),
        ("<Year>2026</Year><Month>02</Month><Day>30</Day>", None, None),
        ("<Year>2026</Year><Month>Apr</Month><Day>2</Day>", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_the_day_of_publication(printed: str, online: date | None, day: datetime | None) -> None:
    assert only(pubmed.records([pubmed.article(1, printed=printed, online=online)])).published == day


def test_the_doi_stands_in_the_article_where_the_list_of_ids_has_none() -> None:
    body = pubmed.records([pubmed.article(1)]).replace(b'<ArticleId IdType="doi">10.5555/kilns.1</ArticleId>', b"")
    assert only(body).doi == "10.5555/kilns.1"
    assert only(pubmed.records([pubmed.article(1, doi="")])).keys[0] == "id:info:pmid/1"


def test_a_preprint_of_arxiv_is_arxivs_paper() -> None:
    entry = only(pubmed.records([pubmed.article(1, doi="10.48550/arXiv.2603.01234")]))
    assert (entry.keys[:2], entry.arxiv_id) == (("arxiv:2603.01234", "doi:10.48550/arxiv.2603.01234"), "2603.01234")


def withdrawn(entry: Entry) -> bool:
    return is_withdrawn({"title": entry.title, "note": entry.note, "abstract": entry.abstract})


def test_a_retracted_record_is_withdrawn_and_no_new_paper() -> None:
    noticed = pubmed.notice("RetractionIn", "J Made Up Kilns. 2026 Mar 9;3(2):99. doi: 10.5555/notice", 99)
    entry = only(pubmed.records([pubmed.article(1, types=pubmed.RETRACTED, notices=noticed)]))
    assert entry.note == "This article has been retracted: J Made Up Kilns. 2026 Mar 9;3(2):99. doi: 10.5555/notice"
    assert withdrawn(entry) and entry.is_follow_up and "Retracted Publication" in entry.categories
    assert withdrawn(only(pubmed.records([pubmed.article(1, types=pubmed.RETRACTED)])))


def test_a_notice_of_retraction_says_so_of_the_paper_that_it_names() -> None:
    noticed = pubmed.notice("RetractionOf", "J Made Up Kilns. 2025;2:1", 5)
    own = '<PublicationType UI="D016440">Retraction Notice</PublicationType>'
    body = pubmed.records([pubmed.article(9, title="Retraction: Slow fires.", types=own, notices=noticed)])
    notice, retracted = reading(body).entries
    assert (notice.title, notice.is_follow_up, withdrawn(notice)) == ("Retraction: Slow fires", False, False)
    assert (retracted.title, retracted.keys[0], retracted.is_follow_up) == ("", "id:info:pmid/5", True)
    assert withdrawn(retracted)


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("ErratumIn", "Erratum: J Made Up Kilns. 2026;4:7"),
        ("ExpressionOfConcernIn", "Expression of concern: J Made Up Kilns. 2026;4:7"),
        ("PartialRetractionIn", "Retracted in part: J Made Up Kilns. 2026;4:7"),
        ("CommentIn", None),
        ("Cites", None),
    ],
)
def test_what_is_noted_of_a_record_is_no_withdrawal(kind: str, note: str | None) -> None:
    entry = only(pubmed.records([pubmed.article(1, notices=pubmed.notice(kind, "J Made Up Kilns. 2026;4:7."))]))
    assert entry.note == note and not withdrawn(entry) and not entry.is_follow_up


def test_records_that_were_asked_for_and_are_not_there_are_missing() -> None:
    url = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&retmode=xml&id={}&tool=watcher"
    some = reading(pubmed.records([pubmed.article(1), pubmed.article(2)]), url.format("1,2,3,4"))
    assert len(some.entries) == 2 and not some.whole
    assert some.warnings == ("2 of 4 records that were asked for are not there: 3, 4",)
    assert reading(pubmed.records([pubmed.article(1)]), url.format("1")).whole
    assert "none of the 2 records is there that were asked for" in reason(
        pubmed.records([pubmed.article(8)]), url.format("1,2")
    )
    assert "none of the 1 records" in reason(pubmed.records([]), url.format("1"))


def test_records_without_id_or_title_are_left_out_and_all_of_them_are_another_layout() -> None:
    bare = pubmed.article(2).replace("ArticleTitle>", "ArticleName>")
    found = reading(pubmed.records([pubmed.article(1), bare]))
    assert (len(found.entries), found.whole) == (1, False)
    assert found.warnings == ("1 of 2 records have no PMID or no title and were left out",)
    assert "2 of 2 records have no PMID or no title" in reason(pubmed.records([bare, bare]))


def test_records_that_are_cut_off_give_the_whole_ones() -> None:
    body = pubmed.records([pubmed.article(1), pubmed.article(2)])
    found = reading(body[: body.index(b"part 2") + 3])
    assert ([entry.keys[1] for entry in found.entries], found.whole) == (["id:info:pmid/1"], False)
    assert "cut off before the end of its first record" in reason(body[: body.index(b"part 1") + 3])


def test_an_error_in_place_of_records() -> None:
    body = b"<?xml version='1.0'?><eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    assert reason(body) == "PubMed answers with an error: Unable to obtain query #1"


def test_an_article_of_a_collaboration_is_read() -> None:
    many = "".join(pubmed.author("A", f"Author{n}", f"Institute {n}") for n in range(3_000))
    entry = only(pubmed.records([pubmed.article(1, authors=many)]))
    assert len(entry.authors) == 3_000 and (entry.organization or "").startswith("Institute 0; Institute 1;")


def test_entities_are_not_read() -> None:
    body = pubmed.records([pubmed.article(1)]).replace(b"part 1", b"part &x;")
    assert only(body.replace(b'pubmed_260101.dtd">', b'x" [<!ENTITY x SYSTEM "file:///etc/passwd">]>')).title.endswith(
        "part &x;"
    )


# --- feeds of saved searches ---


def test_a_feed_tells_the_same_papers() -> None:
    found = reading(pubmed.saved_search([pubmed.feed_item(41)]), RSS.url or "", RSS)
    (entry,), record = found.entries, only(pubmed.records([pubmed.article(41)]))
    assert entry.keys == record.keys[:3] and entry.title == record.title
    assert entry.abstract == "BACKGROUND: Kilns cool."
    assert (entry.authors, entry.venue) == (("Ada B Amberg", "Bo Brisk"), "Journal of made-up kilns")
    assert (entry.listed, entry.published, entry.url) == (pubmed.DAY, None, record.url)


def test_an_item_without_abstract_has_none() -> None:
    (entry,) = reading(pubmed.saved_search([pubmed.feed_item(41, "")]), "", RSS).entries
    assert entry.abstract == ""


def test_another_feed_is_none_of_pubmed() -> None:
    assert "looked for PubMed's feed" in reason(
        feeds.rss(["<title>A</title><link>https://a.example/1</link>"]), "", RSS
    )


def test_saved_pages_are_recognised() -> None:
    found = recognise(pubmed.records([pubmed.article(1)]))
    assert (found.form, found.kind, len(found.reading.entries)) == ("pubmed xml", "pubmed", 1)
    found = recognise(pubmed.saved_search([pubmed.feed_item(1)]))
    assert (found.form, found.kind, len(found.reading.entries)) == ("pubmed feed", "pubmed", 1)
