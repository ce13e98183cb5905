"""The page of a paper: texts, listings, votes over time, who was told and why, who was not told and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from watcher.config import Config
from watcher.model import MatchedSpan, Paper, Subscription
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.render.clean import one_line
from watcher.render.readable import shown_with
from watcher.render.snippet import Segment, alike, spans_in, whole_text
from watcher.render.view import links, readable_title
from watcher.rules.match.document import Document
from watcher.rules.match.explain import UNTRIED
from watcher.store import Transaction
from watcher.store.history.browsing import CountThen, PaperMatch
from watcher.store.papers.marks import EVERYBODY
from watcher.web.frame import file_links, shown, site_of
from watcher.web.screens.subscriptions import subscription_called
from watcher.web.views.drawing import Chart, curve_of
from watcher.web.views.why import Why, why
from watcher.web.views.words import clock_words

LONGEST = 20_000
"""Most characters of an abstract that are shown."""

MOST_TOLD = 100
MOST_RULES = 60
"""Most rules that are explained because they match, and most because they do not."""


@dataclass(frozen=True, slots=True)
class RuleOfPaper:
    """A subscription, and why its rule matches the paper or does not.

    ``shown_as``: its display name, "" to show its name.
    ``thumb``: what its reader said of the paper: ``up``, ``down``, or "" for nothing.
    """

    name: str
    shown_as: str
    rule: str
    why: Why
    thumb: str = ""


@dataclass(frozen=True, slots=True)
class RulesOfPaper:
    """Some of the rules that match a paper, or of those that do not.

    ``more``: number of further ones.
    """

    first: Sequence[RuleOfPaper]
    more: int


def paper_screen(request: Request) -> Response:
    """Show the paper with the key ``key``."""
    site = site_of(request)
    config = site.config()
    with site.store.reading() as tx:
        paper = tx.papers.find(request.query_params.get("key", ""))
        if paper is None:
            raise HTTPException(404, "No stored paper has this key: it may be one that the address cut off.")
        matches = tx.browsing.matches_of([paper.id])
        counts = tx.browsing.counts_of(paper.id)
        document, rules = Document(paper), SubscriptionRules(tx, site.similar)
        told = tx.history.of_paper(paper.id, MOST_TOLD + 1)
        return shown(
            request,
            tx,
            "paper.html",
            title=readable_title(paper),
            paper=paper,
            texts=list(_texts(paper, matches)),
            links=links(paper),
            files=file_links("/api/v1/paper", key=paper.key),
            facts=list(_facts(paper, tx.papers.keys(paper.id), config.timezone)),
            listings=sorted(paper.listings, key=lambda one: (one.day is None, one.day, one.source), reverse=True),
            votes=_votes(counts, ZoneInfo(config.timezone)),
            matched=_matched(tx, matches, document, rules),
            others=_others(config, matches, document, rules),
            untried=UNTRIED,
            similar=[(one.key, readable_title(one), one.digest_day) for one in site.similar.of(tx, paper)],
            marks=tx.marks.of_papers([paper.id], EVERYBODY).get(paper.id, frozenset()),
            keep_in=[*config.keep],
            kept=tx.kept.places_of(paper.id),
            muted=tx.mutes.of_papers(site.clock()).get(paper.id),
            told=told[:MOST_TOLD],
            is_more_told=len(told) > MOST_TOLD,
        )


def _texts(paper: Paper, matches: Sequence[PaperMatch]) -> Iterator[tuple[str, tuple[Segment, ...]]]:
    """Yield (name, text as segments) of title, summary and abstract with the hits marked; missing ones are left out."""
    places = sorted({place for one in matches for place in one.places})
    yield "title", _marked(paper.title, places, "title") or (Segment(readable_title(paper)),)
    if paper.summary:
        found = spans_in(paper.summary, places, "summary")
        found = found or alike(paper.summary, places, {"title": paper.title, "abstract": paper.abstract})
        yield "summary", whole_text(*shown_with(paper.summary, found), LONGEST)
    if paper.abstract:
        yield "abstract", _marked(paper.abstract, places, "abstract")


def _marked(text: str, places: Sequence[MatchedSpan], field: str) -> tuple[Segment, ...]:
    return whole_text(*shown_with(text, spans_in(text, places, field)), LONGEST)


def _facts(paper: Paper, keys: Sequence[str], zone: str) -> Iterator[tuple[str, str]]:
    facts: Mapping[str, str] = {
        "authors": ", ".join(paper.authors),
        "organization": paper.organization or "",
        "venue": paper.venue or "",
        "note": paper.note or "",
        "keywords": ", ".join(paper.keywords),
        "categories": ", ".join(paper.categories),
        "published": clock_words(paper.published, zone) if paper.published else "",
        "first seen": clock_words(paper.first_seen, zone),
        "submitter": paper.submitter or "",
        "version": f"v{paper.version}" if paper.version else "",
        "known as": ", ".join(keys),
    }
    return ((name, one_line(value, 3000)) for name, value in facts.items() if value)


def _votes(counts: Sequence[CountThen], zone: ZoneInfo) -> Sequence[tuple[str, Chart]]:
    """Return (source, chart of the upvotes over time) for each source that counts upvotes."""
    by_source = sorted(counts, key=lambda one: one.source)
    found = []
    for source, some in groupby(by_source, key=lambda one: one.source):
        values: list[tuple[datetime, int]] = [
            (one.at.astimezone(zone), one.upvotes) for one in some if one.upvotes is not None
        ]
        if chart := curve_of(values):
            found.append((source, chart))
    return found


def _matched(
    tx: Transaction, matches: Sequence[PaperMatch], document: Document, rules: SubscriptionRules
) -> RulesOfPaper:
    """Return the subscriptions that match the paper, with the reasons."""
    names = list(dict.fromkeys(one.subscription for one in matches))
    stored = [saved for name in names[:MOST_RULES] if (saved := subscription_called(tx, name))]
    said = {one.subscription: {True: "up", False: "down", None: ""}[one.up] for one in matches}
    first = [
        replace(_rule(one.subscription, document, rules), thumb=said[one.subscription.full_name]) for one in stored
    ]
    return RulesOfPaper(first, max(0, len(names) - MOST_RULES))


def _others(
    config: Config, matches: Sequence[PaperMatch], document: Document, rules: SubscriptionRules
) -> RulesOfPaper:
    """Return the subscriptions of the config that do not match the paper, with the reasons."""
    matched = {one.subscription for one in matches}
    others = [one for one in config.subscriptions if one.full_name not in matched]
    return RulesOfPaper([_rule(one, document, rules) for one in others[:MOST_RULES]], max(0, len(others) - MOST_RULES))


def _rule(one: Subscription, document: Document, rules: SubscriptionRules) -> RuleOfPaper:
    asked = ", ".join(filter(None, (one.rule, "like its library" if one.library else "")))
    return RuleOfPaper(one.full_name, one.shown_as or one.full_name, asked, why(one, document, rules))
