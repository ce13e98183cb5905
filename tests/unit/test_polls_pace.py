"""How often a site may be asked, and what a request to it costs, by its address."""

import pytest

from watcher.policy.polls.pace import SITES, Manners, Pace, pace_of

OPENALEX, CROSSREF, SCHOLAR = "api.openalex.org", "api.crossref.org", "api.semanticscholar.org"


@pytest.mark.parametrize(
    ("query", "cost", "a_day"),
    [
        ("filter=type:article&cursor=*", 1, 1_000),
        ("search=kelp&cursor=*", 10, 1_000),
        ("search.exact=kelp", 10, 1_000),
        ("filter=title_and_abstract.search:kelp", 10, 1_000),
        ("filter=type:article&api_key=k-123", 1, 10_000),
        ("search=kelp&api_key=k-123", 10, 10_000),
        ("", 1, 1_000),
    ],
)
def test_a_search_is_dearer_and_a_key_allows_more(query: str, cost: int, a_day: int) -> None:
    assert pace_of(OPENALEX, OPENALEX, 1.0, query) == Pace(OPENALEX, 1.0, cost, a_day)


def test_a_site_without_a_days_bound_counts_nothing() -> None:
    assert pace_of(CROSSREF, CROSSREF, 1.0, "query=kelp") == Pace(CROSSREF, 1.0)
    assert pace_of(SCHOLAR, SCHOLAR, 1.0, "query=kelp") == Pace(SCHOLAR, 1.5)
    assert pace_of("lab.example", "lab.example:8080", 1.0) == Pace("lab.example:8080", 1.0)
    assert pace_of("127.0.0.1", "127.0.0.1:8080", 1.0) == Pace("127.0.0.1:8080", 0.0)


def test_all_hosts_of_a_domain_take_turns_together() -> None:
    assert pace_of("api2.openreview.net", "api2.openreview.net", 1.0) == Pace("openreview.net", 2.0)
    assert pace_of("dblp.org", "dblp.org", 1.0) == Pace("dblp.org", 2.0)
    assert pace_of("export.arxiv.org", "export.arxiv.org", 1.0) == Pace("arxiv.org", 3.0)
    assert pace_of("notarxiv.org", "notarxiv.org", 1.0).interval == 1.0


@pytest.mark.parametrize("manners", SITES.values())
def test_a_key_never_allows_less(manners: Manners) -> None:
    assert manners.interval >= 1.0
    assert not manners.key or manners.a_day_with_key >= manners.a_day
