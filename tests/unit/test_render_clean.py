"""Text and links of strangers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.render.clean import clip, defuse, one_line, safe_url, squeeze


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\tand  blanks", "two lines and blanks"),
        ("  edges ", "edges"),
        ("nu\x00l and bell\x07", "nul and bell"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;window title\x07text", "text"),
        ("\u202eright to left\u202c", "right to left"),
        ("zero\u200bwidth and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("line\u2028separator", "line separator"),
        ("no\ufffe characters\uffff", "no characters"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("naïve 漢字 𝛽", "naïve 漢字 𝛽"),
        ("Tre" + "\u0301\u0335\u0363" * 80 + "es", "Tre" + "\u0301\u0335\u0363" * 2 + "\u0301\u0335es"),
        ("שָׁ֑לוֹם tiếng Việt ก็", "שָׁ֑לוֹם tiếng Việt ก็"),
        ("\u3164\uffa0\u2800", ""),
        ("\u200d\u200c \ufe0f", ""),
        ("kites \u200d\u034f and mills", "kites and mills"),
        ("👩\u200d🔬 and ❤\ufe0f", "👩\u200d🔬 and ❤\ufe0f"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(), st.integers(1, 60))
def test_one_line_is_short_and_visible(text: str, longest: int) -> None:
    shown = one_line(text, longest)
    assert len(shown) <= longest
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert shown == shown.strip()


@given(st.text())
def test_squeezing_twice_changes_nothing(text: str) -> None:
    # Taking out one escape may bring the pieces of another together; nothing that acts is left in either case.
    assert "\x1b" not in squeeze(text)
    assert squeeze(squeeze(text)) == squeeze(text)


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("short", 5, "short"),
        ("cut between words here", 18, "cut between words…"),
        ("onelongwordwithoutblanks", 10, "onelongwo…"),
        ("a comma, here", 10, "a comma…"),
        ("anything", 1, "…"),
    ],
)
def test_clip(text: str, longest: int, shown: str) -> None:
    assert clip(text, longest) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello @everyone", "hello @\u200beveryone"),
        ("@Channel and @here", "@\u200bChannel and @\u200bhere"),
        ("mail ana@all.example", "mail ana@all.example"),
        ("Pass@k and ana@lab.example", "Pass@k and ana@lab.example"),
        ("@everyones and @ana", "@\u200beveryones and @\u200bana"),
        ("_@everyone, x@everyone, @@here", "_@\u200beveryone, x@\u200beveryone, @\u200b@\u200bhere"),
        ("x@all and .@all", "x@\u200ball and .@\u200ball"),
        ("up @ home", "up @ home"),
        (
            "<!channel> <@U1> <@&1> <users/all>",
            "<\u200b!channel> <\u200b@\u200bU1> <\u200b@\u200b&1> <\u200busers/all>",
        ),
        ("(met)all(met) [~ana] (method) [x]", "(\u200bmet)all(\u200bmet) [\u200b~ana] (method) [x]"),
        ("a < b, a<b", "a < b, a<b"),
    ],
)
def test_defuse(text: str, shown: str) -> None:
    assert defuse(text) == shown


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://papers.example/2603.00001", "https://papers.example/2603.00001"),
        ("http://papers.example:8080/a?b=c&d=e#f", "http://papers.example:8080/a?b=c&d=e#f"),
        ('https://papers.example/"><script>', "https://papers.example/%22%3E%3Cscript%3E"),
        ("https://papers.example/a)b(c|d*e`f", "https://papers.example/a%29b%28c%7Cd%2Ae%60f"),
        (
            "https://papers.example/@ana/@all?a=b@c&d=x@everyone",
            "https://papers.example/%40ana/%40all?a=b@c&d=x%40everyone",
        ),
        ("https://papers.example/%28kept%29", "https://papers.example/%28kept%29"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        (" https://papers.example/ ", "https://papers.example/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://papers.example/", None),
        ("//papers.example/", None),
        ("https://bank.example@evil.example/", None),
        ("https://pa\npers.example/", "https://papers.example/"),
        ("https://[bad/", None),
        ("https:///nowhere", None),
        ("https://papers.example:port/", None),
        ("https://papers.example/" + "x" * 2000, None),
        ("", None),
        (None, None),
    ],
)
def test_safe_url(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe
