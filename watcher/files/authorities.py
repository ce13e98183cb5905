"""Read files of certificates, and trust the authorities in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.files.read import NotRead, read_regular

if TYPE_CHECKING:
    from ssl import SSLContext  # loaded for who has such a file, or a connection

LARGEST_BUNDLE = 4_000_000
"""Bytes of a file of certificates; those of all the world's public authorities are some 250,000."""

_BEGIN = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----")
_END = re.compile(r"-----END (?:TRUSTED |X509 )?CERTIFICATE-----")
_DER = b"\x30\x82"


def trust(context: SSLContext, authorities: str) -> None:
    """Let a context trust certificates in PEM, "" for none, besides those that it does.

    Whichever Python runs: 3.13 trusts a certificate below an authority that is named itself, and refuses authorities
    without fields that many made by firms and labs lack.
    """
    if not authorities:
        return
    from ssl import VERIFY_X509_PARTIAL_CHAIN, VERIFY_X509_STRICT

    context.load_verify_locations(cadata=authorities)
    context.verify_flags = (context.verify_flags | VERIFY_X509_PARTIAL_CHAIN) & ~VERIFY_X509_STRICT


def read_authorities(path: Path) -> str | NotRead:
    """Return the certificates of a file, in PEM and ASCII and without all else, or what is wrong with the file."""
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
    """Yield each certificate with the number of its line. Raises ``EOFError`` if the last one does not end."""
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
