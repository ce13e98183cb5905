"""The config's keys of sources of kind ``oai``, and the requests that follow from them.

Days are asked for as days, which every repository takes, whatever its granularity is
(http://www.openarchives.org/OAI/openarchivesprotocol.html, 3.3 and 2.7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlunsplit

from watcher.model import Source
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import KeyForm, in_spans, key, own_keys

DUBLIN_CORE = "oai_dc"
FORMS = (DUBLIN_CORE, "arXiv", "arXivRaw")

LAG = timedelta(days=1)
"""A record bears the day of its last change, and repositories keep days of their own."""

SPAN = timedelta(weeks=1)
"""Time of which a repository is asked at once: of arXiv some 8,000 records."""

ARGUMENTS = frozenset({"verb", "metadataPrefix", "set", "from", "until", "resumptionToken", "identifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiKeys:
    """Which sets of a repository are read, and in which form."""

    set: tuple[str, ...] = key("Sets of the repository (ListSets), such as cs:cs:CL.", KeyForm.TEXTS, default=())
    metadata: str | None = key("The form of the records: oai_dc, of arXiv also arXiv and arXivRaw.")


def own(source: Source) -> OaiKeys:
    """The source's own keys."""
    return own_keys(source, OaiKeys)


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the requests of each poll, one for each set: what was changed within the look-back before ``today``."""
    return _lists(source, {"from": str(today - timedelta(days=source.look_back) - LAG)})


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the requests for what was changed from ``since`` to now; nothing if those of ``starts`` go back so far."""
    if since.date() > now.date() - timedelta(days=source.look_back):
        return ()
    spans = in_spans((since - LAG).date(), now.date(), SPAN)
    return tuple(one for first, last in spans for one in _lists(source, {"from": str(first), "until": str(last)}))


def list_name(source: Source, url: str) -> str:
    """Return an address without its first day, unless it has a last day, too: the first day changes daily."""
    place = place_of(url)
    if place is None or "until=" in place.query:
        return url
    return urlunsplit(
        place._replace(query="&".join(p for p in place.query.split("&") if p.partition("=")[0] != "from"))
    )


def set_in(source: Source, url: str) -> str:
    """The set of a list, where there are several."""
    return _asked(url).get("set", "") if len(own(source).set) > 1 else ""


def page_behind(url: str, token: str) -> str | None:
    """Return the address of the page behind a token; None where the address of this page is not known."""
    place = place_of(url)
    if place is None or not place.netloc:
        return None
    return _request(url, {"verb": "ListRecords", "resumptionToken": token})


def asked_since(url: str) -> date | None:
    """Return the first day that a request asks for, None where it names none."""
    return day_of(_asked(url).get("from", ""))


def _asked(url: str) -> dict[str, str]:
    place = place_of(url)
    try:
        return dict(parse_qsl(place.query, max_num_fields=100)) if place else {}
    except ValueError:
        return {}


def _lists(source: Source, days: dict[str, str]) -> tuple[str, ...]:
    keys = own(source)
    asked = {"verb": "ListRecords", "metadataPrefix": keys.metadata or DUBLIN_CORE}
    some = [{"set": one} for one in keys.set] or [{}]
    return tuple(_request(source.url or "", asked | within | days) for within in some)


def _request(url: str, arguments: dict[str, str]) -> str:
    """A request to the repository at an address, beside what the address has of its own: a place for a secret."""
    place = place_of(url)
    if place is None:
        return url
    kept = [pair for pair in place.query.split("&") if pair and pair.partition("=")[0] not in ARGUMENTS]
    return urlunsplit(place._replace(query="&".join([urlencode(arguments, safe=":"), *kept]), fragment=""))
