"""Turn YAML into a ``Config``; report all errors at once, each at its place.

``text/``: files and lines to trees of texts with places, what of them may be shown, mistakes
``kinds``, ``keys``: what a text can mean, which keys there are (pydantic; the JSON Schema)
``checking``, ``subscriptions``: keys that are valid, and what they name; ``written_rule``: rules as texts and lists
``lint/``: texts that are valid but were probably meant otherwise: the table of warnings
``includes``, ``included``: included files on disk, and the subscriptions of each
``loading``: all of it put together; ``losing``: what a reload would lose
``values``: the frozen result
"""

from __future__ import annotations

from typing import Any

from watcher.config.adding import name_for, place_of_rule, subscription_lines, with_subscription
from watcher.config.addresses import Address, secret_file
from watcher.config.finding import default_config, find_config
from watcher.config.included.files import FileStamps, stamps_of
from watcher.config.loading import load
from watcher.config.losing import lost_since, with_kept_files
from watcher.config.subscriptions import target_check
from watcher.config.text.jsonl import LineReader, line_of
from watcher.config.values import Config, ListenAddress, Receiver, WebSettings

__all__ = [
    "Address",
    "Config",
    "FileStamps",
    "LineReader",
    "ListenAddress",
    "Receiver",
    "WebSettings",
    "default_config",
    "find_config",
    "json_schema",
    "line_of",
    "load",
    "lost_since",
    "name_for",
    "place_of_rule",
    "secret_file",
    "stamps_of",
    "subscription_lines",
    "target_check",
    "with_kept_files",
    "with_subscription",
]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a config file, for editors."""
    from watcher.config.keys import ConfigKeys

    schema = ConfigKeys.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "watcher's config"}
