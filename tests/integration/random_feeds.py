"""Draw feeds that list a few papers in changing forms, and keep the truth: the paper of each item."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from tests.parsers.feeds import rss

LINKS = ("own", "shared", "none")
GUIDS = ("own", "address", "look", "look's address", "shared", "none")
ID = ("own", "address")
"""Forms of an id that names the paper for good."""

SITES = ("lab.example", "club.example")

TITLES = ("Seminar talk", "Lab meeting")
"""Titles that several papers have."""

WORDS = 24
"""Words of a text: enough to tell papers apart by."""

NEVER = 99


@dataclass(frozen=True)
class Form:
    """How a feed writes its items: which link they have, and which id."""

    link: str
    guid: str
    site: str = "lab.example"

    @property
    def lasts(self) -> bool:
        """Each item has something that is its alone, at every look."""
        return self.link == "own" or self.guid in ID


@dataclass(frozen=True)
class Told:
    """A paper, and how what is said of it changes from look to look.

    ``text_from``, ``doi_from``, ``moves_at``, ``retitled_at``: numbers of looks, ``NEVER`` for never.
    ``has_authors``: they are named.
    ``counts``: its text says at each look how often it was read.
    """

    n: int
    title: str
    text_from: int
    doi_from: int = NEVER
    moves_at: int = NEVER
    retitled_at: int = NEVER
    has_authors: bool = False
    counts: bool = False

    def text(self, look: int) -> str:
        if look < self.text_from:
            return ""
        drawn = random.Random(self.n)
        words = " ".join("".join(drawn.choices("bcdfglmnprst", k=6)) for _ in range(WORDS))
        return f"{words.capitalize()}." + (f" Read by {look * 7 + 1} people." if self.counts else "")

    def item(self, form: Form, look: int, spelling: tuple[str, str, str, str]) -> str:
        scheme, www, slash, parameter = spelling
        site = f"{scheme}://{www}{form.site}"
        page = f"{'moved' if look >= self.moves_at else 'papers'}/{self.n}"
        links = {"own": f"{site}/{page}{slash}{parameter}", "shared": f"{site}/news{slash}{parameter}", "none": ""}
        ids = {
            "own": f"paper-{self.n}",
            "address": f"{site}/{page}{slash}",
            "look": f"{look}-{self.n}",
            "look's address": f"{site}/{look}/{self.n}",
            "shared": f"{site}/all",
            "none": "",
        }
        parts = {
            "title": self.title + (", a new and longer story" if look >= self.retitled_at else ""),
            "link": links[form.link],
            "guid": ids[form.guid],
            "description": self.text(look),
            "author": f"Ana Lund{self.n}x, Bo Ek{self.n}y" if self.has_authors else "",
            "category": f"paper {self.n}",
            "dc:identifier": f"doi:10.1234/{self.n}" if look >= self.doi_from else "",
        }
        return "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value)


@dataclass(frozen=True)
class Look:
    """The papers of a feed at one look, in their order, with the spelling of their addresses.

    ``feed``: the number of its form.
    """

    shown: Sequence[int]
    spelling: tuple[str, str, str, str] = ("https", "", "", "")
    feed: int = 0


@dataclass(frozen=True)
class Play:
    """The feeds of one or two sites, their papers, and the looks at them."""

    forms: Sequence[Form]
    papers: Sequence[Told]
    looks: Sequence[Look] = field(default_factory=tuple)

    def page(self, look: int) -> bytes:
        seen = self.looks[look]
        return rss([self.papers[n].item(self.forms[seen.feed], look, seen.spelling) for n in seen.shown])


@st.composite
def plays(draw: st.DrawFn) -> Play:
    """Plays in which a careful reader can tell at every look which paper each item is."""
    sites = draw(st.sampled_from((SITES[:1], SITES[:1], SITES)))
    forms = [Form(draw(st.sampled_from(LINKS)), draw(st.sampled_from(GUIDS)), site) for site in sites]
    papers = [_told(draw, n) for n in range(draw(st.integers(2, 4)))]
    looks = draw(st.lists(_look(len(papers), len(forms)), min_size=2, max_size=6))
    return tellable(Play(forms, papers, looks))


def _told(draw: st.DrawFn, n: int) -> Told:
    when = st.sampled_from((0, 0, 1, 2, 3, NEVER))
    own = f"Graphs number {'abcd'[n]}"
    long = f"On the slow winter tides around island number {'abcd'[n]}"
    return Told(
        n=n,
        title=draw(st.sampled_from((*TITLES, own, long))),
        text_from=draw(when),
        doi_from=draw(st.sampled_from((NEVER, NEVER, 0, 1, 2, 3))),
        moves_at=draw(st.sampled_from((NEVER, NEVER, 1, 2, 3))),
        retitled_at=draw(st.sampled_from((NEVER, NEVER, 1, 2, 3))),
        has_authors=draw(st.booleans()),
        counts=draw(st.booleans()),
    )


def _look(papers: int, feeds: int) -> st.SearchStrategy[Look]:
    spelling = st.tuples(
        st.sampled_from(("https", "http")),
        st.sampled_from(("", "www.")),
        st.sampled_from(("", "/")),
        st.sampled_from(("", "?utm_source=rss")),
    )
    shown = st.lists(st.integers(0, papers - 1), min_size=1, max_size=papers, unique=True)
    return st.builds(Look, shown=shown, spelling=spelling, feed=st.integers(0, feeds - 1))


def tellable(play: Play) -> Play:
    """Take away what nobody could know.

    What two sites show has its text, by which it is one. A text is there from the first look: where several papers have
    one title, unless each has an id for good; where they share a link or id, unless the first look shows that they do,
    and the title tells the rest; where what they have moves, or is another at every look. A title stays unless an id
    does, and nobody else has either.
    """
    form, titles = play.forms[0], [paper.title for paper in play.papers]
    is_shared = "shared" in (form.link, form.guid)
    is_shown = len({titles[n] for n in play.looks[0].shown}) > 1
    found = []
    for n, paper in enumerate(play.papers):
        is_alone, stays = titles.count(titles[n]) == 1, paper.moves_at == NEVER
        lasts = form.guid == "own" or (form.lasts and stays)
        by_title = is_alone and is_shared and is_shown and (lasts or not form.lasts)
        may_be_retitled = lasts and is_alone and not is_shared and len(play.forms) == 1
        needs_no_text = len(play.forms) == 1 and ((lasts and not is_shared) or by_title)
        needs_no_text &= NEVER in (paper.doi_from, paper.retitled_at)
        found.append(
            replace(
                paper,
                text_from=paper.text_from if needs_no_text else 0,
                retitled_at=paper.retitled_at if may_be_retitled else NEVER,
            )
        )
    return replace(play, papers=found)
