"""Decode bytes as browsers do where Python's charset is narrower than what the web means by its name.

https://encoding.spec.whatwg.org has rows of NEC and IBM in EUC-JP and ISO-2022-JP, characters of Windows in Big5, and
the euro at 0x80 in GBK.
"""

from __future__ import annotations

import codecs

ERRORS = "as-on-the-web"
"""The name under which Python knows what is done with bytes that its charset does not have."""


def decoded_widely(body: bytes, codec: str) -> str:
    """Return the text of a body; what is no character on the web either becomes U+FFFD."""
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
    """Return the character in a row and a cell of JIS X 0208 as Windows has it, "" for none."""
    row, cell = (byte % 0x80 - 0x20 for byte in pair)
    if not (1 <= row <= 94 and 1 <= cell <= 94):
        return ""
    lead = 0x81 + (row - 1) // 2
    trail = cell + 0x9E if row % 2 == 0 else cell + (0x3F if cell < 0x40 else 0x40)
    return bytes((lead if lead < 0xA0 else lead + 0x40, trail)).decode("cp932", "ignore")


codecs.register_error(ERRORS, _as_on_the_web)
