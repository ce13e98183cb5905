"""Write a mail as bytes, by hand: faster than EmailMessage, and the text of headers is never parsed.

Parsing a header decodes words in it that look encoded (RFC 2047). A paper's title may contain such a word with a line's
end in it, and so add headers, recipients or a body. Here a header is made from text, and shows exactly that text.
"""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Callable, Iterable, Iterator
from email.utils import getaddresses
from urllib.parse import quote

WIDTH = 76
"""Most characters in a line of a header: what RFC 2047 (2) allows for a line with an encoded word."""

LONGEST_LINE = 998
"""Most characters of a line, without its end (RFC 5322, 2.1.1)."""

NAMES = frozenset({"mime-version", "content-type", "content-transfer-encoding"})
"""Names of headers, in lower case, that say how the mail is written. The config cannot set them."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PRINTABLE = re.compile(r"[ -~]*")
_NAME = re.compile(r"[!-9;-~]{1,70}")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9._:\[\]-]+")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/^_`{|}~-]+)*")
_OF_ADDRESSES = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc"})
_SAFE_IN_URI = "".join(char for char in map(chr, range(0x21, 0x7F)) if char not in '<>"')
_Q_FROM_URI = {ord("%"): "=", ord(" "): "_", ord("_"): "=5F", ord("."): "=2E", ord("~"): "=7E"}

_LONGEST_WORD = 75  # RFC 2047, 2
_SHORTEST_FIRST = 30
_LONGEST_QUOTED = 200

_PART = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n'

_BOUNDARY = "=_watcher"
"""Text between the parts of a mail. Quoted-printable text never contains ``=_`` (RFC 2045, 6.7)."""


class Unwritable(Exception):
    """An address or a header's name cannot be written in a mail."""


def text_header(name: str, text: str) -> str:
    """Return a header with ``text`` (RFC 5322, 2.2.1), folded into lines, without the last line's end.

    Control characters become blanks.
    """
    shown = _visible(text)
    words = shown.split(" ")
    is_plain = _is_plain(shown) and max(map(len, [f"{name}: {words[0]}", *words])) < WIDTH
    return _folded(name, words if is_plain else _encoded(shown, _room_beside(name)))


def address_header(name: str, people: Iterable[tuple[str, str]]) -> str:
    """Return a header of mailboxes, folded into lines, without the last line's end.

    ``people``: (name or "", address) of each.

    Raises ``Unwritable`` for an address that needs quotes, since mail programs and servers read those differently.
    """
    tokens: list[str] = []
    for shown, address in people:
        room = _room_beside(name) if not tokens else _LONGEST_WORD
        phrase = list(_phrase(_visible(shown), room))
        written = written_address(address)
        tokens += [*phrase, f"<{written}>," if phrase else f"{written},"]
    return _folded(name, tokens).removesuffix(",")


def uri_header(name: str, uri: str) -> str:
    """Return the header ``name`` with a web or mail address in angle brackets (RFC 2369); "" if it is too long.

    ``uri``: the address.
    """
    line = f"{name}: <{quote(uri, safe=_SAFE_IN_URI, errors='replace')}>"
    return line if len(line) <= LONGEST_LINE else ""


def token_header(name: str, value: str) -> str:
    """Return a header with a value that watcher made itself, such as a date or an id.

    Raises ``Unwritable`` unless the value is printable ASCII.
    """
    if not _PRINTABLE.fullmatch(value):
        raise Unwritable(f"the header {name} takes printable ASCII only")
    return f"{name}: {value}"


def own_header(name: str, text: str) -> str:
    """Return a header that the config sets. Raises ``Unwritable`` if its name is not valid (RFC 5322, 2.2)."""
    if not _NAME.fullmatch(name):
        raise Unwritable("a header's name in it (+NAME=) is none: write letters, digits and hyphens")
    if name.lower() in _OF_ADDRESSES and not _is_plain(text):
        return address_header(name, getaddresses([_visible(text)]))
    return text_header(name, text)


def written_address(address: str) -> str:
    """Return ``address`` unchanged. Raises ``Unwritable`` if it needs quotes or has other letters than ASCII."""
    if not _ADDRESS.fullmatch(address):
        raise Unwritable(
            "an e-mail address in it cannot be written in a mail: write ASCII letters, digits and .+-_ before its @"
        )
    return address


def mail_bytes(headers: Iterable[str], text: str, html: str | None) -> bytes:
    """Return a whole mail (RFC 5322, 2045, 2046): 7-bit characters, CRLF, at most 78 characters in lines of its bodies.

    ``headers``: all headers except those of MIME, folded into lines.
    ``html``: None to send text alone.
    """
    head = "".join(f"{one}\r\n" for one in (*headers, "MIME-Version: 1.0")).encode("ascii")
    if html is None:
        return head + _part("plain", text)
    kind = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'.encode("ascii")
    line = f"--{_BOUNDARY}".encode("ascii")
    parts = [line + b"\r\n" + _part(*one) for one in (("plain", text), ("html", html))]
    return head + kind + b"".join(parts) + line + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    """Return a part of a mail with its headers; it ends with a line's end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    body = b2a_qp(lines.replace("\n", "\r\n").encode(), istext=True)
    return _PART % subtype.encode("ascii") + b"\r\n" + body + b"\r\n"


def _visible(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _CONTROLS.sub(" ", text)).strip(" ")


def _is_plain(text: str) -> bool:
    """Return whether all mail programs show a text as it is. Two blanks in a row may become one on the way."""
    return bool(_PRINTABLE.fullmatch(text)) and "=?" not in text and "  " not in text


def _phrase(shown: str, room: int) -> Iterator[str]:
    """Yield the pieces of a display name; a line may end between two pieces."""
    if not shown:
        return
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    if not _is_plain(shown) or len(quoted) > _LONGEST_QUOTED:
        yield from _encoded(shown, room)
    else:
        yield shown if _PLAIN_PHRASE.fullmatch(shown) else quoted


def _room_beside(name: str) -> int:
    """Return how many characters an encoded word may have on the same line as the header's name."""
    return max(min(WIDTH - len(name) - 2, _LONGEST_WORD), _SHORTEST_FIRST)


def _encoded(text: str, room: int) -> list[str]:
    """Return encoded words that together say ``text``. No character is split between two.

    ``room``: most characters of the first word.
    """
    encode: Callable[[str], str] = min((_q, _b), key=lambda one: len(one(text)))
    words = []
    while text:
        end = 1
        while end < len(text) and len(encode(text[: end + 1])) <= room:
            end += 1
        words.append(encode(text[:end]))
        text, room = text[end:], _LONGEST_WORD
    return words


def _q(text: str) -> str:
    """Encode a text by RFC 2047, 4.2; only characters that are allowed in a name (5, 3) stay as they are."""
    return f"=?utf-8?q?{quote(text, safe=' !*+-/').translate(_Q_FROM_URI)}?="


def _b(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode('ascii')}?="


def _folded(name: str, words: Iterable[str]) -> str:
    """Join words by blanks or line ends. The first word stays on the line of the header's name."""
    lines, line, room = [], f"{name}:", LONGEST_LINE
    for word in words:
        if len(line) + 1 + len(word) > room:
            lines.append(line)
            line = ""
        line += f" {word}"
        room = WIDTH
    return "\r\n".join([*lines, line])
