"""Tell whether a paper says that it is withdrawn or retracted: in its title, the authors' note or its abstract. Pure.

The forms are those of arXiv's comments and of the notices of bioRxiv, medRxiv and journals. A statement about another
thing (an earlier version, a claim, a submission to a conference) is no withdrawal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from watcher.model import WITHDRAWN, PaperEvent
from watcher.rules import fold_title

SHORT = 300
"""Most characters of an abstract that is read like a note. A longer one may speak of other people's papers."""

LONGEST = 3_000
"""How many characters of a text are looked at."""

_PHRASE = 10
"""Most words between the word that points at the paper and the verb."""

_THING = (
    r"(?:paperi?|article|submission|manuscript|pre-?print|e-?print|report|document|draft|version|work|study|note"
    r"|thesis|text|contribution|chapter|letter)(?:\(s\))?"
)
_PAPER = r"(?:paper|article|submission|manuscript|pre-?print|e-?print|chapter)(?:\(s\))?"
"""Words for papers that never mean a drug, a trial or somebody else's text."""

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
"""Matches a statement that something was withdrawn by mistake and is back."""
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
"""Matches a sentence without subject and verb ("Withdrawn by the authors"), and without a comma before one."""
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
"""Words that show that something else than the paper itself is meant."""

_ASKS = frozenset(
    ["why", "whether", "if", "how", "when", "whenever", "unless", "until", "once", "after", "before", "where", "what"]
)
"""Words after which a sentence states nothing."""

_RELATES = frozenset(["which", "that", "who"])
"""Words that begin a relative clause."""

_BELONGS = frozenset(["of", "in", "by", "from", "with", "for", "on", "to", "about", "under", "behind", "used", "using"])
"""Words that make what follows them a part of what precedes them."""

_OF_A_YEAR = re.compile(r" in (?:19|20)\d\d\b")
_NUMBER = re.compile(r"\d{5}")
"""Matches part of an id, which names another paper."""

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
"""Matches a noun at the beginning of a title. It may be a notice, or what the paper is about."""
_REMOVED = re.compile(r"\A\W*+(?:TEMPORARY |ARTICLE )?(?:REMOVED|REMOVAL)\s*:")


_JOINT = re.compile(r"\A\W*+(?:(?:to|of|for)\b\W*+)?", re.IGNORECASE)
IN_FRONT = ("withdrawn", "retracted", "withdrawal", "retraction", "retracted article", "withdrawn article")
"""What most often stands in front of the title of a paper that is withdrawn, folded."""


def title_without_notice(title: str) -> str:
    """Return the title that a notice of withdrawal or retraction names, "" for a title that is none."""
    if in_front := _NOUN.match(title) or _TITLE.match(title) or _REMOVED.match(title):
        return _JOINT.sub("", title[in_front.end() :]).rstrip("\"”’' ")
    at_end = _TITLE_END.search(title)
    return title[: at_end.start()].strip() if at_end else ""


RETRACTED = PaperEvent.RETRACTED.value


def update_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return the occasion that a change of a paper makes, None for none.

    That is ``withdrawn``, ``retracted``, or a newer version (``v3``).

    ``before`` and ``after``: the paper's columns.
    """
    if is_withdrawn(after, before["title"]) and not is_withdrawn(before):
        return RETRACTED if is_retraction(after["title"], before["title"]) else WITHDRAWN
    old, new = before["version"], after["version"]
    return f"v{new}" if old and new and new > old else None


def is_retraction(title: str, earlier: str) -> bool:
    """Return whether a title says that its paper is retracted: "RETRACTED ARTICLE: …", "… (retracted)".

    ``earlier``: the paper's title before, or in another form.
    """
    return _says_title(title, earlier) and "retract" in _notice(title)


def is_withdrawn(values: Mapping[str, Any], earlier_title: str = "") -> bool:
    """Return whether a paper's title, note or abstract says that the paper itself is withdrawn.

    ``values``: columns of the paper.
    ``earlier_title``: its title before; if "Retraction: …" was put in front of that, it is no title about retractions.
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


def _notice(title: str) -> str:
    """Return how a title that says so says it, in lower case: publishers retract, authors withdraw."""
    found = _TITLE.match(title) or _TITLE_END.search(title) or _NOUN.match(title)
    return found[0].lower() if found else ""


def _says_note(note: str) -> bool:
    if not _speaks_of_it(note) or _RESTORED.search(note[:LONGEST].lower()):
        return False
    return _NAMED.search(note) is not None or any(map(_says, _sentences(note)))


def _says_abstract(abstract: str) -> bool:
    """Return whether an abstract says it of the paper in its first sentence, or of "this paper" anywhere."""
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
    """Return the sentences of a text, and the texts in its brackets, in lower case."""
    low = " ".join(text[:LONGEST].split()).lower()
    return [one.strip() for one in _END.split(low) if one.strip()]


def _says(sentence: str) -> bool:
    if _is_gone(sentence) or any(one.search(sentence) for one in (_ACTIVE, _OTHERWISE, _BY_ARXIV)):
        return True
    if any(_ELLIPSIS_BEHIND_A_COMMA.match(part) for part in sentence.split(",")[1:]):
        return True
    return any(one.match(part) for part in _parts(sentence) for one in (_ELLIPSIS, _BEGINNING, _REMOVED_BY))


def _parts(sentence: str) -> Iterator[str]:
    """Yield a sentence, and the part behind its first colon ("arXiv admin note: …")."""
    yield sentence
    _, colon, rest = sentence.partition(": ")
    if colon:
        yield rest


def _is_gone(
    sentence: str, pointers: tuple[str, ...] = _POINTERS, most: int = _PHRASE, things: re.Pattern[str] = _THINGS
) -> bool:
    """Return whether a sentence says that its paper, or "it", is withdrawn.

    ``pointers``: words that may point at the paper.
    ``most``: most words between one of them and the verb.
    ``things``: what can be withdrawn.
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
    """Return whether the words behind a pointer mean the paper itself: no other paper, and no part of this one."""
    if len(phrase) > most or _OTHERS.intersection(phrase) or any(map(_NUMBER.search, phrase)):
        return False
    head = next((n for n, word in enumerate(phrase) if word in _BELONGS), len(phrase))
    return any(map(things.fullmatch, phrase[:head]))


def _pointer(words: list[str], pointers: tuple[str, ...]) -> int | None:
    """Return the place of the last word that points at the subject, None if there is none.

    "Of this paper" belongs to the words before it and is skipped.
    """
    places = [n for n, word in enumerate(words) if word in pointers]
    while places and places[-1] and words[places[-1] - 1] in _BELONGS:
        places.pop()
    return places[-1] if places else None
