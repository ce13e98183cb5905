"""Tell how often a site may be asked, and which hosts belong to one site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from watcher.model.network.hosts import is_loopback


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a site may be asked, and what one request costs.

    ``name``: of the site; hosts with the same name take turns together.
    ``interval``: seconds between the beginnings of two requests.
    ``cost``: of this request, in the site's own unit.
    ``a_day``: most that all requests of a day (UTC) may cost together, 0 for no limit.
    """

    name: str
    interval: float
    cost: int = 0
    a_day: int = 0


@dataclass(frozen=True, slots=True)
class Manners:
    """What a site asks of programs.

    ``interval``: seconds between the beginnings of two requests to any hosts of the domain.
    ``a_day``: most requests that it answers on a day (UTC), 0 for no limit.
    ``key``: parameter for a user's key; with a key, the limit is ``a_day_with_key``.
    ``dear``: parameter → how many requests a request with it counts as. So does one with a ``filter`` that searches.
    """

    interval: float
    a_day: int = 0
    key: str = ""
    a_day_with_key: int = 0
    dear: Mapping[str, int] = field(default_factory=dict)

    def cost_of(self, query: str) -> int:
        """Return how many requests one request counts as.

        ``query``: the query of its address.
        """
        given = parse_qsl(query)
        costs = [self.dear[name] for name, value in given if name in self.dear]
        costs += [
            cost for name, value in given if name == "filter" and ".search:" in value for cost in self.dear.values()
        ]
        return max(costs, default=1)

    def allows(self, query: str) -> int:
        """Return the most requests that the site answers on a day (UTC), 0 for no limit.

        ``query``: the query of an address; it shows whether a key is sent.
        """
        has_key = bool(self.key) and any(name == self.key for name, _ in parse_qsl(query))
        return self.a_day_with_key if has_key else self.a_day


SITES: Mapping[str, Manners] = {
    "arxiv.org": Manners(3.0),
    "api.openalex.org": Manners(1.0, 1_000, "api_key", 10_000, {"search": 10, "search.exact": 10}),
    "api.crossref.org": Manners(1.0),
    "api.semanticscholar.org": Manners(1.5),
    "dblp.org": Manners(2.0),
    "openreview.net": Manners(2.0),
}
"""Domain → what its terms of use ask for, for all its hosts together.

arXiv: one request every three seconds, one connection at a time, over all machines of a user (Terms of Use for arXiv
APIs, "Rate limits").

OpenAlex: 0.10 dollars a day without a key and 1 dollar with a free one; a list costs 0.0001 and a search 0.001
(help.openalex.org, "Example costs"). Its limit of 100 requests a second is never reached.

Crossref: for lists, one request a second and one at a time for programs that do not say who asks, three for those that
do (headers ``x-rate-limit-limit`` and ``x-concurrency-limit``, from December 2025 on).

Semantic Scholar: one request a second with a key, over all endpoints; without one, what all who have none leave over
(www.semanticscholar.org/product/api, "API Key"). On the way two requests may come closer together.

DBLP: one or two seconds between two requests (dblp.org/faq/Am+I+allowed+to+crawl+the+dblp+website.html).

OpenReview: no limit is published; what is asked is little, and slow.
"""


def pace_of(host: str, netloc: str, interval: float, query: str = "") -> Pace:
    """Return the pace of ``host``. Requests to this machine need no interval.

    ``netloc``: the host, with its port if that is not the default.
    ``interval``: shortest interval for any other host (seconds).
    ``query``: the query of an address; its parameters decide what the request costs.
    """
    for domain, site in SITES.items():
        if host == domain or host.endswith(f".{domain}"):
            a_day = site.allows(query)
            return Pace(domain, max(site.interval, interval), site.cost_of(query) if a_day else 0, a_day)
    return Pace(netloc, 0.0 if is_loopback(host) else interval)
