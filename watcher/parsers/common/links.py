"""Identify the paper behind a link: by an arXiv id or DOI in its address, or else by the address itself.

Papers that are parts of one page are told apart by what follows the # of their addresses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlencode, urlsplit, urlunsplit

from watcher.model import FORM, Entry, OtherForm
from watcher.parsers.common import clean
from watcher.parsers.common.dois import PaperIds, Parameters, doi_in, of_doi, parameters

NEXT_TO_EACH_OTHER = 64
"""Most addresses whose results are remembered: those of one page, whose items repeat their own several times."""

_URL = "url:"
_ARXIV_HOST = re.compile(
    r"(?:[a-z]+\.)?(?:arxiv|alphaxiv|ar5iv)\.org|ar5iv\.labs\.arxiv\.org|xxx\.lanl\.gov", re.IGNORECASE
)
_ARXIV_PATH = re.compile(
    r"/+(?:[\w-]{1,40}/+){0,4}?(?:arxiv:)?"
    r"((?:\d{4}\.\d{4,5}|[a-z][a-z-]{0,20}(?:\.[a-z]{2})?/\d{7})(?:v\d{1,2})?)(?:\.pdf)?[/.,;]*",
    re.IGNORECASE | re.ASCII,
)
"""Matches an id at the end of a path, whichever of arXiv's pages of that paper it is."""

_ONCE_READ = re.compile(r"/+(?:abs|pdf|html|format|ps|src|overview|ftp)/", re.IGNORECASE)
"""Matches what versions up to 0.2.0 knew. Papers with other addresses of arXiv's are stored under these."""

_READERS = {
    "huggingface.co": re.compile(r"/papers/([^/]+)/?"),
    "hf.co": re.compile(r"/papers/([^/]+)/?"),
    "tldr.takara.ai": re.compile(r"/p/([^/]+)/?"),
    "emergentmind.com": re.compile(r"/papers/([^/]+)/?"),
    "themoonlight.io": re.compile(r"(?:/\w\w)?/(?:review|paper)/(\d{4}\.\d{4,5})/?"),
    "arxiv-vanity.com": re.compile(r"/papers/([^/]+)/?"),
    "fugumt.com": re.compile(r"/fugumt/paper_check/(\d{4}\.\d{4,5}(?:v\d+)?)(?:_\w+)?"),
}
"""Host without ``www.`` → where the arXiv id is in the path, for sites on which arXiv's papers can be read."""

_NAMED_ARXIV = re.compile(
    r"(?:.*/)?(?:arxiv[:/]|abs/arxiv:)((?:\d{4}\.\d{4,5}|[a-z][a-z-]*(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?)(?:[/.].*)?",
    re.IGNORECASE | re.ASCII,
)
"""Matches ``arxiv/ID`` and ``arXiv:ID`` on any site, since its form shows that it is arXiv's."""

_BIBCODE = re.compile(r"/abs/\d{4}arXiv(?P<month>\d{4})\.?(?P<number>\d{4,5})[A-Z](?:/\w+)?/?", re.ASCII)
"""Matches what the Astrophysics Data System calls a preprint, which ends with the first author's initial."""

_ARXIV_NAME = re.compile(r"(?:oai:arxiv\.org:|(?:urn:|info:)?arxiv[:/] ?)(\S+)", re.IGNORECASE)
_DOI_NAME = re.compile(r"(?:urn:|info:)?doi(?:: ?|/| )(?=10\.|https?://(?:dx\.)?doi\.org/)", re.IGNORECASE)
_NO_SCHEME = re.compile(r"(?:www\.|dx\.)?(?:arxiv|doi)\.org/\S+", re.IGNORECASE)
_PREPRINT_HOST = re.compile(r"(?:[a-z]+\.)?(?:bio|med)rxiv\.org", re.IGNORECASE)
_PREPRINT_PATH = re.compile(
    r"/content/(?:early/[\d/]+/)?(10\.\d{4,9}/[\w.-]+?)(?:v(\d{1,2}))?(?:\.[a-z][\w.-]*)?/?", re.ASCII
)
_NO_PART_OF_IT = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|rss|at_\w+|xtor|igshid|dgcid|ff|fc", re.ASCII)
"""Matches parameters that say where a reader came from, or when (PubMed's ``ff``), not what is read."""

_WHENCE = re.compile(r"ref|source|src|from|via|cmp|campaign|medium|af", re.ASCII | re.IGNORECASE)
_A_FEED = re.compile(
    r"rss(?:[\d_-]?\w*)?|r|feed\w*|atom|newsletter|e-?mail|twitter|facebook|linkedin|social", re.IGNORECASE
)
"""Matches values with which other parameters say so."""


@lru_cache(maxsize=NEXT_TO_EACH_OTHER)
def ids_of_link(address: str) -> PaperIds:
    """Return the ids of the paper behind an absolute address. Its keys are never empty.

    Only the address counts: an arXiv id in the text beside a link may belong to another paper.
    """
    try:
        place = urlsplit(address)
        host = place.hostname or ""
    except ValueError:
        return PaperIds((f"url:{address}",))
    path = unquote(place.path)
    is_plain = not place.query and _ARXIV_HOST.fullmatch(host) and _ONCE_READ.match(path)
    if is_plain and (arxiv := clean.arxiv_id(_arxiv_part(host, path))):
        return PaperIds((f"arxiv:{arxiv[0]}",), arxiv_id=arxiv[0], version=arxiv[1])
    asked = parameters(place.query)
    own = f"url:{normalised_url(address)}"
    if found := _PREPRINT_PATH.fullmatch(path) if _PREPRINT_HOST.fullmatch(host) else None:
        return replace(of_doi(found[1].lower()), version=int(found[2]) if found[2] else None)
    if ids := doi_in(host, path, asked or (), own):
        return ids
    if arxiv := clean.arxiv_id(_arxiv_part(host, path)):
        number, version = arxiv
        is_arxiv = (_ARXIV_HOST.fullmatch(host) and _ONCE_READ.match(path)) or host in ("huggingface.co", "hf.co")
        keys = (f"arxiv:{number}",) if is_arxiv else (f"arxiv:{number}", own)
        return PaperIds(keys, arxiv_id=number, version=version)
    if asked and (inner := _led_to(asked)):
        return replace(inner, keys=(*inner.keys, own))
    return PaperIds((own,))


def _led_to(asked: Parameters) -> PaperIds | None:
    """Return the ids of the paper to which a redirecting address leads, as in alerts and library proxies; else None."""
    for name, value in asked:
        if name in ("url", "qurl", "link", "target", "redirect") and value.startswith(("http://", "https://")):
            inner = ids_of_link(value) if "?" not in value else PaperIds(())
            if inner.arxiv_id or inner.doi:
                return inner
    return None


@lru_cache(maxsize=NEXT_TO_EACH_OTHER)
def ids_of_name(name: str) -> PaperIds:
    """Return the ids of the paper that an identifier names: ``oai:arXiv.org:…``, ``arXiv:…``, ``doi:10.…`` or a link.

    If it names none, there are no keys.
    """
    text = name.strip()
    if text.lower().startswith(("http://", "https://")):
        return ids_of_link(text)
    if _NO_SCHEME.fullmatch(text):
        return ids_of_link(f"https://{text}")
    if (found := _ARXIV_NAME.fullmatch(text)) and (arxiv := clean.arxiv_id(found[1])):
        return PaperIds((f"arxiv:{arxiv[0]}",), arxiv_id=arxiv[0], version=arxiv[1])
    doi = clean.doi(_DOI_NAME.sub("", text, count=1))
    return of_doi(doi) if doi else PaperIds(())


def forms_named(name: object, relation: str = FORM, *, beside: Collection[str] = ()) -> tuple[OtherForm, ...]:
    """Return the other form that a record of a paper names by an arXiv id, a DOI or a link; none where it names none.

    ``relation``: how the other form is related to the paper.
    ``beside``: the record's own keys. A name that gives one of these is the paper itself, and no other form.
    """
    ids = ids_of_name(name) if isinstance(name, str) else PaperIds(())
    if not (ids.arxiv_id or ids.doi) or set(ids.keys).intersection(beside):
        return ()
    return (OtherForm(ids.keys[0], relation),)


def address_of_name(name: str) -> str:
    """Return the address to which an identifier leads: a DOI or an arXiv id; "" for anything else."""
    text = name.strip()
    if text.startswith("10.") or _DOI_NAME.match(text) or _ARXIV_NAME.match(text):
        ids = ids_of_name(text)
        return (
            f"https://arxiv.org/abs/{ids.arxiv_id}" if ids.arxiv_id else f"https://doi.org/{ids.doi}" if ids.doi else ""
        )
    return ""


def place_of(address: str) -> SplitResult | None:
    """Return the parts of an address, None if it is no address."""
    try:
        return urlsplit(address) if address else None
    except ValueError:
        return None


@lru_cache(maxsize=NEXT_TO_EACH_OTHER)
def normalised_url(address: str) -> str:
    """Return an address without fragment and campaign parameters, its host in lower case."""
    try:
        place = urlsplit(address)
    except ValueError:
        return address
    asked = parameters(place.query)
    if asked is None:
        return address
    kept = [(name, value) for name, value in asked if not _says_whence(name, value)]
    query = place.query if len(kept) == len(asked) else urlencode(kept)
    return urlunsplit((place.scheme.lower(), place.netloc.lower(), place.path, query, ""))


def _says_whence(name: str, value: str) -> bool:
    return bool(_NO_PART_OF_IT.fullmatch(name) or (_WHENCE.fullmatch(name) and _A_FEED.fullmatch(value)))


def _arxiv_part(host: str, path: str) -> str:
    if _ARXIV_HOST.fullmatch(host):
        found = _ARXIV_PATH.fullmatch(path)
        return found[1] if found else ""
    if bibcode := _BIBCODE.fullmatch(path) if host == "ui.adsabs.harvard.edu" else None:
        return f"{bibcode['month']}.{bibcode['number']}"
    reader = _READERS.get(host.removeprefix("www."))
    found = reader.fullmatch(path) if reader else _NAMED_ARXIV.fullmatch(path)
    return found[1] if found else ""


def fragment_address(address: str) -> str:
    """Return an address with its fragment, without what says whence a reader came."""
    fragment = fragment_of(address)
    return normalised_url(address) + (f"#{fragment}" if fragment else "")


def fragment_of(address: str) -> str:
    """Return the fragment of an address, "" if it leads to no part of the page."""
    fragment = address.partition("#")[2]
    return "" if fragment.lower() == "top" else fragment


def in_one_spelling(address: str) -> str:
    """Return what all spellings of an address have in common, "" for no address."""
    try:
        place = urlsplit(address)
        host, port = place.hostname or "", place.port
    except ValueError:
        return ""
    is_usual = port in (None, {"http": 80, "https": 443}.get(place.scheme))
    netloc = host.removeprefix("www.") + ("" if is_usual else f":{port}")
    return f"{netloc}{place.path.rstrip('/')}?{place.query}" if host else ""


def with_fragment_key(entry: Entry) -> Entry:
    """Return an entry that is known by its address with the fragment as well, if it is known by its address."""
    plain = _plain_key(entry)
    if not plain or plain not in entry.keys:
        return entry
    return replace(entry, keys=tuple(dict.fromkeys((*entry.keys, f"{_URL}{fragment_address(entry.url or '')}"))))


def told_apart(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries; those that share an address but for the fragment are known by the address with it.

    That is so if they have different titles and different fragments. The address without is that of the one entry that
    leads to it, else nobody's.
    """
    every = tuple(entries)
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry in every:
        for key in {_plain_key(entry), *entry.keys}:
            sharing[key].append(entry)
    parts = {key: some for key, some in sharing.items() if key.startswith(_URL) and _are_parts(some)}
    return tuple(_without(entry, parts) for entry in every) if parts else every


def _plain_key(entry: Entry) -> str:
    """Return the key of an entry's address without the fragment, "" if the address has none."""
    address = entry.url or ""
    return f"{_URL}{normalised_url(address)}" if fragment_of(address) else ""


def _are_parts(some: list[Entry]) -> bool:
    titles, addresses = {entry.title for entry in some}, {fragment_address(entry.url or "") for entry in some}
    return len(titles) > 1 and len(addresses) == len(some)


def _without(entry: Entry, parts: Mapping[str, list[Entry]]) -> Entry:
    plain = _plain_key(entry)
    if plain not in parts:
        return entry
    keys = tuple(key for key in entry.keys if key != plain)
    is_nobodys = all(map(_plain_key, parts[plain]))
    return replace(entry, keys=keys, shared=tuple(dict.fromkeys((*entry.shared, *([plain] * is_nobodys)))))
