"""Ask a site as the fetcher does: for its answer, or for the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.sites import Answer, Site, serving
from watcher.fetch import Fetcher, Limits
from watcher.model import Fetched, Unreachable, Validators

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NOTHING = Validators()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on this machine."""
    with serving() as site:
        yield site


def fetcher(**limits: Any) -> Fetcher:
    """A fetcher with these limits, and the usual ones."""
    return Fetcher(user_agent="watcher/1 (+me@here)", clock=lambda: NOW, limits=Limits(**limits))


def get(site: Site, path: str = "/p", known: Validators = NOTHING, **limits: Any) -> Fetched:
    """Ask for a path of the site."""
    return fetcher(**limits).get(site.url + path, lambda url: known)


def reason(site: Site, answer: Answer, **limits: Any) -> str:
    """Return why an answer of the site is none."""
    site.answers["/p"] = answer
    found = get(site, **limits)
    assert isinstance(found, Unreachable), found
    assert found.fetched_at == NOW
    return found.reason
