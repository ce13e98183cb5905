"""The page on which a rule is tried: its matches, their number a day, what each term finds, the subscription."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from watcher.config import Config, name_for, subscription_lines
from watcher.errors import RuleError
from watcher.model import FoundPaper, Hit, rank_of
from watcher.pipeline.searching import BoundedTrial, with_marks
from watcher.rules import Rule
from watcher.rules.advice.trial import Trial
from watcher.rules.advice.typed import doubts_of
from watcher.store import Transaction
from watcher.web.frame import MOST_IN_ANSWER, address, feed_links, file_links, shown, site_of
from watcher.web.rule_test import receivers_of
from watcher.web.screens.day import page_named
from watcher.web.turns import gone_of
from watcher.web.views.cards import card_of_hit
from watcher.web.views.drawing import Chart, bars_of
from watcher.web.views.trying import FIRST, as_subscription, rule_tried, until_time_is_up

SPANS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("all", "all stored papers"))
USUAL = "30"
MOST_BARS = 45
MOST_WEEKS = 260
"""Most weeks, back from today, that have bars."""

MOST_TERMS = 40
SHOWN = 20
"""Most strong matches on one page."""

MOST_WEAK = 20
MOST_RECEIVERS = 200
"""Most receivers that are offered to send a test to."""

EXAMPLES = ('"continual learning" OR "catastrophic forgetting"', "title:agent* -survey", 'about:"KV cache" upvotes>=20')


def search_screen(request: Request) -> Response:
    """Show the form, and what ``q`` finds within ``days``. The search stops if the visitor has left."""
    site = site_of(request)
    text = request.query_params.get("q", "").replace("\r\n", "\n").strip()
    span = request.query_params.get("days", USUAL)
    span = span if span in dict(SPANS) else USUAL
    with site.store.reading() as tx:
        found: dict[str, Any] = {"rule": None, "error": None, "feeds": ()}
        if text:
            try:
                found = _found(tx, rule_tried(text), request, span)
            except RuleError as error:
                found |= {"error": _placed(error, text)}
        return shown(request, tx, "search.html", q=text, days=span, spans=SPANS, examples=EXAMPLES, **found)


def _placed(error: RuleError, text: str) -> Mapping[str, str]:
    """Return an error with the rule in three parts: before the mistake, the mistake, and after it."""
    start = min(max(error.start, 0), len(text))
    end = min(max(error.end, start + 1), start + 200)
    return {
        "what": error.what,
        "hint": error.hint,
        "before": text[max(0, start - 500) : start],
        "wrong": text[start:end] or "␣",
        "after": text[end : end + 500],
    }


def _found(tx: Transaction, rule: Rule, request: Request, span: str) -> dict[str, Any]:
    today = site_of(request).clock().astimezone(UTC).date()
    since = date.min if span == "all" else today - timedelta(days=int(span) - 1)
    bounded = _tried(tx, rule, since, request)
    trial = bounded.trial
    strong, weak = (_best([one for one in trial.matches if one[1].strong is is_strong]) for is_strong in (True, False))
    page = page_named(request.query_params.get("page", ""), len(strong), SHOWN)
    lately = _lately(trial, today)
    is_daily = len(lately.days) <= MOST_BARS
    config = site_of(request).config()
    names = config.display_names
    return {
        "rule": rule,
        "feeds": feed_links(request, "q", rule.text),
        "files": file_links("/api/v1/papers", q=rule.text, since="" if span == "all" else since, limit=MOST_IN_ANSWER),
        "error": None,
        "doubts": doubts_of(rule),
        "trial": trial,
        "until": bounded.until,
        "of": tx.papers.count() if bounded.until and since == date.min else None,
        "chart": _chart(lately, is_daily=is_daily),
        "is_daily": is_daily,
        "per_week": lately.per_week,
        "terms": trial.terms[:MOST_TERMS],
        "more_terms": max(0, len(trial.terms) - MOST_TERMS),
        "cards": [card_of_hit(*one, names) for one in with_marks(tx, rule, strong[(page - 1) * SHOWN : page * SHOWN])],
        "weak": [card_of_hit(*one, names) for one in with_marks(tx, rule, weak[:MOST_WEAK])],
        "strong_count": len(strong),
        "weak_count": len(weak),
        "page": page,
        "pages": -(-len(strong) // SHOWN),
        "to_page": lambda n: address("/search", [("q", rule.text), ("days", span), ("page", n)]),
        "told": as_subscription(trial, today, min(30, int(span) if span != "all" else 30)),
        "is_short": _is_short(bounded, today),
        "lines": "\n".join(_lines(rule, config)),
        "receivers": receivers_of(config)[:MOST_RECEIVERS],
    }


def _tried(tx: Transaction, rule: Rule, since: date, request: Request) -> BoundedTrial:
    """Try a rule, or go on with its last trial. The result of a finished trial is taken as it is."""
    kept, stamp = site_of(request).trials, tx.browsing.stamp()
    running, goes_on = kept.take(rule, since, stamp)
    bounded = running.go_on(tx, until_time_is_up(gone_of(request), None if goes_on else FIRST))
    kept.keep(rule, since, stamp, running)
    return bounded


def _best(some: Sequence[tuple[FoundPaper, Hit]]) -> list[int]:
    """Return the ids of matches in the order of messages; of equal ones, the newest comes first."""
    return [one.id for one, hit in sorted(some, key=lambda one: (rank_of(one[0], one[1].score), -one[0].id))]


def _is_short(bounded: BoundedTrial, today: date) -> bool:
    """Return whether the trial was cut within the days by which a subscription is judged."""
    return bounded.until is not None and bounded.until > today - timedelta(days=30)


def _lately(trial: Trial[FoundPaper], today: date) -> Trial[FoundPaper]:
    """Return what a trial found in the last ``MOST_WEEKS``.

    Sites may give any day, and nobody wants bars from the year 1 to 9999.
    """
    first = today - timedelta(weeks=MOST_WEEKS)
    matches = [one for one in trial.matches if first <= one[0].digest_day <= today]
    return replace(trial, days=tuple(day for day in trial.days if first <= day <= today), matches=tuple(matches))


def _chart(trial: Trial[FoundPaper], *, is_daily: bool) -> Chart | None:
    """Return bars of the matches a day, or a week if there are many days, with strong ones below; or None."""
    if not trial.matches:
        return None
    counts = trial.by_day() if is_daily else trial.by_week()
    strong: Counter[date] = Counter()
    for paper, hit in trial.matches:
        day = paper.digest_day
        strong[day if is_daily else day - timedelta(days=day.weekday())] += hit.strong
    return bars_of(counts, strong, unit="matching paper")


def _lines(rule: Rule, config: Config) -> list[str]:
    """Return the lines of the subscription with this rule, as the config would have them."""
    taken = {one.name for one in config.subscriptions}
    to = next(iter(config.receivers), "me")
    return subscription_lines(name_for(rule.text, taken), rule.text, [to], "daily at 08:00")
