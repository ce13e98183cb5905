"""Give every word sequence in a field a 64-bit key.

A word is hashed with BLAKE2 and a secret, a sequence by a polynomial over its words, modulo 2**64. Two sequences
collide with a chance of 2**-64, and nobody who does not know the secret can make them collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from watcher.model.fields import FieldKind, rule_names

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
"""An odd number from the golden ratio, which spreads sums over all 64 bits (Knuth, TAOCP 3, 6.4)."""

LONGEST_GRAM = 6
"""Most words of a sequence with a key. Of a longer phrase, only the beginning is looked up; then it is evaluated."""

FIELDS = ("", *rule_names(FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.LABEL))
"""Fields that keys are made for. The first is title and abstract together; these two follow."""

SALTS = {field: (n * 0xD6E8FEB86659FD93) & MASK for n, field in enumerate(FIELDS)}
"""Field → salt of its keys."""

_BYTES = 8


class KeyMaker:
    """Makes the 64-bit keys of words and word sequences.

    ``secret``: what the keys depend on; without it, they are different in each process.
    """

    def __init__(self, secret: bytes = b"") -> None:
        self.secret = secret or b"".join(  # Python's own secret for hashes of texts is new in every process
            (hash(one) & MASK).to_bytes(_BYTES, "little") for one in ("first", "second")
        )

    def hashes(self, words: Iterable[str]) -> bytes:
        """Return the hashes of words as bytes, eight for each word, lowest byte first."""
        secret = self.secret
        return b"".join(
            [blake2b(secret + word.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest() for word in words]
        )

    def key_of(self, words: Sequence[str], field: str = "") -> int:
        """Return the key of a word sequence in a field. A last word that ends in ``*`` is the beginning of a word."""
        hashes = self.hashes(words)
        key = 0
        for at in range(0, len(hashes), _BYTES):
            key = (key * STEP + int.from_bytes(hashes[at : at + _BYTES], "little")) & MASK
        return key ^ SALTS[field]
