"""Say how a paper is cited as a work: as a preprint, an article or a conference paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from watcher.citations.keys import citation_key
from watcher.citations.names import AuthorName, author_name
from watcher.model import Paper
from watcher.render.clean import safe_url, squeeze
from watcher.render.readable import readable
from watcher.render.view import links


class WorkKind(StrEnum):
    PREPRINT = "preprint"
    ARTICLE = "article"  # in a journal
    CONFERENCE = "conference"  # in the proceedings of a conference or workshop


_PREPRINT_DOI = re.compile(
    r"10\.(?:48550|1101|64898|21203|2139|20944|26434|31234|31219|31223|31235|35542|36227|5281|22541|14293|32942)/"
)
"""Matches DOIs of preprint servers: arXiv, bioRxiv, medRxiv, Research Square, SSRN, Preprints.org, ChemRxiv, OSF …"""

_CONFERENCE = re.compile(
    r"(?i)\b(?:proceedings|proc\.|conference|conf\.|workshops?|symposium|congress|colloquium|findings|track)(?!\w)"
)
_ACRONYM_AND_YEAR = re.compile(r"[A-Z][A-Za-z&+/-]{1,20}[A-Z][A-Za-z]{0,10}[ -]?['’]?(?:(?:19|20)\d\d|\d\d)\b")
_JOURNAL = re.compile(
    r"(?i)\b(?:journal|transactions|letters|review|reviews|annals|magazine|bulletin|trans\.|j\.|lett\.|acta|archives?|"
    r"proceedings of the (?:national|royal|ieee)|proc\. (?:natl|r)\b)"
)
_ACRONYMS = (
    "aaai aacl accv acl acmmm aistats alt bmvc cav chi cikm colm colt conll coling coral corl cvpr cscw eacl ecai eccv "
    "ecml ecir emnlp focs gecco hri icaps icassp iccv icdm icde iclr icml icra icpr icse ijcai ijcnn interspeech iros "
    "isit ismir issta kdd l4dc lrec midl miccai mlsys naacl ndss neurips nips osdi popl pldi rss sigcomm siggraph "
    "sigir sigmod soda sosp stoc uai uist usenix vldb wacv wmt wsdm www"
)
"""Conferences that are called by an acronym."""

_SERIES = frozenset(_ACRONYMS.split())


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper as all formats cite it.

    ``key``: its citation key.
    ``title``: as the site has it, in one line.
    ``plain_title``: without TeX.
    ``day``: on which it was published, or else announced.
    ``primary``: the first of its arXiv categories, "" for none.
    ``venue``: journal or conference in which it appears, "" for none.
    ``note``: what its authors remark, such as its number of pages; "" for nothing.
    ``url``: http or https, "" for none.
    """

    key: str
    kind: WorkKind
    title: str
    plain_title: str
    authors: Sequence[AuthorName]
    day: date
    abstract: str
    venue: str
    arxiv_id: str
    primary: str
    doi: str
    url: str
    keywords: Sequence[str]
    note: str


def reference_of(paper: Paper) -> Reference:
    """Return what all formats of citations say of a paper."""
    title = squeeze(paper.title).strip()
    url = safe_url(paper.url)
    found = links(paper)
    return Reference(
        key=citation_key(paper),
        kind=kind_of_work(paper),
        title=title,
        plain_title=squeeze(readable(title)).strip(),
        authors=tuple(author_name(text) for author in paper.authors if (text := squeeze(author).strip())),
        day=paper.published.date() if paper.published else paper.digest_day,
        abstract=squeeze(paper.abstract or paper.summary or "").strip(),
        venue=squeeze(paper.venue or "").strip(),
        arxiv_id=squeeze(paper.arxiv_id or "").strip(),
        primary=_primary(paper),
        doi=squeeze(paper.doi or "").strip(),
        url=url or (found[0].url if found else ""),
        keywords=tuple(text for one in paper.keywords if (text := squeeze(one).strip())),
        note=squeeze(paper.note or "").strip(),
    )


def kind_of_work(paper: Paper) -> WorkKind:
    """Return the sort of work that a paper is, by its venue, or else by who gave it its DOI."""
    venue = squeeze(paper.venue or "").strip()
    if venue:
        return WorkKind.CONFERENCE if _is_conference(venue) else WorkKind.ARTICLE
    if paper.doi and not paper.arxiv_id and not _PREPRINT_DOI.match(paper.doi):
        return WorkKind.ARTICLE
    return WorkKind.PREPRINT


def _is_conference(venue: str) -> bool:
    first = re.match(r"\w+", venue)
    if first and first[0].casefold() in _SERIES:
        return True
    if _JOURNAL.search(venue):
        return False
    return bool(_CONFERENCE.search(venue) or _ACRONYM_AND_YEAR.search(venue))


def _primary(paper: Paper) -> str:
    first = paper.categories[0] if paper.arxiv_id and paper.categories else ""
    return first if re.fullmatch(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?", first) else ""
