"""Write packed rules as bytes, and read back those that have not changed, without compiling their texts again.

Bytes of another version are refused, since it may read rules in another way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from watcher.rules.index.keys import KeyMaker
from watcher.rules.index.packed_index import Packed
from watcher.rules.index.rule_arrays import Array, Flags
from watcher.rules.kept_arrays import KeptArrays, Piece, read_arrays, write_arrays

_KIND = "packed rules"
_STAMP = 16
_STAMPS, _NUMBERS = "stamps", "numbers"


class WrittenRule(NamedTuple):
    """A rule as it is written.

    ``sources``: names of its sources, empty for all.
    """

    id: int
    text: str
    sources: Sequence[str]


class KeptRules:
    """Packed rules of an earlier process. Rules that have not changed are taken from it, page by page.

    ``keys``: makes the keys of their words.
    """

    def __init__(self, pack: Packed, stamps: Array, numbers: Flags, keys: KeyMaker) -> None:
        self._pack, self._stamps, self._numbers = pack, stamps, numbers
        self.keys = keys

    def __len__(self) -> int:
        return len(self._pack.ids)

    def take(self, rules: Sequence[WrittenRule]) -> list[bool | None]:
        """Take those rules that are kept unchanged.

        Return for each whether it compares numbers, None if it is not kept or has changed.
        """
        ids = np.array([one.id for one in rules], np.int64)
        stamps = np.frombuffer(b"".join(map(_stamp, rules)), np.uint64).reshape(-1, 2)
        at = np.searchsorted(self._pack.ids, ids, sorter=self._pack.order)
        place = self._pack.order[np.minimum(at, len(self) - 1)]
        same = (self._pack.ids[place] == ids) & (self._stamps[place] == stamps).all(axis=1)
        self._pack.alive[place[same]] = True
        numbers = self._numbers[place].tolist()
        found: list[bool | None] = []
        for n, (here, is_same) in enumerate(zip(place.tolist(), same.tolist(), strict=True)):
            if is_same:
                self._pack.texts[here] = rules[n].text
            found.append(numbers[n] if is_same else None)
        return found

    def taken(self) -> Packed:
        """Return a pack of all rules that were taken."""
        return self._pack


def write_kept(pack: Packed, keys: KeyMaker, numbers: Collection[int], version: str) -> Iterator[Piece]:
    """Yield the bytes of packed rules, in pieces.

    ``numbers``: numbers of the rules that compare upvotes or comments.
    ``version``: of everything that decides what a rule's text means.
    """
    arrays = _arrays_of(pack)
    texts = zip(pack.ids.tolist(), pack.texts, pack.rule_sources.tolist(), strict=True)
    stamps = b"".join(_stamp(WrittenRule(id, text, sorted(pack.source_sets[of]))) for id, text, of in texts)
    arrays[_STAMPS] = np.frombuffer(stamps, np.uint64)
    arrays[_NUMBERS] = np.isin(pack.ids, np.fromiter(numbers, np.int64, len(numbers)))
    head = {
        "secret": keys.secret.hex(),
        "source_sets": [sorted(one) for one in pack.source_sets],
        "bucket_shift": pack.bucket_shift,
        "longest_bucket": pack.longest_bucket,
        "longest": pack.longest,
        "fields": sorted(pack.fields),
        "prefixes": sorted(pack.prefixes),
        "regexes": sorted(pack.regexes),
    }
    return write_arrays(_KIND, version, KeptArrays(head, arrays))


def read_kept(data: bytes, version: str) -> KeptRules | None:
    """Return the rules in these bytes; None if they are damaged, of another version, or something else."""
    read = read_arrays(_KIND, version, data)
    if read is None:
        return None
    head, arrays = read
    stamps, numbers = arrays.pop(_STAMPS).reshape(-1, 2), arrays.pop(_NUMBERS)
    count = len(arrays["ids"])
    pack = Packed(
        **arrays,
        alive=np.zeros(count, np.bool_),
        columns=np.zeros(len(arrays["term_keys"]), np.int32),
        texts=[""] * count,
        source_sets=[frozenset(one) for one in head["source_sets"]],
        bucket_shift=head["bucket_shift"],
        longest_bucket=head["longest_bucket"],
        longest=head["longest"],
        fields=frozenset(head["fields"]),
        prefixes=frozenset(head["prefixes"]),
        regexes=frozenset((field, pattern) for field, pattern in head["regexes"]),
    )
    return KeptRules(
        replace(pack, term_seen=pack.term_seen.copy()), stamps, numbers, KeyMaker(bytes.fromhex(head["secret"]))
    )


def _arrays_of(pack: Packed) -> dict[str, Array]:
    """Return name → array of a pack, without arrays that begin empty in each process."""
    some: dict[str, Any] = {one.name: getattr(pack, one.name) for one in fields(pack)}
    return {
        name: value
        for name, value in some.items()
        if isinstance(value, np.ndarray) and name not in ("alive", "columns")
    }


def _stamp(rule: WrittenRule) -> bytes:
    """Return a digest of a rule's text and sources. Between them is a character that no text contains."""
    said = "\0".join((rule.text, *sorted(rule.sources)))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_STAMP).digest()
