"""Tell whether a paper says of itself that it is withdrawn or retracted: in its title, the authors' note, its abstract.

The forms are those of arXiv's comments and of the notices of bioRxiv, medRxiv and journals. What is said of another
thing (an earlier version, a claim, a submission to a conference) is no withdrawal. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from watcher.model import WITHDRAWN
from watcher.rules import fold_title

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
_PAPER = r"(?:paper|article|submission|manuscript|pre-?print|e-?print|chapter)(?:\(s\))?"
"""What is never a drug, a trial or a text of others."""

_GONE = r"(?:withdr(?:awn|wan|awan|own|awed|aw)|retracted)\b"
_UNDONE = (
    r"(?:previously|formerly|originally|initially|erroneously|mistakenly|wrongly|accidentally|inadvertently|nearly"
    r"|falsely|only|reportedly|supposedly|subsequently un)"
)
_ADVERB = rf"(?!{_UNDONE}\b)(?:\w+ly|already|now|just|also|since|hereby|thus|hence|momentaneously|voluntarily)"
_HERE = (
    r"(?:the |this |its |our )?(?:arxiv|archive|biorxiv|medrxiv|repository|server|(?:web)?site|web|internet|public\w*"
    r"|circulation)\b"
)
_NOT_ELSEWHERE = (
    rf"(?! from (?!(?:[\w-]+ ){{0,4}}(?:and|as well as) (?:from )?{_HERE}|{_HERE})"
    r"| (?:by (?:accident|mistake|error)|in error|erroneously|mistakenly)\b"
    r"| (?:when|whenever|while|if|once|unless|each|every)\b"
    r"| by (?:its|his|her|the|a|an) (?:[\w-]+ )?(?:sponsor|maker|manufacturer|producer|company|vendor|funder|user|robot"
    r"|agent|motor|surgeon|operator)s?\b)"
)
_RESTORED = re.compile(
    r"\b(?:(?:is|was|has been|have been|been) (?:now |then |since |later |again )?"
    r"(?:restored|reinstated|un-?withdrawn|back|reposted|available again|valid again))\b"
)
"""What becomes of what was withdrawn by mistake."""
_WHO = (
    r"(?:i|we|authors?(?:\(s\))?|editors?(?:[- ]in[- ]chief)?|publishers?|journal|arxiv|biorxiv|medrxiv|please|kindly"
    r"|(?:better|time|necessary) to)"
)
_OBJECT = (
    rf"(?:(?:(?:this|the|our|my|their|that|its)(?: (?!other|previous|earlier)[\w-]+){{0,2}} )?{_THING}(?! of\b)\b"
    rf"|this one\b|it(?= temporarily\b| from {_HERE}))"
)

_THINGS = re.compile(_THING)
_PAPERS = re.compile(_PAPER)
_IS_GONE = re.compile(
    rf"\b(?:(?:has|had)(?: {_ADVERB})? bee?n?(?:been)?|is|was|(?:should|must|will|needs? to|has to) be)"
    rf"(?: being)?(?: {_ADVERB})? {_GONE}{_NOT_ELSEWHERE}"
)
_ELLIPSIS = re.compile(
    rf"\A\W*+(?:(?:{_THING}|{_ADVERB}) ){{0,2}}{_GONE}"
    rf"(?! (?:as a whole|and \w+)\b){_NOT_ELSEWHERE}"
    r"(?:\W*+\Z|[,:]| ?[-–—]| (?:by|due|because|since|for|as|to|owing|on|until|pending|while|at)\b)"
)
_WHOLE_ELLIPSIS = re.compile(
    rf"\A\W*+(?:(?:{_PAPER}|{_ADVERB}) ){{0,2}}{_GONE}"
    rf"(?: by (?:the )?(?:{_WHO}|admin\w*|moderators?)\b(?: [^,]*+)?"
    r"| (?:due to|because|owing to|pending)\b[^,]*+)?\W*+\Z"
)
"""A sentence without a verb of its own, nor a comma behind which one might come."""
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
    rf"(?:withdrawn|removed) (?:due|because|by (?:the )?(?:{_WHO}|admin\w*|moderators?))\b"
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

_ASKS = frozenset(
    ["why", "whether", "if", "how", "when", "whenever", "unless", "until", "once", "after", "before", "where", "what"]
)
"""Words behind which a sentence says nothing yet."""

_RELATES = frozenset(["which", "that", "who"])
"""Words that begin a clause on the thing before them."""

_BELONGS = frozenset(["of", "in", "by", "from", "with", "for", "on", "to", "about", "under", "behind", "used", "using"])
"""Words that make what stands behind them a part of what stands before them."""

_OF_A_YEAR = re.compile(r" in (?:19|20)\d\d\b")
_NUMBER = re.compile(r"\d{5}")
"""Of another paper, by its id."""

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
_TITLE_END = re.compile(
    rf"(?:[(\[]|\s[-–—])\s*(?:withdrawn|retracted)(?:\W*+\Z|\W*+(?:{_THING}|by|due|on|in|from|see|\d)\b[^()\[\]]{{0,40}}+"
    r"[)\]]?\W*+\Z)",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\A[\"“'‘ ]*+(withdrawal|retraction)(?:\s*:|\s+[-–—]|[–—])", re.IGNORECASE)
"""A noun in front of a title may be its subject."""
_REMOVED = re.compile(r"\A\W*+(?:TEMPORARY |ARTICLE )?(?:REMOVED|REMOVAL)\s*:")


def update_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return how a paper has changed: ``withdrawn``, a newer version such as ``v3``, or None."""
    if is_withdrawn(after, before["title"]) and not is_withdrawn(before):
        return WITHDRAWN
    old, new = before["version"], after["version"]
    return f"v{new}" if old and new and new > old else None


def is_withdrawn(values: Mapping[str, Any], earlier_title: str = "") -> bool:
    """Return whether a paper's title, note or abstract says that the paper itself is withdrawn.

    ``earlier_title``: the one that it had before, by which "Retraction: …" is told from a title about retractions.
    """
    return (
        _says_title(values["title"], earlier_title)
        or _says_note(values.get("note") or "")
        or _says_abstract(values["abstract"] or "")
    )


def _says_title(title: str, earlier: str) -> bool:
    if noun := _NOUN.match(title):
        rest = title[noun.end() :]
        return (noun[1].isupper() and not rest.isupper()) or (bool(earlier) and fold_title(rest) == fold_title(earlier))
    return bool(_TITLE.match(title) or _TITLE_END.search(title) or _REMOVED.match(title))


def _says_note(note: str) -> bool:
    if not _speaks_of_it(note) or _RESTORED.search(note[:LONGEST].lower()):
        return False
    return _NAMED.search(note) is not None or any(map(_says, _sentences(note)))


def _says_abstract(abstract: str) -> bool:
    """Return whether an abstract says so in its beginning, or of "this paper" anywhere."""
    if not _speaks_of_it(abstract):
        return False
    if len(abstract) <= SHORT:
        return _says_note(abstract)
    first, *_ = sentences = _sentences(abstract)
    begins = any(one.match(first) for one in (_WHOLE_ELLIPSIS, _ACTIVE, _BEGINNING))
    return begins or _is_gone(first, things=_PAPERS) or any(_is_gone(one, ("this",), 3) for one in sentences)


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


def _is_gone(
    sentence: str, pointers: tuple[str, ...] = _POINTERS, most: int = _PHRASE, things: re.Pattern[str] = _THINGS
) -> bool:
    """Return whether a sentence says of its paper, or of "it", that it is withdrawn.

    ``pointers``: words that may point at the paper.
    ``most``: words that may stand between one of them and the verb.
    ``things``: what may be withdrawn.
    """
    is_strict = pointers != _POINTERS or things is not _THINGS
    for found in _IS_GONE.finditer(sentence):
        words = _NO_WORD.sub(" ", sentence[: found.start()]).split()
        if words[-1:] in (["this"], ["it"]):
            if not is_strict and not _ASKS.intersection(words[-3:-1]):
                return True
            continue
        at = _pointer(words, pointers)
        if words[-1:] and words[-1] in _RELATES:
            continue
        if at is None:
            if not is_strict and len(words) == 1 and things.fullmatch(words[0]):
                return True
            continue
        is_asked = bool(_ASKS.intersection(words[max(0, at - 1) : at]))
        is_past = words[at] != "this" and _OF_A_YEAR.match(sentence, found.end())
        if not is_asked and not is_past and _names(words[at + 1 :], things, most):
            return True
    return False


def _names(phrase: list[str], things: re.Pattern[str], most: int) -> bool:
    """Return whether the words behind a pointer name the paper itself: not another one, and not a part of it."""
    if len(phrase) > most or _OTHERS.intersection(phrase) or any(map(_NUMBER.search, phrase)):
        return False
    head = next((n for n, word in enumerate(phrase) if word in _BELONGS), len(phrase))
    return any(map(things.fullmatch, phrase[:head]))


def _pointer(words: list[str], pointers: tuple[str, ...]) -> int | None:
    """Return the place of the last word that points at the subject, None if there is none.

    "Of this paper" belongs to the words before it.
    """
    places = [n for n, word in enumerate(words) if word in pointers]
    while places and places[-1] and words[places[-1] - 1] in _BELONGS:
        places.pop()
    return places[-1] if places else None
