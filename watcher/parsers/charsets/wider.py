"""Decode bytes as browsers do if Python's codec is narrower than what the web means by its name.

By https://encoding.spec.whatwg.org, EUC-JP and ISO-2022-JP also have rows of NEC and IBM, Big5 has characters of
Windows, and GBK has the euro at 0x80.
"""

from __future__ import annotations

import codecs

ERRORS = "as-on-the-web"
"""Name of the error handler that is registered in Python for bytes that a codec does not have."""


def decoded_widely(body: bytes, codec: str) -> str:
    """Return the text of a body, read with Python's ``codec``; bytes that are no character become U+FFFD."""
    return body.decode(codec, ERRORS)


def _as_on_the_web(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = bytes(error.object[error.start : error.start + 2])
    match error.encoding:
        case "euc_jp" | "iso2022_jp_ext" if len(pair) == 2:
            char = _of_nec(pair)
        case "big5hkscs" if len(pair) == 2:
            char = pair.decode("cp950", "ignore")
        case "gb18030" if pair[:1] == b"\x80":
            return "€", error.start + 1
        case _:
            char = ""
    return (char, error.start + 2) if len(char) == 1 else ("\ufffd", error.end)


def _of_nec(pair: bytes) -> str:
    """Return the character at a row and cell of JIS X 0208 as Windows has it, "" for none."""
    row, cell = (byte % 0x80 - 0x20 for byte in pair)
    if not (1 <= row <= 94 and 1 <= cell <= 94):
        return ""
    lead = 0x81 + (row - 1) // 2
    trail = cell + 0x9E if row % 2 == 0 else cell + (0x3F if cell < 0x40 else 0x40)
    return bytes((lead if lead < 0xA0 else lead + 0x40, trail)).decode("cp932", "ignore")


codecs.register_error(ERRORS, _as_on_the_web)
