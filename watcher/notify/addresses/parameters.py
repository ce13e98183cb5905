"""Check that every parameter of an address is known, is given once and has a valid value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from urllib.parse import unquote

from watcher.model.words import ordinal
from watcher.notify.addresses.shapes import WEBHOOKS, Shape
from watcher.notify.addresses.written import A_PORT, Parameter, Written, has_control, is_latin, is_port, is_server

# What apprise reads as yes or no, by two letters; all else is no for it, also where yes is the default (verify=).
_OF_OTHERS = frozenset({"format", "overflow"})
"""Parameters of every service that are checked elsewhere."""

_YES = ("1", "al", "en", "on", "t", "tr", "y", "ye")
_NO = ("0", "de", "di", "f", "fa", "n", "ne", "no", "of")
_USUAL = frozenset({"default", "normal", "medium", "moderate", "none", "auto"})
"""Words for the value that counts anyway."""

_SECONDS = frozenset({"cto", "rto"})
_PASSWORDS = frozenset({"pass", "password"})
_ALIKE = 0.75
_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_NAME = re.compile("[a-z][a-z_-]{1,20}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRAMING = frozenset({"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"})
"""Headers that say where a message ends, or what becomes of the connection."""


def problem_of_parameters(written: Written, shape: Shape) -> str | None:
    """Return why a parameter would be ignored or misread, None if nothing is wrong with the known ones."""
    seen: set[str] = set()
    for one in written.parameters:
        if one.name in seen:
            return _given_again(one, shape)
        seen.add(one.name)
        if has_control(one.value):  # no header may hold one, and some services cut receivers at a line's end
            return f"a control character stands in its {ordinal(one.place)} parameter, such as the end of a line"
        if one.name in shape.parameters and (problem := _problem_of_value(one, shape)):
            return problem
        if one.place in written.padded and (_is_secret(one, shape) or one.name.startswith("+")):
            return f"the blank at an end of its {ordinal(one.place)} parameter would be cut off: leave it out"
        if one.name.startswith("+") and "+" in shape.marks and (problem := _problem_of_header(one)):
            return problem
    has_password = ":" in written.user_info
    if len(seen & _PASSWORDS) + has_password > 1:
        return "it has more than one password (before its host, in pass= or in password=): give it one"
    if shape.schema in WEBHOOKS and not is_latin(unquote(written.user_info) + written.value("user", *_PASSWORDS)):
        return "its user or password has a letter that cannot be sent: they go out in Latin-1"
    if "user" in seen and has_password:
        return "it has two users, one before its host and one in user=: give it one"
    if "port" in seen and shape.may_have_host and written.port is not None:
        return "it has two ports, one behind its host and one in port=: give it one"
    return None


def _problem_of_header(one: Parameter) -> str | None:
    what = f"the header in its {ordinal(one.place)} parameter"
    if not _HEADER.fullmatch(one.name[1:]):
        return f"{what} has a name that no header can have: letters, digits and - alone"
    if one.name[1:].lower() in _FRAMING:
        return f"{what} would break the message: leave it out"
    if not is_latin(one.value):
        return f"{what} has a letter that no header can have"
    return None


def _given_again(one: Parameter, shape: Shape) -> str:
    # Of what the service does not know, the name may be a piece of a secret.
    what = f"{one.name}=" if one.name in shape.parameters else f"what its {ordinal(one.place)} parameter sets"
    hint = "write all of them in one, with commas between" if one.name in shape.receivers else "give it once"
    return f"{what} is given more than once, and only the last would count: {hint}"


def _problem_of_value(one: Parameter, shape: Shape) -> str | None:
    if one.name in shape.receivers and not one.value:
        return f"{one.name}= names nobody: write whom, or leave it out"
    if one.name in shape.choices and not one.value:
        return f"{one.name}= says nothing: write its value, or leave it out"
    if one.name == "port" and not is_port(one.value):
        return f"port= is no port: {A_PORT}"
    if one.name in _SECONDS and not _NUMBER.fullmatch(one.value):
        return f"{one.name}= is no number of seconds, such as 4 or 2.5"
    if one.name == "smtp" and shape.is_mail and not is_server(one.value):
        return "smtp= is no host's name: write it alone, and a port in port="
    allowed = shape.choices.get(one.name) if shape.is_mail and one.name not in _OF_OTHERS else None
    if allowed and one.value.lower() not in allowed:
        return f"{one.name}= is one of {', '.join(sorted(allowed))}"
    if one.name in shape.switches and one.value.lower()[:2] not in (*_YES, *_NO):
        return f"{one.name}= is neither yes nor no"
    _, scheme, rest = one.value.partition("://")
    host = re.split("[/?#]", rest)[0].rpartition("@")[2]
    _, colon, port = host.rpartition("]")[2].partition(":")
    if scheme and colon and not is_port(port):
        return f"the address in {one.name}= has no port behind its colon: {A_PORT}"
    return None


def foreign_to(one: Parameter, shape: Shape) -> frozenset[str]:
    """Return the words that a parameter takes, if its value is none of them.

    None for a number, which may mean one of them, and for the beginning of such a word or of one for the usual value.
    """
    allowed = shape.choices.get(one.name, frozenset()) if one.name not in _OF_OTHERS else frozenset()
    value, words = one.value.lower(), (*map(str.lower, allowed), *_USUAL)
    return frozenset() if value.isdecimal() or any(word.startswith(value) for word in words) else allowed


def unlisted(written: Written, shape: Shape) -> Iterator[Parameter]:
    """Yield the parameters that a service does not list. It may read some of them nevertheless."""
    for one in written.parameters:
        is_free = one.name[:1] in shape.marks and len(one.name) > 1
        if one.name not in shape.parameters and not is_free:
            yield one


def typo_in(one: Parameter, written: Written, shape: Shape) -> str | None:
    """Return a hint for an unlisted parameter whose name resembles a listed one, None if it resembles none."""
    anagrams = [name for name in sorted(shape.parameters) if sorted(name) == sorted(one.name)]
    near = anagrams or difflib.get_close_matches(one.name, sorted(shape.parameters), 1, _ALIKE)
    if not near or one.is_bare or not _NAME.fullmatch(one.name):
        return None
    # Behind a secret it may be what follows an & in that.
    may_be_secret = any(before.place == one.place - 1 and _is_secret(before, shape) for before in written.parameters)
    what = f"its {ordinal(one.place)} parameter" if may_be_secret else f"{one.name}="
    return f"{shape.schema}:// does not know {what}; did you mean {near[0]}=?"


def _is_secret(one: Parameter, shape: Shape) -> bool:
    return one.name in shape.secrets or one.name not in shape.parameters


def problem_of_unknown(one: Parameter, written: Written, shape: Shape) -> str:
    """Return what is wrong with a parameter of an address that apprise does not know and would ignore.

    It quotes no name that may be part of a secret.

    ``one``: the parameter; ``written``: its address; ``shape``: what apprise knows of such addresses.
    """
    if problem := typo_in(one, written, shape):
        return problem
    if one.name == "amp" or (one.sign == ";" and any(p.name == "amp" for p in written.parameters)):
        return "&amp; is how HTML writes the sign: write & alone"
    if one.sign == ";":
        return "a ; ends a parameter, as & does: write a comma between two receivers, and %3B inside a value"
    what = f"{shape.schema}:// does not know its {ordinal(one.place)} parameter, which would count for nothing"
    if shape.schema in WEBHOOKS:
        return f"{what}: a - before its name puts it into the address, a + makes it a header"
    return f"{what}: leave it out; an & inside a value is written %26"
