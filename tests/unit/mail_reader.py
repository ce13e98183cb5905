"""A reader of mails' heads that goes by the letter of RFC 5322 and RFC 2047, and titles that would add to a head."""

from __future__ import annotations

import base64
import quopri
import re

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# What looks encoded: each of them made headers, recipients or a body, or showed other words than the title's.
LOOKALIKES = {
    "a line's end": "Trees =?utf-8?q?A=0D=0ABcc:_eve@evil.example?= end",
    "a line feed": "Trees =?utf-8?q?A=0ABcc:_eve@evil.example?= end",
    "a carriage return": "Trees =?utf-8?q?A=0DBcc:_eve@evil.example?= end",
    "base64": "Trees =?utf-8?b?QQ0KQmNjOiBldmVAZXZpbC5leGFtcGxl?= end",
    "capital letters": "Trees =?UTF-8?Q?A=0D=0AX-Evil:_1?= end",
    "a language": "Trees =?utf-8*en?q?A=0D=0AX-Evil:_1?= end",
    "an unknown charset": "Trees =?x-nothing?q?A=0D=0ATo:_eve@evil.example?= end",
    "UTF-7": "Trees =?utf-7?q?A+AA0ACg-Bcc:_eve@evil.example?= end",
    "UTF-16": "Trees =?utf-16?b?DQAKAEIAYwBjADoA?= end",
    "one word alone": "=?utf-8?q?A=0D=0ACc:_eve@evil.example?=",
    "the end of the head": "Trees =?utf-8?q?A=0D=0A=0D=0AThis_is_the_body?= end",
    "NUL": "Trees =?utf-8?q?A=00B?= end",
    "the next line of Latin-1": "Trees =?iso-8859-1?q?A=85X-Evil:_1?= end",
    "a line separator": "Trees =?utf-8?q?A=E2=80=A8X-Evil:_1?= end",
    "beside other letters": "Trées =?utf-8?q?A=0D=0ABcc:_eve@evil.example?= end",
    "without blanks": "Trees=?utf-8?q?A=0D=0ABcc:_eve@evil.example?=end",
    "two in a row": "=?utf-8?q?A=0D?= =?utf-8?q?=0ABcc:_eve@evil.example?=",
    "one never ended": "Trees =?utf-8?q?A=0D=0ABcc:_eve@evil.example",
    "one within another": "=?utf-8?q?=3D=3Futf-8=3Fq=3FA=3D0D=3D0ABcc:_eve@evil.example=3F=3D?=",
    "in quotes": '"=?utf-8?q?A=0D=0ABcc:_eve@evil.example?="',
    "a parameter": "Trees; name*=utf-8''A%0D%0ABcc%3A%20eve@evil.example",
    "an address": "Trees <eve@evil.example>, Eve: eve@evil.example;",
    "a comment": "Trees (=?utf-8?q?A=0D=0ABcc:_eve?=) \\",
    "plain controls": "A\r\nBcc: eve@evil.example\r\n\r\nbody\x00\x0b\x85\u2028\u2029\x1b[31m",
}


def shown(text: str) -> str:
    """``text`` as a header shows it: on one line, whatever cannot be written replaced."""
    return CONTROLS.sub(" ", re.sub("[\ud800-\udfff]", "\ufffd", text)).strip(" ")


def unfolded(data: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """The headers as (name, value) and what follows the first empty line; asserts what RFC 5322, 2.1 and 2.2 ask."""
    head, end, body = data.partition(b"\r\n\r\n")
    assert end and head.isascii()
    lines = head.decode("ascii").split("\r\n")
    fields: list[tuple[str, str]] = []
    for line in lines:
        assert re.fullmatch("[ -~]+", line), line
        assert len(line) <= 998
        if line.startswith(" "):
            assert line.strip(" "), "a line of blanks"
            fields[-1] = (fields[-1][0], fields[-1][1] + line)
        else:
            name, colon, value = line.partition(":")
            assert colon and re.fullmatch(r"[!-9;-~]+", name), line
            assert value.strip(" "), f"{name} stands on a line of its own"
            fields.append((name, value.removeprefix(" ")))
    return fields, body


WORD = re.compile(r"=\?([^?*\s]+)\?([bBqQ])\?([^?\s]*)\?=")


def decoded(value: str) -> str:
    """An unstructured value: words that are encoded (RFC 2047, 2: each by itself between blanks) decoded, once."""
    shown, before = "", False
    for blank, word in re.findall(r"(^|[ ]+)([^ ]+)", value):
        found = WORD.fullmatch(word)
        if not (before and found):
            shown += blank
        shown += said(found) if found else word
        before = bool(found)
    return shown


def said(word: re.Match[str]) -> str:
    charset, encoding, text = word.groups()
    assert len(word[0]) <= 75
    if encoding in "bB":
        return base64.b64decode(text, validate=True).decode(charset)
    return quopri.decodestring(text.replace("_", "=20").encode()).decode(charset)


def mailboxes(value: str) -> list[tuple[str, str]]:
    """An address list (RFC 5322, 3.4) of names and addresses; asserts that there is nothing else."""
    found = []
    quoted, address = r'"(?:[^"\\]|\\.)*"', r'[^\s<>"(),:;@]+@[^\s<>"(),:;@]+'
    one = re.compile(rf'(?:(?P<phrase>{quoted}|[^"<>(),:;@]+) <(?P<named>{address})>|(?P<bare>{address}))(?:, |$)')
    at = 0
    while at < len(value):
        match = one.match(value, at)
        assert match, value[at:]
        phrase, at = match["phrase"] or "", match.end()
        name = re.sub(r"\\(.)", r"\1", phrase[1:-1]) if phrase.startswith('"') else decoded(phrase)
        assert not phrase.startswith('"') or "=?" not in phrase
        found.append((name, match["named"] or match["bare"]))
    return found
