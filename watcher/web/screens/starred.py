"""The page of starred papers, the last star first."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from watcher.store.papers.marks import EVERYBODY, MarkKind
from watcher.web.frame import MOST_IN_ANSWER, address, file_links, shown, site_of
from watcher.web.screens.day import MOST, page_named
from watcher.web.views.cards import card_of, marked_cards


def starred_screen(request: Request) -> Response:
    """Show a page of the starred papers."""
    names = site_of(request).config().display_names
    with site_of(request).store.reading() as tx:
        ids = tx.marks.papers(MarkKind.STAR, EVERYBODY)
        page = page_named(request.query_params.get("page", ""), len(ids))
        papers = tx.papers.get(ids[(page - 1) * MOST : page * MOST])
        matches = tx.browsing.matches_of([paper.id for paper in papers])
        cards = [card_of(paper, [one for one in matches if one.paper_id == paper.id], names) for paper in papers]
        return shown(
            request,
            tx,
            "starred.html",
            cards=marked_cards(tx, papers, cards),
            count=len(ids),
            page=page,
            pages=-(-len(ids) // MOST),
            files=file_links("/api/v1/papers", starred="yes", limit=MOST_IN_ANSWER),
            to_page=lambda n: address("/starred", page=n),
        )
