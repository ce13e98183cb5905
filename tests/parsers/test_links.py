"""Which paper a link is of, and which day a text names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.dois import PaperIds
from watcher.parsers.common.links import ids_of_link, ids_of_name, normalised_url


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/abs/2503.01234",
        "http://www.arxiv.org/abs/2503.01234/",
        "https://export.arxiv.org/abs/2503.01234",
        "https://arxiv.org/pdf/2503.01234",
        "https://arxiv.org/pdf/2503.01234.pdf#page=3",
        "https://arxiv.org/html/2503.01234?x=1",
        "https://ar5iv.labs.arxiv.org/html/2503.01234",
        "https://ar5iv.org/abs/2503.01234",
        "https://www.alphaxiv.org/overview/2503.01234",
        "https://huggingface.co/papers/2503.01234#community",
        "https://arxiv.org/abs/arXiv:2503.01234",
        "https://arxiv.org/abs/2503.01234.",
    ],
)
def test_arxiv_ids(address: str) -> None:
    assert ids_of_link(address) == PaperIds(("arxiv:2503.01234",), arxiv_id="2503.01234")


def test_versions_and_the_old_era() -> None:
    assert ids_of_link("https://arxiv.org/abs/2503.01234v2").version == 2
    assert ids_of_link("https://arxiv.org/pdf/math.GT/0309136v1.pdf") == PaperIds(
        ("arxiv:math/0309136",), arxiv_id="math/0309136", version=1
    )


def test_preprints_and_publishers() -> None:
    preprint = PaperIds(("doi:10.1101/2026.01.02",), version=3, doi="10.1101/2026.01.02")
    assert ids_of_link("https://www.medrxiv.org/content/10.1101/2026.01.02v3.full-text") == preprint
    assert ids_of_link("https://journal.example/doi/full/10.1000/ABC.1").keys == ("doi:10.1000/abc.1",)


def test_identifiers() -> None:
    assert ids_of_name("oai:arXiv.org:2503.01234v2") == PaperIds(
        ("arxiv:2503.01234",), arxiv_id="2503.01234", version=2
    )
    for name in ("doi:10.1000/ABC.1", "10.1000/abc.1", "info:doi/10.1000/abc.1", "https://doi.org/10.1000/abc.1"):
        assert ids_of_name(name).doi == "10.1000/abc.1"
    assert ids_of_name("urn:uuid:1").keys == ids_of_name("").keys == ()


def test_dois() -> None:
    assert ids_of_link("https://doi.org/10.1000/ABC.1") == PaperIds(("doi:10.1000/abc.1",), doi="10.1000/abc.1")
    assert ids_of_link("https://doi.org/10.48550/arXiv.2503.01234") == PaperIds(
        ("arxiv:2503.01234", "doi:10.48550/arxiv.2503.01234"), arxiv_id="2503.01234", doi="10.48550/arxiv.2503.01234"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://arxiv.org/list/cs.CL/new",
        "https://arxiv.org/abs/",
        "https://evil.example/abs/2503.01234",
        "https://notarxiv.org.example/abs/2503.01234",
        "https://myarxiv.org/abs/2503.01234",
        "https://huggingface.co/lab/2503.01234",
        "https://lab.example/?u=https://arxiv.org/abs/2503.01234",
    ],
)
def test_any_other_link_is_known_by_its_address(address: str) -> None:
    assert ids_of_link(address) == PaperIds((f"url:{address}",))


@pytest.mark.parametrize("page", ["e-print", "tb", "dvi", "bibtex", "cits", "auth/show-endorsers"])
def test_every_page_of_a_paper_at_arxiv_is_of_that_paper(page: str) -> None:
    """The address stays a key: older versions knew the paper by it."""
    address = f"https://arxiv.org/{page}/2503.01234"
    assert ids_of_link(address).keys == ("arxiv:2503.01234", f"url:{address}")
    assert ids_of_link(f"https://arxiv.org/{page}/hep-th/9901001").arxiv_id == "hep-th/9901001"


def test_what_astronomers_call_a_preprint_has_its_arxiv_id() -> None:
    assert ids_of_link("https://ui.adsabs.harvard.edu/abs/2025arXiv250301234B/abstract").arxiv_id == "2503.01234"
    assert ids_of_link("https://ui.adsabs.harvard.edu/abs/2010arXiv1003.1234B").arxiv_id == "1003.1234"
    assert ids_of_link("https://ui.adsabs.harvard.edu/abs/2025ApJ...900..123B/abstract").arxiv_id is None


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://direct.mit.edu/kilns/article/doi/10.1162/kiln_a_01234/123456/A-Title", "10.1162/kiln_a_01234"),
        ("https://soc.example/kilns/article-abstract/doi/10.1093/kilns/btag1/7654321", "10.1093/kilns/btag1"),
        ("https://soc.example/doi/10.1093/kilns/7654321", "10.1093/kilns/7654321"),
        ("https://www.nature.com/articles/s41586-026-01234-5_reference.pdf", "10.1038/s41586-026-01234-5"),
        ("https://elifesciences.org/reviewed-preprints/98765", "10.7554/elife.98765"),
        ("https://pubs.rsc.org/en/content/articlelanding/2026/sc/d5sc01234a", "10.1039/d5sc01234a"),
        (
            "https://www.thelancet.com/journals/lancet/article/PIIS0140-6736(26)00123-4/fulltext",
            "10.1016/s0140-6736(26)00123-4",
        ),
        ("https://www.researchsquare.com/article/rs-1234567/v1", "10.21203/rs.3.rs-1234567/v1"),
        ("https://www.preprints.org/manuscript/202603.0123/v1", "10.20944/preprints202603.0123.v1"),
        ("https://osf.io/preprints/psyarxiv/abcde", "10.31234/osf.io/abcde"),
    ],
)
def test_publishers_write_a_doi_in_many_ways(address: str, doi: str) -> None:
    assert ids_of_link(address).doi == doi


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *((name, "doi:10.1000/kilns") for name in ("doi: 10.1000/kilns", "DOI 10.1000/kilns", "urn:doi:10.1000/kilns")),
        *((name, "doi:10.1000/kilns") for name in ("info:doi/10.1000/kilns", "doi.org/10.1000/Kilns")),
        *(
            (name, "arxiv:2503.01234")
            for name in ("info:arxiv/2503.01234", "urn:arxiv:2503.01234", "arXiv: 2503.01234")
        ),
        ("arxiv.org/abs/2503.01234v2", "arxiv:2503.01234"),
        ("DOI: https://doi.org/10.5555/x.1", "doi:10.5555/x.1"),
        ("doi:10.5555/x.1}", "doi:10.5555/x.1"),
        ("10.5555/x.1.", "doi:10.5555/x.1"),
        ("10.5555/x(1).", "doi:10.5555/x(1)"),
        ("https://doi.org/10.5555/x.1%7D", "doi:10.5555/x.1"),
    ],
)
def test_identifiers_are_written_in_many_ways(name: str, key: str) -> None:
    assert ids_of_name(name).keys[0] == key


def test_addresses_without_what_changes_nothing() -> None:
    assert normalised_url("HTTPS://Lab.Example/P?id=3&utm_source=mail#top") == "https://lab.example/P?id=3"
    assert normalised_url("https://lab.example/p?b=%20&a") == "https://lab.example/p?b=%20&a"


@given(st.text(max_size=40))
def test_any_address(address: str) -> None:
    for start in ("", "https://arxiv.org/abs/", "https://doi.org/", "http://["):
        assert ids_of_link(start + address).keys


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09",
        "2026-03-09T00:00:00Z",
        "2026/3/9",
        "2026.03.09",
        "Mar 9, 2026",
        "March 9th 2026",
        "Mon, 9 Mar 2026",
        "[Submitted on 9 Mar 2026]",
        "Published: 9th of March, 2026 (4 pages)",
        "09-Mar-2026",
        "Sept. 9, 2026".replace("Sept", "Mar"),
    ],
)
def test_days(text: str) -> None:
    assert instant_in(text) == datetime(2026, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "03/04/2026",
        "9.3.2026",
        "Mar 9",
        "Feb 30, 2026",
        "2026-03-09 to 2026-03-12",
        "2026-03-091",
        "x" * 5000,
    ],
)
def test_no_day_or_no_certain_one(text: str) -> None:
    assert instant_in(text) is None


def test_an_instant_keeps_its_time() -> None:
    assert instant_in("2026-03-09T18:30:00+02:00") == datetime(2026, 3, 9, 16, 30, tzinfo=UTC)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    found = instant_in(text)
    assert found is None or found.tzinfo is UTC


LINKED = {
    "10.3389/fnins.2026.123456": [
        "https://www.frontiersin.org/articles/10.3389/fnins.2026.123456/full",
        "https://www.frontiersin.org/journals/neuroscience/articles/10.3389/fnins.2026.123456/abstract",
    ],
    "10.1371/journal.pone.0123456": ["https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456"],
    "10.1088/1367-2630/ab1234": ["https://iopscience.iop.org/article/10.1088/1367-2630/ab1234/meta"],
    "10.1007/s00220-026-01234-5": [
        "https://link.springer.com/article/10.1007/s00220-026-01234-5",
        "https://link.springer.com/content/pdf/10.1007/s00220-026-01234-5.pdf",
    ],
    "10.1103/physrevlett.132.123456": ["https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.132.123456"],
    "10.1038/s41586-026-01234-5": ["https://www.nature.com/articles/s41586-026-01234-5.pdf"],
    "10.1093/mnras/stad123": ["https://academic.oup.com/mnras/article-abstract/doi/10.1093/mnras/stad123/7123456"],
    "10.1002/adma.202601234": [
        "https://onlinelibrary.wiley.com/doi/10.1002/adma.202601234/full",
        "https://onlinelibrary.wiley.com/doi/abs/10.1002/adma.202601234?af=R",
    ],
    "10.7554/elife.12345": ["https://elifesciences.org/articles/12345"],
    "10.7717/peerj-cs.12": ["https://peerj.com/articles/cs-12/"],
    "10.18653/v1/2026.acl-long.1": ["https://aclanthology.org/2026.acl-long.1/"],
    "10.21203/rs.3.rs-123456/v1": [
        "https://www.researchsquare.com/article/10.21203/rs.3.rs-123456/v1",
        "https://doi.org/10.21203/rs.3.rs-123456/v1",
    ],
    "10.5281/zenodo.123456": ["https://zenodo.org/records/123456"],
    "10.1000/xyz": [
        "https://dx.doi.org/10.1000/xyz.",
        "https://doi-org.proxy.uni.example/10.1000/xyz",
        "https://proxy.uni.example/login?url=https://doi.org/10.1000/xyz",
        "https://api.crossref.org/works/10.1000/xyz",
    ],
}
"""DOI → addresses in which it stands, with what is no part of it."""


@pytest.mark.parametrize(("doi", "address"), [(doi, one) for doi, some in LINKED.items() for one in some])
def test_the_doi_in_a_link_is_seen_and_is_right(doi: str, address: str) -> None:
    found = ids_of_link(address)
    assert (found.doi, found.keys[0]) == (doi, f"doi:{doi}")


@pytest.mark.parametrize(
    ("address", "before"),
    [
        ("https://link.springer.com/article/10.1007/s1-2", "url:https://link.springer.com/article/10.1007/s1-2"),
        ("https://onlinelibrary.wiley.com/doi/10.1002/adma.1/full", "doi:10.1002/adma.1/full"),
        ("https://scirate.com/arxiv/2603.01234", "url:https://scirate.com/arxiv/2603.01234"),
    ],
)
def test_a_paper_is_found_under_the_key_that_older_versions_gave_it(address: str, before: str) -> None:
    assert before in ids_of_link(address).keys[1:]


@pytest.mark.parametrize(
    "address",
    [
        "https://scirate.com/arxiv/2603.01234",
        "https://papers.cool/arxiv/2603.01234",
        "https://tldr.takara.ai/p/2603.01234",
        "https://www.semanticscholar.org/arxiv/2603.01234",
        "https://ui.adsabs.harvard.edu/abs/arXiv:2603.01234/abstract",
        "http://xxx.lanl.gov/abs/2603.01234",
        "https://arxiv.org/ftp/arxiv/papers/2603/2603.01234.pdf",
        "https://arxiv.org//abs/2603.01234",
        "https://www.catalyzex.com/paper/arxiv:2603.01234",
        "https://www.emergentmind.com/papers/2603.01234",
        "https://www.google.com/url?url=https://arxiv.org/abs/2603.01234",
    ],
)
def test_the_arxiv_id_in_a_link_of_a_readers_site_is_seen(address: str) -> None:
    found = ids_of_link(address)
    assert (found.arxiv_id, found.keys[0]) == ("2603.01234", "arxiv:2603.01234")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://lab.example/p/1", "https://lab.example/p/1?ref=rss"),
        ("https://lab.example/p/1", "https://lab.example/p/1?source=feed&utm_medium=x"),
        ("https://pubmed.ncbi.nlm.nih.gov/4/?ff=20260310080000&v=2", "https://pubmed.ncbi.nlm.nih.gov/4/?ff=1&v=2"),
    ],
)
def test_whence_a_reader_came_is_no_part_of_an_address(one: str, other: str) -> None:
    assert ids_of_link(one) == ids_of_link(other)


@pytest.mark.parametrize("address", ["https://lab.example/p?ref=17", "https://lab.example/p?source=arxiv"])
def test_a_parameter_that_says_what_is_read_stays(address: str) -> None:
    assert ids_of_link(address).keys == (f"url:{address}",)
