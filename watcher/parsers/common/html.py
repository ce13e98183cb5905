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

_UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "svg", "-comment", "annotation", "annotation-xml", "mjx-assistive-mml")
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


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
        elif part.tag not in _UNSEEN and part.tag not in without and (part is node or not _is_hidden(part)):
            gap = " " if is_apart(part.tag or "") else ""
            ahead += [gap, *reversed(list(part.iter(include_text=True))), gap]
    return " ".join("".join(pieces).split())


def _is_hidden(node: LexborNode) -> bool:
    """Return whether an element is hidden, or repeats a visible one, as formulas have text for the eye and the ear."""
    own = node.attributes
    return bool(own) and (
        "hidden" in own or own.get("aria-hidden") == "true" or _HIDING.search(own.get("style") or "") is not None
    )
