"""Find the e-mail addresses in a text exactly as they are written.

apprise would read ``o'neil@lab.example`` as a name and neil@lab.example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
LONGEST, LONGEST_LOCAL = 254, 64  # RFC 5321, 4.5.3.1


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that is written before it.

    ``problem``: why no mail can be sent to it, "" if it can.
    """

    address: str
    name: str = ""
    problem: str = ""


def mailboxes(text: str) -> list[Mailbox]:
    """Return every address in a text, valid or not. They are separated by commas, semicolons or blanks."""
    found: list[Mailbox] = []
    for piece in pieces(text):
        if named := _NAMED.fullmatch(piece):
            address = named["address"].strip()
            found.append(Mailbox(address, _bare(named["name"]), problem_of_mailbox(address)))
        else:
            words = [piece] if '"' in piece else piece.split()
            found += [Mailbox(word, problem=problem_of_mailbox(word)) for word in words]
    return found


def pieces(text: str) -> Iterator[str]:
    """Yield the pieces of a text between commas and semicolons. Those inside quotation marks or <> separate nothing."""
    start, is_quoted, is_in_brackets, is_escaped = 0, False, False, False
    for n, char in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif is_quoted and char == "\\":
            is_escaped = True
        elif char == '"':
            is_quoted = not is_quoted
        elif not is_quoted and char in "<>":
            is_in_brackets = char == "<"
        elif char in ",;" and not is_quoted and not is_in_brackets:
            yield from _filled(text[start:n])
            start = n + 1
    yield from _filled(text[start:])


def problem_of_mailbox(address: str) -> str:
    """Return why no mail can be sent to an address, in words that end a sentence; "" if it can."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "has no @"
    if not domain.isascii():
        return "has letters outside ASCII behind its @: write that in its xn-- form"
    if not local.isascii():
        return "has letters outside ASCII before its @, which hardly any mail server takes"
    if '"' in local or "\\" in local:
        return "has quotation marks or backslashes before its @, which are not taken"
    if ":" in local:
        return "has a : before its @: a name is written Name <ana@lab.example>"
    if len(address) > LONGEST or len(local) > LONGEST_LOCAL:
        return "is too long"
    return "" if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else "is no e-mail address"


def _filled(text: str) -> Iterator[str]:
    if text := text.strip():
        yield text


def _bare(name: str) -> str:
    """Return a name without its quotation marks."""
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1]).strip()
    return name.strip("\"'").strip()
