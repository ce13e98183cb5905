"""Give every word sequence in a field a 64-bit key.

A word is hashed by Python (SipHash, with a new key in every process), a sequence by a polynomial over its words, modulo
2**64. Two sequences collide with a chance of 2**-64, and nobody outside can make them collide.
"""

from __future__ import annotations

from collections.abc import Sequence

from watcher.model.fields import FieldKind, rule_names

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
"""Odd, from the golden ratio: spreads a sum over all 64 bits (Knuth, TAOCP 3, 6.4)."""

LONGEST_GRAM = 6
"""Most words of a sequence with a key; of a longer phrase the beginning is looked up, then it is evaluated."""

FIELDS = ("", *rule_names(FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.LABEL))
"""Fields that keys are made for; the first is title and abstract together, and these two follow."""

SALTS = {field: (n * 0xD6E8FEB86659FD93) & MASK for n, field in enumerate(FIELDS)}
"""Field → salt of its keys. Keys live as long as the process, so that a salt may differ in the next release."""


def key_of(words: Sequence[str], field: str = "") -> int:
    """Return the key of a word sequence in a field. A last word that ends in ``*`` is the beginning of a word."""
    key = hash(words[0])
    for word in words[1:]:
        key = key * STEP + hash(word)
    return (key & MASK) ^ SALTS[field]
