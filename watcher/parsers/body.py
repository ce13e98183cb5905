"""Hold the body of a saved page while all kinds look at it."""

from __future__ import annotations

from functools import cached_property

from watcher.parsers.common.sniff import BodyForm, body_form

HEAD = 2_000
"""Bytes at the beginning in which a JSON form names itself."""


class SavedBody:
    """The bytes of one file, ``data``. What is found out about them is remembered."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def form(self) -> BodyForm:
        """Whether it is HTML, XML, JSON, text, or something else."""
        return body_form(self.data)

    @cached_property
    def head(self) -> bytes:
        """Its beginning, in which JSON's escaped slashes are unescaped."""
        return self.data[:HEAD].replace(b"\\/", b"/")
