"""Digest pages of our own making: invented papers, laid out as Hugging Face lays out a day of Daily Papers.

Everything is decided by the arguments; nothing is random between two runs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

Paper = dict[str, Any]

FORENAMES = ["Ada", "Bao", "Chiara", "Dmitri", "Eun-ji", "Fatou", "Goran", "Hana", "Ivo", "Júlia"]
SURNAMES = ["Amberg", "Brisk", "Corvin", "Delmar", "Étienne", "Farrow", "Grünwald", "Holm", "Ishiro", "Jansky"]
SUBJECTS = ["Tide Gauges", "Sparse Orchards", "Noisy Kilns", "Folding Maps", "Quiet Agents", "Multi-Modal Compost"]
VERBS = ["Distilling", "Unlearning", "Aligning", "Sampling", "Compressing", "Rehearsing"]
WAYS = ["with Borrowed Lanterns", "under Slow Weather", "by Counting Pebbles", "in Two Passes", "without Labels"]


def sample_papers(n: int, seed: int = 0) -> list[Paper]:
    """``n`` invented papers with distinct ids and titles, as plain values that :func:`make_page` lays out."""
    chance = random.Random(seed)
    return [_sample(seed * 1000 + i, chance) for i in range(n)]


def _sample(number: int, chance: random.Random) -> Paper:
    title = f"{chance.choice(VERBS)} {chance.choice(SUBJECTS)} {chance.choice(WAYS)}, Part {number}"
    return {
        "id": f"2503.{number % 100000:05d}",
        "title": title,
        "abstract": f"We study {title.lower()} on {chance.randint(2, 90)} invented islands. It works & is <fun>.",
        "authors": [f"{chance.choice(FORENAMES)} {chance.choice(SURNAMES)}" for _ in range(chance.randint(1, 5))],
        "published": f"2025-02-{chance.randint(1, 28):02d}T09:30:00.000Z",
        "upvotes": chance.randint(0, 200),
        "comments": chance.randint(0, 9),
        "submitter": chance.choice(["pebble", "lantern-lab", "kiln42"]),
        "organization": chance.choice([None, "Institute of Made-up Things"]),
        "summary": f"A short word on part {number}.",
        "keywords": ["pebbles", f"part {number}"],
        "code_url": f"https://github.com/example/part-{number}",
        "project_url": f"https://example.org/part-{number}",
        "thumbnail": f"https://thumbnails.example.org/{number}.png",
    }


def make_page(
    day: date | str,
    papers: Sequence[Mapping[str, Any]],
    prev: date | str | None = None,
    next: date | str | None = None,
    era: int = 2026,
    cards: bool = True,
    json: bool = True,
    card_papers: Sequence[Mapping[str, Any]] | None = None,
) -> bytes:
    """The page of one digest day; without ``cards`` or ``json`` that reading is missing from it.

    ``card_papers`` are shown by the cards instead of ``papers``, for pages that disagree with themselves.
    """
    shown = papers if card_papers is None else card_papers
    props = _hydrater(props_of(day, papers, prev, next, era)) if json else '<div data-target="Elsewhere"></div>'
    articles = "\n".join(_card(paper, era) for paper in shown) if cards else ""
    address = f"https://huggingface.co/papers/date/{day}" if era >= 2026 else "https://huggingface.co/papers"
    head = f'<title>Daily Papers - Hugging Face</title><meta property="og:url" content="{address}">'
    links = _link(prev, "Previous", era) + _link(next, "Next", era)
    main = f"<main><h1>Daily Papers</h1>{props}<section>{articles}{links}</section></main>"
    return f"<!doctype html>\n<html>\n<head>{head}</head>\n<body>{main}</body>\n</html>\n".encode()


def truncated(page: bytes, keep: float = 0.5) -> bytes:
    """The first part of a page, as a broken connection leaves it."""
    return page[: int(len(page) * keep)]


def login_page() -> bytes:
    return b"<!doctype html><html><title>Log in to Example</title><form action='/login'><input></form></html>"


def props_of(
    day: date | str,
    papers: Sequence[Mapping[str, Any]],
    prev: date | str | None = None,
    next: date | str | None = None,
    era: int = 2026,
) -> dict[str, Any]:
    """The JSON that a page embeds, of the given era."""
    props: dict[str, Any] = {"canSubmit": False, "dailyPapers": [api_entry(paper, day, era) for paper in papers]}
    props |= {"dateString": str(day), "periodType": "day"} if era >= 2026 else {"date": f"{day}T00:00:00.000Z"}
    props |= {key: str(value) for key, value in [("prevDate", prev), ("nextDate", next)] if value}
    return props


def api_page(papers: Sequence[Mapping[str, Any]], day: date | str) -> bytes:
    """The same papers as the API lists them."""
    return json.dumps([api_entry(paper, day) for paper in papers]).encode()


def api_entry(paper: Mapping[str, Any], day: date | str, era: int = 2026) -> dict[str, Any]:
    """One paper as the embedded JSON and the API have it."""
    inner: dict[str, Any] = {
        "id": paper["id"],
        "authors": [_author(i, name, era) for i, name in enumerate(paper["authors"])],
        "publishedAt": paper["published"],
        "title": paper["title"],
        "summary": paper["abstract"],
        "upvotes": paper["upvotes"],
    }
    entry: dict[str, Any] = {"paper": inner, "publishedAt": f"{day}T23:59:59.000Z", "title": paper["title"]}
    entry |= {"numComments": paper["comments"], "thumbnail": paper["thumbnail"]}
    entry["submittedBy"] = {"fullname": paper["submitter"].title(), "name": paper["submitter"], "type": "user"}
    if era >= 2026:
        inner |= {"submittedOnDailyAt": f"{day}T01:00:00.000Z", "ai_summary": paper["summary"]}
        inner |= {"ai_keywords": list(paper["keywords"]), "githubRepo": paper["code_url"]}
        inner["projectPage"] = paper["project_url"]
        entry["summary"] = paper["abstract"]
        if paper["organization"]:
            entry["organization"] = inner["organization"] = {"name": "imt", "fullname": paper["organization"]}
    return entry


def _author(n: int, name: str, era: int) -> dict[str, Any]:
    """The last of three claimed the paper as a user of the site."""
    user = {"user": name.lower().replace(" ", "-"), "type": "user", "fullname": name}
    return {"_id": f"a{n}", "name": name, "hidden": n == 1} | ({"user": user} if n == 2 and era >= 2026 else {})


def _hydrater(props: Mapping[str, Any]) -> str:
    data = escape(json.dumps(props))
    return f'<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="{data}"></div>'


def _card(paper: Mapping[str, Any], era: int) -> str:
    place, title = f"/papers/{paper['id']}", escape(paper["title"])
    organization = ""
    if era >= 2026 and paper["organization"]:
        organization = f'<a href="/imt"><img alt="imt"><span>{escape(paper["organization"])}</span></a>'
    comments = f'<a href="{place}#community"><svg></svg>{paper["comments"]}</a>' if paper["comments"] else ""
    return (
        f'<article class="card"><a href="{place}"><img src="{escape(paper["thumbnail"])}" alt=""></a>'
        f'<div class="badge">Submitted by <img alt=""> {escape(paper["submitter"])}</div>'
        f'<a href="/login?next={place}"><div><div class="leading-none">{paper["upvotes"] or "-"}</div></div></a>'
        f'<h3><a href="{place}">{title}</a></h3>{organization}{comments}</article>'
    )


def _link(day: date | str | None, label: str, era: int) -> str:
    place = f"/papers/date/{day}" if era >= 2026 else f"/papers?date={day}"
    return f'<a class="btn" href="{place}"><svg></svg>{label}</a>' if day else ""
