"""The config's keys of sources of kind ``semanticscholar``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys

SITE = "https://api.semanticscholar.org/"
KEY_HEADER = "x-api-key"
"""The header in which a user's key is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticScholarKeys:
    """Keys of a Semantic Scholar source: words and filters, and the user's key."""

    query: str | None = key("What to search for there.")
    filter: tuple[str, ...] = key("Filters as the API has them: name:value.", KeyForm.TEXTS, default=())
    api_key: str | None = key(
        "The site's key: ${NAME} from the environment.", KeyForm.SECRET, site=SITE, header=KEY_HEADER
    )


def own(source: Source) -> SemanticScholarKeys:
    """Return the source's own keys."""
    return own_keys(source, SemanticScholarKeys)
