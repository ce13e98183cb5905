"""Find the DOI in a paper's address: in its path or a parameter, without the name of a view behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from watcher.parsers.common import clean

_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_RESOLVER = re.compile(r"(?:www\.|dx\.)?doi\.org|(?:dx[.-])?doi[.-]org\..+", re.IGNORECASE)
"""Matches hosts that resolve DOIs, also as library proxies write them: ``doi-org.proxy.university.example``."""

_IN_PATH = re.compile(r"/(10\.\d{4,9}/[!-~]+)", re.ASCII)
_ONCE_READ = re.compile(r"/(?:[\w-]+/)*doi/(?:[a-z]+/)?(10\.\d{4,9}/.+?)/?", re.ASCII)
"""Matches what versions up to 0.2.0 took for a DOI, since papers are stored under it."""

_VIEW = re.compile(
    r"(?:/(?:full|full-?text|abstract|abs|summary|meta|pdf|pdfdirect|epdf|epub|html|references|figures|tables|media|suppl\w*"
    r"|metrics|citations?|peer-review|download|pdfft)|\.(?:pdf|html?|full|abstract|short|xml)|;jsessionid=\w*)+/?",
    re.IGNORECASE,
)
_NUMBER_BEHIND = re.compile(r"/\d{5,}(?:/[\w%.-]*)?")
"""Matches what Oxford's platform puts behind a DOI: its own number and the title."""

_BEFORE_NUMBER = re.compile(r"/(?:[\w-]+-)?article(?:-\w+)?/doi/10\.", re.ASCII)
"""Matches the paths of that platform (Oxford, AIP, MIT Press, JAMA …), whatever host a society has there."""

_OWN_NUMBER = ("academic.oup.com", "pubs.aip.org", "pubs.geoscienceworld.org", "silverchair.com", "jamanetwork.com")
_OSF = {"psyarxiv": "10.31234", "socarxiv": "10.31235", "osf": "10.31219", "edarxiv": "10.35542"}
_PARAMETERS = ("id", "doi", "rft_id", "rft.doi", "articledoi", "doi_id")

Parameters = Sequence[tuple[str, str]]
"""The parameters of an address: (name, value) of each."""

_Ids = Callable[[re.Match[str]], str]
_MADE: Mapping[str, tuple[re.Pattern[str], _Ids]] = {
    "nature.com": (
        re.compile(r"/articles/((?:[sd]\d{5}-\d{3}-\d{4,5}-[\dx]|[a-z]+(?:\.\d{4}\.\d+|\d{3,6})))(?:[./_].*)?"),
        lambda found: f"10.1038/{found[1]}",
    ),
    "elifesciences.org": (
        re.compile(r"/(?:articles|reviewed-preprints)/(\d{5,6})(?:[v/].*)?"),
        lambda found: f"10.7554/elife.{found[1]}",
    ),
    "pubs.rsc.org": (
        re.compile(r"/\w\w/content/article\w+/\d{4}/\w\w/([a-z]\d[a-z]{2}\d{5}[a-z])", re.IGNORECASE),
        lambda found: f"10.1039/{found[1]}",
    ),
    "thelancet.com": (
        re.compile(r"/(?:journals/\w+/)?article/PII(S\d{4}-\d{3}[\dX]\(\d\d\)\d{5}-[\dX])(?:/.*)?"),
        lambda found: f"10.1016/{found[1]}",
    ),
    "researchsquare.com": (
        re.compile(r"/article/(rs-\d+)/(v\d+)(?:[/.].*)?"),
        lambda found: f"10.21203/rs.3.{found[1]}/{found[2]}",
    ),
    "preprints.org": (
        re.compile(r"/manuscript/(\d{6}\.\d{4})/(v\d+)(?:/.*)?"),
        lambda found: f"10.20944/preprints{found[1]}.{found[2]}",
    ),
    "osf.io": (
        re.compile(rf"/preprints/({'|'.join(_OSF)})/([a-z\d]{{5}}(?:_v\d+)?)/?(?:download)?"),
        lambda found: f"{_OSF[found[1]]}/osf.io/{found[2]}",
    ),
    "peerj.com": (
        re.compile(r"/articles/(?:([a-z]+)-)?(\d+)/?"),
        lambda found: f"10.7717/peerj{'-' if found[1] else ''}{found[1] or ''}.{found[2]}",
    ),
    "aclanthology.org": (re.compile(r"/(\d{4}\.[\w-]+\.\d+)(?:\.pdf|/)?"), lambda found: f"10.18653/v1/{found[1]}"),
    "zenodo.org": (re.compile(r"/records?/(\d+)/?"), lambda found: f"10.5281/zenodo.{found[1]}"),
}
"""Host without ``www.`` → (pattern, function that makes ids of a match), where an address has only a DOI's end."""


@dataclass(frozen=True, slots=True)
class PaperIds:
    """What a link tells about a paper.

    ``keys``: strongest first.
    ``arxiv_id``, ``version``, ``doi``: what stands in the keys, None if it does not.
    """

    keys: tuple[str, ...]
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None


def of_doi(doi: str) -> PaperIds:
    """Return the ids of the paper with a DOI. For arXiv's own DOIs it is the arXiv id, without version."""
    found = _ARXIV_DOI.fullmatch(doi)
    if found and (arxiv := clean.arxiv_id(found[1])):
        number, version = arxiv
        return PaperIds((f"arxiv:{number}", f"doi:{doi}"), arxiv_id=number, version=version, doi=doi)
    return PaperIds((f"doi:{doi}",), doi=doi)


def is_resolver(host: str) -> bool:
    """Return whether a host resolves DOIs."""
    return _RESOLVER.fullmatch(host) is not None


def doi_in(host: str, path: str, asked: Parameters, own: str) -> PaperIds | None:
    """Return the ids in an address that contains a DOI, None if it contains none. Text behind the DOI is cut off.

    The second key is the one under which older versions of watcher stored the paper, so that it is not told again.

    ``host`` and ``path``: of the address, decoded.
    ``asked``: its parameters.
    ``own``: the key of the address itself.
    """
    once = _ONCE_READ.fullmatch(path)
    before = clean.doi(path.strip("/") if is_resolver(host) else once[1] if once else None)
    found = _doi_of(host.removeprefix("www."), path, asked)
    if found is None:
        return of_doi(before) if before else None
    ids = of_doi(found)
    if before == found:
        return ids
    return replace(ids, keys=(*ids.keys, f"doi:{before}" if before else own))


def _doi_of(host: str, path: str, asked: Parameters) -> str | None:
    if host in _MADE and (found := _MADE[host][0].fullmatch(path)):
        return _MADE[host][1](found).lower()
    if found := _IN_PATH.search(path):
        is_numbered = host.endswith(_OWN_NUMBER) or _BEFORE_NUMBER.search(path) is not None
        own = found[1].rstrip("/.,;")
        return clean.doi(own if is_resolver(host) else _without_view(found[1], is_numbered=is_numbered))
    named = (value for name, value in asked if name.lower() in _PARAMETERS)
    dois = (clean.doi(value.removeprefix("info:doi/").rstrip("/.,;")) for value in named)
    return next(filter(None, dois), None)


def _without_view(doi: str, *, is_numbered: bool) -> str:
    while found := re.search(f"(?:{_VIEW.pattern})$", doi, re.IGNORECASE):
        doi = doi[: found.start()]
    if is_numbered and (found := re.search(f"{_NUMBER_BEHIND.pattern}$", doi)):
        doi = doi[: found.start()]
    return doi.rstrip("/.,;")


def parameters(query: str) -> list[tuple[str, str]] | None:
    """Return the (name, value) pairs of an address's query, None if they are too many to be meant seriously."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100) if query else []
    except ValueError:
        return None
