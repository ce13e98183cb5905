"""A 64-bit key for every word sequence in a field.

A word is hashed by Python (SipHash, keyed anew in every process), a sequence by a polynomial over its words, modulo
2**64. Two different sequences meet with a chance of 2**-64, and nobody outside can make them meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from watcher.model.fields import FieldKind, rule_names

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
"""Odd, from the golden ratio: spreads a sum over all 64 bits (Knuth, TAOCP 3, 6.4)."""

LONGEST_GRAM = 6
"""Words of a sequence that is looked up whole; of a longer phrase the beginning is, and then it is read."""

FIELDS = ("", *rule_names(FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.LABEL))
"""What a key is looked for in; the first is title and abstract together, and these two follow."""

SALTS = {field: (n * 0xD6E8FEB86659FD93) & MASK for n, field in enumerate(FIELDS)}
"""Keys live as long as the process, whose hashes they are made of: a field's salt may differ in the next release."""


def key_of(words: Sequence[str], field: str = "") -> int:
    """The key of a sequence of words in a field; a last word that ends in ``*`` is a beginning."""
    key = hash(words[0])
    for word in words[1:]:
        key = key * STEP + hash(word)
    return (key & MASK) ^ SALTS[field]
