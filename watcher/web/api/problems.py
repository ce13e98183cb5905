"""Answer errors of the API as problem+json (RFC 9457)."""

from __future__ import annotations

from starlette.responses import Response

from watcher.model.objects import json_text

CONTENT_TYPE_OF_PROBLEMS = "application/problem+json"


def problem_answer(status: int, title: str, detail: str, **more: object) -> Response:
    """Return the answer for an error, as JSON (RFC 9457).

    ``title``: what went wrong, in general.
    ``detail``: what went wrong in this case.
    ``status``: HTTP status. ``more``: further members of the JSON object.
    """
    shown = {"type": "about:blank", "status": status, "title": title, "detail": detail, **more}
    return Response(json_text(shown), status, headers={"Content-Type": CONTENT_TYPE_OF_PROBLEMS})
