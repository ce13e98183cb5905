"""The page of incidents, open and ended."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from watcher.model import IncidentKind
from watcher.render.notice import advice_on, subject_words
from watcher.web.frame import shown, site_of

ENDED = 50


def incidents_screen(request: Request) -> Response:
    """Show the open incidents, and those that ended last."""
    names = site_of(request).config().display_names
    with site_of(request).store.reading() as tx:
        ended = tx.browsing.incidents_ended(ENDED + 1)
        return shown(
            request,
            tx,
            "incidents.html",
            lasting=[(one, advice_on(one.incident.kind)) for one in tx.incidents.all_open()],
            ended=ended[:ENDED],
            is_more_ended=len(ended) > ENDED,
            subject_of=lambda kind, subject: subject_words(IncidentKind(kind), subject, names),
        )
