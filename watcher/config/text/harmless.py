"""Tell what of a config may be shown: in messages, in quoted lines, in mail to the operator, in logs.

A mistake is often a secret in the wrong place. Therefore only keys are shown, and values of keys that never hold a
secret. Even of these values none is shown that looks like an address.
"""

from __future__ import annotations

import re

from watcher.config.text.source import SourceText
from watcher.config.text.tree import Scalar
from watcher.model.fields import FieldKind, rule_names
from watcher.model.masking import has_token
from watcher.parsers import PARSERS

_SUBSCRIPTION = frozenset(
    {
        "name",
        "owner",
        "rule",
        "any",
        "all",
        "none",
        "where",
        "like",
        "cites",
        "when",
        "timezone",
        "sources",
        "quiet_days",
    }
    | {"backfill", "bundle", "max_papers", "above", "top", "order", "never", "learn", "when_empty", "on_update", "on"}
    | {"sign_of_life", "accept", "shown_as"}
)
SECRETS_OF_SOURCES = frozenset[str]().union(*(parser.secret_keys for parser in PARSERS.values()))
"""Keys of some kinds of source whose value is a secret, or names a file with one."""

_SOURCE = (
    frozenset({"accept", "kind", "every", "robots", "look_back", "follow", "url", "shown_as"}).union(
        *(parser.keys for parser in PARSERS.values())
    )
    - SECRETS_OF_SOURCES
)
_RECEIVER = frozenset({"accept", "quiet_days", "rate"})
_RETAIN = frozenset({"attempts", "polls", "pages", "metrics"})
_WEB = frozenset({"listen", "open"})
_TOP = frozenset(
    {"accept", "timezone", "unreachable_after", "include", "templates", "proxy_except", "ca_bundle", "reload"}
)
_QUIET = frozenset({"from", "to"})
_BELOW = {"subscriptions": _SUBSCRIPTION, "sources": _SOURCE, "receivers": _RECEIVER}
NEVER_SHOWN = (
    frozenset({"url", "url_file", "urls", "address", "to", "operator", "database", "contact", "unsubscribe", "proxy"})
    | {"token_file", "public_url", "heartbeat"}
    | SECRETS_OF_SOURCES
)
"""Keys whose values may be secret, or may contain a secret by mistake."""

_SECTIONS = frozenset({"sources", "receivers", "keep", "subscriptions", "retain", "allow", "quiet_hours", "web"})
KEYS = _SUBSCRIPTION | _SOURCE | _RECEIVER | _RETAIN | _WEB | _TOP | _QUIET | NEVER_SHOWN | _SECTIONS
"""All keys that a config can have: these words are never secret."""

_NAMED = frozenset({"sources", "receivers", "allow", "urls"})
"""Tables whose keys are names that people choose."""

_NAME = re.compile(r"\w[\w .+-]{0,99}")
_WORDS = re.compile(r"/?[a-z]+(?:[-_ ./][a-z]+)*\d{0,4}")
_KEY_INSIDE = re.compile(r"(?:^|[\s{\[,])[\"']?(?P<key>[A-Za-z_][\w-]*)[\"']?:(?=\s|$)")
_RULE_WORDS = frozenset({*rule_names(*FieldKind), "about"})
_PLAIN_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?")


def looks_like_address(text: str) -> bool:
    """Return whether a text may be an address with a secret: it has a scheme, or a user's name before an @."""
    return "://" in text or any(0 <= token.find(":") < token.rfind("@") for token in text.split())


def secret_from(text: str) -> int:
    """Return the index in a harmless text from which a secret may follow, the text's length if there is none.

    It follows a word with a colon, which may be another key: a quote that is never closed, or a wrong indentation,
    makes the next line part of the text. Fields of rules do not count as such words.
    """
    for found in _KEY_INSIDE.finditer(text):
        if found["key"].lower() not in _RULE_WORDS:
            return found.end()
    return len(text)


def repeats_secret(text: str, said: str) -> bool:
    """Return whether a message quotes a part of a text that may be secret: an address in it, or another key's value.

    ``said``: the message.
    """
    parts = [token for token in text.split() if looks_like_address(token)] + [text[secret_from(text) :]]
    return any(piece in said for part in parts for piece in re.findall(r"\w{3,}", part))


def is_name(text: str) -> bool:
    """Return whether a text has the form of a name, which no address has."""
    return _NAME.fullmatch(text) is not None


def is_words(text: str) -> bool:
    """Return whether a text is plain words, like most keys and file names and hardly any token."""
    return len(text) <= 60 and _WORDS.fullmatch(text) is not None


def quoted_value(text: str, most: int = 60) -> str:
    """Return a harmless key's value in backquotes, for a message; ``this`` if it may contain a secret.

    ``most``: characters after which it is cut.
    """
    return "this" if looks_like_address(text) or secret_from(text) < len(text) else f"`{text[:most]}`"


def shown_key(key: Scalar | None, source: SourceText, table: str = "") -> str:
    """Return a key in backquotes, for a message; "" if it may be a secret in the place of a key.

    ``table``: the key of the table that it is in.
    """
    return f"`{key.text}`" if key is not None and may_show_key(key, source, table) else ""


def is_written_as_key(key: Scalar, source: SourceText) -> bool:
    """Return whether a colon follows the key. In braces, YAML takes a lone text for a key as well."""
    return source.text[key.end : key.end + 100].lstrip().startswith(":")


def may_show_key(key: Scalar, source: SourceText, table: str) -> bool:
    """Return whether a key may be shown.

    ``table``: the key of the table that it is in.
    """
    text = key.text
    if not is_written_as_key(key, source):
        return False
    if table in _NAMED and is_name(text):
        return True
    return text.lower() in KEYS or is_words(text)


def is_harmless(path: tuple[int | str, ...], text: str) -> bool:
    """Return whether the text at a path of keys and indexes may be shown."""
    if path and isinstance(path[-1], int):
        path = path[:-1]
    match path:
        case (str(key),):
            harmless = key in _TOP
        case ("retain", str(key)):
            harmless = key in _RETAIN
        case ("web", str(key)):
            harmless = key in _WEB
        case ("sources", _, "url"):
            return _PLAIN_ADDRESS.fullmatch(text) is not None and not has_token(text.partition("://")[2])
        case ("subscriptions" | "sources" | "receivers" as section, _, str(key)):
            harmless = key in _BELOW[section]
        case ("subscriptions" | "receivers", _, "quiet_hours", str(key)):
            harmless = key in _QUIET
        case _:
            harmless = False
    return harmless and not looks_like_address(text)
