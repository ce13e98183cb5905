"""A config file's bytes → its tree, and everything that is wrong with it as YAML.

YAML stops at its first mistake. The frequent ones (``rule: "a" OR b``, a colon or a quote too many) stay within one
line: that line's value is set aside as broken and reading goes on, so that one look shows all mistakes of a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from watcher.config.source import SourceText
from watcher.config.tree import BROKEN, QUOTE, Builder, Items, Node, Scalar
from watcher.errors import Problem

LARGEST = 2_000_000
"""Bytes of one file."""
MOST_REPAIRS = 50
"""Broken lines of one file that reading goes on after."""
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_AND_VALUE = re.compile(
    r"(?P<head>[ \t]*(?:-[ \t]+)*(?P<key>[\w.-]+):[ \t]+)(?P<value>\S.*)|(?P<dash>[ \t]*-[ \t]+)(?P<item>\S.*)"
)
_RULES = ("rule", "where")


@dataclass(slots=True)
class Parsed:
    """A file's tree, None where it is empty or cannot be read, and what is wrong with its YAML."""

    source: SourceText
    root: Node | None
    problems: list[Problem]


def read(name: str, data: bytes) -> Parsed:
    """Read one file; ``name`` is what people call it."""
    source, problems = decode(name, data)
    if problems:
        return Parsed(source, None, problems)
    text = source.text
    broken: list[tuple[int, int]] = []
    while True:
        builder = Builder(source)
        try:
            root = builder.read(text)
        except yaml.YAMLError as error:
            source.hide_addresses()
            mistake = _explain(source, text, error, builder.last)
            problems.append(source.problem(mistake.offset, mistake.what, mistake.hint))
            if mistake.value is None or len(broken) == MOST_REPAIRS:
                return Parsed(source, None, problems)
            start, end = mistake.value
            broken.append(mistake.value)
            text = text[:start] + "x" * (end - start) + text[end:]
        else:
            _mark_broken(root, broken)
            return Parsed(source, root, problems + builder.problems)


def decode(name: str, data: bytes) -> tuple[SourceText, list[Problem]]:
    """The file's text and why it cannot be one; UTF-8, with or without a byte order mark."""
    if len(data) > LARGEST:
        what = f"is larger than {LARGEST // 1_000_000} MB"
        return SourceText(name, ""), [Problem(name, 0, 0, what, "split it over included files")]
    try:
        source = SourceText(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = SourceText(name, data[: error.start].decode("utf-8-sig", "replace"))
        before.hide_addresses()
        return before, [before.problem(len(before.text), "is not UTF-8 from here on", "save the file as UTF-8")]
    strange = _UNPRINTABLE.search(source.text)
    if strange:
        source.hide_addresses()
        what = f"a character that cannot stand in YAML (U+{ord(strange.group()):04X})"
        return source, [source.problem(strange.start(), what, "remove it")]
    return source, []


@dataclass(frozen=True, slots=True)
class _Mistake:
    """Why YAML stopped, and the value on one line that is to blame, where there is one."""

    offset: int
    what: str
    hint: str
    value: tuple[int, int] | None = None


def _explain(source: SourceText, text: str, error: yaml.YAMLError, last: Scalar | None) -> _Mistake:
    problem = str(getattr(error, "problem", None) or error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    offset = mark.index if mark else 0
    context = getattr(error, "context_mark", None)
    if "unexpected end of stream" in problem and context:
        return _unclosed(text, context.index)
    if last is not None and _swallowed_lines(text, last):
        return _unclosed(text, last.start)
    found = _value_on_line(text, offset)
    if found is None or offset < found[1]:
        return _Mistake(offset, *_in_words(problem, text[offset : offset + 1]))
    key, start, end = found
    what, hint = _wrong_value(key, text[start:end], problem, text[offset : offset + 1])
    return _Mistake(offset, what, hint, (start, end))


def _swallowed_lines(text: str, scalar: Scalar) -> bool:
    """Whether a quote that was never closed took the next lines, up to another value's quote, for its text."""
    taken = text[scalar.start : scalar.end]
    return scalar.style in ("'", '"') and re.search(r"\n[ \t]*(?:-[ \t]+)*[\w.-]+:(?:[ \t]|$)", taken, re.M) is not None


def _unclosed(text: str, offset: int) -> _Mistake:
    found = _value_on_line(text, offset)
    value = found[1:] if found and found[1] == offset else None
    return _Mistake(offset, "this quote is never closed", "close it at the end of the value", value)


def _value_on_line(text: str, offset: int) -> tuple[str, int, int] | None:
    """The key, and where the value begins and ends, of the line that holds ``offset``."""
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
    if value[0] in "'\"":
        what = "the value's quotes end before the value does"
        return what, in_block if key in _RULES else f"put the whole value into quotes: {_quoted(value)}"
    if "mapping values" in problem:
        what = "a colon with a blank after it cannot stand inside a value without quotes"
        return what, in_block if key in _RULES else "put the value into quotes"
    if value[0] in "[{":
        return _in_words(problem, sign)
    if key in _RULES and "token" in problem:
        return f"a value cannot begin with `{value[0]}`", in_block
    return _in_words(problem, sign)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if "://" not in value and len(value) < 60 else "'…'"


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
    ("expected key", "this does not fit the lines before it", "check the indentation and the quotes"),
    ("block end", "this does not fit the lines before it", "check the indentation and the quotes"),
)


def _in_words(problem: str, sign: str) -> tuple[str, str]:
    """What is wrong and what to write, for a message of the YAML library."""
    if "start any token" in problem:
        if sign == "\t":
            return "a tab indents this line", "indent with blanks"
        return f"a value cannot begin with `{sign}`", QUOTE
    for part, what, hint in _WORDS:
        if part in problem:
            return what, hint
    return f"cannot be read as YAML: {problem}", ""


def _mark_broken(root: Node | None, spans: list[tuple[int, int]]) -> None:
    """Give the values that were set aside their style, so that nothing else is said of them."""
    starts = {start for start, _ in spans}
    waiting = [root] if root and starts else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Items):
            node.items = [_broken(item, starts) for item in node.items]
            waiting += node.items
        elif node is not None and not isinstance(node, Scalar):
            node.values = {key: _broken(value, starts) for key, value in node.values.items()}
            waiting += node.values.values()


def _broken(node: Node, starts: set[int]) -> Node:
    return Scalar("", BROKEN, node.start, node.start) if node.start in starts and isinstance(node, Scalar) else node
