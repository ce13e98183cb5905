"""The text of XML in whatever charset: as the byte order mark says, else the declaration, else as the bytes suggest."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARED = re.compile(rb"\A\s*+<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']", re.ASCII)
_WIDER = {"iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""Charsets that are declared where a wider one is meant (https://encoding.spec.whatwg.org/#names-and-labels)."""

_OF_PROGRAMS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"))
"""What Python also takes for charsets: some raise whatever is asked for, some make characters that are none."""


def decoded_text(body: bytes) -> str:
    """The text without a byte order mark; bytes that are none in the charset become U+FFFD."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").lstrip("\ufeff")
    for start, name in _UNMARKED:
        if body.startswith(start):
            return body.decode(name, "replace")
    declared = _declared(body)
    if declared == "utf-8":
        return _decoded(body)
    return body.decode(declared, "replace")


def _declared(body: bytes) -> str:
    """Return the charset of the declaration if Python knows it as one of text; UTF-8 without any."""
    found = _DECLARED.match(body[:1000])
    codec = text_codec(found[1].decode(), "<?xml+") if found else None
    return _WIDER.get(codec, codec) if codec else "utf-8"


def text_codec(name: str, declared_in: str) -> str | None:
    """Python's name for a charset of texts, if a text that begins so could declare it; None where it is none."""
    try:
        codec = codecs.lookup(name).name
        is_readable = codec not in _OF_PROGRAMS and declared_in.encode(codec) == declared_in.encode("ascii")
    except (LookupError, ValueError, TypeError):
        return None
    return codec if is_readable else None


def _decoded(body: bytes) -> str:
    """UTF-8, unless more of what is not ASCII is broken than whole: then it is the charset of old Windows programs."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not char.isascii() for char in text) - broken
    return text if whole > broken else body.decode("cp1252", "replace")
