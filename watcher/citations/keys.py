"""The key by which a paper is cited: the same in every listing and every run, and no other paper's."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from watcher.citations.names import author_name
from watcher.model import Paper
from watcher.render.clean import squeeze

LONGEST_NAME = 30
_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h"}
)


def citation_key(paper: Paper) -> str:
    """Return ``brisk-2603.99001``: the first author's family name, and what identifies the paper.

    That is its arXiv id, else ten digits made from its DOI or its key. Title and year are no part of it, since
    new versions change them; nor is what else is listed. ``paper`` stands in place of a name without Latin letters.
    """
    first = next((text for one in paper.authors if (text := squeeze(one).strip())), "")
    return f"{_latin(author_name(first).family) if first else 'paper'}-{_identity(paper)}"


def _latin(name: str) -> str:
    small = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", small)[:LONGEST_NAME] or "paper"


def _identity(paper: Paper) -> str:
    if paper.arxiv_id and re.fullmatch(r"[A-Za-z0-9./-]{1,40}", paper.arxiv_id):
        return paper.arxiv_id.replace("/", "-")
    identity = f"doi:{paper.doi.lower()}" if paper.doi else paper.key
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:10]
