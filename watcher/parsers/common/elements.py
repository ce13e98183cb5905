"""Know the elements of HTML, MathML and JATS: their names, and which separate their text from what is around them."""

from __future__ import annotations

import re

_HTML = """
    a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button
    canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed
    fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i
    iframe img input ins kbd label legend li link main map mark marquee math menu meta meter nav nobr noframes noscript
    object ol optgroup option output p param picture pre progress q rb rp rt rtc ruby s samp script section select slot
    small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
    time title tr track tt u ul var video wbr
"""
_MATH = """
    annotation annotation-xml maction maligngroup menclose merror mfenced mfrac mglyph mi mmultiscripts mn mo
    mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr
    munder munderover none semantics
"""
_JATS = """
    alternatives bold break disp-formula disp-quote ext-link inline-formula inline-graphic italic list list-item
    monospace named-content overline roman sans-serif sc scp sec styled-content tex-math underline uri xref
"""
NAMES = frozenset(f"{_HTML} {_MATH} {_JATS}".split())
"""All elements that occur in texts of papers. Anything else in angle brackets is text."""

INLINE_WORDS = frozenset(["a", "b", "big", "code", "em", "i", "q", "s", "small", "strong", "tt", "u", "var"])
"""Elements whose names are also words or letters. Followed by loose words they are no elements (``a<b and c>d``)."""

_APART = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|details|dialog|dir|div|fieldset|figcaption|figure"
    "|footer|form|h[1-6]|head|header|hgroup|hr|html|legend|li|main|menu|nav|[ou]l|optgroup|option|p|pre|section|select|summary"
    "|table|tbody|t[dhr]|textarea|tfoot|thead|title|break|disp-formula|disp-quote|list|list-item|mt[dr]|sec"
)


def is_apart(name: str) -> bool:
    """Return whether the text of an element is separate from the text beside it, so that both make no single word.

    ``name``: of the element, without a prefix.
    """
    return _APART.fullmatch(name) is not None
