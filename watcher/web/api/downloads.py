"""Answer with papers as files for reference managers and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from watcher.citations.formats import FORMATS, CitationFormat
from watcher.errors import UsageError
from watcher.model import Hit, Paper
from watcher.web.frame import address
from watcher.web.guard import path_of


def format_asked(asked: Mapping[str, str]) -> CitationFormat | None:
    """Return the format that is asked for, None for JSON. Raises ``UsageError`` for an unknown format."""
    name = asked.get("format", "")
    if name and name not in FORMATS:
        raise UsageError(f"there is no such format; there are: {', '.join(FORMATS)}")
    return FORMATS.get(name)


def download(
    request: Request,
    written: CitationFormat,
    found: Iterable[tuple[Paper, Hit | None]],
    name: str,
    following: str | None = None,
) -> Response:
    """Return found papers as a file to download.

    ``name``: of the file.
    ``following``: cursor of the papers after these, None at the end. The header ``Link`` (RFC 8288) has the address of
        that page.
    ``written``: the format. ``found``: papers with what a rule matched in them.
    """
    body = "".join(written.written(found)).encode("utf-8", "replace")
    file = f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)[:80]}.{written.ending}"
    headers = {
        "Content-Type": f"{written.media_type}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{file}"',
    }
    if following:
        asked = [one for one in request.query_params.multi_items() if one[0] != "cursor"]
        headers["Link"] = f'<{address(path_of(request), asked, cursor=following)}>; rel="next"'
    return Response(body, headers=headers)
