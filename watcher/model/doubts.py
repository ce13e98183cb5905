"""What may be wrong with an address that can be used."""

from __future__ import annotations

from typing import NamedTuple


class AddressDoubt(NamedTuple):
    """A warning of an address: its name in docs/warnings.md, what is doubtful, what to write instead."""

    name: str
    what: str
    hint: str
