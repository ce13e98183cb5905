"""The body of a saved page, looked at once by all who may know its form."""

from __future__ import annotations

from functools import cached_property

from watcher.parsers.common.sniff import BodyForm, body_form

HEAD = 2_000
"""Bytes at the beginning in which a form of JSON names itself."""


class SavedBody:
    """``data`` are the bytes of one file; what is found out about them is found out once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def form(self) -> BodyForm:
        """Whether it is HTML, XML, JSON, text, or something else."""
        return body_form(self.data)

    @cached_property
    def head(self) -> bytes:
        """Its beginning, without the escapes of slashes in JSON."""
        return self.data[:HEAD].replace(b"\\/", b"/")
