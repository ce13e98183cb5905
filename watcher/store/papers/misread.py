"""Find how a title would look if its charset were not known: its bytes read as old Windows programs read them.

A paper that has nothing but its title is stored under that. When its letters are later read correctly, it is found
again in this way, and is not told again.
"""

from __future__ import annotations

_LEFT_OUT = dict.fromkeys(map(ord, bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")))
"""Quotes, dashes and letters that a page has written as control characters (``don&#146;t``), and that were left out."""

_CODECS = (
    *("utf-8", "cp1251", "koi8-r", "koi8-u", "gb18030", "big5", "cp932", "euc_jp", "cp949"),
    *("iso8859-2", "cp1250", "iso8859-5", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "mac-roman", "iso8859-15"),
)


def misread_titles(title: str) -> tuple[str, ...]:
    """Return the titles that a title may have been read as, each once; none for a title in ASCII."""
    if title.isascii():
        return ()
    found = dict.fromkeys((title.translate(_LEFT_OUT).strip(), *(_taken(title, codec) for codec in _CODECS)))
    return tuple(taken for taken in found if taken and taken != title)


def _taken(title: str, codec: str) -> str:
    try:
        return title.encode(codec).decode("cp1252", "replace")
    except UnicodeEncodeError:
        return ""
