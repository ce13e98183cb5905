"""Write one more subscription into the text of a config. Every other character of it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from watcher.config.text.reading import LARGEST, read
from watcher.config.text.tree import ConfigNode, Items, Scalar, Table, plain_values
from watcher.errors import ConfigError, Problem, UsageError
from watcher.files.read import NotRead, read_regular

_PLAIN_RULE = re.compile(r"[A-Za-z][\w+.-]*(?: [A-Za-z][\w+.-]*)*")
_BY_HAND = "`subscriptions` is not a list with one item a line; write it so, and try again"
_PLAIN_NAME = re.compile(r"[A-Za-z][\w.:@+-]*")


def subscription_lines(name: str, rule: str, to: Sequence[str], when: str | None = None) -> list[str]:
    """Return a subscription as lines that can stand under ``subscriptions:``, without indentation.

    The rule is written so that it needs no quotes.

    ``to``: names of receivers.
    ``when``: the schedule as the config writes it, such as ``daily at 08:00``; None to leave the key out.
    """
    rule = " ".join(rule.split())
    lines = [f"- name: {_scalar(name)}"]
    is_plain = _PLAIN_RULE.fullmatch(rule) and _reads_back(rule)
    lines += [f"  rule: {rule}"] if is_plain else ["  rule: >-", f"    {rule}"]
    if len(to) == 1:
        lines.append(f"  to: {_scalar(to[0])}")
    else:
        lines.append(f"  to: [{', '.join(_scalar(one) for one in to)}]")
    return [*lines, f"  when: {when}"] if when else lines


def name_for(rule: str, taken: Collection[str]) -> str:
    """Return a name for a new subscription, made of the rule's first words, that is not in ``taken``."""
    asked = re.sub(r'(?:(?<!\S)-|\bNOT\s+)(?:"[^"]*"|\S+)', "", rule)
    words = [word for word in re.findall(r"\w+", asked.lower()) if word not in ("and", "or", "not", "title", "about")]
    stem = "-".join(words[:4])[:40].strip("-_") or "rule"
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}-{n}"
    return name


def _scalar(text: str) -> str:
    """Return a text as a YAML value. It gets quotes unless it looks harmless and YAML reads it back unchanged."""
    return text if _PLAIN_NAME.fullmatch(text) and _reads_back(text) else "'" + text.replace("'", "''") + "'"


def _reads_back(text: str) -> bool:
    """Return whether YAML reads a text without quotes back unchanged, as a value and in a list in brackets.

    The YAML reader itself is asked, since the meaning of a character depends on its place: ``A:`` is a key, ``A:b`` is
    not.
    """
    parsed = read("", f"value: {text}\nlist: [{text}, {text}]\n".encode())
    return (
        not parsed.problems
        and parsed.root is not None
        and plain_values(parsed.root)
        == {
            "value": text,
            "list": [text, text],
        }
    )


def with_subscription(name: str, data: bytes, lines: Sequence[str]) -> tuple[bytes, int]:
    """Return the bytes of a file with a subscription added, and the line (from 1) at which it begins.

    It is written after the last subscription, with the same indentation. Raises ``ConfigError`` if the file is no YAML,
    and ``UsageError`` if its list is written in brackets, since that has to be changed by hand.

    ``name``: of the file, for people.
    ``data``: the file's content.
    ``lines``: from :func:`subscription_lines`.
    """
    parsed = read(name, data)
    if parsed.problems:
        raise ConfigError(parsed.problems)
    mark = data[: len(data) - len(data.lstrip(b"\xef\xbb\xbf"))]
    text = data[len(mark) :].decode()
    given = parsed.source.text
    shift = len(text) - len(given)  # a mark before the text that the reader took off as well
    root = parsed.root
    if root is not None and not isinstance(root, Table):
        raise UsageError(f"{name}: a config is a table of keys")
    listed = root.get("subscriptions") if root else None
    if isinstance(listed, Items) and not listed.items:  # []
        text = text[: listed.start + shift].rstrip(" ") + text[listed.end + shift :]
    at, before, indent = _place(name, text, root, shift)
    end = "\r\n" if "\r\n" in text else "\n"
    head = text[:at]
    if head and not head.endswith("\n"):
        head += end
    block = "".join(f"{indent}{line}{end}" for line in lines)
    return mark + (head + before.replace("\n", end) + block + text[at:]).encode(), head.count("\n") + before.count(
        "\n"
    ) + 1


def place_of_rule(path: Path, subscription: str, name: str, what: str, hint: str) -> Problem:
    """Return the warning called ``name`` about a subscription's rule, at its place if that is in the main file.

    ``path``: of the main file.
    ``subscription``: the subscription's name.
    ``what``: what is wrong; ``hint``: what to write instead.
    """
    data = read_regular(path, LARGEST)
    if isinstance(data, NotRead):
        return Problem(str(path), 0, 0, what, hint, fatal=False, name=name)
    parsed = read(str(path), data)
    listed = parsed.root.get("subscriptions") if isinstance(parsed.root, Table) else None
    for item in listed.items if isinstance(listed, Items) else []:
        called = item.get("name") if isinstance(item, Table) else None
        if isinstance(item, Table) and isinstance(called, Scalar) and called.text == subscription:
            value = item.get("rule") or called
            parsed.mistakes.note(value.start, what, hint, fatal=False, name=name)
            return parsed.problems[0]
    return Problem(str(path), 0, 0, what, hint, fatal=False, name=name)


def _place(name: str, text: str, root: Table | None, shift: int) -> tuple[int, str, str]:
    """Return the offset to write at, the text to write before, and the indentation."""
    node: ConfigNode | None = root.get("subscriptions") if root else None
    if root is None or node is None:
        return len(text), ("\n" if text.strip() else "") + "subscriptions:\n", "  "
    key = root.keys["subscriptions"]
    if (isinstance(node, Scalar) and node.empty) or (isinstance(node, Items) and not node.items):
        return _line_end(text, key.end + shift), "", "  "
    if isinstance(node, Items) and text[node.start + shift] != "[":
        first = node.start + shift
        line = text.rfind("\n", 0, first) + 1
        return _after_last(text, node, shift), _between(text, node, shift), text[line:first]
    raise UsageError(f"{name}: {_BY_HAND}")


def _between(text: str, node: Items, shift: int) -> str:
    """Return the text to write between two items: a blank line if one precedes the last item with its comments."""
    if len(node.items) < 2:
        return ""
    lines = text[: node.items[-1].start + shift].split("\n")[:-1]
    while lines and lines[-1].lstrip().startswith("#"):
        lines.pop()
    return "\n" if lines and not lines[-1].strip() else ""


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _after_last(text: str, node: Items, shift: int) -> int:
    """Return the offset behind the last line of a list that is neither blank nor a comment."""
    end = len(text[: node.end + shift].rstrip())
    while True:
        line = text.rfind("\n", 0, end) + 1
        if not text[line:end].lstrip().startswith("#"):
            return _line_end(text, end)
        end = len(text[:line].rstrip())
