"""Identify the paper behind a link: by the arXiv id or DOI in its address, else by the address itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from watcher.parsers.common import clean

_ARXIV_HOST = re.compile(r"(?:[a-z]+\.)?(?:arxiv|alphaxiv|ar5iv)\.org|ar5iv\.labs\.arxiv\.org", re.IGNORECASE)
_ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|ps|src|overview)/(.+?)(?:\.pdf)?/?", re.IGNORECASE)
_HUGGINGFACE_PATH = re.compile(r"/papers/([^/]+)/?")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_NAME = re.compile(r"(?:oai:arxiv\.org|arxiv):(\S+)", re.IGNORECASE)
_DOI_HOST = re.compile(r"(?:www\.|dx\.)?doi\.org", re.IGNORECASE)
_PREPRINT_HOST = re.compile(r"(?:[a-z]+\.)?(?:bio|med)rxiv\.org", re.IGNORECASE)
_PREPRINT_PATH = re.compile(
    r"/content/(?:early/[\d/]+/)?(10\.\d{4,9}/[\w.-]+?)(?:v(\d{1,2}))?(?:\.[a-z][\w.-]*)?/?", re.ASCII
)
_PUBLISHER_PATH = re.compile(r"/(?:[\w-]+/)*doi/(?:[a-z]+/)?(10\.\d{4,9}/.+?)/?", re.ASCII)
_NO_PART_OF_IT = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|rss", re.ASCII)
"""Parameters that say whence a reader came, not what is read."""


@dataclass(frozen=True, slots=True)
class PaperIds:
    """What a link tells of a paper: its keys, strongest first, and what stands in them."""

    keys: tuple[str, ...]
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None


def ids_of_link(address: str) -> PaperIds:
    """Identify the paper behind an absolute address; its keys are never empty.

    Only the address counts: an arXiv id in a text beside the link may be that of another paper.
    """
    try:
        place = urlsplit(address)
        host, path = place.hostname or "", unquote(place.path)
    except ValueError:
        return PaperIds((f"url:{address}",))
    if _DOI_HOST.fullmatch(host) and (doi := clean.doi(path.strip("/"))):
        return of_doi(doi)
    if found := _PREPRINT_PATH.fullmatch(path) if _PREPRINT_HOST.fullmatch(host) else None:
        return replace(of_doi(found[1].lower()), version=int(found[2]) if found[2] else None)
    if (found := _PUBLISHER_PATH.fullmatch(path)) and (doi := clean.doi(found[1])):
        return of_doi(doi)
    if arxiv := clean.arxiv_id(_arxiv_part(host, path)):
        number, version = arxiv
        return PaperIds((f"arxiv:{number}",), arxiv_id=number, version=version)
    return PaperIds((f"url:{normalised_url(address)}",))


def of_doi(doi: str) -> PaperIds:
    """Identify the paper of a DOI; arXiv's own DOIs name the arXiv id, without case and version."""
    found = _ARXIV_DOI.fullmatch(doi)
    if found and (arxiv := clean.arxiv_id(found[1])):
        number, version = arxiv
        return PaperIds((f"arxiv:{number}", f"doi:{doi}"), arxiv_id=number, version=version, doi=doi)
    return PaperIds((f"doi:{doi}",), doi=doi)


def ids_of_name(name: str) -> PaperIds:
    """Identify the paper that an identifier names: ``oai:arXiv.org:…``, ``arXiv:…``, ``doi:10.…`` or a link.

    Without keys where it names none.
    """
    text = name.strip()
    if text.lower().startswith(("http://", "https://")):
        return ids_of_link(text)
    if (found := _ARXIV_NAME.fullmatch(text)) and (arxiv := clean.arxiv_id(found[1])):
        return PaperIds((f"arxiv:{arxiv[0]}",), arxiv_id=arxiv[0], version=arxiv[1])
    doi = clean.doi(text.removeprefix("info:").replace("doi/", "doi:", 1))
    return of_doi(doi) if doi else PaperIds(())


def place_of(address: str) -> SplitResult | None:
    """The parts of an address; None where it has none."""
    try:
        return urlsplit(address) if address else None
    except ValueError:
        return None


def normalised_url(address: str) -> str:
    """The address without fragment and without the parameters of campaigns; its host in lower case."""
    try:
        place = urlsplit(address)
        asked = parse_qsl(place.query, keep_blank_values=True, max_num_fields=100) if place.query else []
    except ValueError:
        return address
    kept = [(name, value) for name, value in asked if not _NO_PART_OF_IT.fullmatch(name)]
    query = place.query if len(kept) == len(asked) else urlencode(kept)
    return urlunsplit((place.scheme.lower(), place.netloc.lower(), place.path, query, ""))


def _arxiv_part(host: str, path: str) -> str:
    if _ARXIV_HOST.fullmatch(host):
        found = _ARXIV_PATH.fullmatch(path)
    elif host in ("huggingface.co", "hf.co"):
        found = _HUGGINGFACE_PATH.fullmatch(path)
    else:
        return ""
    return found[1] if found else ""
