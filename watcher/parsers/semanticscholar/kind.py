"""Semantic Scholar: lists of papers, newest first. Its API is described at https://api.semanticscholar.org/api-docs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.apis.answers import Values, answer_of, line_at, number_of, objects_of
from watcher.parsers.apis.cursors import next_address, parameter_of
from watcher.parsers.apis.missing import field_that_is_gone
from watcher.parsers.apis.order import runs_upwards
from watcher.parsers.body import SavedBody
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.sniff import BodyForm
from watcher.parsers.parser import Parser, SavedForm
from watcher.parsers.semanticscholar.addresses import LAG, NEWEST_FIRST, known_as, missed, mistakes, starts
from watcher.parsers.semanticscholar.keys import SemanticScholarKeys
from watcher.parsers.semanticscholar.paper import entry_of, id_of_paper

LOOKED_FOR = "an answer of Semantic Scholar"
MANY = 10
"""Fewest papers of which one at least must have a title, and one an author."""

CHANCE = 2
"""Most papers by which the number that is said may be wrong: it is an estimate."""


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read a list of papers."""
    answer = answer_of(body, LOOKED_FOR)
    if isinstance(answer, Unreadable):
        return answer
    total, given = number_of(answer, "total"), answer.get("data")
    if given is None and (said := line_at(answer, "error", 300) or line_at(answer, "message", 300)):
        return Unreadable(f"Semantic Scholar answers: {said}")
    if not isinstance(given, list) and not (given is None and total == 0):
        return Unreadable(f"looked for {LOOKED_FOR}, found JSON without data")
    papers, following = objects_of(answer, "data"), _next(answer, url)
    is_first = not parameter_of(url, "token") and not parameter_of(url, "offset")
    if not papers and total and total > CHANCE and is_first:
        return Unreadable(f"Semantic Scholar says that it has {total:,} papers, and shows none")
    # A first page that names no next one is whole by its own account, whatever the estimate says.
    return _read(papers, url, total, following, None if is_first and following is None else total)


def _next(answer: Values, url: str) -> str | None:
    """Return the address of the next page: by the token of a list, or the position in the papers of an author."""
    if position := clean.number(answer.get("next")):
        return next_address(url, str(position), "offset", adds=True)
    return next_address(url, answer.get("token"), "token", adds=True)


def _read(
    papers: Sequence[Values], url: str, found: int | None, following: str | None, total: int | None
) -> Reading | Unreadable:
    entries = [entry for paper in papers if (entry := entry_of(paper))]
    if nameless := sum(id_of_paper(paper) is None for paper in papers):
        return Unreadable(f"{nameless} of {len(papers)} papers have no id of Semantic Scholar")
    if len(papers) >= MANY and not entries:
        return Unreadable(f"none of {len(papers)} papers has a title")
    gone = field_that_is_gone(papers, parameter_of(url, "fields"))
    nobody = len(entries) >= MANY and not gone and not any(entry.authors for entry in entries)
    days = [datetime.combine(day, time.max, UTC) for one in papers if (day := day_of(one.get("publicationDate")))]
    is_by_day = parameter_of(url, "sort") == NEWEST_FIRST
    turned = is_by_day and runs_upwards(days)
    warnings = [gone] if gone else []
    warnings += [f"none of {len(entries)} papers has an author"] if nobody else []
    warnings += ["the newest papers were asked for first, and the oldest stand first"] if turned else []
    return Reading(
        entries=tuple({entry.keys: entry for entry in entries}.values()),
        next=following,
        whole=not warnings,
        warnings=tuple(warnings),
        remarks=tuple(_remarks(entries, papers, found)),
        total=total,
        records=len(papers),
        reaches=min(days) if is_by_day and days and not turned else None,
    )


def _remarks(entries: Sequence[Entry], papers: Sequence[Values], found: int | None) -> list[str]:
    counted = (
        (found or 0, "papers are found in all, as far as Semantic Scholar can estimate it"),
        (len(papers) - len(entries), "without a title are left out"),
        (sum(bool(entry.forms) for entry in entries), "name their preprints"),
        (sum(entry.published is None for entry in entries), "have no day, only a year"),
        (sum(not entry.abstract for entry in entries), "have no abstract there"),
    )
    return [f"{n:,} {what}" for n, what in counted if n]


def _is_answer(body: SavedBody) -> bool:
    return body.form is BodyForm.JSON and b'"paperId"' in body.head and b'"data"' in body.head


PARSER = Parser(
    kind="semanticscholar",
    version=1,
    own=SemanticScholarKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    known_as=known_as,
    shows_again=lambda source: LAG if source.url is None else None,
    is_passing=lambda source: True,
    lag=LAG,
    missed=missed,
    asks_back=lambda source: source.url is None,
    tells=lambda source: frozenset({"title", "abstract", "author", "category", "venue", "published", "listed"}),
    parse=lambda body, url, source: parse(body, url),
    saves="answers of Semantic Scholar",
    saved=(SavedForm("semanticscholar papers", _is_answer, lambda body: parse(body.data, "")),),
)
