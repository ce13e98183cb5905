"""Parse HTML into a tree, within limits, and read texts from it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Collection

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watcher.model import Unreadable
from watcher.parsers.common.elements import is_apart
from watcher.parsers.common.html_weight import weigh

LARGEST_PAGE = 16 * 2**20
DEEPEST = 250
_SIGN = 3

_UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "svg", "-comment", "annotation", "annotation-xml", "mjx-assistive-mml")
)
_NOT_SHOWN = frozenset(
    ("rt", "rp", "iframe", "object", "audio", "video", "canvas", "datalist", "select", "textarea", "mphantom")
)
"""Elements that show other things than their text, or small beside another text. They are read if they are selected."""

_HIDING = re.compile(
    r"(?:\A|;)\s*(?:display\s*:\s*none|(?:content-)?visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:opacity|font-size)\s*:\s*0(?:\.0+)?(?:px|em|rem|%)?\s*(?:!important\s*)?(?:;|\Z)|clip\s*:\s*rect\(\s*0)",
    re.IGNORECASE,
)
_FOR_THE_EAR = re.compile(
    r"(?!not-)(?:[\w-]{1,40}-)?(?:sr-only|visually-?hidden|screen-?reader-(?:text|only)|element-invisible|show-for-sr"
    r"|assistive-text|a11y-hidden|off-?screen)",
    re.IGNORECASE,
)
"""Matches the classes by which the usual style sheets hide a text from the eye: Bootstrap's, Drupal's, WordPress'."""

_MATHJAX = "mjx-container"


def html_tree_of(body: bytes) -> LexborHTMLParser | Unreadable:
    """Return the tree of a page in UTF-8. A page that is too large or too intricate is refused before it is parsed.

    Digest pages are 18 elements deep. If the estimate is above the limit, the depth of the tree itself is measured.
    """
    body = body.removeprefix(BOM_UTF8)
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the page has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    weight = weigh(body)
    if weight.reason:
        return Unreadable(weight.reason)
    tree = LexborHTMLParser(body)
    if weight.depth > DEEPEST and _is_deeper(tree, DEEPEST):
        return Unreadable(f"the page's elements are nested more than {DEEPEST} deep")
    return tree


def _is_deeper(tree: LexborHTMLParser, most: int) -> bool:
    """Return whether any element of a tree is below more than ``most`` others."""
    ahead = [(node, 1) for node in (tree.root,) if node is not None]
    while ahead:
        node, depth = ahead.pop()
        if depth > most:
            return True
        ahead += [(child, depth + 1) for child in node.iter()]
    return False


def elements_of(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """Return the elements that ``selector`` matches, each once in the page's order; a node itself is among them."""
    return list({node.mem_id: node for node in scope.css(selector)}.values())


def outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Return those nodes that are not below another one of them."""
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not _is_below(node, ids)]


def _is_below(node: LexborNode, ids: set[int]) -> bool:
    above = node.parent
    while above is not None and above.mem_id not in ids:
        above = above.parent
    return above is not None


def element_text(node: LexborNode, without: Collection[str] = ()) -> str:
    """Return the visible text of an element in one line, with blanks between blocks and cells, without hidden parts.

    ``without``: names of elements that are left out as well.
    """
    pieces: list[str] = []
    ahead: list[LexborNode | str] = [node]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            pieces.append(part)
        elif part.is_text_node:
            pieces.append(part.text_content or "")
        elif part.tag == _MATHJAX and (spoken := part.css_first("mjx-assistive-mml")):
            ahead += reversed(list(spoken.iter(include_text=True)))  # what is seen has its letters in the style sheet
        elif part.tag not in _UNSEEN and part.tag not in without and (part is node or not _is_hidden(part)):
            gap = " " if is_apart(part.tag or "") else ""
            ahead += [gap, *reversed(list(part.iter(include_text=True))), gap]
    return " ".join("".join(pieces).split())


def _is_hidden(node: LexborNode) -> bool:
    """Return whether an element is hidden, or repeats a visible one, as formulas have text for the eye and the ear."""
    own = node.attributes
    if node.tag in _NOT_SHOWN or not own:
        return node.tag in _NOT_SHOWN or node.tag == "dialog"
    if (
        "hidden" in own
        or "popover" in own
        or own.get("aria-hidden") == "true"
        or _HIDING.search(own.get("style") or "")
    ):
        return True
    if node.tag == "dialog" and "open" not in own:
        return True
    return any(map(_FOR_THE_EAR.fullmatch, (own.get("class") or "").split())) or is_anchor(node)


def is_anchor(node: LexborNode) -> bool:
    """Return whether an element is a sign beside a heading that leads to the heading itself: # or ¶."""
    if node.tag != "a" or not (node.attributes.get("href") or "").startswith("#"):
        return False
    text = node.text(strip=True)
    return len(text) < _SIGN and not any(map(str.isalnum, text))
