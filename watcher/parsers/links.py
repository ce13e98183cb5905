"""Which paper a link is of: its arXiv id or DOI where the address names one, else the address itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from watcher.parsers import clean

_ARXIV_HOST = re.compile(r"(?:[a-z]+\.)?(?:arxiv|alphaxiv|ar5iv)\.org|ar5iv\.labs\.arxiv\.org", re.IGNORECASE)
_ARXIV_PATH = re.compile(r"/(?:abs|pdf|html|format|ps|src|overview)/(.+?)(?:\.pdf)?/?", re.IGNORECASE)
_HUGGINGFACE_PATH = re.compile(r"/papers/([^/]+)/?")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DOI_HOST = re.compile(r"(?:www\.|dx\.)?doi\.org", re.IGNORECASE)
_NO_PART_OF_IT = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id", re.ASCII)
"""Parameters that say whence a reader came, not what is read."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a link tells of a paper: its keys, strongest first, and what stands in them."""

    keys: tuple[str, ...]
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None


def known_by(address: str) -> Known:
    """Identify the paper behind an absolute address; its keys are never empty.

    Only the address counts: an arXiv id in a text beside the link may be that of another paper.
    """
    try:
        place = urlsplit(address)
        host, path = place.hostname or "", unquote(place.path)
    except ValueError:
        return Known((f"url:{address}",))
    if _DOI_HOST.fullmatch(host) and (doi := clean.doi(path.strip("/"))):
        return of_doi(doi)
    if arxiv := clean.arxiv_id(_arxiv_part(host, path)):
        number, version = arxiv
        return Known((f"arxiv:{number}",), arxiv_id=number, version=version)
    return Known((f"url:{plain(address)}",))


def of_doi(doi: str) -> Known:
    """Identify the paper of a DOI; arXiv's own DOIs name the arXiv id, without case and version."""
    found = _ARXIV_DOI.fullmatch(doi)
    if found and (arxiv := clean.arxiv_id(found[1])):
        number, version = arxiv
        return Known((f"arxiv:{number}", f"doi:{doi}"), arxiv_id=number, version=version, doi=doi)
    return Known((f"doi:{doi}",), doi=doi)


def plain(address: str) -> str:
    """The address without fragment and without the parameters of campaigns; its host in lower case."""
    try:
        place = urlsplit(address)
        asked = parse_qsl(place.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return address
    kept = [(name, value) for name, value in asked if not _NO_PART_OF_IT.fullmatch(name)]
    query = place.query if len(kept) == len(asked) else urlencode(kept)
    return urlunsplit((place.scheme.lower(), place.netloc.lower(), place.path, query, ""))


def _arxiv_part(host: str, path: str) -> str:
    if _ARXIV_HOST.fullmatch(host):
        found = _ARXIV_PATH.fullmatch(path)
    elif host == "huggingface.co":
        found = _HUGGINGFACE_PATH.fullmatch(path)
    else:
        return ""
    return found[1] if found else ""
