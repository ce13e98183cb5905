"""The rows, by what they are about: each module here has its own in ``ROWS``, and the table takes all of them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from benchmarks.all.row import Row


def all_rows() -> tuple[Row, ...]:
    """Return the rows of all modules, by the modules' names."""
    modules = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]
    return tuple(row for module in modules for row in module.ROWS)
