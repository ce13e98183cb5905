"""Read files of certificates, and make TLS trust the authorities in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.files.read import NotRead, read_regular

if TYPE_CHECKING:
    from ssl import SSLContext  # loaded for who has such a file, or a connection

LARGEST_BUNDLE = 4_000_000
"""Most bytes of a file of certificates. That of all public authorities has some 250,000."""

_BEGIN = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----")
_END = re.compile(r"-----END (?:TRUSTED |X509 )?CERTIFICATE-----")
_DER = b"\x30\x82"


def trust(context: SSLContext, authorities: str) -> None:
    """Make a context trust further certificates, alike in all versions of Python.

    Python 3.13 by itself trusts what is signed by an authority in the middle of a chain, and refuses authorities that
    lack fields, as many made by firms and labs do; older versions do neither. Here both are trusted.

    ``authorities``: certificates in PEM, "" for none.
    """
    if not authorities:
        return
    from ssl import VERIFY_X509_PARTIAL_CHAIN, VERIFY_X509_STRICT

    context.load_verify_locations(cadata=authorities)
    context.verify_flags = (context.verify_flags | VERIFY_X509_PARTIAL_CHAIN) & ~VERIFY_X509_STRICT


def read_authorities(path: Path) -> str | NotRead:
    """Return the certificates of a file in PEM, without anything else in the file, or why it cannot be read."""
    data = read_regular(path, LARGEST_BUNDLE)
    if isinstance(data, NotRead):
        return NotRead(f"the certificates cannot be read: {data.what}", data.hint or "name a file in PEM")
    try:
        blocks = list(_blocks(data.decode("utf-8-sig", "replace")))
    except EOFError:
        return NotRead("the file ends within a certificate", "copy it again, whole")
    if not blocks:
        if data.startswith(_DER):
            return NotRead("this file is in DER, not in PEM", "run openssl x509 -inform der -in FILE -out FILE.pem")
        return NotRead("no certificate stands in this file", "each one begins with -----BEGIN CERTIFICATE-----")
    for n, (line, block) in enumerate(blocks, start=1):
        if not _holds(block):
            what = f"certificate {n} of the file, in line {line}, is damaged"
            return NotRead(what, "copy it again, or leave it out")
    return "".join(block for _, block in blocks)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, certificate) for each certificate. Raises ``EOFError`` if the last one has no end."""
    block: list[str] = []
    begun = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if _BEGIN.fullmatch(line.strip()):
            block, begun = [], number
        if begun:
            block.append(line.strip())
        if begun and _END.fullmatch(line.strip()):
            yield begun, "\n".join([*block, ""])
            begun = 0
    if begun:
        raise EOFError


def _holds(block: str) -> bool:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=block)
    except (ssl.SSLError, ValueError):
        return False
    return True
