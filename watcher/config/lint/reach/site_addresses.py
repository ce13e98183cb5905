"""Warn of addresses of sources that list no papers, belong to another kind, or are probably misspelt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit, urlunsplit

from watcher.model import Source
from watcher.model.doubts import AddressDoubt


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """A pattern of addresses, and what is wrong with them in a source.

    ``right``: kinds of source for which such addresses are right.
    ``what``: what is wrong.
    ``hint``: what to write.
    """

    pattern: re.Pattern[str]
    right: frozenset[str]
    what: str
    hint: str


_ONE_PAPER = re.compile(
    r"https?://(?:[\w-]+\.)*(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\.|openreview\.net/(?:forum|pdf)\?|"
    r"huggingface\.co/papers/\d{4}\.\d|(?:bio|med)rxiv\.org/content/10\.|aclanthology\.org/\d{4}\.[\w-]+\.\d+)"
)


def _site(pattern: str, what: str, hint: str, *right: str) -> SiteAddress:
    return SiteAddress(re.compile(rf"https?://(?:www\.)?(?:{pattern})", re.IGNORECASE), frozenset(right), what, hint)


_SITES = (
    _site(
        r"arxiv\.org/list/(?P<part>[\w.-]*)",
        "this page is no feed: arXiv's lists are read by a kind of their own",
        "write kind: arxiv and categories: [{part}], without url",
    ),
    _site(
        r"(?:rss\.|export\.)?arxiv\.org/(?:rss|atom)\b/?(?P<part>[\w.+-]*)",
        "arXiv's feeds are read by a kind of their own, which knows its versions and cross-lists",
        "write kind: arxiv and categories: [{part}], without url",
        "arxiv",
    ),
    _site(
        r"(?:export\.)?arxiv\.org/api\b",
        "arXiv's searches are read by a kind of their own, which knows its versions",
        "write kind: arxiv, via: api and what is searched for as query, without url",
        "arxiv",
    ),
    _site(
        r"huggingface\.co/(?:models|datasets|spaces|posts|blog)\b",
        "this page lists no papers",
        "leave url out: kind: huggingface reads its papers",
    ),
    _site(
        r"huggingface\.co/papers/(?:date|week|month)/\d",
        "this page is of one day, week or month: nothing new ever comes to it",
        "write kind: huggingface, without url: it reads the newest",
    ),
    _site(
        r"huggingface\.co/papers/trending\b",
        "the trending papers are a listing of their own",
        "write kind: huggingface and listing: trending, without url",
    ),
    _site(
        r"huggingface\.co/?$",
        "this front page lists no papers",
        "leave url out: kind: huggingface reads its papers",
    ),
    _site(
        r"huggingface\.co/papers\b",
        "Hugging Face's papers are read by a kind of their own",
        "write kind: huggingface, without url",
        "huggingface",
    ),
    _site(
        r"(?:bio|med)rxiv\.org/(?:collection|content/early)",
        "the lists of bioRxiv and medRxiv are read by kinds of their own",
        "write kind: biorxiv or medrxiv, and categories: [neuroscience], without url",
    ),
    _site(
        r"openalex\.org/",
        "this page of OpenAlex is for people: works are asked for at its API",
        "write kind: openalex and query, author, journal or topic, without url",
    ),
    _site(
        r"(?:search\.)?crossref\.org/",
        "this page of Crossref is for people: works are asked for at its API",
        "write kind: crossref and journal or query, without url",
    ),
    _site(
        r"dl\.acm\.org/journal/(?P<part>\w+)",
        "this page of a journal lists no new articles",
        "write kind: feed and url: https://dl.acm.org/action/showFeed?type=etoc&feed=rss&jc={part}",
    ),
    _site(
        r"onlinelibrary\.wiley\.com/(?:journal|loi|toc)/(?P<part>\d{7}[\dXx])",
        "this page of a journal lists no new articles",
        "write kind: feed and url: https://onlinelibrary.wiley.com/feed/{part}/most-recent",
    ),
    _site(
        r"(?:science\.org/journal|science\.org/toc)/(?P<part>\w+)",
        "this page of a journal lists no new articles",
        "write kind: feed and url: https://www.science.org/action/showFeed?type=etoc&feed=rss&jc={part}",
    ),
    _site(
        r"journals\.plos\.org/(?P<part>\w+)/?$",
        "this page of a journal is no feed",
        "write kind: feed and url: https://journals.plos.org/{part}/feed/atom",
        "html",
    ),
    _site(
        r"sciencedirect\.com/journal/|ieeexplore\.ieee\.org/xpl/|link\.springer\.com/journal/|pubs\.acs\.org/journal/"
        r"|academic\.oup\.com/\w+/?$",
        "this page of a journal lists no new articles, or only to people",
        "write the journal's feed (docs/recipes/journal-feeds.md), or kind: crossref and journal: with its ISSN",
    ),
    _site(
        r"nature\.com/[a-z]+/?$",
        "this page of a journal is no feed",
        "write its feed: https://www.nature.com/NAME.rss (docs/recipes/journal-feeds.md)",
        "html",
    ),
    _site(
        r"youtube\.com/(?!feeds/)",
        "this page is no feed",
        "write its feed: https://www.youtube.com/feeds/videos.xml?channel_id=…",
        "html",
    ),
    _site(r"reddit\.com/r/\w+/?$", "this page is no feed", "write its feed: the same address and .rss", "html"),
    _site(
        r"paperswithcode\.com\b",
        "Papers with Code was closed in 2025",
        "write kind: huggingface and listing: trending, without url",
    ),
    _site(r"scholar\.google\.", "Google Scholar shows its pages to people only", "write another source"),
    _site(r"(?:x|twitter|facebook|linkedin)\.com/", "this site shows its pages to its members only", "write a feed"),
    _site(
        r"pubmed\.ncbi\.nlm\.nih\.gov/\?term=",
        "this page is no feed: PubMed is searched by a kind of its own",
        "write kind: pubmed and what is searched for as query, without url",
    ),
    _site(
        r"pubmed\.ncbi\.nlm\.nih\.gov/rss\b",
        "PubMed's feeds are read by a kind of their own, which knows its records",
        "write kind: pubmed and via: rss",
        "pubmed",
    ),
    _site(
        r"(?:[\w-]+\.)*[\w-]+/[^?#]*\?(?:[^#]*&)?verb=ListRecords\b",
        "a repository's records are no feed: they are read by a kind of their own",
        "write kind: oai, and url with what stands before the ?",
        "oai",
    ),
    _site(
        r"github\.com/[\w.-]+/[\w.-]+/?$",
        "this page of a repository is no list of papers",
        "write its feed: …/releases.atom or …/commits.atom",
    ),
)
_FRONT_PAGE = re.compile(r"https?://(?!(?:feeds?|rss|atom)\d?\.)(?!localhost|[\d.:]+/?$)[^/?#$]+/?$", re.IGNORECASE)
_ANY_FILE = re.compile(r"https?://[^?#]+\.(?:pdf|docx?|zip|epub|png|jpe?g)$", re.IGNORECASE)


_IN_CLEAR = re.compile(
    r"http://(?:[\w-]+\.)*(?:arxiv|biorxiv|medrxiv|openalex|crossref|openreview|acm|ieee|plos|science|pnas|acs|aclanthology"
    r"|jmlr|nature|springer|wiley|sciencedirect|mdpi|github|youtube|reddit|huggingface|oup|nih)"
    r"\.(?:org|com|co|gov)(?=[/?#]|$)",
    re.IGNORECASE,
)
"""Matches addresses without TLS at sites that all have it."""


def _of_this(hint: str, found: re.Match[str]) -> str:
    """Return the hint with the part of the address that its pattern names: a journal's, arXiv's categories."""
    part = (found.groupdict().get("part") or "cs.CL").replace("+", ", ")
    return hint.replace("{part}", part)


def doubts_of_address(source: Source, *, is_kind_given: bool) -> AddressDoubt | None:
    """Return the first warning about the address of a source, None if there is none.

    ``is_kind_given``: the config names the kind; otherwise it was guessed.
    """
    url = source.url or ""
    if _ONE_PAPER.match(url) or _ANY_FILE.match(url):
        what = "this is the page of one paper, which lists no other"
        return AddressDoubt("address-of-one-paper", what, "write the address of the list or feed")
    for site in _SITES:
        if (found := site.pattern.match(url)) and source.kind not in site.right:
            return AddressDoubt("address-without-list", site.what, _of_this(site.hint, found))
    if source.kind == "oai" and _FRONT_PAGE.match(url):
        what = "this is a repository's front page, not the address of its OAI-PMH"
        hint = "write the address to which ?verb=Identify is put, such as …/oai, …/oai/request or …/oai2d"
        return AddressDoubt("address-without-list", what, hint)
    if source.kind == "feed" and _FRONT_PAGE.match(url):
        what = "this is a site's front page, not its feed"
        hint = "write the address that the page calls RSS, Atom or feed, such as …/feed.xml"
        return AddressDoubt("address-without-list", what, hint)
    if url and not is_kind_given:
        what = f"without kind: it is read as {source.kind}, whoever's address it is"
        return AddressDoubt("url-without-kind", what, "write kind: feed, or kind: html with selectors")
    host = urlsplit(url).hostname or "" if "$" not in url else ""
    if _IN_CLEAR.match(url):
        what = "this site is read by https: what goes by http can be read and changed on the way"
        return AddressDoubt("http-for-https", what, "write https:// in place of http://")
    if "." not in host and host not in ("", "localhost") and get_close_matches(host, ["localhost"], 1, 0.8):
        return AddressDoubt("misspelt-host", "this host is all but localhost", "write http://localhost/…")
    return None


def plain_address(url: str) -> str:
    """Return a web address in the form in which it is compared: without scheme, www, final slash and fragment."""
    try:
        place = urlsplit(url)
    except ValueError:
        return url
    host = place.netloc.lower().removeprefix("www.").removesuffix(":443" if place.scheme == "https" else ":80")
    return urlunsplit(("", host, place.path.rstrip("/"), place.query, ""))
