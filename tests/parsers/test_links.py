"""Which paper a link is of, and which day a text names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.links import PaperIds, ids_of_link, ids_of_name, normalised_url


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
    ],
)
def test_arxiv_ids(address: str) -> None:
    assert ids_of_link(address) == PaperIds(("arxiv:2503.01234",), arxiv_id="2503.01234")


def test_versions_and_the_old_era() -> None:
    assert ids_of_link("https://arxiv.org/abs/2503.01234v2").version == 2
    assert ids_of_link("https://arxiv.org/pdf/math.GT/0309136v1.pdf") == PaperIds(
        ("arxiv:math.GT/0309136",), arxiv_id="math.GT/0309136", version=1
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
