"""HTML made a tree, within bounds, and what is read from it."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

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
    """Parse ``body``, in UTF-8; a page that is too large or too intricate to be a digest is refused before that.

    Digest pages are 18 deep. Where the estimate says more than may be, the tree itself is measured.
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
    """Whether any element of a tree stands below more than ``most`` others."""
    ahead = [(node, 1) for node in (tree.root,) if node is not None]
    while ahead:
        node, depth = ahead.pop()
        if depth > most:
            return True
        ahead += [(child, depth + 1) for child in node.iter()]
    return False


def elements_of(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """The elements that ``selector`` finds, in the page's order, each once; of a node also itself."""
    return list({node.mem_id: node for node in scope.css(selector)}.values())


def outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those of some elements that stand below none of the others."""
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not _is_below(node, ids)]


def _is_below(node: LexborNode, ids: set[int]) -> bool:
    above = node.parent
    while above is not None and above.mem_id not in ids:
        above = above.parent
    return above is not None


def element_text(node: LexborNode) -> str:
    """Return the visible text of an element in one line: blocks and cells apart, without scripts and hidden parts."""
    pieces: list[str] = []
    ahead: list[LexborNode | str] = [node]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            pieces.append(part)
        elif part.is_text_node:
            pieces.append(part.text_content or "")
        elif part.tag not in _UNSEEN and (part is node or not _is_hidden(part)):
            gap = " " if is_apart(part.tag or "") else ""
            ahead += [gap, *reversed(list(part.iter(include_text=True))), gap]
    return " ".join("".join(pieces).split())


def _is_hidden(node: LexborNode) -> bool:
    """Whether an element is not shown, or is the twin of one that is, as formulas have it for the eye and the ear."""
    own = node.attributes
    return bool(own) and (
        "hidden" in own or own.get("aria-hidden") == "true" or _HIDING.search(own.get("style") or "") is not None
    )
