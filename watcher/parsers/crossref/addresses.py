"""Make the addresses of lists of works at Crossref, and check what the config asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from watcher.model import Source
from watcher.parsers.apis.cursors import query_of, with_defaults
from watcher.parsers.apis.issn import issn_in, what_is_wrong
from watcher.parsers.common.dates import day_of
from watcher.parsers.crossref.keys import CrossrefKeys, own
from watcher.parsers.parser import Mistake

SITE = "https://api.crossref.org/"
WAYS = {"created": "from-created-date", "indexed": "from-index-date"}
"""Value of the key ``by`` → Crossref's filter."""

ROWS = 200
"""Most works in one answer."""

MOST_JOURNALS = 50
LONGEST = 4_000

FIELDS = (
    "DOI type title subtitle abstract author container-title group-title subject published published-online "
    "published-print posted issued created indexed relation update-to updated-by"
)
"""The fields of works to ask for. Without the references, an answer is a tenth as long."""

LAG = timedelta(days=1)
"""A work is found about 20 minutes after its registration, and filters take whole days (UTC)."""

_FILTER = re.compile(r"[a-z][a-z.-]{1,60}:[^,]+(?:,[a-z][a-z.-]{1,60}:[^,]+)*")
_SINCE = re.compile(r"(from-(?:created|index)-date:)(\d{4}-\d\d-\d\d)")
_OWN_FILTERS = tuple(WAYS.values())


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the address of the list of works that were registered, or changed, within the look-back.

    ``today``: the day of the poll (UTC).
    """
    if source.url:
        order = {} if earliest_asked(source.url) else {"sort": "created", "order": "desc"}
        asked = {"rows": str(ROWS), "select": FIELDS.replace(" ", ","), "cursor": "*"}
        return (with_defaults(source.url, order | asked),)
    return (_list(own(source), today - timedelta(days=source.look_back)),)


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the address for works from ``since`` to now; nothing if the list of ``starts`` goes back so far."""
    day = (since - LAG).date()
    is_covered = day >= now.date() - timedelta(days=source.look_back)
    return () if source.url or is_covered else (_list(own(source), day),)


def known_as(source: Source, url: str) -> str:
    """Return the address of a list without the day in it, which is another at every poll."""
    return _SINCE.sub(r"\1", url)


def earliest_asked(url: str) -> datetime | None:
    """Return the instant from which on an address asks for works, None if it asks for all."""
    found = _SINCE.search(url)
    day = day_of(found[2]) if found else None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _list(keys: CrossrefKeys, begin: date) -> str:
    issns = [f"issn:{issn}" for one in keys.journal if (issn := issn_in(one))]
    parameters = {
        "filter": ",".join([*issns, *keys.filter, f"{WAYS.get(keys.by or '', WAYS['created'])}:{begin}"]),
        "query": keys.query or "",
        "rows": str(ROWS),
        "select": FIELDS.replace(" ", ","),
        "cursor": "*",
    }
    return f"{SITE}works?{query_of(parameters)}"


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    asked = [name for name in ("journal", "filter", "query") if getattr(keys, name)]
    if source.url:
        for name in asked:
            yield Mistake(name, f"`url` already says what is asked for: `{name}` is not read", "remove one of them")
        return
    if not asked:
        yield Mistake(
            "journal", "a crossref source needs something to ask for", "write journal: [1234-5679], filter or query"
        )
    if keys.by not in (None, *WAYS):
        yield Mistake("by", f"Crossref is not read by `{keys.by}`", f"write {' or '.join(WAYS)}")
    for n, one in enumerate(keys.journal):
        if issn_in(one) is None:
            yield Mistake("journal", f"`{one[:60]}` {what_is_wrong(one)}", "write ISSNs: journal: [1234-5679]", n)
    if len(keys.journal) > MOST_JOURNALS:
        yield Mistake("journal", f"more than {MOST_JOURNALS} journals in one list are slow", "make two sources")
    for n, one in enumerate(keys.filter):
        if not _FILTER.fullmatch(one):
            yield Mistake("filter", f"`{one[:60]}` is no filter", "write name:value, as in type:journal-article", n)
        elif one.startswith(_OWN_FILTERS):
            yield Mistake(
                "filter", f"`{one[:60]}`: how far back is asked is set by look_back", "write by: indexed, or none", n
            )
    if len(starts(source, date(2026, 1, 1))[0]) > LONGEST:
        longest = max(asked, key=lambda name: len(str(getattr(keys, name))))
        yield Mistake(longest, f"the address would be longer than {LONGEST} characters", "make two sources")
