"""Hold an item of any feed in a common form, and convert it to an entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from watcher.model import ARTICLE, PREPRINT, PUBLISHED, Entry, OtherForm
from watcher.model.contents import contents_differ
from watcher.parsers.common import clean
from watcher.parsers.common.dois import PaperIds
from watcher.parsers.common.links import (
    address_of_name,
    fragment_address,
    ids_of_link,
    ids_of_name,
    in_one_spelling,
    normalised_url,
    place_of,
    told_apart,
    with_fragment_key,
)

_EVERYWHERE = re.compile(r"(?:tag|urn|oai|ark|hdl|info):\S+", re.IGNORECASE)
_TITLE_FROM_TEXT = 100
"""Most characters of the text that are used as title if there is none."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item of a feed.

    ``link``: its address, absolute, or "".
    ``middleman``: address of a service that counts readers and leads to the paper, "" for none.
    ``id`` and ``names``: its identifiers.
    ``categories``: its subjects, as the feed names them.
    ``venue``: the journal in which it appears, None if the item names none.
    """

    title: str
    link: str = ""
    middleman: str = ""
    id: str = ""
    names: tuple[str, ...] = ()
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    venue: str | None = None
    published: datetime | None = None


def absolute(link: str, *bases: str) -> str:
    """Return the address ``link``, made absolute by the innermost base that can do so; "" for none.

    ``bases``: addresses, the innermost first.
    """
    address = address_of_name(link) or link.strip()
    for base in ("", *bases) if address else ():
        try:
            joined = urljoin(base, address)
            if clean.has_place(joined):
                return ""
            whole = clean.url(joined)
        except ValueError:
            return ""
        if whole:
            return whole
    return ""


def entries_of_feed(items: Sequence[FeedItem], site: str, homes: Iterable[str] = ()) -> tuple[Entry, ...]:
    """Return the entries of a feed in its order; what it lists twice comes once.

    An address or id that items with different titles or contents have identifies none of them; neither does an address
    of the feed itself. If their addresses differ in the fragment, each one has its own.

    ``site``: the feed's site, to which ids belong.
    ``homes``: the addresses of the feed and of its site.
    """
    plain = {item.link: normalised_url(item.link) for item in items}
    own = frozenset(filter(None, map(in_one_spelling, homes)))
    named = (*plain.values(), *(item.id for item in items if clean.url(item.id)))
    home = frozenset(address for address in named if in_one_spelling(address) in own)
    whole = _shared(items, plain.__getitem__) | home
    shared = (_shared(items, fragment_address) | home) if whole else whole
    found: dict[tuple[str, ...], Entry] = {}
    for item in items:
        own_link = fragment_address(item.link) if plain[item.link] in whole else plain[item.link]
        entry = with_fragment_key(_entry(item, site, own_link, shared))
        found.setdefault(entry.keys or (entry.title, entry.abstract), entry)
    return _without_repeats(told_apart(found.values()))


def untitled(items: Iterable[FeedItem]) -> tuple[list[FeedItem], int]:
    """Return the items that can be told, and how many cannot. Without a title, the beginning of the text is used."""
    named = [item if item.title else replace(item, title=_beginning(item.abstract)) for item in items]
    told = [item for item in named if item.title]
    return told, len(named) - len(told)


def cut_warning(n: int) -> str:
    """Return the warning about a page whose end is missing.

    ``n``: number of whole entries.
    """
    return f"the page is cut off after {n} whole {'entry' if n == 1 else 'entries'}"


def _beginning(text: str) -> str:
    if len(text) <= _TITLE_FROM_TEXT:
        return text
    return text[:_TITLE_FROM_TEXT].rpartition(" ")[0] + " …"


def _shared(items: Iterable[FeedItem], address_of: Callable[[str], str]) -> frozenset[str]:
    """Return the addresses and ids that different items have.

    ``address_of``: returns the address of a link that is compared.
    """
    first: dict[str, FeedItem] = {}
    shared = set()
    for item in items:
        for mark in {address_of(item.link), item.id} - {""}:
            one = first.setdefault(mark, item)
            if one is not item and not _is_repeat(one, item):
                shared.add(mark)
    return frozenset(shared)


def _is_repeat(one: FeedItem, other: FeedItem) -> bool:
    """Return whether two items with a common address or id are one paper that is listed twice.

    They must have the same title, and the same content or the same name: an id that is no address, a DOI, an arXiv id.
    The text of a paper with such a name may have been edited.
    """
    if one.title != other.title or _are_named_apart(one, other):
        return False
    if not contents_differ(one.abstract, other.abstract):
        return True
    return bool(not _is_alone(ids_of_link(other.link)) or (one.id == other.id and other.id and not clean.url(other.id)))


def _are_named_apart(one: FeedItem, other: FeedItem) -> bool:
    """Return whether two items have different arXiv ids or different DOIs."""
    a, b = _ids(one.link, one.id, one.names), _ids(other.link, other.id, other.names)
    pairs = ((a.arxiv_id, b.arxiv_id), (a.doi, b.doi))
    return any(x and y and x != y for x, y in pairs)


def _ids(link: str, id: str, names: Iterable[str]) -> PaperIds:
    """Return the first arXiv id and the first DOI in an item's link and identifiers."""
    found = [ids_of_link(link)] if link else []
    found += [ids_of_name(name) for name in (id, *names)]
    arxiv = next((one.arxiv_id for one in found if one.arxiv_id), None)
    version = next((one.version for one in found if one.version), None)
    return PaperIds((), arxiv_id=arxiv, version=version, doi=next((one.doi for one in found if one.doi), None))


def _entry(item: FeedItem, site: str, own_link: str, shared: frozenset[str]) -> Entry:
    link = "" if own_link in shared else item.link
    id = "" if item.id in shared else item.id
    nobodys = [f"url:{own_link}"] if item.link and not link else []
    nobodys += [_own_key(item.id, site)] if item.id and not id else []
    ids = _ids(link, id, item.names)
    named, forms = _named_by(link, (id, *item.names), ids)
    is_secondhand = bool(named) and not _is_on(site, item.link)
    is_article = not is_secondhand and bool(item.venue) and named[:1] == [f"doi:{ids.doi}"]
    # By its own address or id it was known while nobody had named it yet.
    own = [f"url:{own_link}"] if link and _is_alone(ids_of_link(link)) else []
    own += [_own_key(id, site)] if id and _is_alone(ids_of_name(id)) else []
    own += [f"url:{normalised_url(item.middleman)}"] if item.middleman else []
    return Entry(
        title=item.title,
        keys=tuple(dict.fromkeys([*named, *own])),
        shared=tuple(dict.fromkeys(nobodys)),
        forms=() if is_secondhand else forms,
        names_forms=bool(link and named) and not is_secondhand,
        abstract=item.abstract,
        authors=item.authors,
        arxiv_id=ids.arxiv_id,
        # Whose words they are nobody knows, nor of which version.
        version=None if is_secondhand else ids.version,
        doi=ids.doi,
        url=item.link or None,
        published=item.published,
        listed=item.published.date() if item.published else None,
        categories=item.categories,
        venue=item.venue,
        stage=PUBLISHED if is_article else None,
        is_secondhand=is_secondhand,
    )


def _named_by(link: str, names: Iterable[str], ids: PaperIds) -> tuple[list[str], tuple[OtherForm, ...]]:
    """Return the names of an item's paper, and the other form that its identifiers name beside.

    Its link says what it is a record of, else its first identifier; without such a link it is no record that can speak
    of other forms.
    """
    linked = ids_of_link(link) if link else PaperIds(())
    found = (linked, *(ids_of_name(name) for name in names))
    own = next((one for one in found if one.arxiv_id or one.doi), PaperIds(()))
    named = [f"arxiv:{own.arxiv_id}"] if own.arxiv_id else []
    named += [f"doi:{own.doi}"] if own.doi else []
    if own is not linked:
        return named, ()
    article = f"doi:{ids.doi}" if ids.doi and own.arxiv_id and not own.doi else ""
    preprint = f"arxiv:{ids.arxiv_id}" if ids.arxiv_id and own.doi and not own.arxiv_id else ""
    claims = ((article, ARTICLE), (preprint, PREPRINT))
    return named, tuple(OtherForm(key, relation) for key, relation in claims if key)


def _is_alone(ids: PaperIds) -> bool:
    """Return whether ids identify their paper on its own site only."""
    return not ids.arxiv_id and not ids.doi


def _is_on(site: str, link: str) -> bool:
    """Return whether a link leads to a page of the feed's own site."""
    place = place_of(link)
    host = (place.hostname or "") if place else ""
    return bool(site) and (host == site or host.endswith(f".{site}") or site.endswith(f".{host}"))


def _own_key(id: str, site: str) -> str:
    """Return the key of an identifier. Unless it is unique in the world, the site is part of the key."""
    if clean.url(id):
        return f"url:{normalised_url(id)}"
    name = clean.line(id, clean.NAME_CHARS)
    return f"id:{name}" if _EVERYWHERE.fullmatch(name) else f"id:{site}:{name}"


def _without_repeats(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the first of all entries that share a key: one may have been identified by address, the other by id."""
    seen: set[str] = set()
    kept = []
    for entry in entries:
        if not seen.intersection(entry.keys):
            kept.append(entry)
            seen.update(entry.keys)
    return tuple(kept)
