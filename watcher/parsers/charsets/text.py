"""Decode a body: by its byte order mark, or else as is declared, unless its bytes prove another charset.

By https://html.spec.whatwg.org/#determining-the-character-encoding and RFC 7303, 3.2, the mark comes before the
answer's header, and the header before what the body declares. Bytes can prove UTF-8, since text in another charset is
never valid UTF-8 by chance.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from watcher.parsers.charsets.labels import OF_SEVERAL_BYTES, WIDE, codec_of
from watcher.parsers.charsets.wider import decoded_widely

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML = re.compile(rb"\A\s*+<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"'<>]{1,40})[\"']", re.ASCII)
_FOR_ONE_BROKEN = 10
"""Whole UTF-8 characters for each broken byte with which broken ones count as accidents."""

_ENOUGH = 3
"""Fewest whole UTF-8 characters that cannot be pairs of another charset by chance."""

_ASCII = bytes(range(0x80))
_NO_LABEL = re.compile(r"[^\w.:+() -]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared charset.

    ``codec``: Python's name for it, None if there is none.
    ``unknown``: the declared name, if it is unknown.
    """

    codec: str | None = None
    unknown: str = ""


def declared_by(labels: Iterable[str]) -> Declared:
    """Return the charset that the first known one of some names (``labels``) declares."""
    unknown = ""
    for label in labels:
        if codec := codec_of(label):
            return Declared(codec)
        unknown = unknown or _NO_LABEL.sub("?", label)[:40]
    return Declared(unknown=unknown)


def declared_in_xml(body: bytes) -> Declared:
    """Return the charset in an XML declaration. It is read as ASCII, so that it cannot mean a wider charset."""
    found = _XML.match(body[:1000])
    return in_ascii(declared_by([found[1].decode("latin-1")] if found else []))


def in_ascii(declared: Declared) -> Declared:
    """Return the charset that a declaration means which was readable as ASCII: instead of UTF-16 it means UTF-8."""
    return Declared("utf-8") if declared.codec in WIDE else declared


def warning_of(declared: Declared, where: str) -> str:
    """Return a warning about an unknown charset, "" if it is known.

    ``where``: what declares it, in words.
    """
    return f"{where} names the charset {declared.unknown!r}, which is not known" if declared.unknown else ""


def marked(body: bytes) -> tuple[int, str] | None:
    """Return (length of the byte order mark, its charset), None without a mark.

    XML and JSON in UTF-16 are recognised without a mark, since every other byte is 0.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return len(mark), codec
    wide = wide_by_bytes(body)
    return (0, wide) if wide else None


def wide_by_bytes(body: bytes) -> str | None:
    """Return the two-byte charset in which a body without a mark begins, None if it begins in none."""
    zeros = [n for n, byte in enumerate(body[:4]) if not byte] if body[:4].isascii() else []
    return "utf-16-le" if zeros == [1, 3] else "utf-16-be" if zeros == [0, 2] else None


def xml_text(body: bytes) -> str:
    """Return the text of XML, JSON or plain text. Invalid bytes become U+FFFD."""
    return text_by(body, declared_in_xml(body))


def xml_warning(body: bytes) -> str:
    """Return a warning about an unknown charset that XML declares, "" for none."""
    return warning_of(Declared() if marked(body) else declared_in_xml(body), "the declaration of XML")


def text_by(body: bytes, declared: Declared) -> str:
    """Return the text of a body without its byte order mark, in the declared charset unless its bytes prove another."""
    if mark := marked(body):
        length, wide = mark
        return body[length:].decode(wide, "replace").lstrip("\ufeff")
    if declared.codec in (None, "utf-8") and (text := _whole_utf8(body)) is not None:
        return text
    return decoded_widely(body, _proved(body, declared.codec))


def given_body(body: bytes, label: str) -> tuple[bytes, str]:
    """Return a body in which the charset of the answer's header counts, and a warning ("" for none).

    The body is then UTF-8 with a byte order mark, which every reader obeys. It is unchanged if its own mark or its
    bytes contradict the header.

    ``label``: the charset in the header.
    """
    declared = declared_by([label] if label.strip() else [])
    warning = warning_of(declared, "the header of the answer")
    if declared.codec is None or marked(body) or (body.isascii() and declared.codec != "iso2022_jp_ext"):
        return body, warning
    if declared.codec in WIDE:
        text = body.decode(declared.codec, "replace") if b"\x00" in body[:1000] else ""
        return (codecs.BOM_UTF8 + text.encode(errors="replace") if text else body), warning
    codec = _proved(body, declared.codec)
    if codec == "utf-8":
        return codecs.BOM_UTF8 + body, warning
    if codec == declared.codec:
        return codecs.BOM_UTF8 + decoded_widely(body, codec).encode(errors="replace"), warning
    return body, warning


def size_of(body: bytes) -> int:
    """Return the number of bytes of a body without a byte order mark, since :func:`given_body` adds one."""
    return len(body.removeprefix(codecs.BOM_UTF8))


def _proved(body: bytes, declared: str | None) -> str:
    """Return the charset of a body: the declared one, or UTF-8 without one, unless the bytes prove another."""
    if body.isascii() and declared != "iso2022_jp_ext":
        return "utf-8"
    whole, broken = _of_utf8(body)
    if declared in (None, "utf-8"):
        return "utf-8" if whole > broken else "cp1252"
    assert declared is not None
    enough = _ENOUGH if declared in OF_SEVERAL_BYTES and _can_be(body, declared) else 1
    return "utf-8" if whole >= max(enough, _FOR_ONE_BROKEN * broken) else declared


def _of_utf8(body: bytes) -> tuple[int, int]:
    """Return how many characters outside ASCII are valid UTF-8 in a body, and how many are broken."""
    if (text := _whole_utf8(body)) is not None:
        return len(text) - (len(body) - len(body.translate(None, _ASCII))), 0
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd") - body.count("\ufffd".encode())
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return beyond - broken, broken


def _whole_utf8(body: bytes) -> str | None:
    """Return the text of a body in UTF-8, None if any byte is broken."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _can_be(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
