"""Digests in words."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messages import HOSTILE, NOW, delivery, digest, item, listing, paper, places
from watcher.model import Content, DeliveryKind, Nothing, Unread
from watcher.render.message import FORMS as RENDERED
from watcher.render.message import render_message
from watcher.render.sizes import estimated_size
from watcher.render.view import about

GOLDEN = Path(__file__).parents[1] / "golden"


def full() -> Content:
    """Every shape that a digest has."""
    weak = paper(2, title="Notes on Moss & Stones", arxiv_id=None, code_url=None, project_url=None)
    known = paper(3, title="A Leaf Seen Before")
    both = paper(4, title="Roots, Pruning and Rain", organization=None, authors=("Ada Fern", "Bo Moss"))
    bare = paper(5, title="Only a Title", abstract="", authors=(), arxiv_id=None, url=None, organization=None)
    bare = replace(bare, code_url=None, project_url=None, listings=())
    return digest(
        item(),
        item(weak, score=0.2),
        item(known, told_before=date(2026, 3, 6)),
        item(both, subscriptions=("ana/trees", "weather")),
        item(bare, subscriptions=("weather",), places=()),
        part=2,
        parts=3,
    )


def rare() -> Content:
    """What few digests have: short form, updates, subscriptions without papers, sources that could not be read."""
    long = [item(paper(n, title=f"Leaf Number {n}", abstract="", authors=()), places=()) for n in range(1, 8)]
    over = item(paper(8, title="One Too Many"), short=True)
    newer = item(paper(9, title="A Tree, Revised"), occasions=("v2",), told_before=date(2026, 3, 1))
    gone = item(paper(10, title="A Tree That Never Was"), occasions=("withdrawn",))
    return replace(
        digest(*long, over, newer, gone),
        nothing=(Nothing(subscription="weather", read=412, since=NOW - timedelta(days=1)),),
        unread=(
            Unread(source="hf-daily", since=NOW - timedelta(days=2)),
            Unread(source="arxiv", since=NOW - timedelta(days=1), partly=True),
        ),
        folded=3,
    )


FORMS = {
    "txt": "text",
    "phone.txt": "flowing",
    "html": "html",
    "md": "markdown",
    "slack": "mrkdwn",
    "chat.html": "chat_html",
}


def test_every_form_of_a_message_is_written_down() -> None:
    assert {*FORMS.values(), "data"} == RENDERED
    assert {f"{name}.{form}" for name in ("digest", "rare") for form in FORMS} == {one.name for one in GOLDEN.iterdir()}


@pytest.mark.parametrize("name", ["digest", "rare"])
@pytest.mark.parametrize("form", FORMS)
def test_golden(name: str, form: str) -> None:
    """Rewritten with ``UPDATE_GOLDEN=1``; look at the difference before it is committed."""
    content = full() if name == "digest" else rare()
    path, written = GOLDEN / f"{name}.{form}", getattr(render_message(content), FORMS[form])
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_subject() -> None:
    assert render_message(digest(item())).subject == "1 paper for trees: Pruning Bonsai Networks Without Shears"
    assert render_message(full()).subject.startswith("5 papers for trees and 1 other (2/3): Pruning Bonsai")


@pytest.mark.parametrize(
    ("timezone", "day"), [("UTC", "Tuesday, 10 Mar 2026"), ("Asia/Tokyo", "Wednesday, 11 Mar 2026")]
)
def test_a_message_bears_the_day_of_its_readers(timezone: str, day: str) -> None:
    made = replace(delivery(DeliveryKind.DIGEST), created_at=datetime(2026, 3, 10, 20, tzinfo=UTC))
    assert day in render_message(replace(digest(item()), delivery=made, timezone=timezone)).text


def test_the_subject_of_updates_says_what_became_of_the_best() -> None:
    shown = paper(title="Bonsai", venue="Tree Letters")
    gone = item(shown, occasions=("retracted",), subscriptions=("trees",))
    out = item(shown, occasions=("published", "code"), subscriptions=("trees",))
    assert render_message(digest(gone)).subject == "1 update for trees: retracted: Bonsai"
    assert render_message(digest(out, out)).subject == ("2 updates for trees: now published in Tree Letters: Bonsai")
    assert render_message(digest(gone, item(shown, subscriptions=("trees",)))).subject == "2 papers for trees: Bonsai"
    long = replace(out, paper=replace(shown, venue="The Quarterly Journal of Very Small Trees and Their Pots"))
    assert render_message(digest(long)).subject == "1 update for trees: Bonsai"


def test_the_subject_names_the_best_paper_first() -> None:
    weak, strong = item(paper(1, title="Weak"), score=0.2), item(paper(2, title="Strong"))
    assert render_message(digest(weak, strong)).subject.endswith(": Strong")


@given(st.text(), st.text())
def test_a_subject_is_one_short_line(title: str, name: str) -> None:
    subject = render_message(digest(item(paper(title=title), subscriptions=(name, "other")))).subject
    assert len(subject) <= 78
    assert len(subject.splitlines()) == 1


def test_the_newest_numbers_count_and_every_source_is_named() -> None:
    older = listing("arxiv", day=date(2026, 3, 8), upvotes=5, read_at=NOW - timedelta(days=1))
    unknown = listing("lab-blog", day=None, upvotes=None, comments=None, read_at=NOW + timedelta(hours=1))
    text = render_message(digest(item(paper(listings=(older, listing(), unknown))))).text
    assert "arxiv, 8 Mar 2026 · hf-daily, 9 Mar 2026 · lab-blog · 1,234 upvotes · 1 comment" in " ".join(text.split())


@pytest.mark.parametrize("form", ["text", "html", "markdown", "mrkdwn", "chat_html"])
def test_papers_that_stand_aside_are_listed_with_their_links(form: str) -> None:
    aside = [item(paper(n, title=f"Moss <{n}>"), short=True, also=True) for n in (7, 8)]
    said = getattr(render_message(digest(item(), *aside)), form)
    assert "also:" in said and said.index("also:") > said.index("Pruning Bonsai")
    assert all(f"papers.example/2603.0000{n}" in said for n in (7, 8))
    assert "Also mentioned" not in said and "More in short" not in said
    assert "<7>" not in said or form in ("text", "markdown")


def test_many_papers_of_which_the_title_is_enough_are_one_paragraph_of_the_text() -> None:
    many = [item(paper(n, title=f"Moss {n}"), short=True, also=True) for n in range(21)]
    message = render_message(digest(item(), *many))
    said = " ".join(message.text.split())
    assert "also: Moss 0; Moss 1; " in said and said.count("http") < 10
    assert message.html.count("Moss ") == 21


def test_of_a_paper_that_no_word_was_looked_for_in_the_sites_line_is_enough() -> None:
    some = paper(1, summary="Moss in one line.", abstract="Moss grows. It is green.")
    assert "Moss grows" not in render_message(digest(item(some, places=()))).text
    assert "Moss grows" in render_message(digest(item(replace(some, summary=None), places=()))).text
    votes = replace(some, listings=(listing(upvotes=50),))
    shown = render_message(digest(replace(item(votes), rise=30, also_in=("My <Agents>",))))
    assert "50 upvotes, 30 of them within a day" in " ".join(shown.text.split())
    assert "&lt;Agents&gt;" in shown.html and "<Agents>" not in shown.html


def test_strong_ones_come_first_then_weak_then_known() -> None:
    text = render_message(digest(*reversed(full().items[:3]))).text
    assert (
        text.index("Pruning Bonsai")
        < text.index("Also mentioned in")
        < text.index("Notes on Moss")
        < text.index("Told before")
        < text.index("A Leaf Seen Before (6 Mar 2026)")
    )


def test_lines_of_the_text_fit_a_terminal() -> None:
    lines = render_message(full()).text.splitlines()
    assert [line for line in lines if len(line) > 76 and "https://" not in line] == []


def test_each_address_is_linked_once() -> None:
    url = "https://arxiv.org/abs/2603.00001"
    assert render_message(digest(item(paper(url=url)))).text.count(url) == 1


def test_the_summary_stands_in_for_an_abstract() -> None:
    assert (
        "From the site itself."
        in render_message(digest(item(paper(abstract="", summary="From the site itself.")))).text
    )


def test_a_rule_with_many_terms_names_a_few() -> None:
    found = tuple(
        place
        for word in ["Small", "trees", "need", "small", "tools", "We", "study", "pots"]
        for place in places(paper().abstract, word)
    )
    assert "Matched: Small, trees, need, tools, We, study, 1 more" in render_message(digest(item(places=found))).text


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (DeliveryKind.EMPTY, "no papers for weather"),
        (DeliveryKind.SIGN_OF_LIFE, "1,412 papers read for weather, none matched"),
    ],
)
def test_a_message_without_papers_says_how_many_were_read(kind: DeliveryKind, subject: str) -> None:
    nothing = (Nothing(subscription="weather", read=1412, since=NOW - timedelta(days=30)),)
    message = render_message(Content(delivery=delivery(kind), nothing=nothing))
    assert message.subject == subject
    for words in (message.text, message.html, message.markdown, message.mrkdwn, message.chat_html):
        assert "weather: 1,412 papers read since 8 Feb 2026, none matched" in words
    assert "your watcher subscription weather" in message.text


def test_the_foot_says_where_to_unsubscribe() -> None:
    message = render_message(replace(digest(item()), unsubscribe="mailto:bot@lab.example"))
    address = "mailto:bot@lab.example?subject=unsubscribe%20ana%2Ftrees"
    assert message.unsubscribe == address
    assert message.text.endswith(f"\nUnsubscribe: {address}\n")
    assert f'href="{address}"' in message.html
    plain = render_message(digest(item()))
    assert "nsubscribe" not in plain.text + plain.html + plain.unsubscribe


class Tags(HTMLParser):
    """The tags of a document and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile() -> Content:
    bad = paper(
        title=HOSTILE,
        abstract=HOSTILE + " pruning",
        authors=(HOSTILE,),
        organization=HOSTILE,
        venue=HOSTILE,
        url="javascript:alert(1)",
        code_url='https://code.example/"><script>alert(3)</script>',
        project_url="https://x.example/)(![a](b",
        listings=(listing(HOSTILE),),
    )
    return digest(item(bad, subscriptions=(HOSTILE,), places=places(bad.abstract, "pruning")))


def test_hostile_text_does_nothing_in_html() -> None:
    plain, bad = Tags(render_message(digest(item())).html), Tags(render_message(hostile()).html)
    assert "script" not in bad.tags
    assert set(bad.tags) <= set(plain.tags)
    assert bad.open == []
    assert all(re.match(r"https?://[\w.]+/", link) for link in bad.links)
    assert "{{7*7}}" in render_message(hostile()).html


def test_hostile_text_does_nothing_in_text() -> None:
    message = render_message(hostile())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", message.text + message.subject)
    assert "javascript:alert(1)" not in [word for line in message.text.splitlines() for word in line.split()]


def test_hostile_text_does_nothing_in_markdown() -> None:
    text = render_message(hostile()).markdown
    assert not re.search(r"(?<!\\)<", text)
    assert not re.search(r"(?<!\w)@\w", text)
    targets = re.findall(r"(?<!\\)\]\(([^)]*)\)", text)
    assert targets
    assert all(target.startswith("https://") for target in targets)
    assert "\\*bold\\*" in text
    assert "\\`code\\`" in text
    assert "\\||spoiler\\||" in text


@given(st.text(st.sampled_from("ab <>&*_~`|@!#:[]()\\\"'\n-") | st.characters(), max_size=80))
def test_whatever_the_title_chats_show_it_and_do_nothing(title: str) -> None:
    bad = paper(title=title, abstract=f"{title} pruning {title}", authors=(title,), organization=title)
    message = render_message(digest(item(bad, subscriptions=(title,), places=places(bad.abstract, "pruning"))))
    tags = Tags(message.chat_html)
    assert set(tags.tags) <= {"b", "a"}
    assert tags.open == []
    assert all(re.match(r"https://[\w.]+/", link) for link in tags.links)
    assert all(re.match(r"https://[\w.]+/[^|<>]*\|", link) for link in re.findall(r"<([^>]*)>", message.mrkdwn))
    assert not re.search(r"(?<!\w)@\w", message.chat_html + message.mrkdwn + message.markdown)


def test_each_line_of_a_chat_message_stands_alone() -> None:
    """So that it can be cut at any line end."""
    for line in (render_message(full()).chat_html + render_message(rare()).chat_html).splitlines():
        assert Tags(line).open == []


def test_a_megabyte_of_title_costs_nothing() -> None:
    big = paper(title="word " * 200_000, abstract="x" * 1_000_000, authors=("name " * 1000,) * 3000)
    message = render_message(digest(item(big, places=places(big.title, "word", "title")[:50])))
    assert len(message.text) < 3_000
    assert len(message.html) < 12_000


@pytest.mark.parametrize(
    "shape", [{}, {"score": 0.2}, {"short": True}, {"told_before": date(2026, 3, 1)}, {"occasions": ("v2",)}]
)
def test_the_estimate_covers_what_is_written_and_little_more(shape: dict[str, Any]) -> None:
    heads = 700  # the subject, the group's heading, the foot
    for title in ("Leaf", "A_long*title " * 20):
        some = [item(paper(n, title=title, abstract="*pruning* " * 80), **shape) for n in range(1, 30)]
        message = render_message(digest(*some))
        forms = {"text": [message.text], "chat": [message.markdown, message.mrkdwn, message.chat_html]}
        forms["html"] = [message.html[2_000:]]  # without the frame
        for form, written in forms.items():
            longest = max(map(len, written))
            guessed = sum(estimated_size(one, form=form) for one in some) + heads
            assert longest <= guessed <= 1.3 * longest + heads


def test_html_is_for_mail_readers() -> None:
    html = render_message(full()).html
    assert "prefers-color-scheme: dark" in html
    assert "<img" not in html
    assert "background:url" not in html
    assert Tags(html).open == []
    assert '<span class="hit"' in html


def test_a_paper_says_where_it_appears() -> None:
    accepted = paper(organization="Institute", venue="KILN\n2026")
    assert about(accepted)[:2] == ["Institute", "KILN 2026"]
    assert "Institute · KILN 2026 · " in render_message(digest(item(accepted))).text
