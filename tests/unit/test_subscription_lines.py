"""A subscription that is exported and imported again is the same, field by field."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drawn import drawn
from tests.unit.schedules import OF_RHYTHM, TIMES, WHENS
from watcher.config import Config, LineReader, line_of, load
from watcher.config.included.libraries import library_name
from watcher.model import DigestOrder, LikedPaper, PaperEvent, QuietHours, Rhythm, Subscription, stars_of
from watcher.rules import compile_rule

CONFIG = """\
timezone: Europe/Paris
sources: {hf: {}, blog: {url: "https://hf.example/papers"}}
receivers:
  me: {url: "json://me.example/"}
  both: {urls: {a: "json://a.example/", b: "json://b.example/"}}
  mail: {url: "json://mail.example/", address: to}
keep: {notes: {folder: notes}, refs: {bib: refs.bib}}
"""

NAMES = st.from_regex(r"[a-z][a-z0-9 _.+-]{0,10}[a-z0-9]", fullmatch=True)
SOME_DAYS = st.frozensets(st.integers(0, 6), max_size=6)
QUIET = st.one_of(
    st.none(),
    SOME_DAYS.filter(bool).map(lambda days: QuietHours(days=days)),
    st.builds(QuietHours, TIMES, TIMES, SOME_DAYS).filter(lambda quiet: quiet.start != quiet.end),
)
SUBSCRIPTIONS = drawn(
    Subscription,
    name=NAMES,
    owner=st.one_of(st.just(""), NAMES),
    rule=st.sampled_from(["kite", '"box kite" OR kité', "(kite) AND (upvotes >= 5)"]),
    to=st.lists(st.sampled_from(["me", "both", "mail:a@b.example"]), min_size=1, unique=True).map(tuple),
    endpoints=st.just(()),
    is_unnamed=st.just(False),  # of files alone
    library=st.just(""),  # it follows from ``liked``
    when=WHENS,
    timezone=st.sampled_from(["UTC", "Europe/Paris", "Asia/Tokyo"]),
    sources=st.sampled_from([(), ("hf",), ("blog", "hf")]),
    quiet_hours=QUIET,
    backfill=st.one_of(st.none(), st.integers(0, 9999)),
    max_papers=st.one_of(st.none(), st.integers(1, 999_999)),
    keep=st.sampled_from([(), ("notes",), ("notes", "refs")]),
    shown_as=st.sampled_from(["", "Kites", "Ana's kites: 凧, more"]),
    above=st.one_of(st.none(), st.integers(1, 1_000).map(lambda n: n / 1_000)),
    top=st.one_of(st.none(), st.integers(1, 999_999)),
    learns=st.booleans(),
    on=st.lists(st.sampled_from([*PaperEvent]), unique=True).map(lambda some: tuple(one.value for one in some)),
    order=st.sampled_from([DigestOrder.SCORE, DigestOrder.UPVOTES, DigestOrder.NEWEST]),
).filter(lambda one: (not one.sends_empty and one.top is None) or one.when.rhythm is not Rhythm.IMMEDIATELY)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path = tmp_path_factory.mktemp("lines") / "config.yaml"
    path.write_text(CONFIG)
    return load(path, env={}, check_url=lambda url: None, check_rule=compile_rule)


WORDS = st.text("ab δ…", max_size=6).map(lambda text: " ".join(text.split()))
KEYS = st.sampled_from(["arxiv:2601.00001", "arxiv:hep-th/9901001", "doi:10.1000/x(1)", "arxiv:2601.00002"])
LIKED = st.one_of(
    KEYS.map(lambda key: LikedPaper(keys=(key,))),
    st.sampled_from(["", "ana", "bo"]).map(stars_of),
    st.builds(
        LikedPaper,
        title=WORDS.map("a {}".format).map(str.strip),
        abstract=WORDS,
        keywords=st.lists(WORDS.filter(bool), max_size=2).map(tuple),
        keys=st.lists(KEYS, max_size=2, unique=True).map(tuple),
    ),
)
LIBRARIES = st.lists(LIKED, max_size=4, unique_by=lambda one: one.keys or (one.title.casefold(),)).map(tuple)


@given(one=SUBSCRIPTIONS, liked=LIBRARIES, is_alone=st.booleans())
def test_a_library_comes_back_with_all_that_is_known_of_its_papers(
    config: Config, one: Subscription, liked: tuple[LikedPaper, ...], is_alone: bool
) -> None:
    liked = tuple(paper for paper in liked if paper.starred_by in (None, "", one.owner) or not one.owner)
    one = replace(one, liked=liked, library=library_name(liked), rule="" if is_alone else one.rule)
    line = json.dumps(line_of(one)).encode()
    read = LineReader("x", config, compile_rule).read(1, line)
    assert not any(problem.fatal for problem in read.problems) and read.subscription is not None
    assert replace(read.subscription, endpoints=()) == one and read.subscription.liked == liked


@given(one=SUBSCRIPTIONS)
def test_every_field_comes_back(config: Config, one: Subscription) -> None:
    line = json.dumps(line_of(one)).encode()
    read = LineReader("x", config, compile_rule).read(1, line)
    assert not any(problem.fatal for problem in read.problems) and read.subscription is not None
    assert replace(read.subscription, endpoints=()) == one


def test_every_rhythm_is_drawn() -> None:
    assert OF_RHYTHM.keys() == set(Rhythm)
