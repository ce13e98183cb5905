"""Know arXiv's archives, and its categories with two names (https://arxiv.org/category_taxonomy)."""

from __future__ import annotations

from collections.abc import Iterable

ARCHIVES = frozenset(
    {"astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio", "q-fin", "stat"}
)
"""Archives that have categories of their own, to which their papers belong."""

_TWICE = (
    ("cs.SY", "eess.SY"),
    ("cs.NA", "math.NA"),
    ("cs.IT", "math.IT"),
    ("math-ph", "math.MP"),
    ("math.ST", "stat.TH"),
    ("econ.GN", "q-fin.EC"),
)
_OTHER = {one: other for pair in _TWICE for one, other in (pair, pair[::-1])}


def is_of(category: str, wanted: Iterable[str]) -> bool:
    """Return whether a category is wanted, by either of its names or by its archive."""
    names = (category, _OTHER.get(category, category))
    return any(name == one or name.startswith(f"{one}.") for name in names for one in wanted)
