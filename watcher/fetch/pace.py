"""How often a site may be asked, and which hosts are one site."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.fetch.addresses import is_loopback


@dataclass(frozen=True, slots=True)
class Pace:
    """``name`` stands for all hosts that are asked in turn; ``interval`` are the seconds between two beginnings."""

    name: str
    interval: float


SITES = {"arxiv.org": 3.0}
"""Sites that ask for a pace in their terms of use, for all their hosts together: domain → seconds.

arXiv: one request every three seconds, one connection at a time, over all machines of one user (Terms of Use for
arXiv APIs, "Rate limits").
"""


def pace_of(host: str, netloc: str, interval: float) -> Pace:
    """The pace of ``host``; ``netloc`` has its port where that is not the usual one.

    Requests to this machine are not spaced.
    """
    for domain, seconds in SITES.items():
        if host == domain or host.endswith(f".{domain}"):
            return Pace(domain, max(seconds, interval))
    return Pace(netloc, 0.0 if is_loopback(host) else interval)
