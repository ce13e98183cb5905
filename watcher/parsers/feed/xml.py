"""Read a feed's XML into a list of items: RSS of every version, RDF and Atom, piece by piece and within limits.

expat, which comes with Python, reads well-formed XML. Names are distinguished by their namespaces. Declarations of
entities (https://en.wikipedia.org/wiki/Billion_laughs_attack, XXE) are cut out before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from xml.parsers import expat

from watcher.model import Unreadable
from watcher.parsers.charsets.text import xml_text
from watcher.parsers.common.html import DEEPEST, LARGEST_PAGE
from watcher.parsers.common.prolog import without_doctype, without_lead

MOST_ITEMS = 10_000
MOST_ELEMENTS = 20_000
"""Most elements in one item, and most around the items."""

MOST_PREFIXES = 1_000
"""Most namespace prefixes that are declared at the same time."""

ROOTS = ("rss", "feed", "rdf:RDF", "RDF", "channel")
_PREFIXES = {
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://prismstandard.org/namespaces/basic/2.0/": "prism",
    "http://purl.org/rss/1.0/modules/prism/": "prism",
    "http://arxiv.org/schemas/atom": "arxiv",
    "http://a9.com/-/spec/opensearch/1.1/": "opensearch",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/dc/terms/": "dcterms",
}
_USUAL_NAMES = """
    rss rdf:RDF feed channel item entry title link guid id description summary content author name category pubDate
    published updated
"""
USUAL = {name.lower(): name for name in _USUAL_NAMES.split()}
"""Name in lower case → usual name, of elements that feeds write in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlForm:
    """A form of XML documents that list papers: the elements of papers, and the elements around those.

    ``what``: its name.
    ``roots``: the elements that it may begin with.
    ``items``: the elements that are papers.
    ``frames``: elements around papers that are not kept themselves. What stands in ``heads`` among them is kept.
    ``prefixes``: namespace → the prefix that stands for it.
    ``usual``: names in lower case → as they are usual.
    ``most_elements``: elements of one paper, or of all that stands around the papers.
    """

    what: str
    roots: tuple[str, ...]
    items: tuple[str, ...]
    frames: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)
    most_elements: int = MOST_ELEMENTS


FEED = XmlForm(
    what="feed",
    roots=ROOTS,
    items=("item", "entry"),
    frames=("channel", "items"),
    heads=("channel",),
    prefixes=_PREFIXES,
    usual=USUAL,
)

_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_BYTES = bytes((*range(9), 11, 12, *range(14, 32)))
_NO_PAIRS = ("\ufffe".encode(), "\uffff".encode())


@dataclass(slots=True)
class XmlElement:
    """An element.

    ``name``: with the usual prefix of its namespace, without one for Atom and RSS.
    ``attributes``: name → value.
    ``parts``: texts and elements in it, in order.
    """

    name: str
    attributes: Mapping[str, str]
    parts: list[str | XmlElement] = field(default_factory=list)
    _named: dict[str, list[XmlElement]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def children(self) -> list[XmlElement]:
        return [part for part in self.parts if not isinstance(part, str)]

    def all(self, *names: str) -> list[XmlElement]:
        """Return the children with these names, those of the first name first. Add nothing to the element later."""
        named = self._by_name()
        if len(names) == 1:
            return named.get(names[0], [])
        return [child for name in names if name in named for child in named[name]]

    def _by_name(self) -> dict[str, list[XmlElement]]:
        if self._named is None:
            named = self._named = {}
            for part in self.parts:
                if isinstance(part, str):
                    continue
                if part.name in named:
                    named[part.name].append(part)
                else:
                    named[part.name] = [part]
        return self._named

    def text(self, *names: str) -> str:
        """Return the text of the first child of these names that has any; without names, the element's own."""
        if names:
            named = self._by_name()
            for name in names:
                for child in named.get(name, ()):
                    if text := child.text().strip():
                        return text
            return ""
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str):
            return parts[0]
        return "".join([part if isinstance(part, str) else part.text() for part in parts])

    def markup(self) -> str:
        """Return the content of the element as HTML. Of elements in it only their names are kept."""
        return "".join(
            escape(part) if isinstance(part, str) else f"<{part.local}>{part.markup()}</{part.local}>"
            for part in self.parts
        )

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]


@dataclass(slots=True)
class FeedDocument:
    """The content of a feed.

    ``root``: name of the root element.
    ``head``: what is around the items.
    ``is_cut``: its end is missing.
    """

    root: str
    head: XmlElement
    items: list[XmlElement]
    is_cut: bool = False


class NotWellFormed(Exception):
    """A text is no well-formed XML. ``str()`` says where."""


class TooMuch(Exception):
    """A limit is passed. ``str()`` says which."""


def well_formed_text(body: bytes) -> str:
    """Return the text of a body, without its document type and without characters that XML does not have."""
    text = xml_text(body)
    if not _has_characters_alone(text.encode(errors="replace")):
        text = _NO_CHARACTER.sub("", text)
    return without_doctype(without_lead(text))


def _has_characters_alone(encoded: bytes) -> bool:
    """Return whether a text in UTF-8 has only characters that XML has, in a fifth of the time of a pattern."""
    return len(encoded.translate(None, _NO_BYTES)) == len(encoded) and not any(one in encoded for one in _NO_PAIRS)


def read_xml(body: bytes, form: XmlForm = FEED) -> FeedDocument | Unreadable:
    """Return the complete items of a document, even if its end is missing. Raises ``NotWellFormed``."""
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the {form.what} has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    reader = FeedReader(form)
    try:
        is_whole = _read(reader, well_formed_text(body))
    except TooMuch as reason:
        return Unreadable(str(reason))
    return reader.document(is_cut=not is_whole)


def _read(reader: FeedReader, text: str) -> bool:
    """Let expat read a whole text; return whether its end is there. Raises ``NotWellFormed`` and ``TooMuch``."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.UseForeignDTD(True)  # what is not declared, such as &nbsp;, is then no error
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.SkippedEntityHandler = reader.skipped
    parser.EntityDeclHandler = reader.declared
    try:
        parser.Parse(text.encode(errors="replace"), False)
    except expat.ExpatError as error:
        raise NotWellFormed(str(error)) from None
    return _is_over(parser)


def _is_over(parser: expat.XMLParserType) -> bool:
    """Return whether the text is complete. Every other mistake was raised before."""
    try:
        parser.Parse(b"", True)
    except expat.ExpatError:
        return False
    return True


@dataclass(slots=True)
class _Scope:
    """Where some namespaces are declared.

    ``prefixes``: prefix in the document → the usual one.
    ``names``: tag → its element's name, of those that were read.
    """

    prefixes: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)


class FeedReader:
    """Builds a document from elements and texts. ``start`` raises ``TooMuch`` when a limit is passed."""

    def __init__(self, form: XmlForm = FEED) -> None:
        self._form = form
        self._items: list[XmlElement] = []
        self._head = XmlElement("", {})
        self._root = ""
        self._open: list[str] = []
        self._scopes: list[_Scope] = [_Scope({})]
        self._building: list[XmlElement] = []
        self._elements = 0

    def document(self, *, is_cut: bool) -> FeedDocument | Unreadable:
        """What has been read, where it is a feed."""
        if self._root not in self._form.roots:
            found = f"that begins with <{self._root[:60]}>" if self._root else "without any element"
            return Unreadable(f"looked for a {self._form.what}, found XML {found}")
        return FeedDocument(self._root, self._head, self._items, is_cut)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        scope = self._scopes[-1]
        if attributes:
            scope = self._scope_with(attributes, scope)
        self._scopes.append(scope)
        name = scope.names.get(tag) or self._named(tag, scope)
        self._open.append(name)
        if len(self._open) > DEEPEST:
            raise TooMuch(f"the {self._form.what}'s elements are nested more than {DEEPEST} deep")
        if not self._root:
            self._root = name
            self._head.attributes = attributes
        elif self._building:
            self._count()
            node = XmlElement(name, attributes)
            self._building[-1].parts.append(node)
            self._building.append(node)
        elif name in self._form.items or self._is_of_head(name):
            self._elements = 0 if name in self._form.items else self._elements
            self._count()
            self._building.append(XmlElement(name, attributes))

    def _is_of_head(self, name: str) -> bool:
        return name not in self._form.frames and (len(self._open) == 2 or self._open[-2] in self._form.heads)

    def end(self, tag: str) -> None:
        self._scopes.pop()
        self._open.pop()
        if not self._building:
            return
        node = self._building.pop()
        if self._building:
            return
        if node.name not in self._form.items:
            self._head.parts.append(node)
            return
        self._items.append(node)
        if len(self._items) > MOST_ITEMS:
            raise TooMuch(f"the {self._form.what} has more than {MOST_ITEMS:,} entries")

    def data(self, text: str) -> None:
        if self._building:
            self._building[-1].parts.append(text)

    def skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self.data(unescape(f"&{name};"))

    def declared(self, *declaration: object) -> None:
        raise TooMuch(f"the {self._form.what} declares entities of its own, which is not read")

    def _count(self) -> None:
        self._elements += 1
        if self._elements > self._form.most_elements:
            raise TooMuch(f"an entry of the {self._form.what} has more than {self._form.most_elements:,} elements")

    def _scope_with(self, attributes: Mapping[str, str], scope: _Scope) -> _Scope:
        """Return the scope of an element with these attributes, within another one."""
        new = {
            key[6:]: self._form.prefixes.get(value, key[6:])
            for key, value in attributes.items()
            if key == "xmlns" or key.startswith("xmlns:")
        }
        if not new:
            return scope
        inner = _Scope(scope.prefixes | new)
        if len(inner.prefixes) > MOST_PREFIXES:
            raise TooMuch(f"the {self._form.what} declares more than {MOST_PREFIXES:,} prefixes of namespaces")
        return inner

    def _named(self, tag: str, scope: _Scope) -> str:
        """Return an element's name with its namespace's usual prefix. A prefix that is not known stays."""
        prefix, _, local = tag.rpartition(":")
        usual = scope.prefixes.get(prefix, prefix)
        name = f"{usual}:{local}" if usual else self._form.usual.get(local.lower(), local)
        scope.names[tag] = name
        return name
