"""Describe the API in the form of OpenAPI, from the table of its operations."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from watcher import __version__
from watcher.citations.formats import FORMATS
from watcher.model.objects import PAPER_FIELDS, json_text
from watcher.pipeline.report import TRIAL_FIELDS
from watcher.web.api.operations import OPERATIONS, Operation
from watcher.web.api.problems import CONTENT_TYPE_OF_PROBLEMS, RULE_PROBLEM

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def description_screen(request: Request) -> Response:
    """Answer with the OpenAPI description of the API, as JSON."""
    return Response(json_text(described_api()), headers={"Content-Type": "application/json"})


def described_api() -> dict[str, Any]:
    """Return the description as an object (OpenAPI 3.1)."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "watcher", "version": __version__},
        "paths": {one.path: {one.method.lower(): _described(one)} for one in OPERATIONS},
        "security": [{}, {"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Paper": {"type": "object", "required": [*PAPER_FIELDS, "listings"]},
                "Problem": {
                    "type": "object",
                    "required": ["type", "status", "title", "detail"],
                    "properties": {
                        "type": {"type": "string", "format": "uri-reference"},
                        "status": {"type": "integer"},
                        "title": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                },
                RULE_PROBLEM: {
                    "description": "`q` is no rule. The mistake stands from character `start` to `end`, from 0.",
                    "allOf": [_PROBLEM],
                    "required": ["start", "end"],
                    "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}},
                },
            },
        },
    }


def _described(one: Operation) -> dict[str, Any]:
    failures = {"400": "It cannot be answered.", "401": "The token is asked for.", "404": "There is no such thing."}
    failures |= {"503": "The database does not answer, or other rules are being tried: ask again after `Retry-After`."}
    if one.method == "POST":
        failures["403"] = "The token is asked for, in a header."
    takes_rule = any(parameter.name == "q" for parameter in one.parameters)
    rule_problem = {"$ref": f"#/components/schemas/{RULE_PROBLEM}"}
    wrong = {"anyOf": [rule_problem, _PROBLEM]} if takes_rule else _PROBLEM
    return {
        "operationId": one.path.rpartition("/")[2],
        "summary": one.says,
        "parameters": [
            {
                "name": parameter.name,
                "in": "query",
                "required": parameter.required,
                "description": parameter.says,
                "schema": dict(parameter.form),
            }
            for parameter in one.parameters
        ],
        "responses": {
            "200": {"description": "What was asked for.", "content": _content(one)},
            **{
                status: {
                    "description": says,
                    "content": {CONTENT_TYPE_OF_PROBLEMS: {"schema": wrong if status == "400" else _PROBLEM}},
                }
                for status, says in failures.items()
            },
        },
    }


def _content(one: Operation) -> dict[str, Any]:
    """Return the kinds of content that an operation answers with: JSON, and files if it takes a format."""
    files = FORMATS.values() if any(parameter.name == "format" for parameter in one.parameters) else ()
    return {
        "application/json": {"schema": _schema(one)},
        **{file.media_type: {"schema": {"type": "string"}} for file in files},
    }


def _schema(one: Operation) -> dict[str, Any]:
    paper = {"$ref": "#/components/schemas/Paper"}
    match one.path.rpartition("/")[2]:
        case "paper":
            return paper
        case "papers":
            listed = {"papers": {"type": "array", "items": paper}, "next": {"type": ["string", "null"]}}
            return {"type": "object", "required": ["papers", "next"], "properties": listed}
        case "deliveries":
            some = {"type": "array", "items": {"type": "object"}}
            return {"type": "object", "required": ["deliveries"], "properties": {"deliveries": some}}
        case "trial":
            return {"type": "object", "required": [*TRIAL_FIELDS, "cut_at"]}
        case "star" | "read" as mark:
            return {"type": "object", "required": ["key", mark, "changed"]}
        case "keep":
            return {"type": "object", "required": ["key", "kept"]}
    return {"type": "object", "required": ["daemon", "papers", "sources", "subscriptions", "deliveries", "late"]}
