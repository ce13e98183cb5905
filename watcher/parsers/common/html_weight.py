"""Estimate from the tags of a page what parsing it would cost, before it is parsed.

lexbor takes time that grows with the depth of each tag (400 KB of ``<div>``: 8 s), with the attributes of one tag (1
MB: 59 s), and with formatting that is left open, since each paragraph opens it anew. The estimate is never far below
the truth: an end tag counts only if the parser must close just that element. If only a parser could say what is a tag
and what is text, the page is too intricate. The rules are those of https://html.spec.whatwg.org/multipage/parsing.html.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from watcher.parsers.common.html_written_out import (
    CELLS,
    FOREIGN,
    ITEMS,
    UNSURE,
    VOID,
    VOID_ANYWHERE,
    depth_as_written,
    ends_last,
    is_of_table,
    tag_names,
)

MOST_ATTRIBUTES = 400
MOST_STEPS = 100_000_000
"""Most steps, which are the depths of all tags added up: a second's worth. A digest page has 200,000."""

MOST_ELEMENTS = 1_000_000
"""Most elements, with formatting that may be opened anew at each tag: 500 MB of tree. A digest page has 10,000."""

_ATTRIBUTE = (
    rb"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"
    rb"(?>[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+|)|)"
)
_LIST = rb"(?:[ \t\n\r\f/]*+" + _ATTRIBUTE + rb"|)*+"
_ATTRIBUTES, _ALL_ATTRIBUTES = re.compile(_ATTRIBUTE), re.compile(_LIST)
_NO_TAG = (
    rb"[^<]++|<(?![a-zA-Z/!?])|<!--(?:-?>|.*?(?:--!?>|\Z))|<!(?!--|\[CDATA\[)[^>]*+>?|<\?[^>]*+>?"
    rb"|</(?![a-zA-Z])[^>]*+>?"
)
_TOKEN = re.compile(
    rb"(?:" + _NO_TAG + rb"|)*+(?:\Z|(?P<cdata><!\[CDATA\[[^>]*+>?)"
    rb"|<(?P<raw>script|style|title|textarea|xmp|iframe|noembed|noframes)(?=[ \t\n\r\f/>])"
    + _LIST
    + rb"[ \t\n\r\f/]*+>(?P<text>[^<]*+(?:<(?!/(?P=raw)[ \t\n\r\f/>])[^<]*+|)*+)"
    rb"|(?P<tag></?[a-zA-Z][^ \t\n\r\f/>]*+)" + _LIST + rb"(?P<tail>[ \t\n\r\f/]*+)>?)",
    re.DOTALL | re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<script[ \t\n\r\f/>]", re.IGNORECASE)


_FORMATTING = tag_names("a b big code em font i nobr s small strike strong tt u")
_SOFT = _FORMATTING | tag_names("span")
_TABLES = CELLS | tag_names("table")
_BLOCKS = ITEMS | tag_names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup"
    " main menu nav ol pre section summary ul"
)
_DRAWN = FOREIGN | tag_names(
    "g path circle ellipse line polyline polygon rect use defs symbol stop lineargradient radialgradient clippath mask"
    " pattern filter text tspan marker animate animatetransform"
    " mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup munder mover munderover"
    " mmultiscripts mtable mtr mtd mlabeledtr mspace mprescripts none semantics annotation maction"
)
"""Elements of pictures and formulas that contain only others of the same kind."""

_TEXTS = tag_names("title desc style script mi mo mn ms mtext")
_SOFTER = {
    **dict.fromkeys(_BLOCKS, _SOFT | ITEMS),
    **dict.fromkeys(_TABLES, _SOFT | ITEMS | CELLS),
    b"select": tag_names("option optgroup"),
}
"""Name → elements that may be open inside this one when its end tag closes it. For all others it is ``_SOFT``."""

_SPECIAL = VOID | _FORMATTING | ITEMS | CELLS | UNSURE | tag_names("form option")
_LOOKED_THROUGH, _LOOKED_THROUGH_IN_PICTURES = 8, 64
_ALIKE = 3
_SLASH = ord("/")
_TAG = _TOKEN.groupindex["tag"]


@dataclass(frozen=True, slots=True)
class Weight:
    """What parsing a page would cost.

    ``depth``: how deep its elements are nested at most, estimated.
    ``reason``: why the page must not be parsed, "" if it may be.
    """

    depth: int
    reason: str = ""


def weigh(body: bytes) -> Weight:
    """Estimate what parsing ``body`` would cost, in time that grows with its length.

    If all tags are written out, the depth is known exactly, and no more formatting is open than there are elements.
    """
    written = depth_as_written(body)
    if written is not None and body.count(b"<") * (1 + written) <= MOST_ELEMENTS:
        return Weight(written)
    return estimate(body)


def estimate(body: bytes) -> Weight:
    """Estimate, tag by tag, what parsing ``body`` would cost."""
    scale = _Scale()
    stack, plain = scale.open, scale.plain
    deepest = steps = elements = begin = 0
    for token in _TOKEN.finditer(body):
        name = plain.get(tag := token[_TAG])
        reason = ""
        if name is None or scale.foreign:
            reason = scale.take(tag, token)
        elif tag[1] != _SLASH:
            stack.append(name)
        elif stack and stack[-1] == name:
            stack.pop()
        else:
            scale.end(name)
        depth = len(stack)
        if depth > deepest:
            deepest = depth
        steps += depth
        elements += 1 + scale.copies
        before, begin = begin, token.end()
        if begin - before > 2 * MOST_ATTRIBUTES:
            reason = reason or _too_many_attributes(token)
        if reason or steps > MOST_STEPS or elements > MOST_ELEMENTS:
            return Weight(deepest, reason or _too_much(steps))
    return Weight(deepest)


def _too_much(steps: int) -> str:
    if steps > MOST_STEPS:
        return "the page's elements are nested too deep"
    return f"the page makes more than {MOST_ELEMENTS:,} elements"


def _too_many_attributes(token: re.Match[bytes]) -> str:
    if token[_TAG] is not None:
        begin, end = token.end(_TAG), token.start("tail")
    else:
        begin = token.end("raw")
        found = _ALL_ATTRIBUTES.match(token.string, begin) if begin >= 0 else None
        end = found.end() if found else begin
    if (
        end - begin <= 2 * MOST_ATTRIBUTES
        or sum(1 for _ in _ATTRIBUTES.finditer(token.string, begin, end)) <= MOST_ATTRIBUTES
    ):
        return ""
    return f"an element of the page has more than {MOST_ATTRIBUTES} attributes"


@dataclass(slots=True)
class _Scale:
    """The elements that the parser may have open, outermost first, without those that it opens by itself.

    ``plain``: tag → name, of ordinary tags that were seen.
    ``copies``: number of open formatting elements; of equal ones, three are counted.
    ``foreign``: number of open pictures and formulas.
    """

    open: list[bytes] = field(default_factory=list)
    plain: dict[bytes | None, bytes] = field(default_factory=dict)
    copies: int = 0
    foreign: int = 0
    _unsure: int = 0
    _formatting: list[bytes] = field(default_factory=list)
    _like: Counter[bytes] = field(default_factory=Counter)
    _drawn_from: int | None = None
    _held: int | None = None
    _is_form_lost: bool = False

    def take(self, tag: bytes | None, token: re.Match[bytes]) -> str:
        """Take a tag, or what is none (None); return why nothing can be said about the page, "" if something can."""
        if tag is None:
            return self._take_other(token)
        name = tag[2:].lower() if tag[1] == _SLASH else tag[1:].lower()
        if name not in _SPECIAL:
            self.plain[tag] = name
        if tag[1] == _SLASH:
            self.end(name)
        else:
            self._start(name, token)
        return ""

    def _take_other(self, token: re.Match[bytes]) -> str:
        """Take a comment, or an element that contains only text; return why this is unclear, "" if it is not."""
        if (raw := token["raw"]) is not None:
            text, name = token["text"], raw.lower()
            is_unsure = bool(self._unsure) and b"<" in text and not _is_cdata(text)
            if is_unsure or (b"<!--" in text and name == b"script" and _goes_on(text)):
                return f"what stands in the page's <{name.decode()}> may be text or elements"
            self._start(name, token)
        elif (cdata := token["cdata"]) is not None and self.foreign and not cdata.endswith(b"]]>"):
            return "what stands in the page's CDATA may be text or elements"
        return ""

    def _start(self, name: bytes, token: re.Match[bytes]) -> None:
        self._held = self._drawn_from if name in _TEXTS else None
        if name in VOID and (not self.foreign or name in VOID_ANYWHERE):
            return
        if self.open and _ends(self.open[-1], name, is_foreign=bool(self.foreign)):
            self.open[-1] = name
            return
        if self._is_drawn(name) and (token["tail"] or b"").endswith(b"/"):
            return
        if name in _FORMATTING:
            spelled = token.string[token.start(_TAG) : token.end()]
            self._formatting.append(spelled)
            self._like[spelled] += 1
            self.copies += self._like[spelled] <= _ALIKE
        self._is_form_lost |= name == b"form" and name in self.open
        self._unsure += name in UNSURE
        self.foreign += name in FOREIGN
        self.open.append(name)

    def _is_drawn(self, name: bytes) -> bool:
        """Return whether an element is in a picture or formula, or is one, so that ``/>`` ends it.

        An element of any other kind may have ended the picture.
        """
        if not self.foreign and name in FOREIGN:
            self._drawn_from = len(self.open)
        elif name not in _DRAWN:
            self._drawn_from = None
        return self._drawn_from is not None

    def end(self, name: bytes) -> None:
        """Close an element if the parser, having it open, must close it. Elements that are open inside it stay open."""
        if name == b"form" and (self._is_form_lost or self.open[-1:] != [name]):
            self._is_form_lost = True
            return
        if self.open[-1:] == [name]:
            self._close(len(self.open) - 1)
            self._drawn_from, self._held = self._drawn_from if self._held is None else self._held, None
            return
        self._drawn_from = self._held = None  # it may have ended a picture as well
        looked_through, how_far = _SOFTER.get(name, _SOFT), _LOOKED_THROUGH
        if self.foreign:
            looked_through, how_far = _DRAWN if name in FOREIGN else frozenset(), _LOOKED_THROUGH_IN_PICTURES
        for n in range(len(self.open) - 1, max(len(self.open) - how_far, 0) - 1, -1):
            if self.open[n] == name:
                self._close(n)
                return
            if self.open[n] not in looked_through:
                return

    def _close(self, n: int) -> None:
        name = self.open.pop(n)
        self._unsure -= name in UNSURE
        self.foreign -= name in FOREIGN
        if name in _FORMATTING:
            spelled = self._formatting.pop(-1 - sum(one in _FORMATTING for one in self.open[n:]))
            self.copies -= self._like[spelled] <= _ALIKE
            self._like[spelled] -= 1
        if self._drawn_from is not None and n <= self._drawn_from:
            self._drawn_from = None


def _ends(last: bytes, name: bytes, *, is_foreign: bool) -> bool:
    """Return whether the element ``last`` ends when one with this name begins directly inside it."""
    return ends_last(last, name) and not (is_foreign and is_of_table(name))


def _is_cdata(text: bytes) -> bool:
    """Return whether a text has no tag but the beginning of a CDATA section that ends in it."""
    _, start, rest = text.partition(b"<![CDATA[")
    return bool(start) and b"]]>" in rest and text.count(b"<") == 1


def _goes_on(script: bytes) -> bool:
    """Return whether a script goes on behind its first end tag, since another script begins in a comment within it."""
    at = script.find(b"<!--")
    while at >= 0:
        end = script.find(b"-->", at + 2)
        if _SCRIPT.search(script, at, end if end >= 0 else len(script)):
            return True
        at = script.find(b"<!--", end) if end >= 0 else -1
    return False
