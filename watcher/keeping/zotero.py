"""Keep papers in a Zotero library by its Web API (version 3). A paper that the library has is not added again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from watcher.citations.kept.zotero_item import is_same_item, zotero_item
from watcher.citations.reference import Reference
from watcher.keeping.answers import SENT, AskService, json_in, trouble_in
from watcher.model import Outcome, Result
from watcher.model.subscriptions import KeepTarget
from watcher.notify.asking import ServiceAnswer

API = "https://api.zotero.org"
LOOKED_AT = 25
"""Most items that a search for one paper returns."""

PAPERS_ALONE = "-attachment || note"
"""Neither attachments nor notes: the sign is of both."""

MOST_COLLECTIONS = 100
MOST_TOKENS = 12
"""Most writes for one delivery, when Zotero reports success for the request and failure for the item."""

_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
_USED = b"token"
"""Stands in what Zotero says of a used token; a 412 that does not say it comes from elsewhere, and may pass."""

TOO_LONG = Outcome(Result.FAILED, "the answer is longer than is read of one")
NO_JSON = Outcome(Result.FAILED, "the answer is no JSON of Zotero's: it may come from a page in between")


def keep_in_zotero(target: KeepTarget, reference: Reference, delivery_id: str, ask: AskService) -> Outcome:
    """Add a paper to a Zotero library, unless the library has it; return the outcome.

    A write token is made from the delivery's id, so that a repeated request adds nothing. Zotero refuses a used token,
    even if the item of that request failed. So if a token is refused, the library is asked for the paper once more, and
    the next token is tried.
    """
    library = _Library(target, ask)
    if there := _found(library, reference):
        return there
    collections = _collections(target, library)
    if isinstance(collections, Outcome):
        return collections
    item = zotero_item(reference, collections, target.tags)
    for token in _tokens(delivery_id):
        outcome = library.write([item], token)
        if outcome is not None:
            return outcome
        if not [*_terms(reference)]:
            return SENT  # nothing to ask the library by
        if there := _found(library, reference):
            return there
    return Outcome(Result.REFUSED, f"Zotero failed to write it {MOST_TOKENS} times")


def _tokens(delivery_id: str) -> Iterator[str]:
    """Yield the write tokens of a delivery, in the order in which they are tried."""
    yield delivery_id
    for n in range(1, MOST_TOKENS):
        yield sha256(f"{delivery_id} {n}".encode()).hexdigest()[:32]


def _found(library: _Library, reference: Reference) -> Outcome | None:
    """Return ``SENT`` if a library has a paper, None if it has not, or the outcome if it could not be asked."""
    for term in _terms(reference):
        for item in library.search(term):
            if isinstance(item, Outcome):
                return item
            if is_same_item(item, reference):
                return SENT
    return None


def _terms(reference: Reference) -> Iterator[str]:
    """Yield the texts by which a paper is searched, the most reliable first."""
    if reference.doi:
        yield reference.doi
    if reference.arxiv_id:
        yield reference.arxiv_id
    if not reference.doi and not reference.arxiv_id and reference.url:
        yield reference.url


def _collections(target: KeepTarget, library: _Library) -> list[str] | Outcome:
    """Return the keys of the collections that a paper is put into, or the outcome if they cannot be found."""
    if not target.collection or _KEY.fullmatch(target.collection):
        return [target.collection] if target.collection else []
    found = library.read("collections", limit=MOST_COLLECTIONS)
    if isinstance(found, Outcome):
        return found
    keys = [str(one["key"]) for one in found if one.get("name") == target.collection and "key" in one]
    if not keys:
        return Outcome(Result.DOWN, f"there is no collection {target.collection!r} in {target.place}")
    return keys[:1]


class _Library:
    def __init__(self, target: KeepTarget, ask: AskService) -> None:
        self._base = f"{target.api or API}/{quote(target.place)}"
        self._ask = ask
        self._headers = {"Zotero-API-Version": "3", "Zotero-API-Key": target.key}

    def search(self, term: str) -> Iterator[dict[str, Any] | Outcome]:
        """Yield the items that a term is found in, at most ``LOOKED_AT``, or what went wrong last.

        Where an answer is longer than is read, fewer items are asked for at once; one that is too long alone is left
        out, since no paper is.
        """
        begin, many = 0, LOOKED_AT
        while begin < LOOKED_AT:
            asked = {"q": term, "qmode": "everything", "itemType": PAPERS_ALONE, "limit": many}
            found = self.read("items", **asked, **({"start": begin} if begin else {}))
            if found is TOO_LONG:
                begin, many = (begin + 1, 1) if many == 1 else (begin, many // 5)
                continue
            if isinstance(found, Outcome):
                yield found
                return
            yield from found
            if len(found) < many:
                return
            begin += many

    def read(self, what: str, **asked: object) -> list[dict[str, Any]] | Outcome:
        """Return the data of items or collections of the library, or the outcome if it could not be read:
        ``TOO_LONG`` where the answer was cut.

        ``what``: ``items`` or ``collections``.
        """
        answer = self._ask("GET", f"{self._base}/{what}?{urlencode(asked)}", self._headers, b"")
        if trouble := trouble_in(answer, is_question=True):
            return trouble
        assert isinstance(answer, ServiceAnswer)
        found = json_in(answer)
        if found is None and answer.is_cut:
            return TOO_LONG
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            return NO_JSON
        return [one["data"] for one in found if isinstance(one.get("data"), dict)]

    def write(self, items: list[dict[str, Any]], token: str) -> Outcome | None:
        """Add items; return the outcome, None if the token was used before.

        ``token``: marks repetitions of one write, so that Zotero does it once.
        """
        headers = self._headers | {"Zotero-Write-Token": token, "Content-Type": "application/json"}
        answer = self._ask("POST", f"{self._base}/items", headers, json.dumps(items).encode())
        if isinstance(answer, ServiceAnswer) and answer.status == 412 and _USED in answer.body.lower():
            return None
        if isinstance(answer, ServiceAnswer) and answer.status == 409:
            return Outcome(Result.FAILED, "the library is locked (HTTP 409)")
        if trouble := trouble_in(answer):
            return trouble
        assert isinstance(answer, ServiceAnswer)
        return _written(json_in(answer))


def _written(answer: Any) -> Outcome:
    """Return the outcome of a write, from what Zotero's answer says of each item."""
    if not isinstance(answer, dict):
        return NO_JSON
    failed = answer.get("failed")
    if isinstance(failed, dict) and failed:
        first = next(iter(failed.values()))
        code, said = (first.get("code"), first.get("message")) if isinstance(first, dict) else (None, None)
        is_lasting = isinstance(code, int) and 400 <= code < 500 and code not in (408, 412, 428, 429)
        return Outcome(Result.REFUSED if is_lasting else Result.FAILED, f"Zotero: {' '.join(str(said).split())[:200]}")
    if any(isinstance(answer.get(name), dict) and answer[name] for name in ("successful", "success", "unchanged")):
        return SENT
    return NO_JSON
