"""Why a rule matches, why it does not, and what it would have told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from watcher.model import Listing, Paper
from watcher.rules import compile_rule, document_of
from watcher.rules.advice.trial import TermCount, try_rule
from watcher.rules.match.explain import Explanation, explain_match

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def paper(title: str = "", abstract: str = "", day: int = 10, **more: Any) -> Paper:
    listing = Listing(source="hf", day=date(2026, 3, day), upvotes=7, read_at=NOW)
    values: dict[str, Any] = {"listings": (listing,), "authors": ("Ada Brisk", "Júlia Holm")} | more
    return Paper(id=day, key=f"arxiv:2603.000{day}", title=title, abstract=abstract, first_seen=NOW, **values)


def of(rule: str, title: str = "", abstract: str = "", sources: tuple[str, ...] = (), **more: Any) -> Explanation:
    return explain_match(compile_rule(rule, sources), document_of(paper(title, abstract, **more)))


@pytest.mark.parametrize(
    ("rule", "title", "found", "folding"),
    [
        ("cache", "A cache", "cache", ()),
        ("cache", "A Cache", "Cache", ("case",)),
        ("cache", "Two caches", "caches", ("plural",)),
        ("GAN", "On GANs", "GANs", ("plural",)),
        ("multimodal", "Multi-modal maps", "Multi-modal", ("case", "hyphen or blank")),
        ('"KV cache"', "(KV) cache", "KV) cache", ("hyphen or blank",)),
        ("naive", "a naïve way", "naïve", ("accents",)),
        ("naive", 'a na\\"{\\i}ve way', 'na\\"{\\i}ve', ("TeX", "accents")),
        ("m3vit", "our $M^3$ViT", "M^3$ViT", ("TeX", "case", "hyphen or blank")),
        ("beta", "a β prior", "β", ("Greek",)),
        ("quanti*", "a quantized one", "quantized", ("begins with quanti",)),
    ],
)
def test_a_term_is_shown_where_it_stands_and_how_it_was_folded(
    rule: str, title: str, found: str, folding: tuple[str, ...]
) -> None:
    explained = of(rule, title)
    assert explained.strength == "strong"
    (reason,) = explained.reasons
    (place,) = reason.places
    assert (place.field, place.text[place.start : place.end], place.folding) == ("title", found, folding)


def test_a_mention_says_why_it_is_weak() -> None:
    explained = of("cache OR agent", "Maps", "One cache.")
    assert explained.strength == "weak"
    assert [(one.term, one.weak) for one in explained.reasons] == [("cache", "once in the abstract")]
    assert explained.in_words == "score 0.16: once in the abstract; in the title too would be 0.70"


def test_a_score_says_what_it_is_made_of() -> None:
    agent = of("agent OR maps", "An Agent", "It walks. It sees maps. It ends with agents.")
    assert agent.score == 0.8513 and agent.grounds == (
        "in the title, twice in the abstract, in its last sentence, no summary or keywords to look into, 2 of its terms"
    )
    assert agent.compared == "once in the abstract would be 0.16"
    weakest = of("agent maps", "An Agent", "It walks where nobody has been before. It sees maps. It ends.")
    assert weakest.grounds == "maps once in the abstract" and weakest.score == 0.1591
    assert of("abstract:maps", "x", "We see maps.").grounds == "once in the abstract; where the rule asks for it"
    assert of("author:holm", "x").grounds == "the rule asks for no words"
    assert of("moon", "x").in_words == ""


@pytest.mark.parametrize(
    ("rule", "term", "text"),
    [
        ("author:holm", "author:holm", "Júlia Holm"),
        ("keyword:kiln", "keyword:kiln", "kilns of clay"),
        ("org:pebble", "org:pebble", "Pebble"),
        ("category:cs.*", "category:cs.*", "cs.CL"),
        ("id:2603.00010", "id:2603.00010", "arxiv:2603.00010"),
        ("source:hf", "source:hf", "hf"),
        ("=Maps", "=Maps", "Maps"),
        ('"maps old"~3', '"maps old"~3', "Maps of the old"),
        ("title:/M[a-z]+/", "title:/M[a-z]+/", "Maps"),
    ],
)
def test_every_kind_of_term_has_its_place(rule: str, term: str, text: str) -> None:
    more: dict[str, Any] = {"keywords": ("clay", "kiln"), "categories": ("stat.ML", "cs.CL")}
    explained = of(rule, "Maps of the old towns", "x", organization="Pebble Lab", **more)
    (reason,) = explained.reasons
    shown = [place.text[place.start : place.end] for place in reason.places]
    assert reason.term == term and reason.holds
    assert shown == [text if term != "keyword:kiln" else "kiln"]


def test_numbers_say_what_they_are() -> None:
    (reason,) = of("upvotes>=5").reasons
    assert (reason.term, reason.value) == ("upvotes>=5", "7")


@pytest.mark.parametrize(
    ("rule", "what", "terms"),
    [
        ("cache agent", "not found", ["agent"]),
        ("cache (agent OR robot)", "none of these", ["agent", "robot"]),
        ("cache (agent OR (maps robot))", "none of these", ["agent", "robot"]),
        ("cache -maps", "excluded", ["maps"]),
        ("cache upvotes>=50", "not found", ["upvotes>=50"]),
        ("cache comments>2", "not found", ["comments>2"]),
        ("cache NOT comments>2", "not known", ["comments>2"]),
        ("cache about:towns", "not found", ["about:towns"]),
    ],
)
def test_the_smallest_part_that_failed_is_named(rule: str, what: str, terms: list[str]) -> None:
    explained = of(rule, "Maps of a cache", "Some towns.")
    assert explained.score is None
    (missing,) = explained.missing
    assert (missing.what, [reason.term for reason in missing.reasons]) == (what, terms)


def test_what_excluded_it_and_what_it_has_are_shown() -> None:
    (excluded,) = of("cache -maps", "Maps of a cache").missing[0].reasons
    assert excluded.places[0].text[excluded.places[0].start : excluded.places[0].end] == "Maps"
    assert of("cache upvotes>=50", "A cache").missing[0].reasons[0].value == "7"
    assert of("cache comments>5", "A cache").missing[0].reasons[0].value == "unknown"
    assert "about:" in of("about:towns", "x", "Some towns").missing[0].reasons[0].weak


def test_an_exact_word_that_is_written_otherwise() -> None:
    assert of("=GAN", "On GANs").missing[0].reasons[0].weak == "written otherwise: GANs"
    assert of("=ga*", "On GA").missing[0].reasons[0].weak == "written otherwise: GA"
    assert of("title:=GAN", "On gan-s").missing[0].reasons[0].weak == "written otherwise: gan-s"
    assert of("=GAN", "Maps").missing[0].reasons[0].weak == ""


def test_every_part_that_failed_is_named() -> None:
    missing = of("agent robot -maps", "Maps").missing
    assert [(one.what, one.reasons[0].term) for one in missing] == [
        *(("not found", "agent"), ("not found", "robot")),
        ("excluded", "maps"),
    ]


def test_a_paper_of_another_source() -> None:
    explained = of("maps", "Maps", sources=("arxiv",))
    assert explained.score is None and explained.missing[0].what == "listed in hf, not in arxiv"


def test_a_trial_counts_days_terms_and_what_one_term_alone_let_in() -> None:
    papers = [
        paper("An agent", day=2),
        paper("A kiln", "agent", day=3),
        paper("Maps", day=3),
        paper("Maps of kilns", "survey", day=9),
        paper("Towns", day=10),
    ]
    trial = try_rule(compile_rule("(agent OR kiln OR robot) -survey"), papers)
    assert (trial.papers, len(trial.matches), trial.strong) == (5, 2, 2)
    assert trial.by_day() == {date(2026, 3, 2): 1, date(2026, 3, 3): 1, date(2026, 3, 9): 0, date(2026, 3, 10): 0}
    assert trial.by_week() == {date(2026, 3, 2): 2, date(2026, 3, 9): 0}
    assert (trial.per_day, round(trial.per_week, 2)) == (0.5, 1.56)
    assert trial.terms == (TermCount("agent", 2, 1), TermCount("kiln", 1, 0), TermCount("robot", 0, 0))


def test_a_term_that_all_matches_need_let_in_none_alone() -> None:
    trial = try_rule(compile_rule("agent kiln"), [paper("An agent kiln")])
    assert [one.alone for one in trial.terms] == [None, None]


@pytest.mark.parametrize(
    "rule",
    [
        "agent OR kiln OR map",
        "agent OR (kiln map)",
        "agent OR (agent map)",
        "(agent OR kiln) (kiln OR map)",
        "agent OR (map -kiln)",
        "agent OR kiln OR agent",
    ],
)
def test_a_term_let_in_alone_what_the_rule_without_it_does_not_find(rule: str) -> None:
    papers = [paper(title) for title in ("agent", "kiln", "map", "agent kiln", "kiln map", "agent kiln map", "town")]
    trial = try_rule(compile_rule(rule), papers)
    for one in trial.terms:
        rest = try_rule(compile_rule(rule.replace(one.term, "neverfound")), papers)
        assert one.alone in (None, len(trial.matches) - len(rest.matches)), one


def test_weeks_without_any_match_are_counted() -> None:
    trial = try_rule(compile_rule("kiln"), [paper("A kiln", day=2), paper("A kiln", day=30)])
    assert list(trial.by_week().values()) == [1, 0, 0, 0, 1]


@pytest.mark.parametrize("odd", [date.min, date(1900, 1, 1), date(2999, 12, 31), date.max])
def test_an_odd_day_adds_its_week_and_not_all_between(odd: date) -> None:
    papers = [paper("A kiln", day=2), paper("A kiln", day=16)]
    found = try_rule(compile_rule("kiln"), papers).by_week()
    far = paper("A kiln", listings=(Listing(source="hf", day=odd, read_at=NOW),))
    with_odd = try_rule(compile_rule("kiln"), [*papers, far]).by_week()
    assert with_odd == dict(found) | {odd - timedelta(days=odd.weekday()): 1} and len(with_odd) == 4
    assert list(with_odd) == sorted(with_odd)


def test_a_trial_of_nothing() -> None:
    trial = try_rule(compile_rule("kiln"), [])
    assert (trial.papers, trial.per_day, trial.per_week, trial.by_week()) == (0, 0.0, 0.0, {})
