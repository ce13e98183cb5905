"""Tell whether a paper says of itself that it is withdrawn or retracted: in its title, the authors' note, its abstract.

The forms are those of arXiv's comments and of the notices of bioRxiv, medRxiv and journals. What is said of another
thing (an earlier version, a claim, a submission to a conference) is no withdrawal. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from watcher.model import WITHDRAWN

SHORT = 300
"""Characters up to which an abstract is read like a note; a longer one may speak of other people's papers."""

LONGEST = 3_000
"""Characters of a text that are looked at."""

_PHRASE = 10
"""Most words of what is said to be withdrawn."""

_THING = (
    r"(?:paperi?|article|submission|manuscript|pre-?print|e-?print|report|document|draft|version|work|study|note"
    r"|thesis|text|contribution|chapter|letter)(?:\(s\))?"
)
_GONE = r"(?:withdr(?:awn|wan|awan|own|awed|aw)|retracted)\b"
_ADVERB = r"(?:\w+ly|already|now|just|also|since|hereby|thus|hence|momentaneously|voluntarily)"
_HERE = (
    r"(?:the |this |its |our )?(?:arxiv|archive|biorxiv|medrxiv|repository|server|(?:web)?site|web|internet|public\w*"
    r"|circulation)\b"
)
_NOT_ELSEWHERE = rf"(?! from (?!{_HERE})| (?:after|following)\b)"
_WHO = (
    r"(?:i|we|authors?(?:\(s\))?|editors?(?:[- ]in[- ]chief)?|publishers?|journal|arxiv|biorxiv|medrxiv|please|kindly"
    r"|(?:better|time|necessary) to)"
)
_OBJECT = (
    rf"(?:(?:(?:this|the|our|my|their|that|its)(?: (?!other|previous|earlier)[\w-]+){{0,2}} )?{_THING}(?! of\b)\b"
    rf"|this one\b|it(?= temporarily\b| from {_HERE}))"
)

_THINGS = re.compile(_THING)
_IS_GONE = re.compile(
    rf"\b(?:(?:has|had)(?: {_ADVERB})? bee?n?(?:been)?|is|was|(?:should|must|will|needs? to|has to) be)"
    rf"(?: being)?(?: {_ADVERB})? {_GONE}{_NOT_ELSEWHERE}"
)
_ELLIPSIS = re.compile(
    rf"\A\W*+(?:(?:{_THING}|{_ADVERB}) ){{0,2}}{_GONE}"
    r"(?:\W*+\Z|[,:]| ?[-–—]| (?:by|due|because|since|for|as|to|owing|on|until|pending|while|at|and)\b)"
    rf"{_NOT_ELSEWHERE}"
)
_ELLIPSIS_BEHIND_A_COMMA = re.compile(rf"\A (?:{_THING} )?{_GONE}(?:\W*+\Z| by (?:the )?(?:auth|arxiv))")
_ACTIVE = re.compile(
    rf"(?:the )?\b{_WHO}\b(?:'\w+)?(?: [^ ]++){{0,8}}?"
    rf" (?:withdr(?:aw|awn|awing)|retract(?:ed|ing)?) {_OBJECT}{_NOT_ELSEWHERE}"
)
_OTHERWISE = re.compile(
    r"\b(?:(?:i|we|authors?) (?:have|has) withdrawn (?:for|due|because|it)\b"
    r"|(?:i|we|authors?) (?:[^ ]++ )?decided to withdraw\W*+\Z"
    r"|withdraw(?:ing)? (?:[^ ]++ ){1,4}from (?:the )?arxiv\b|requested to be withdrawn\b|reason for withdrawal is\b"
    rf"|withdrew this {_THING}\b)"
)
_BEGINNING = re.compile(
    r"\A\W*+(?:withdraw(?:ing)? (?:because|while|for|due|since|as|the|this|my|our)\b"
    r"|(?:withdrawal|retraction) (?:statement|note|notice)\b)"
)
_REMOVED_BY = re.compile(
    rf"\A\W*+(?:(?:this |the )?{_THING} )?(?:has been |was |is )?(?:{_ADVERB} )?"
    r"(?:withdrawn|removed) (?:by|due|because)\b"
)
_BY_ARXIV = re.compile(rf"\b{_THING}(?: [^ ]++){{0,8}}? (?:withdrawn|removed) by (?:the )?arxiv\b")
_NAMED = re.compile(r"\bWithdrawn (?:by|due|because)\b")

_OTHERS = frozenset(
    [
        "previous",
        "earlier",
        "old",
        "older",
        "other",
        "original",
        "first",
        "second",
        "companion",
        "conference",
        "workshop",
    ]
)
"""Words by which another thing is meant than the paper itself."""

_ASKS = frozenset(("why", "whether", "if", "how", "when", "unless", "until"))
"""Words behind which a sentence says nothing yet."""

_POINTERS = ("this", "the", "our", "my", "that")
_NO_WORD = re.compile(r"[^\w() '-]")
_END = re.compile(r"(?<![.;!?()\[\]])[.;!?()\[\]]++(?= |$)|(?<= )[(\[]|\n")

_NOTICE = r"(?:withdrawn|retracted|withdrawal|retraction|temporary removal)"
_TITLE = re.compile(
    rf"\A\W*+(?:(?:notice|statement) of |(?:{_THING}) )?{_NOTICE}"
    rf"(?: (?:{_THING}|chapter|notice|statement))?(?: (?:to|of|for))?"
    r"(?:\s*[\]:)]|\s+[-–—]|[–—]| [\"“'‘])"
    rf"|\A\W*+(?:(?:retraction|withdrawal) (?:note|notice|statement)\b|{_GONE}\W*+\Z)",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"(?:[(\[]|\s[-–—])\s*(?:withdrawn|retracted)\b[^()\[\]]{0,40}+[)\]]?\W*+\Z", re.IGNORECASE)
_REMOVED = re.compile(r"\A\W*+(?:TEMPORARY |ARTICLE )?(?:REMOVED|REMOVAL)\s*:")


def update_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return how a paper has changed: ``withdrawn``, a newer version such as ``v3``, or None."""
    if is_withdrawn(after) and not is_withdrawn(before):
        return WITHDRAWN
    old, new = before["version"], after["version"]
    return f"v{new}" if old and new and new > old else None


def is_withdrawn(values: Mapping[str, Any]) -> bool:
    """Return whether a paper's title, note or abstract says that the paper itself is withdrawn."""
    return (
        _says_title(values["title"]) or _says_note(values.get("note") or "") or _says_abstract(values["abstract"] or "")
    )


def _says_title(title: str) -> bool:
    return bool(_TITLE.match(title) or _TITLE_END.search(title) or _REMOVED.match(title))


def _says_note(note: str) -> bool:
    if not _speaks_of_it(note):
        return False
    return _NAMED.search(note) is not None or any(map(_says, _sentences(note)))


def _says_abstract(abstract: str) -> bool:
    """Return whether an abstract says so in its beginning, or of "this paper" anywhere."""
    if not _speaks_of_it(abstract):
        return False
    if len(abstract) <= SHORT:
        return _says_note(abstract)
    first, *others = _sentences(abstract)
    begins = any(one.match(first) for one in (_ELLIPSIS, _ACTIVE, _BEGINNING, _REMOVED_BY)) or _is_gone(first)
    return begins or any(_is_gone(one, pointers=("this",), most=3) for one in others)


def _speaks_of_it(text: str) -> bool:
    low = text[:LONGEST].lower()
    return any(word in low for word in ("withdr", "retract", "removed"))


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text, and what stands in brackets, in lower case."""
    low = " ".join(text[:LONGEST].split()).lower()
    return [one.strip() for one in _END.split(low) if one.strip()]


def _says(sentence: str) -> bool:
    if _is_gone(sentence) or any(one.search(sentence) for one in (_ACTIVE, _OTHERWISE, _BY_ARXIV)):
        return True
    if any(_ELLIPSIS_BEHIND_A_COMMA.match(part) for part in sentence.split(",")[1:]):
        return True
    return any(one.match(part) for part in _parts(sentence) for one in (_ELLIPSIS, _BEGINNING, _REMOVED_BY))


def _parts(sentence: str) -> Iterator[str]:
    """Yield a sentence, and what stands behind its first colon ("arXiv admin note: …")."""
    yield sentence
    _, colon, rest = sentence.partition(": ")
    if colon:
        yield rest


def _is_gone(sentence: str, pointers: tuple[str, ...] = _POINTERS, most: int = _PHRASE) -> bool:
    """Return whether a sentence says of its paper, or of "it", that it is withdrawn.

    ``pointers``: words that may point at the paper.
    ``most``: words that may stand between one of them and the verb.
    """
    is_strict = pointers != _POINTERS
    for found in _IS_GONE.finditer(sentence):
        words = _NO_WORD.sub(" ", sentence[: found.start()]).split()
        if words[-1:] == ["this"] or (words[-1:] == ["it"] and not is_strict):
            return True
        at = _pointer(words, pointers)
        if at and words[at - 1] in _ASKS:
            continue
        phrase = words if at is None else words[at + 1 :]
        if at is None and (is_strict or len(phrase) > 1):
            continue
        if len(phrase) <= most and not _OTHERS.intersection(phrase) and any(map(_THINGS.fullmatch, phrase)):
            return True
    return False


def _pointer(words: list[str], pointers: tuple[str, ...]) -> int | None:
    """Return the place of the last word that points at the subject; "of this paper" belongs to the words before it."""
    places = [n for n, word in enumerate(words) if word in pointers]
    while len(places) > 1 and words[places[-1] - 1] == "of":
        places.pop()
    return places[-1] if places else None
