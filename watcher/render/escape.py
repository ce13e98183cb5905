"""Making text of strangers harmless: titles and names come from pages that anybody can write."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

_MARKDOWN = re.compile(r"[\\`*\[\]<>]|~~|(?<!\w)_|_(?!\w)")
_BLOCK = re.compile(r"^(?=[#+\-=>|]|\d+[.)])")
_PING = re.compile(r"@(?=\w)")
_BLANKS = re.compile(r"\s+")


def one_line(text: str, longest: int = 300) -> str:
    """Without line breaks, control and direction characters; cut after ``longest`` characters."""
    kept = "".join(char if unicodedata.category(char) not in _HARMFUL else " " for char in text)
    kept = _BLANKS.sub(" ", kept).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def markdown(text: str) -> str:
    """As CommonMark that shows just these characters and pings nobody.

    No more is escaped than has to be: Slack, which apprise translates to, shows every other backslash.
    """
    return _BLOCK.sub("\u200b", _PING.sub("@\u200b", _MARKDOWN.sub(lambda found: "\\" + found[0], text)))


def url(address: str | None) -> str | None:
    """The address if it is http(s) and can stand between brackets and quotes; None otherwise."""
    if not address:
        return None
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(address.strip(), safe="%/:=&?~#+!$,;@-._*")
