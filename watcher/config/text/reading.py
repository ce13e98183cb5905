"""Read a config file's bytes into its tree, and note everything that is wrong with it as YAML.

YAML stops at its first mistake. Frequent mistakes (``rule: "a" OR b``, a colon or a quote too many) are within one
line. The value of such a line is set aside as broken and reading goes on, so that all mistakes of a file are shown at
once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from watcher.config.text.harmless import KEYS
from watcher.config.text.mistakes import Mistakes
from watcher.config.text.signs import STRANGE_BLANK
from watcher.config.text.source import SourceText
from watcher.config.text.tree import BROKEN, UNPRINTABLE, ConfigNode, Items, Scalar, Table
from watcher.config.text.yaml_tree import QUOTE, Builder
from watcher.errors import Problem

LARGEST = 2_000_000
"""Most bytes of a file."""
MOST_REPAIRS = 50
"""Most broken lines of a file after which reading goes on."""
MOST_READ_AGAIN = 4_000_000
"""Most characters that are read again after repairs. The file is read from its beginning after each one."""
_KEY_AND_VALUE = re.compile(
    r"(?P<head>[ \t]*(?:-[ \t]+)*(?P<key>[\w.-]+):[ \t]+)(?P<value>\S.*)|(?P<dash>[ \t]*-[ \t]+)(?P<item>\S.*)"
)
_RULES = ("rule", "where")
_NULLS = ("null", "~")


@dataclass(slots=True)
class Parsed:
    """A file that was read.

    ``root``: its tree, None if it is empty or cannot be read.
    ``mistakes``: what is wrong with its YAML.
    """

    source: SourceText
    root: ConfigNode | None
    mistakes: Mistakes

    @property
    def problems(self) -> list[Problem]:
        return self.mistakes.listed()


def read(name: str, data: bytes) -> Parsed:
    """Read the YAML of one file.

    ``name``: what people call it.
    ``data``: its content.
    """
    source, mistakes = decode(name, data)
    if mistakes.has_errors:
        return Parsed(source, None, mistakes)
    text, read_again = source.text, 0
    broken: list[tuple[int, int]] = []
    while True:
        builder = Builder(Mistakes(source))
        try:
            root = builder.read(text)
        except yaml.YAMLError as error:
            mistake = _explain(text, error, builder.scalars[-1] if builder.scalars else None)
            mistakes.note(mistake.offset, mistake.what, mistake.hint)
            read_again += mistake.offset
            if mistake.value is None or len(broken) == MOST_REPAIRS or read_again > MOST_READ_AGAIN:
                if mistake.value is not None:
                    mistakes.stop()
                mistakes.know(_marked(builder.root, broken), _marked_texts(builder.scalars, broken))
                return Parsed(source, None, mistakes)
            start, end = mistake.value
            broken.append(mistake.value)
            text = text[:start] + "x" * (end - start) + text[end:]
        else:
            texts = _marked_texts(builder.scalars, broken)
            mistakes.know(_marked(builder.root, broken), texts, is_whole=builder.is_whole)
            mistakes.take(builder.mistakes)
            return Parsed(source, None if _is_nothing(root) else root, mistakes)


def _is_nothing(root: ConfigNode | None) -> bool:
    return isinstance(root, Scalar) and (root.empty or (root.text.lower() in _NULLS and not root.style))


def decode(name: str, data: bytes) -> tuple[SourceText, Mistakes]:
    """Return the text of a file's content, and why it is none. It must be UTF-8, with or without a byte order mark."""
    if len(data) > LARGEST:
        mistakes = Mistakes(SourceText(name, ""))
        mistakes.note(0, f"is larger than {LARGEST // 1_000_000} MB", "split it over included files")
        return mistakes.source, mistakes
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        mistakes = Mistakes(SourceText(name, ""))
        mistakes.note(0, "is UTF-16", "save the file as UTF-8")
        return mistakes.source, mistakes
    try:
        source = SourceText(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = SourceText(name, data[: error.start].decode("utf-8-sig", "replace"))
        mistakes = Mistakes(before)
        mistakes.note(len(before.text), "is not UTF-8 from here on", "save the file as UTF-8")
        return before, mistakes
    mistakes = Mistakes(source)
    strange = UNPRINTABLE.search(source.text)
    if strange:
        what = f"a character that cannot stand in YAML (U+{ord(strange.group()):04X})"
        mistakes.note(strange.start(), what, "remove it")
    return source, mistakes


@dataclass(frozen=True, slots=True)
class _Mistake:
    """Why YAML stopped.

    ``value``: (start, end) of the value that caused it, None if that is not within one line.
    """

    offset: int
    what: str
    hint: str
    value: tuple[int, int] | None = None


def _explain(text: str, error: yaml.YAMLError, last: Scalar | None) -> _Mistake:
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    offset = mark.index if mark else 0
    context = getattr(error, "context_mark", None)
    if blank := _STRANGE_INDENT.search(text, 0, offset):
        what = f"an invisible sign (U+{ord(blank['sign']):04X}) stands in the indentation"
        return _Mistake(blank.start("sign"), what, "write plain blanks in its place")
    if "mapping values" in problem and (dash := _last(_NO_BLANK, text, offset)):
        return _Mistake(dash.start("dash"), "a blank is missing behind this -", f"write `- {dash['key']}: …`")
    if bullet := _last(_BULLET, text, offset):
        return _Mistake(bullet.start("sign"), "an item of a list begins with -", f"write `- {bullet['key']}: …`")
    if ("mapping values" in problem or "document start" in problem) and (line := _line_before(text, offset)) >= 0:
        return _Mistake(line, *_no_colon(text, line))
    if context and (begun := _begun_before(text, problem, context.index, offset)):
        return begun
    if "unexpected end of stream" in problem and context:
        return _unclosed(text, context.index)
    if last is not None and _swallowed_lines(text, last):
        return _unclosed(text, last.start)
    found = _value_on_line(text, offset)
    if found is None or offset < found[1]:
        return _Mistake(offset, *_in_words(problem, text[offset : offset + 1]))
    key, start, end = found
    what, hint = _wrong_value(key, text[start:end], problem, text[offset : offset + 1])
    return _Mistake(start if "cannot begin" in what else offset, what, hint, (start, end))


_STRANGE_INDENT = re.compile(rf"^[ \t]*(?P<sign>{STRANGE_BLANK.pattern})", re.MULTILINE)
_NO_COLON = re.compile(r"(?:-[ \t]+)*(?P<key>[A-Za-z_]+)[ \t]*(?P<sign>\S)?")
_BULLET = re.compile(r"^[ \t]*(?P<sign>[+*•·–—]|\d{1,3}[.)])[ \t]+(?P<key>[a-z_]+):[ \t]", re.MULTILINE)
_NO_BLANK = re.compile(r"^[ \t]*(?P<dash>-)(?P<key>[a-z_]+):[ \t]", re.MULTILINE)


def _begun_before(text: str, problem: str, begun: int, offset: int) -> _Mistake | None:
    """Return a mistake that begins before the place at which YAML stopped, None if it begins there."""
    if "expected ':'" in problem:
        return _Mistake(begun, *_no_colon(text, begun))
    if "',' or" not in problem:
        return None
    variable = text.rfind("${", begun, offset + 1)
    if variable >= 0 and offset - variable <= 1:
        return _Mistake(variable, "${ begins a table here", 'put the text into quotes, as in "${NAME}"')
    if eaten := re.search(r"(?<=\s)#\S", text[begun : text.find("\n", begun) + 1]):
        what = "what follows this # is a comment"
        return _Mistake(begun + eaten.start(), what, "put the text that holds it into quotes")
    if "\n" in text[begun:offset]:
        opened, closing = text[begun : begun + 1], "}" if text[begun : begun + 1] == "{" else "]"
        return _Mistake(begun, f"the {opened} that is opened here is not closed, or lacks a comma", f"write {closing}")
    return None


ENDS = ("---", "...")
ANY_KEY = "write key: value"
_LINE = re.compile(r"^(?P<begin> *(?:- +)*)(?=[^\s#])(?P<rest>.*)$", re.MULTILINE)
FURTHEST_BACK = 2_000
"""How many characters before a mistake are searched for the line that caused it."""


def _line_before(text: str, offset: int) -> int:
    """Return where the text of the line before that of ``offset`` begins, if it is indented alike and has no key.

    Returns -1 otherwise. Blank lines and comments are left out.
    """
    here = text.rfind("\n", 0, offset) + 1
    before = list(_LINE.finditer(text, max(here - FURTHEST_BACK, 0), here))
    own = _LINE.match(text, here)
    if not before or own is None or len(before[-1]["begin"]) != len(own["begin"]) or before[-1]["rest"] in ENDS:
        return -1
    begun = before[-1].start("rest")
    is_text = before[-1]["begin"] and _no_colon(text, begun)[1] == ANY_KEY  # it goes on from the line above
    return -1 if is_text or re.search(r":(?:\s|$)", before[-1]["rest"]) else begun


def _last(pattern: re.Pattern[str], text: str, offset: int) -> re.Match[str] | None:
    """Return the last match of a pattern of lines up to the line of an offset, in the same block, or None."""
    end = text.find("\n", offset)
    begin = max(text.rfind("\n\n", 0, offset), offset - 500, 0)
    found = list(pattern.finditer(text, begin, len(text) if end < 0 else end))
    return found[-1] if found else None


def _no_colon(text: str, begun: int) -> tuple[str, str]:
    """Return (mistake, remedy) for a line without a colon."""
    line = text[begun : text.find("\n", begun) % (len(text) + 1)]
    if re.match(r"<{7}|={7}|>{7}", line):
        return "git could not merge this file, and left both versions in it", "keep one of them"
    if line.startswith("//"):
        return "this is no comment", "begin it with #"
    if section := re.fullmatch(r"\[{1,2}([\w.]+)\]{1,2}\s*", line):
        return "sections in brackets are not read", f"write `{section[1]}:` and its keys below, indented"
    if re.search(r"[>|][-+]?[ \t]*\n[ \t]*$", text[max(begun - 200, 0) : begun]):
        return "the text of the `>` or `|` above begins further in", "indent it more than its key"
    found = _NO_COLON.match(line)
    key = found["key"] if found and found["key"].lower() in KEYS else ""
    hint = f"write `{key}: …`" if key else ANY_KEY
    if found is None or not key or found["sign"] is None or found["sign"].isalnum():
        return "a colon is missing on this line", hint
    if found["sign"] == ":":
        after = line[found.end() : found.end() + 1]
        if STRANGE_BLANK.match(after):
            return f"what stands behind this colon looks like a blank, and is none (U+{ord(after):04X})", hint
        return "a blank is missing behind this colon", hint
    if found["sign"] in "：﹕︓":
        return "this colon is one of another alphabet", hint
    return "a colon is missing on this line", hint


def _swallowed_lines(text: str, scalar: Scalar) -> bool:
    """Return whether a quote that was never closed made the next lines part of a text, up to the next quote."""
    taken = text[scalar.start : scalar.end]
    return scalar.style in ("'", '"') and re.search(r"\n[ \t]*(?:-[ \t]+)*[\w.-]+:(?:[ \t]|$)", taken, re.M) is not None


def _unclosed(text: str, offset: int) -> _Mistake:
    found = _value_on_line(text, offset)
    value = found[1:] if found and found[1] == offset else None
    return _Mistake(offset, "this quote is never closed", "close it at the end of the value", value)


def _value_on_line(text: str, offset: int) -> tuple[str, int, int] | None:
    """Return (key, start, end) of the value on the line of ``offset``, None if it has none."""
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[begin : len(text) if end < 0 else end].rstrip()
    found = _KEY_AND_VALUE.fullmatch(line)
    if found is None:
        return None
    group = "value" if found["value"] else "item"
    return found["key"] or "", begin + found.start(group), begin + found.end(group)


def _wrong_value(key: str, value: str, problem: str, sign: str) -> tuple[str, str]:
    in_block = f"write `{key}: >-` and the {key if key == 'rule' else 'text'} on a line of its own below, indented"
    if "escape" in problem:
        hint = in_block if key in _RULES else "put it into single quotes"
        return "a backslash inside double quotes begins an escape that YAML does not know", hint
    if key in _RULES and (value[0] in "[{?&*!%@`" or ("comment or" in problem and value[0] in ">|")):
        example = "write `where: upvotes >= 20`" if key == "where" and value[0] == ">" else in_block
        return f"a {key} without quotes cannot begin with `{value[0]}`", example
    if value[0] in "'\"":
        what = "the value's quotes end before the value does"
        return what, in_block if key in _RULES else "put the whole value into quotes: '…'"
    if "mapping values" in problem:
        what = "a colon with a blank after it cannot stand inside a value without quotes"
        return what, in_block if key in _RULES else "put the value into quotes"
    if value[0] in "[{":
        return _in_words(problem, sign)
    if key in _RULES and "token" in problem:
        return f"a value cannot begin with `{value[0]}`", in_block
    return _in_words(problem, sign)


_WORDS = (
    (
        "mapping values",
        "a key stands where none can",
        "check the indentation, or put a value that holds `: ` into quotes",
    ),
    ("',' or ']'", "a list in brackets is not closed, or lacks a comma", "write [one, two]; put odd texts into quotes"),
    ("',' or '}'", "a table in braces is not closed, or lacks a comma", "write {key: value, key: value}"),
    ("comment or", "the text begins on the line of its `>` or `|`", "begin it on the next line, indented"),
    ("'-' indicator", "a list goes on here without `-`", "check the indentation"),
    ("document start", "this line does not fit the lines before it", "check the indentation"),
    ("mapping keys", "a value cannot begin with `?`", QUOTE),
    ("tab character", "a tab indents this line", "indent with blanks"),
    ("expected key", "this does not fit the lines before it", "check the indentation and the quotes"),
    ("block end", "this does not fit the lines before it", "check the indentation and the quotes"),
)


def _in_words(problem: str, sign: str) -> tuple[str, str]:
    """Return (what is wrong, what to write) for a message of the YAML library.

    ``sign``: the character at which it stopped.
    """
    if "start any token" in problem:
        if sign == "\t":
            return "a tab indents this line", "indent with blanks"
        return f"a value cannot begin with `{sign}`", QUOTE
    for part, what, hint in _WORDS:
        if part in problem:
            return what, hint
    return f"cannot be read as YAML: {problem}", ""


def _marked(root: ConfigNode | None, spans: list[tuple[int, int]]) -> ConfigNode | None:
    """Return the tree with values that were set aside marked as broken, so that nothing else is said about them."""
    ends = dict(spans)
    waiting = [root] if root and ends else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Items):
            node.items = [_broken(item, ends) for item in node.items]
            waiting += node.items
        elif isinstance(node, Table):
            node.values = {key: _broken(value, ends) for key, value in node.values.items()}
            waiting += node.values.values()
    return root


def _marked_texts(scalars: list[Scalar], spans: list[tuple[int, int]]) -> list[Scalar]:
    ends = dict(spans)
    return [Scalar("", BROKEN, one.start, ends[one.start]) if one.start in ends else one for one in scalars]


def _broken(node: ConfigNode, ends: dict[int, int]) -> ConfigNode:
    if not isinstance(node, Scalar) or node.start not in ends:
        return node
    return Scalar("", BROKEN, node.start, ends[node.start])
