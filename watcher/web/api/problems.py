"""Answer errors of the API as problem+json (RFC 9457)."""

from __future__ import annotations

from starlette.responses import Response

from watcher.errors import RuleError
from watcher.model.objects import json_text

CONTENT_TYPE_OF_PROBLEMS = "application/problem+json"
DESCRIPTION = "/api/v1/openapi.json"
RULE_PROBLEM = "RuleProblem"
"""Name of the schema that describes the problem of a text that is no rule."""


def problem_answer(status: int, title: str, detail: str, *, type: str = "about:blank", **more: object) -> Response:
    """Return the answer for an error, as JSON (RFC 9457).

    ``title``: what went wrong, in general.
    ``detail``: what went wrong in this case.
    ``status``: HTTP status. ``more``: further members of the JSON object.
    ``type``: address by which programs know this kind of problem.
    """
    shown = {"type": type, "status": status, "title": title, "detail": detail, **more}
    return Response(json_text(shown), status, headers={"Content-Type": CONTENT_TYPE_OF_PROBLEMS})


def rule_answer(error: RuleError) -> Response:
    """Return the answer for a text that is no rule, with the place of the mistake."""
    kind = f"{DESCRIPTION}#/components/schemas/{RULE_PROBLEM}"
    return problem_answer(400, "this is no rule", str(error), type=kind, start=error.start, end=error.end)
