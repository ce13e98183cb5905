"""A stream that says it is a terminal."""

from __future__ import annotations

import io


class Terminal(io.StringIO):
    """Keeps what is printed on it."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True
