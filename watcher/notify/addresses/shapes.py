"""Describe the parts that a service's addresses have, from apprise's own tables."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

OF_EVERY_ADDRESS = frozenset({"user", "pass", "password", "port"})
"""Parameters that apprise reads in every address but lists for no service."""

WEBHOOKS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
"""Services that post to the path as it is written. ``to=`` is passed to them in the body."""

WHOM = frozenset({"to", "cc", "bcc", "reply", "reply_to", "from"})
"""Parameters that name people, even if a service's table says otherwise."""

_ALWAYS_WHOM = frozenset({"to", "cc", "bcc"})
"""Parameters that name people, even if a service's table does not list them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts that a service's addresses have.

    ``most_pieces``: most pieces of the path of an address without a host.
    ``has_user``: something stands before the @.
    ``parameters``: all parameters that the service lists. The next five are among them:
    ``receivers``: name receivers.
    ``switches``: are yes or no.
    ``choices``: take one of a few words; parameter → words.
    ``secrets``: are private.
    ``marks``: first characters of parameters with free names (``+X-Key``).
    ``sites``: hosts of the service itself.
    """

    schema: str
    always_has_host: bool
    may_have_host: bool
    has_port: bool
    receives_at_host: bool
    receives_in_path: bool
    has_free_path: bool
    most_pieces: float
    has_user: bool
    parameters: frozenset[str]
    receivers: frozenset[str]
    switches: frozenset[str]
    choices: Mapping[str, frozenset[str]]
    secrets: frozenset[str]
    marks: frozenset[str]
    sites: frozenset[str]

    @property
    def is_mail(self) -> bool:
        return self.schema in ("mailto", "mailtos")


@lru_cache(maxsize=512)
def shape_of(plugin: Any, schema: str) -> Shape:
    """Return the shape of a service's addresses.

    ``plugin``: a plugin class of apprise.
    """
    templates = [template.partition("://")[2] for template in plugin.templates]
    without_host = [template for template in templates if "{host}" not in template]
    arguments: Mapping[str, Mapping[str, Any]] = plugin.template_args | ({"to": {}} if schema in WEBHOOKS else {})
    return Shape(
        schema=schema,
        always_has_host=not without_host,
        may_have_host=len(without_host) < len(templates),
        has_port=any("{port}" in template for template in templates),
        receives_at_host=any(template.endswith("@{targets}") for template in templates),
        receives_in_path=any(re.search(r"[/}]\{targets\}", template) for template in templates),
        has_free_path=any(_has_free_path(template) for template in templates),
        most_pieces=max(map(_most_pieces, without_host), default=0),
        has_user=any("@" in template for template in without_host),
        parameters=frozenset(arguments) | OF_EVERY_ADDRESS,
        receivers=_ALWAYS_WHOM
        | {name for name, about in arguments.items() if name in WHOM or _leads_to_targets(about)},
        secrets=frozenset(_secrets(arguments, plugin.template_tokens)),
        switches=frozenset(name for name, about in arguments.items() if about.get("type") == "bool"),
        choices={
            name: frozenset(map(str, about["values"])) for name, about in arguments.items() if about.get("values")
        },
        marks=frozenset(str(about.get("prefix", "")) for about in plugin.template_kwargs.values()),
        sites=frozenset(_sites(plugin)),
    )


def _has_free_path(template: str) -> bool:
    return "{path}" in template or "{fullpath}" in template


def _most_pieces(template: str) -> float:
    return math.inf if "{targets}" in template or _has_free_path(template) else template.strip("/").count("/")


def _leads_to_targets(about: Mapping[str, Any]) -> bool:
    return "targets" in (about.get("alias_of"), about.get("map_to"))


def _secrets(arguments: Mapping[str, Any], tokens: Mapping[str, Any]) -> Iterator[str]:
    yield from ("pass", "password")
    for name, about in arguments.items():
        alias = about.get("alias_of")
        others = alias if isinstance(alias, (list, tuple, set)) else [alias]
        if any(one.get("private") for one in (about, *(tokens.get(other, {}) for other in others))):
            yield name


def _sites(plugin: Any) -> Iterator[str]:
    for kind in plugin.__mro__:
        for value in vars(kind).values():
            if isinstance(value, str) and value.startswith(("http://", "https://")):
                yield urlsplit(value).netloc.lower()
