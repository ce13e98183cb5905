"""A title is read in the letters in which it was written, whoever says in which charset, and whoever is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parsers.test_told import PAGES
from tests.sources import make_source
from watcher.model import Reading, Source
from watcher.parsers.charsets.html import declared_in_html, html_in_utf8
from watcher.parsers.charsets.labels import codec_of
from watcher.parsers.charsets.text import given_body, xml_text
from watcher.parsers.html.keys import Selectors
from watcher.sandbox.given import find_given, parse_given

FEED = Source(name="lab", kind="feed", url="https://lab.example/feed")
PAGE = make_source(name="lab", kind="html", url="https://lab.example/", own=Selectors(item="li", title="b"))

RUSSIAN, KOREAN, JAPANESE, CHINESE = "Глубокое обучение", "딥 러닝 뷁", "深層学習①", "深度学习€"
POLISH, FRENCH = "Źródła i łącza", "Le café à Orléans"


def feed(text: str, charset: str, declared: str = "") -> bytes:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    items = f"<item><title>{text}</title><link>/1</link></item>"
    return f"{prolog}<rss><channel>{items}</channel></rss>".encode(charset)


def page(text: str, charset: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><ul><li><b>{text}</b></ul></body></html>".encode(charset)


def reading(source: Source, body: bytes, header: str = "") -> Reading:
    parsed = parse_given(body, "https://lab.example/feed", source, header)
    assert isinstance(parsed, Reading), parsed
    return parsed


def title(source: Source, body: bytes, header: str = "") -> str:
    (entry,) = reading(source, body, header).entries
    return entry.title


OF_HEADERS = [
    ("windows-1251", "cp1251", RUSSIAN),
    ("Windows-1251", "cp1251", RUSSIAN),
    ("x-cp1251", "cp1251", RUSSIAN),
    ("koi8", "koi8-r", RUSSIAN),
    ("euc-kr", "cp949", KOREAN),
    ("ks_c_5601-1987", "cp949", KOREAN),
    ("Shift_JIS", "cp932", JAPANESE),
    ("x-sjis", "cp932", JAPANESE),
    ("gbk", "gb18030", CHINESE),
    ("gb2312", "gb18030", CHINESE),
    ("big5", "big5", "深度學習"),
    ("iso-2022-jp", "iso2022_jp", "深層学習"),
    ("ISO-8859-2", "iso8859-2", POLISH),
    ("iso-8859-1", "cp1252", "“naïve” café – 5 €"),
    ("us-ascii", "cp1252", "“naïve” café"),
    ("macintosh", "mac-roman", FRENCH),
    ("utf-16", "utf-16-le", RUSSIAN),
    ("utf-16be", "utf-16-be", RUSSIAN),
    ("utf-8", "utf-8", RUSSIAN),
    ("UTF8", "utf-8", RUSSIAN),
]


@pytest.mark.parametrize(("header", "charset", "text"), OF_HEADERS)
def test_a_charset_that_only_the_header_names_is_read(header: str, charset: str, text: str) -> None:
    assert title(FEED, feed(text, charset), header) == text
    assert title(PAGE, page(text, charset), header) == text


@pytest.mark.parametrize(
    ("declared", "written", "text"),
    [
        ("euc-jp", b"\xad\xa1\xbf\xbc\xb9\xd8\xad\xe2", "①深購№"),
        ("euc-jp", b"\xf9\xa1", "纊"),
        ("iso-2022-jp", b"\x1b$B-!\x1b(B", "①"),
        ("big5", b"\xa3\xe1\xb2`", "€深"),
        ("gbk", b"\x80 5", "€ 5"),
        ("windows-1252", b"\x81\x80", "\ufffd€"),
        ("euc-jp", b"\xff<b", "\ufffd<b"),
        ("big5", b"\xff\xff", "\ufffd\ufffd"),
    ],
)
def test_a_charset_has_all_the_characters_that_the_web_has_in_it(declared: str, written: bytes, text: str) -> None:
    body = b"<?xml version='1.0' encoding='" + declared.encode() + b"'?>" + written
    assert xml_text(body).partition("?>")[2] == text


def test_the_header_counts_before_what_the_body_says_of_itself() -> None:
    assert title(FEED, feed(RUSSIAN, "cp1251", "iso-8859-1"), "windows-1251") == RUSSIAN
    assert title(PAGE, page(RUSSIAN, "cp1251", "<meta charset=koi8-r>"), "windows-1251") == RUSSIAN
    assert title(FEED, feed(FRENCH, "utf-8", "iso-8859-1"), "utf-8") == FRENCH
    assert title(PAGE, page(FRENCH, "utf-8", "<meta charset=gbk>"), "utf-8") == FRENCH


def test_a_byte_order_mark_counts_before_the_header() -> None:
    assert title(FEED, feed(FRENCH, "utf-8-sig"), "windows-1251") == FRENCH
    assert title(PAGE, page(FRENCH, "utf-16"), "utf-8") == FRENCH


@pytest.mark.parametrize("header", ["utf-8", "iso-8859-1", "no-such-charset", ""])
def test_what_the_bytes_prove_counts_before_a_header_that_is_wrong(header: str) -> None:
    assert title(FEED, feed(FRENCH, "utf-8"), header) == FRENCH
    assert title(PAGE, page(FRENCH, "utf-8"), header) == FRENCH


def test_where_the_header_cannot_be_right_the_body_is_asked() -> None:
    assert title(FEED, feed(RUSSIAN, "cp1251", "windows-1251"), "utf-8") == RUSSIAN
    assert title(PAGE, page(KOREAN, "cp949", "<meta charset=euc-kr>"), "utf-8") == KOREAN
    assert title(FEED, feed(FRENCH, "utf-8"), "utf-16") == FRENCH


def test_a_charset_that_nobody_knows_is_named() -> None:
    assert reading(FEED, feed(FRENCH, "utf-8"), "x-klingon").warnings == (
        "the header of the answer names the charset 'x-klingon', which is not known",
    )
    assert reading(FEED, feed(FRENCH, "utf-8", "x-klingon")).warnings == (
        "the declaration of XML names the charset 'x-klingon', which is not known",
    )
    assert reading(PAGE, page(FRENCH, "utf-8", "<meta charset=hz-gb-2312>")).warnings == (
        "the page names the charset 'hz-gb-2312', which is not known",
    )
    assert reading(PAGE, page(FRENCH, "utf-8-sig", "<meta charset=x-klingon>")).warnings == ()


@pytest.mark.parametrize("text", ["café", FRENCH, RUSSIAN, CHINESE, "“5 µm”"])
@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "windows-1251", "koi8-r", "iso-8859-15", "ascii"])
def test_utf8_under_another_declaration_is_utf8(text: str, declared: str) -> None:
    assert title(FEED, feed(text, "utf-8", declared)) == text
    assert title(PAGE, page(text, "utf-8", f"<meta charset='{declared}'>")) == text


@pytest.mark.parametrize("declared", ["gbk", "gb2312", "big5", "shift_jis", "euc-kr", "euc-jp"])
def test_utf8_under_a_declaration_of_pairs_is_utf8(declared: str) -> None:
    assert title(FEED, feed(CHINESE, "utf-8", declared)) == CHINESE
    assert title(PAGE, page(RUSSIAN, "utf-8", f"<meta charset='{declared}'>")) == RUSSIAN


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        ("ÄÖÜ „É“", "cp1252", "iso-8859-1"),
        ("«Été» à Â", "cp1252", "windows-1252"),
        ("І їжак", "cp1251", "windows-1251"),
        ("рад", "cp1251", "windows-1251"),
        ("и в лесу рад", "cp866", "ibm866"),
        ("联想", "gb18030", "gb2312"),
        ("深層学習", "euc_jp", "euc-jp"),
        ("ｱｲｳ", "cp932", "shift_jis"),
    ],
)
def test_what_is_no_utf8_is_what_it_says(text: str, charset: str, declared: str) -> None:
    assert title(FEED, feed(text, charset, declared)) == text
    assert title(PAGE, page(text, charset, f"<meta charset='{declared}'>")) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("don&#146;t", "don’t"),
        ("don&#x92;t &#150; &amp;#147;why&amp;#148;", "don’t – “why”"),
        ("don\x92t pay 5 \x80", "don’t pay 5 €"),
        ("\x9b31mred\x90 \x9fx", "red x"),
    ],
)
def test_controls_that_are_meant_for_quotes_and_dashes_are_those(written: str, text: str) -> None:
    assert title(FEED, feed(written, "utf-8")) == text


def test_a_broken_byte_spoils_itself_only() -> None:
    body = page(FRENCH + " " + RUSSIAN + "#", "utf-8").replace(b"#", b"\xe9")
    assert title(PAGE, body) == f"{FRENCH} {RUSSIAN}\ufffd"
    assert title(PAGE, body, "utf-8") == f"{FRENCH} {RUSSIAN}\ufffd"
    assert title(PAGE, body.replace(b"<head>", b"<head><meta charset=iso-8859-1>")) == f"{FRENCH} {RUSSIAN}\ufffd"
    body = feed(KOREAN + "#", "cp949", "euc-kr").replace(b"#", b"\xff")
    assert title(FEED, body) == KOREAN + "\ufffd"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("start", ["<!doctype html>", "<html>", " <!-- a --><html>"])
def test_a_page_in_utf16_without_a_mark_is_read(charset: str, start: str) -> None:
    assert title(PAGE, f"{start}<body><ul><li><b>{RUSSIAN}</b></ul></body></html>".encode(charset)) == RUSSIAN


def test_a_feed_in_utf16_without_a_mark_is_read() -> None:
    assert title(FEED, feed(RUSSIAN, "utf-16-be")) == RUSSIAN
    value = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": RUSSIAN}]}
    assert title(FEED, json.dumps(value, ensure_ascii=False).encode("utf-16-le")) == RUSSIAN


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ("<meta charset=koi8-r>", "koi8-r"),
        ("<META CHARSET = 'koi8-r' />", "koi8-r"),
        ('<meta name="a > b" charset="koi8-r">', "koi8-r"),
        ("<meta\n/charset\n=\nkoi8-r/>", "koi8-r"),
        ("<meta charset=' koi8-r '>", "koi8-r"),
        ("<meta charset=koi8-r charset=utf-8>", "koi8-r"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        ("<meta content='text/html;charset = \"koi8-r\"' http-equiv=content-type>", "koi8-r"),
        ("<meta http-equiv=content-type content='charsets; charset=koi8-r;x'>", "koi8-r"),
        ("<meta content='text/html; charset=koi8-r'>", None),
        ("<meta name=description content='charset=koi8-r'>", None),
        ("<meta http-equiv=refresh content='0; charset=koi8-r'>", None),
        ("<meta data-charset=koi8-r>", None),
        ("<metadata charset=koi8-r>", None),
        ("</meta charset=koi8-r>", None),
        ("<!-- <meta charset=koi8-r> --><meta charset=gbk>", "gb18030"),
        ("<!--><meta charset=koi8-r>", "koi8-r"),
        ("<!-- <meta charset=koi8-r>", None),
        ("<script>'<meta charset=koi8-r>'</script><meta charset=gbk>", "gb18030"),
        ("<title><meta charset=koi8-r></title>", None),
        ("<link title='<meta charset=gbk>'><meta charset=koi8-r>", "koi8-r"),
        ("<body><meta charset=koi8-r>", None),
        ("<meta charset=x-klingon><meta charset=koi8-r>", "koi8-r"),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=x-user-defined>", "cp1252"),
        (f"<!--{' ' * 30_000}--><meta charset=koi8-r>", "koi8-r"),
        ("<meta charset='koi8-r", None),
        ("a < b <meta charset=koi8-r>", "koi8-r"),
    ],
)
def test_a_page_says_its_charset_as_browsers_understand_it(head: str, codec: str | None) -> None:
    assert declared_in_html(f"<!doctype html><html><head>{head}".encode()).codec == codec


def test_a_page_of_xhtml_says_it_in_its_declaration() -> None:
    body = b'<?xml version="1.0" encoding="koi8-r"?>' + page(RUSSIAN, "koi8-r")
    assert html_in_utf8(body).decode().count(RUSSIAN) == 1
    assert declared_in_html(body.replace(b"<head>", b"<head><meta charset=gbk>")).codec == "gb18030"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin1", "cp1252"),
        ("Latin-1", "cp1252"),
        ("l9", "iso8859-15"),
        ("sun_eu_greek", "iso8859-7"),
        ("logical", "iso8859-8"),
        ("windows-874", "cp874"),
        ("x-mac-ukrainian", "mac-cyrillic"),
        (" utf-8 ", "utf-8"),
        ("'utf-8'", "utf-8"),
        ("euc_kr", "cp949"),
        ("cp437", "cp437"),
        ("utf-7", None),
        ("rot13", None),
        ("iso-2022-kr", None),
        ("hz-gb-2312", None),
        ("", None),
        ("\ud800", None),
    ],
)
def test_a_name_means_what_the_web_means_by_it(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(("source", "body"), PAGES)
def test_a_header_that_is_right_changes_nothing(source: Source, body: bytes) -> None:
    plain = parse_given(body, "https://lab.example/", source, "")
    assert parse_given(body, "https://lab.example/", source, "utf-8") == plain
    if body.isascii():
        return
    other = body.decode().encode("gb18030", "xmlcharrefreplace")
    read = parse_given(other, "https://lab.example/", source, "gb18030")
    assert isinstance(read, Reading) and isinstance(plain, Reading)
    assert replace(read, next=plain.next) == plain


def test_selectors_are_tried_on_the_same_text() -> None:
    body = page("ё", "utf-16-le")
    assert [one.elements for one in find_given(body, PAGE, "utf-16")] == [1, 1]


@given(st.binary(max_size=400), st.sampled_from(["utf-8", "utf-16", "gbk", "iso-2022-jp", "x", "\x00", "a" * 999]))
def test_any_bytes_under_any_header(body: bytes, label: str) -> None:
    given, _ = given_body(body, label)
    assert given == body or given.startswith(b"\xef\xbb\xbf")
    html_in_utf8(given).decode()
    parse_given(body, "https://lab.example/", FEED, label)
    parse_given(body, "https://lab.example/", PAGE, label)
