"""Define the operations of the API, and what each answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from watcher.citations.formats import FORMATS
from watcher.citations.keys import citation_key
from watcher.errors import RuleError, UsageError
from watcher.model import DeliveryState, Hit, Paper
from watcher.model.objects import json_text, paper_json
from watcher.pipeline.marking import kept_by_hand, mark_paper
from watcher.pipeline.report import delivery_json, report_of, told_json, trial_json
from watcher.pipeline.searching import PaperPlace, Search, tried, with_papers
from watcher.store import Transaction
from watcher.store.papers.marks import EVERYBODY, MarkKind
from watcher.web.api.downloads import download, format_asked
from watcher.web.api.problems import problem_answer, rule_answer
from watcher.web.frame import MOST_IN_ANSWER, number_named, site_of
from watcher.web.guard import path_of
from watcher.web.screens.receivers import deliveries_asked
from watcher.web.turns import gone_of
from watcher.web.views.trying import LONGEST_RULE, rule_tried, until_time_is_up

USUAL = 100
"""Things in one answer if nothing else is asked for."""

MOST_TOLD = 100
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})", re.ASCII)

Asked = Mapping[str, str]

WITHOUT_NUL = r"^[^\u0000]*$"
"""Pattern of JSON Schema for a text without NUL, which the guard refuses in every address."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A parameter of an operation.

    ``says``: its meaning, for the description.
    ``form``: which texts it takes, as JSON Schema.
    ``required``: the operation is refused without it.
    """

    name: str
    says: str
    form: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "pattern": WITHOUT_NUL})
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API.

    ``says``: its meaning, for the description.
    ``answer``: returns what is answered, as JSON or as a complete answer. Raises ``UsageError``.
    ``method``: POST if it changes something; that needs the token in a header.
    """

    path: str
    says: str
    answer: Callable[[Request, Asked], Any]
    parameters: tuple[AskedFor, ...] = ()
    method: str = "GET"


def answered(operation: Operation) -> Callable[[Request], Response]:
    """Return the endpoint of an operation, for the table of addresses."""

    def endpoint(request: Request) -> Response:
        visitor = request.scope["visitor"]
        if operation.method == "POST" and (not visitor.may_act or visitor.session):
            return problem_answer(403, "this needs the token", "Show it in a header: Authorization: Bearer TOKEN")
        known = {one.name for one in operation.parameters}
        asked = dict(request.query_params)
        try:
            if strange := sorted(asked.keys() - known):
                raise UsageError(f"there is no parameter {strange[0][:60]!r}; there are: {', '.join(known) or 'none'}")
            for one in operation.parameters:
                if one.required and not asked.get(one.name):
                    raise UsageError(f"say {one.name}: {one.says}")
            found = operation.answer(request, asked)
        except RuleError as error:
            return rule_answer(error)
        except UsageError as error:
            return problem_answer(400, "what was asked for cannot be answered", str(error))
        if isinstance(found, Response):
            return found
        if found is None:
            return problem_answer(404, "nothing is stored under this name", f"{path_of(request)} found nothing")
        return Response(json_text(found), headers={"Content-Type": "application/json"})

    return endpoint


def _status(request: Request, asked: Asked) -> Any:
    site = site_of(request)
    return report_of(site.store, site.config(), site.clock())


def _papers(request: Request, asked: Asked) -> Any:
    """Return a page of papers, newest digest day first. ``next`` is the cursor of the next page, null at the end."""
    site, limit, written = site_of(request), _limit(asked), format_asked(asked)
    rule = rule_tried(asked["q"]) if asked.get("q") else None
    with site.store.reading() as tx:
        since = _since(asked, site.clock().astimezone(UTC).date())
        search = Search(tx, rule, since, after=_cursor(asked), stop=until_time_is_up(gone_of(request)))
        every = search.matches(rule) if rule else ((document.paper, None) for _, document in search)
        starred = _starred(tx, asked)
        wanted = (one for one in every if starred is None or one[0].id in starred)
        found: list[tuple[Paper, Hit | None]] = list(islice(wanted, limit))
    last = (found[-1][0].digest_day, found[-1][0].id) if len(found) == limit else search.cut_at
    following = f"{last[0]}.{last[1]}" if last else None
    if written:
        return download(request, written, found, "papers", following)
    return {"papers": [paper_json(*one) for one in found], "next": following}


def _paper(request: Request, asked: Asked) -> Any:
    written = format_asked(asked)
    with site_of(request).store.reading() as tx:
        paper = tx.papers.find(asked["key"])
        if paper is None:
            return None
        if written:
            return download(request, written, [(paper, None)], citation_key(paper))
        shown = paper_json(paper, None)
        del shown["strength"]
        told = [told_json(one) for one in tx.history.of_paper(paper.id, MOST_TOLD + 1)]
        keys = tx.papers.keys(paper.id)
    return shown | {"keys": keys, "told": told[:MOST_TOLD], "is_more_told": len(told) > MOST_TOLD}


def _starred(tx: Transaction, asked: Asked) -> frozenset[int] | None:
    """Return the ids of the papers that may be part of the answer, None for all."""
    if asked.get("starred", "") not in ("", "yes"):
        raise UsageError("starred is `yes`, or is left out for all papers")
    return frozenset(tx.marks.papers(MarkKind.STAR, EVERYBODY)) if asked.get("starred") else None


def _marking(kind: MarkKind) -> Callable[[Request, Asked], Any]:
    """Return an answer function that marks a paper, or takes the mark back with ``off=yes``."""

    def marked(request: Request, asked: Asked) -> Any:
        if asked.get("off", "") not in ("", "yes"):
            raise UsageError("off is `yes`, or is left out to set the mark")
        site, off = site_of(request), bool(asked.get("off"))
        if site.buttons is None:
            raise UsageError("these pages only show: `watcher run` serves those that change something")
        with site.store.transaction() as tx:
            paper = tx.papers.find(asked["key"])
            if paper is None:
                return None
            changed = mark_paper(tx, paper, kind, site.clock(), site.config(), off=off)
        site.buttons.wake()
        return {"key": paper.key, kind.value: not off, "changed": changed}

    return marked


def _keep(request: Request, asked: Asked) -> Any:
    """Keep a paper at a place of the config."""
    site = site_of(request)
    if site.buttons is None:
        raise UsageError("these pages only show: `watcher run` serves those that change something")
    with site.store.transaction() as tx:
        paper = kept_by_hand(tx, asked["key"], asked["place"], site.clock(), site.config())
        places = tx.kept.places_of(paper.id)
    site.buttons.wake()
    return {"key": paper.key, "kept": places}


def _trial(request: Request, asked: Asked) -> Any:
    """Return what a rule would have told. ``cut_at`` is the day at which its time was over, null if all was tried."""
    site, rule = site_of(request), rule_tried(asked["q"])
    since = _since(asked, site.clock().astimezone(UTC).date())
    with site.store.reading() as tx:
        bounded = tried(tx, rule, since, until_time_is_up(gone_of(request)))
        trial = with_papers(tx, bounded.trial)
    return trial_json(trial, rule.text, since if asked.get("since") else None) | {"cut_at": bounded.until}


def _deliveries(request: Request, asked: Asked) -> Any:
    state = asked.get("state", "")
    if state not in ("", *DeliveryState):
        raise UsageError(f"there is no such state; there are: {', '.join(DeliveryState)}")
    site, wanted = site_of(request), DeliveryState(state) if state else None
    with site.store.reading() as tx:
        found = deliveries_asked(tx, wanted, asked.get("receiver", ""), site.clock(), _limit(asked))
    return {"deliveries": [delivery_json(one) for one in found]}


# --- what is asked for ---


def _limit(asked: Asked) -> int:
    limit = number_named(asked.get("limit", str(USUAL)), MOST_IN_ANSWER)
    if limit is None:
        raise UsageError(f"limit is a number from 1 to {MOST_IN_ANSWER}")
    return limit


def _since(asked: Asked, today: date) -> date:
    text = asked.get("since")
    if text is None:
        return date.min
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"since is a day such as {today - timedelta(days=30)}") from None


def _cursor(asked: Asked) -> PaperPlace | None:
    text = asked.get("cursor", "")
    found = _PLACE.fullmatch(text)
    try:
        if found:
            return date.fromisoformat(found[1]), int(found[2])
    except ValueError:
        found = None
    if text:
        raise UsageError("a cursor is what `next` of the answer before says")
    return None


_RULE = {
    "type": "string",
    "pattern": WITHOUT_NUL,
    "minLength": 1,
    "maxLength": LONGEST_RULE,
    "examples": ["title:agent* -survey"],
}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": MOST_IN_ANSWER, "default": USUAL}
_Q = AskedFor("q", "a rule, as in a subscription; all papers if empty", {**_RULE, "minLength": 0})
_SINCE = AskedFor("since", "only papers announced since this day: 2026-03-01", {"type": "string", "format": "date"})
_LIMIT = AskedFor("limit", f"how many at most, up to {MOST_IN_ANSWER}; {USUAL} if left out", _NUMBER)
_DAYS = (
    r"\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])",
    r"\d\d-(0[13-9]|1[0-2])-(29|30)",
    r"\d\d-(0[13578]|1[02])-31",
)
_LEAP = r"(19|20)(0[48]|[2468][048]|[13579][26])-02-29|2000-02-29"
_CURSOR = {"type": "string", "pattern": rf"^$|^((19|20)({'|'.join(_DAYS)})|{_LEAP})\.\d{{1,18}}$"}
_AFTER = AskedFor("cursor", "what `next` of the answer before says; the first page if empty", _CURSOR)
_KEY = {"type": "string", "pattern": WITHOUT_NUL, "minLength": 1}
_STATE = {"type": "string", "enum": [one.value for one in DeliveryState]}
_FORMAT = AskedFor("format", f"a file in place of JSON: {', '.join(FORMATS)}", {"type": "string", "enum": [*FORMATS]})
_YES = {"type": "string", "enum": ["yes"]}
_STARRED = AskedFor("starred", "`yes`: only those that were starred", _YES)
_MARKED = (
    AskedFor("key", "a key, an arXiv id, a DOI or a link", _KEY, required=True),
    AskedFor("off", "`yes`: take the mark back", _YES),
)
OPERATIONS = (
    Operation("/api/v1/status", "How all is doing: what `watcher status --json` prints.", _status),
    Operation(
        "/api/v1/papers",
        "Stored papers, or those that a rule matches, newest digest day first.",
        _papers,
        (
            _Q,
            _SINCE,
            _LIMIT,
            AskedFor("cursor", "what `next` of the answer before says; the first page if empty", _CURSOR),
            _FORMAT,
            _STARRED,
        ),
    ),
    Operation(
        "/api/v1/paper",
        "All that is known of a paper, and who was told.",
        _paper,
        (AskedFor("key", "a key, an arXiv id, a DOI or a link", _KEY, required=True), _FORMAT),
    ),
    Operation(
        "/api/v1/trial",
        "What a rule would have told: what `watcher backtest --json` prints.",
        _trial,
        (AskedFor("q", "a rule, as in a subscription", _RULE, required=True), _SINCE),
    ),
    Operation(
        "/api/v1/deliveries",
        "Messages, newest first, and how they ended; without a receiver or another state than sent, those of 30 days.",
        _deliveries,
        (AskedFor("state", "pending, sent, dead …", _STATE), AskedFor("receiver", "a receiver's name"), _LIMIT),
    ),
    Operation("/api/v1/star", "Star a paper.", _marking(MarkKind.STAR), _MARKED, method="POST"),
    Operation(
        "/api/v1/keep",
        "Keep a paper at a place of the config.",
        _keep,
        (_MARKED[0], AskedFor("place", "a name under `keep`", _KEY, required=True)),
        method="POST",
    ),
    Operation("/api/v1/read", "Mark a paper as read.", _marking(MarkKind.READ), _MARKED, method="POST"),
)
