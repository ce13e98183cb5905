"""Cut an address into its parts as apprise does, and find parts that would be read in another way than was meant."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

ENCODED = "an @, /, #, : or ? in a user's name or a password is written %40, %2F, %23, %3A, %3F"

_MARKS = ("+", "-", ":")
A_PORT = "write a number from 1 to 65535, in digits"
_PORT = re.compile(r"[0-9]{1,5}")
_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_ROCKET_WEBHOOK = re.compile(r"(?:[^:/@]+:)?[A-Za-z0-9]+/[A-Za-z0-9]+@")
"""Rocket.Chat shows a webhook as two tokens with a slash between. apprise accepts those before the @."""
NOWHERE = frozenset({"", "_"})
"""Texts that stand in place of a host to say that there is none: ``mailto://_?smtp=…``."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A ``name=value`` after the question mark, decoded.

    ``name``: in lower case, except for free names such as ``+X-Key``.
    ``place``: its number, from 1.
    ``is_bare``: it has no ``=``.
    ``sign``: the separator before it, ``&``, ``;`` or "".
    """

    name: str
    value: str
    place: int
    is_bare: bool = False
    sign: str = ""


@dataclass(frozen=True)
class Written:
    """The parts of an address, as written.

    ``schema``: before ``://``, which chooses the service, such as ``slack``.
    ``authority``: between ``://`` and the path, not decoded.
    ``path`` and ``query``: not decoded.
    """

    schema: str
    authority: str
    path: str
    query: str

    @cached_property
    def user_info(self) -> str:
        return self.authority.rpartition("@")[0]

    @cached_property
    def where(self) -> str:
        """Host and port, without the user."""
        return self.authority.rpartition("@")[2].strip()

    @cached_property
    def host(self) -> str:
        if self.where.startswith("["):
            inside, bracket, _ = self.where.partition("]")
            return inside + bracket
        return self.where.rpartition(":")[0] if ":" in self.where else self.where

    @cached_property
    def port(self) -> str | None:
        """The text after the host's colon, None if there is no colon."""
        rest = self.where[len(self.host) :]
        return rest[1:] if rest.startswith(":") else rest or None

    @cached_property
    def pieces(self) -> list[str]:
        """The parts of the path between slashes, decoded, without empty ones."""
        return [unquote(piece).strip() for piece in self.path.split("/") if piece.strip()]

    @cached_property
    def parameters(self) -> list[Parameter]:
        found: list[Parameter] = []
        for n, (sign, text) in enumerate(_between(self.query), start=1):
            name, equals, value = text.partition("=")
            # apprise: a + within a name is a blank, one at its beginning is a sign of its own.
            name = unquote(name[:1] + name[1:].replace("+", " ")).strip()
            name = name if name[:1] in _MARKS else name.lower()
            if name or equals:
                found.append(Parameter(name, unquote(value).strip(), n, not equals, sign))
        return found

    @cached_property
    def padded(self) -> frozenset[int]:
        """The places of parameters whose values have a blank at an end, which apprise cuts off."""
        values = (unquote(text.partition("=")[2]) for _, text in _between(self.query))
        return frozenset(n for n, value in enumerate(values, start=1) if value != value.strip())

    def value(self, *names: str) -> str:
        """Return the value of a parameter, "" if it is not given."""
        return next((one.value for one in self.parameters if one.name in names), "")


def cut_url(url: str) -> Written:
    """Return the parts of an address, cut at the first ``?``, then at the first ``/``, then at ``&`` and ``;``."""
    schema, _, rest = url.strip().partition("://")
    base, _, query = rest.lstrip("/\\").partition("?")
    if schema.lower() in ("rocket", "rockets") and _ROCKET_WEBHOOK.match(base):
        base = base.replace("/", "%2F", 1)
    authority, slash, path = base.partition("/")
    return Written(schema.lower(), authority, slash + path, query)


def parameter_text(url: str, parameter: Parameter) -> str:
    """Return a parameter of an address as it is written there: name and value, not decoded."""
    return list(_between(url.strip().partition("?")[2]))[parameter.place - 1][1]


def with_parameter(url: str, parameter: Parameter, text: str) -> str:
    """Return an address in which a parameter is replaced.

    ``text``: the new name and value, encoded.
    """
    base, _, query = url.strip().partition("?")
    texts = list(_between(query))
    texts[parameter.place - 1] = (texts[parameter.place - 1][0], text)
    return f"{base}?{''.join(sign + text for sign, text in texts)}"


def renamed(url: str, parameter: Parameter, name: str) -> str:
    """Return an address in which a parameter has another name."""
    return with_parameter(url, parameter, name + "".join(parameter_text(url, parameter).partition("=")[1:]))


def _between(query: str) -> Iterator[tuple[str, str]]:
    """Yield (separator before it, parameter as written) for each parameter."""
    start, sign = 0, ""
    for found in re.finditer("[&;]", query):
        yield sign, query[start : found.start()]
        start, sign = found.end(), found[0]
    yield sign, query[start:]


def problem_as_written(written: Written) -> str | None:
    """Return why any service would lose a part of an address, None if none would. The text quotes no part of it."""
    base = written.authority + written.path
    # Decoded, too: at a line's end services cut a text, and take each piece for a receiver.
    if has_control(written.query + unquote(base)):
        return "a control character stands in it, such as a tab or the end of a line"
    if re.match(r"[a-z][a-z0-9+.-]*:$", written.authority) and written.path.startswith("//"):
        return f"an address stands within the address: write it alone, without {written.schema}:// before it"
    if "://" in base:
        return "more than one address stands here: write each under a label of urls:"
    if re.search(r"\s", written.path.strip()):
        return "a blank stands in its path: remove it, or write %20"
    if written.authority.count("@") > 1:
        return f"more than one @ stands before its path: {ENCODED}"
    if written.user_info.count(":") > 1:
        return f"more than one colon stands before its @: {ENCODED}"
    if "\\" in written.authority:
        return "a backslash stands before its path: write %5C"
    if "#" in base.replace("/#", ""):
        return f"what follows a # would be left out: write %23; {ENCODED}"
    if ";" in written.path.rpartition("/")[2]:
        return "what follows a ; in its path would be left out: write %3B, or a comma between two receivers"
    return None


def has_control(text: str) -> bool:
    return any(unicodedata.category(char) == "Cc" for char in text)


def is_latin(text: str) -> bool:
    """Return whether a text has only letters of Latin-1, in which HTTP sends headers and passwords."""
    return all(ord(letter) < 256 for letter in text)


def is_in_utf8(url: str) -> bool:
    """Return whether all that is percent-encoded in an address is text in UTF-8, as every service reads it."""
    try:
        unquote(url, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def problem_of_place(written: Written) -> str | None:
    """Return what is wrong with the host or port of an address, None if nothing is."""
    # An @ further on: what stands here may be the beginning of a password.
    may_be_cut = "@" in written.path or any("@" in one.name for one in written.parameters)
    hint = f"; {ENCODED}" if may_be_cut else ""
    if written.port is not None and not is_port(written.port):
        return f"what follows its host and a colon is no port: {A_PORT}{hint}"
    if written.host not in NOWHERE and not is_host(written.host):
        return f"what stands in the place of its host is no host's name, such as mail.example.org{hint}"
    is_short = "." not in written.host and ":" not in written.host and written.host.lower() != "localhost"
    # As in bot:p@ss/w@mail.example.org.
    if is_short and written.host not in NOWHERE and any("@" in piece[1:] for piece in written.path.split("/")):
        return f"an @ stands in its path, behind a host without a dot: {ENCODED}; receivers can stand in to="
    return None


def is_port(text: str) -> bool:
    """Return whether a text is a valid port in ASCII digits."""
    return bool(_PORT.fullmatch(text)) and 1 <= int(text) <= 65535


def is_host(text: str) -> bool:
    """Return whether a text is a host name or an IP address; IPv6 addresses have to be in brackets."""
    if text.startswith("[") and text.endswith("]"):
        return _is_ipv6(text[1:-1])
    return len(text) <= 253 and bool(_NAME.fullmatch(text)) and unicodedata.normalize("NFKC", text) == text


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, so that nothing sent to it leaves the machine."""
    host = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "localhost.localdomain") or host.endswith(".localhost")


def is_server(text: str) -> bool:
    """Return whether a text is a valid value of ``smtp=``: a host without a port. IPv6 needs no brackets."""
    return is_host(text) or _is_ipv6(text)


def looks_like_a_host(written: Written) -> bool:
    """Return whether the text in the place of a host was probably meant as a host, not as a service's key."""
    if written.where.startswith("com.lametric."):
        return False  # an app of LaMetric's
    return any(sign in written.where for sign in ".:[") or written.where.lower() == "localhost"


def same_host(one: str, other: str) -> bool:
    """Return whether ``one`` and ``other`` name the same host. Letter case and a final dot make no difference."""
    return one.casefold().removesuffix(".") == other.casefold().removesuffix(".")


def _is_ipv6(text: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False
