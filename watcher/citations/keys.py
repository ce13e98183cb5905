"""Make the key by which a paper is cited. It is the same in every listing and run, and no other paper has it."""

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
    """Return a key such as ``brisk-2603.99001``: the first author's family name and an id.

    The id is the arXiv id, or else ten digits made from the DOI or from the paper's own key. Title and year are left
    out, since new versions change them. A name without Latin letters is replaced by ``paper``.
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
