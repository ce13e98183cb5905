"""Tell how often a site may be asked, and which hosts are one site."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model.hosts import is_loopback


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a site may be asked.

    ``name``: stands for all hosts that take turns together.
    ``interval``: seconds between the beginnings of two requests.
    """

    name: str
    interval: float


SITES = {"arxiv.org": 3.0}
"""Domain → seconds between requests, of sites whose terms of use ask for that, for all their hosts together.

arXiv: one request every three seconds, one connection at a time, over all machines of a user (Terms of Use for arXiv
APIs, "Rate limits").
"""


def pace_of(host: str, netloc: str, interval: float) -> Pace:
    """Return the pace of ``host``. Requests to this machine are not spaced.

    ``netloc``: the host, with its port if that is not the default.
    """
    for domain, seconds in SITES.items():
        if host == domain or host.endswith(f".{domain}"):
            return Pace(domain, max(seconds, interval))
    return Pace(netloc, 0.0 if is_loopback(host) else interval)
