"""Markdown as a real parser reads it: what strangers wrote is shown, and does nothing."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.unit.messages import HOSTILE, digest, item, paper, places
from watcher.render.clean import one_line
from watcher.render.message import render_message

PARSER = MarkdownIt("commonmark").enable(["strikethrough", "table"])
CHARACTERS = "ab 1.)&#;<>*_~`|@!:[]()\\\"'+-=/\n"
TITLES = st.text(st.sampled_from(CHARACTERS) | st.characters(), max_size=40)


def parsed(markdown: str) -> list[Token]:
    return [inner for token in PARSER.parse(markdown) for inner in (token, *(token.children or ()))]


def shown(markdown: str) -> str:
    """The words that a reader sees, without what is there to part characters, and with single blanks."""
    pieces = [
        token.content if token.type in ("text", "code_inline") else "\n" if token.type.endswith("break") else ""
        for token in parsed(markdown)
    ]
    return " ".join("".join(pieces).replace("\u200b", "").split())


@given(TITLES)
@example(HOSTILE)
@example("*a* **b** _c_ __d__ ~~e~~ `f` ``g``")
@example("[x](https://evil.example) ![y](https://evil.example/z.png) <https://evil.example> [z]: https://evil.example")
@example("1. one 2) two")
@example("# no heading\n> no quote\n---\n- no list")
@example("&amp; &#42;bold&#42; &lt;b&gt;")
@example("a | b\n--|--\nc | d")
@example("\\*a\\* \\\\")
@example("a`")
def test_a_title_is_shown_as_it_is_and_does_nothing(title: str) -> None:
    bad = paper(title=title, abstract=f"{title} pruning {title}", authors=(title,), organization=title, venue=title)
    markdown = render_message(digest(item(bad, places=places(bad.abstract, "pruning"))), forms={"markdown"}).markdown
    kinds = {token.type for token in parsed(markdown)}
    assert kinds <= {
        *("paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak"),
        *("strong_open", "strong_close", "link_open", "link_close"),
    }
    links = [token.attrs["href"] for token in parsed(markdown) if token.type == "link_open"]
    assert all(re.match(r"https://(papers|code|bonsai)\.example/|https://arxiv\.org/", str(link)) for link in links)
    plain = " ".join(one_line(title, 300).replace("\u200b", "").split())
    assert plain in shown(markdown)
