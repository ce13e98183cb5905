"""What an API says of a paper's relations to other papers, and of its authors, as ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watcher.model import ARTICLE, FORM, PREPRINT, OtherForm
from watcher.model.fields import kept_id
from watcher.parsers.common import clean

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.ASCII | re.IGNORECASE)
_OPENALEX = re.compile(
    r"(?:https?://(?:api\.)?openalex\.org/)?(?:[a-z]+/)?([AISTCW]\d{2,12})", re.ASCII | re.IGNORECASE
)
_ROR = re.compile(r"(?:https?://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})", re.ASCII | re.IGNORECASE)


MOST_FORMS = 50
"""Most other forms that are read of one paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorIds:
    """An author and the ids that the source gives, None where it gives none.

    ``orcid`` and ``openalex``: without the address before them.
    ``rors``: ROR ids of the author's institutions, as this paper names them.
    """

    name: str
    orcid: str | None = None
    openalex: str | None = None
    rors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRelations:
    """Keys of related papers (``doi:10.…``, ``arxiv:…``), in the source's order.

    ``preprints``: of this article.
    ``articles``: what this preprint was published as.
    ``versions``: other copies of this paper.
    ``withdraws``: what this notice retracts or withdraws.
    ``corrects``: what this notice corrects.
    ``is_withdrawn``: the source says that this paper is retracted or withdrawn.
    ``cites``: what this paper cites, by the source's own ids (``openalex:W…``).
    """

    preprints: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    withdraws: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    is_withdrawn: bool = False
    cites: tuple[str, ...] = ()


def claimed_forms(related: PaperRelations, own: Sequence[str]) -> tuple[OtherForm, ...]:
    """Return the other forms of a paper with the keys ``own``: its preprints, articles and other copies, each once."""
    found: dict[str, OtherForm] = {}
    some = ((related.preprints, PREPRINT), (related.articles, ARTICLE), (related.versions, FORM))
    for key, relation in ((key, relation) for keys, relation in some for key in keys if key not in own):
        found.setdefault(key, OtherForm(key, relation))
    return tuple(found.values())[:MOST_FORMS]


def author_ids_of(authors: Sequence[AuthorIds]) -> tuple[str, ...]:
    """Return the ids of authors with their names, as a paper keeps them."""
    ids = ((one, scheme, getattr(one, scheme)) for one in authors for scheme in ("orcid", "openalex"))
    return tuple(dict.fromkeys(kept for one, scheme, id in ids for kept in kept_id("author", scheme, id, one.name)))


def org_ids_of(authors: Sequence[AuthorIds]) -> tuple[str, ...]:
    """Return the ids of the places where authors work, as a paper keeps them; no names stand beside them."""
    rors = dict.fromkeys(ror for one in authors for ror in one.rors)
    return tuple(kept for ror in rors for kept in kept_id("org", "ror", ror, ""))


def orcid_in(text: object) -> str | None:
    """Return a text as an ORCID without ``https://orcid.org/``; None if it is not one or its check digit is wrong."""
    found = _ORCID.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    orcid = found[1].upper()
    return orcid if _iso_7064(orcid.replace("-", "")[:-1]) == orcid[-1] else None


def openalex_in(text: object) -> str | None:
    """Return a text as an OpenAlex id without the address before it (``A5023888391``), None if it is not one."""
    found = _OPENALEX.fullmatch(text.strip()) if isinstance(text, str) else None
    return found[1].upper() if found else None


def ror_in(text: object) -> str | None:
    """Return a text as a ROR id without the address before it (``03yrm5c26``), None if it is not one."""
    found = _ROR.fullmatch(text.strip()) if isinstance(text, str) else None
    return found[1].lower() if found else None


def several(names: Sequence[str], most: int = 5) -> str | None:
    """Return the first ``most`` different names, separated by "; ", as far as they fit whole; None if none does."""
    found, kept = list(dict.fromkeys(names)), ""
    for name in found[:most]:
        joined = f"{kept}; {name}" if kept else name
        if len(joined) > clean.NAME_CHARS:
            break
        kept = joined
    return kept or None


def _iso_7064(digits: str) -> str:
    """Return the check character of an ORCID's first 15 digits (ISO 7064 MOD 11-2, https://support.orcid.org)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]
