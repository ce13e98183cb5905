"""Describe what may be wrong with an address that can be used."""

from __future__ import annotations

from typing import NamedTuple


class AddressDoubt(NamedTuple):
    """A warning about an address.

    ``name``: as docs/warnings.md has it.
    ``what``: what is doubtful.
    ``hint``: what to write instead.
    """

    name: str
    what: str
    hint: str
