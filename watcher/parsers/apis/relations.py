"""What an API says of a paper's relations to other papers, and of who wrote it, by their ids.

Papers are not joined by it: the values stand here, tidy, for whoever joins them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watcher.parsers.common import clean

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.ASCII | re.IGNORECASE)
_OPENALEX = re.compile(
    r"(?:https?://(?:api\.)?openalex\.org/)?(?:[a-z]+/)?([AISTCW]\d{2,12})", re.ASCII | re.IGNORECASE
)
_ROR = re.compile(r"(?:https?://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorIds:
    """An author as a source names him or her: ``orcid`` and ``openalex`` are bare ids, None where it gives none.

    ``rors``: ids of the institutions that this paper names for the author.
    """

    name: str
    orcid: str | None = None
    openalex: str | None = None
    rors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRelations:
    """How a paper is related to others, by their keys (``doi:10.…``, ``arxiv:…``), each in the source's order.

    ``preprints``: of this article. ``articles``: that this preprint became. ``versions``: other copies of it.
    ``withdraws``: papers that this notice retracts or withdraws. ``corrects``: papers that this notice corrects.
    ``is_withdrawn``: the source says that the paper itself is retracted or withdrawn.
    ``cites``: papers that it cites, in the source's own ids.
    """

    preprints: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    withdraws: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    is_withdrawn: bool = False
    cites: tuple[str, ...] = ()


def orcid_in(text: object) -> str | None:
    """Return the ORCID that a text is, bare; None for none, or for one whose check digit is wrong."""
    found = _ORCID.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    orcid = found[1].upper()
    return orcid if _iso_7064(orcid.replace("-", "")[:-1]) == orcid[-1] else None


def openalex_in(text: object) -> str | None:
    """Return the id of OpenAlex that a text is, bare (``A5023888391``); None for none."""
    found = _OPENALEX.fullmatch(text.strip()) if isinstance(text, str) else None
    return found[1].upper() if found else None


def ror_in(text: object) -> str | None:
    """Return the ROR id that a text is, bare (``03yrm5c26``); None for none."""
    found = _ROR.fullmatch(text.strip()) if isinstance(text, str) else None
    return found[1].lower() if found else None


def several(names: Sequence[str], most: int = 5) -> str | None:
    """Return the first few distinct names as one text, whole ones only; None for none."""
    found, kept = list(dict.fromkeys(names)), ""
    for name in found[:most]:
        joined = f"{kept}; {name}" if kept else name
        if len(joined) > clean.NAME_CHARS:
            break
        kept = joined
    return kept or None


def _iso_7064(digits: str) -> str:
    """Return the check character of ISO 7064 MOD 11-2, as https://support.orcid.org says."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]
