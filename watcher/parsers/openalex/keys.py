"""The config's keys of sources of kind ``openalex``."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Source
from watcher.parsers.parser import KeyForm, key, own_keys

SITE = "https://api.openalex.org/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlexKeys:
    """Keys of an OpenAlex source: authors, places, topics, cited papers, the date by which works are asked for."""

    author: tuple[str, ...] = key("Whose works: ORCIDs or ids of authors.", KeyForm.TEXTS, default=())
    institution: tuple[str, ...] = key("From where: ROR ids or ids of institutions.", KeyForm.TEXTS, default=())
    journal: tuple[str, ...] = key("In which journals: ISSNs, or the site's own ids.", KeyForm.TEXTS, default=())
    topic: tuple[str, ...] = key("About what: the site's ids of topics, or of concepts.", KeyForm.TEXTS, default=())
    filter: tuple[str, ...] = key("Filters as the API has them: name:value.", KeyForm.TEXTS, default=())
    query: str | None = key("What to search for there.")
    cites: tuple[str, ...] = key(
        "Who cites these: arXiv ids, DOIs, links, files of references.", KeyForm.PAPERS, default=()
    )
    by: str | None = key("By which of its days a paper counts as new.")
    api_key: str | None = key("The site's key: ${NAME} from the environment.", KeyForm.SECRET, site=SITE)


def cited_papers(source: Source) -> tuple[str, ...]:
    """Return the keys of the papers whose citations a source asks for, () for a source of another kind."""
    return source.own.cites if isinstance(source.own, OpenAlexKeys) else ()


def own(source: Source) -> OpenAlexKeys:
    """Return the source's own keys."""
    return own_keys(source, OpenAlexKeys)
