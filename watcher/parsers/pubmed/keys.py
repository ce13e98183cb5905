"""The config's keys of sources of kind ``pubmed``, and the addresses that follow from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from watcher.model import Source
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import KeyForm, in_spans, key, own_keys

SITE = "https://eutils.ncbi.nlm.nih.gov"
TOOL = "watcher"
"""What the program calls itself there, as the usage guidelines of the E-utilities ask."""

MOST_IDS = 9_999
"""Records of one search that PubMed gives (release notes of ESearch, 2022)."""

PART = 200
"""Records that are asked for at once: more have to be asked for by POST (E-utilities in depth, EFetch)."""

LAG = timedelta(days=2)
"""How long after its Entrez date, which is a day in America, a record may be found for the first time."""

SPAN = timedelta(weeks=4)
"""Time of which PubMed is asked at once."""

RETRACTED = '"retracted publication"[pt]'

_IDS = re.compile(r"(?:^|&)id=([0-9,]+)(?:&|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PubmedKeys:
    """What is searched for, how, and who asks."""

    query: str | None = key("What to search for there.")
    via: str | None = key("Which of the site's ways to read it.")
    email: str | None = key("An address of mail that the site can write to.")
    api_key: str | None = key("The site's key: ${NAME} from the environment.", KeyForm.SECRET, site=SITE)


def own(source: Source) -> PubmedKeys:
    """The source's own keys."""
    return own_keys(source, PubmedKeys)


def starts(source: Source) -> tuple[str, ...]:
    """The searches of each poll: of the records of the last days, and of retractions that were noted in them."""
    if source.url and own(source).via == "rss":
        return (source.url,)
    days = source.look_back + LAG.days
    return (_search(source, datetype="edat", reldate=days), _search(source, RETRACTED, datetype="mdat", reldate=days))


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the searches for records added from ``since`` to now; nothing if those of ``starts`` go back so far."""
    if own(source).via == "rss" or since.date() > now.date() - timedelta(days=source.look_back):
        return ()
    spans = list(in_spans((since - LAG).date(), now.date(), SPAN))
    added = [_search(source, **_between("edat", first, last)) for first, last in spans]
    return (*added, *(_search(source, RETRACTED, **_between("mdat", first, last)) for first, last in spans))


def parts_of(url: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses of the records ``ids`` that the search at an address has found, ``PART`` in each."""
    place = place_of(url)
    if place is None or not place.netloc:
        return ()
    base = f"{place.scheme}://{place.netloc}{place.path.rpartition('/')[0]}/efetch.fcgi"
    who = "".join(
        f"&{pair}" for pair in place.query.split("&") if pair.partition("=")[0] in ("tool", "email", "api_key")
    )
    some = [ids[n : n + PART] for n in range(0, len(ids), PART)]
    return tuple(f"{base}?db=pubmed&retmode=xml&id={','.join(part)}{who}" for part in some)


def ids_in(url: str) -> tuple[str, ...]:
    """Return the ids that an address asks for, none where it asks otherwise."""
    place = place_of(url)
    found = _IDS.search(place.query) if place else None
    return tuple(found[1].split(",")) if found else ()


def days_asked(url: str) -> str:
    """Return of which days a search is, in words."""
    place = place_of(url)
    found = dict(pair.partition("=")[::2] for pair in place.query.split("&")) if place else {}
    if days := found.get("reldate"):
        return f"of the last {days} days"
    return (
        "of {mindate} to {maxdate}".format_map(found).replace("%2F", "-")
        if {"mindate", "maxdate"} <= found.keys()
        else ""
    )


def _between(datetype: str, first: date, last: date) -> dict[str, str]:
    return {"datetype": datetype, "mindate": f"{first:%Y/%m/%d}", "maxdate": f"{last:%Y/%m/%d}"}


def _search(source: Source, also: str = "", **asked: object) -> str:
    """The address of one search. A place for a secret stays as it is written."""
    keys = own(source)
    term = keys.query or ""
    given = {"db": "pubmed", "term": f"({term}) AND {also}" if also else term, **asked, "retmax": MOST_IDS}
    given |= {"retmode": "xml", "tool": TOOL} | ({"email": keys.email} if keys.email else {})
    base = (source.url or f"{SITE}/entrez/eutils/").rstrip("/")
    secret = f"&api_key={keys.api_key}" if keys.api_key else ""
    return f"{base}/esearch.fcgi?{urlencode(given)}{secret}"
