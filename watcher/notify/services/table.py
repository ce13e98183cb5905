"""apprise, with its table of services filled as far as it is asked for: all of its modules take long to import."""

from __future__ import annotations

import logging
import tempfile
import warnings
from functools import lru_cache
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

_MODULES = {
    "ntfy": "ntfy",
    "tgram": "telegram",
    "matrix": "matrix",
    "workflow": "workflows",
    "mmost": "mattermost",
    "gotify": "gotify",
    "pover": "pushover",
    "form": "custom_form",
    "xml": "custom_xml",
}
"""Usual services (without the s of TLS) → the module of apprise that has them."""

_OWN = {
    "console": ("console", "Console"),
    **dict.fromkeys(("mailto", "mailtos"), ("mail", "Mail")),
    "slack": ("slack", "Slack"),
    "discord": ("discord", "Discord"),
    **dict.fromkeys(("json", "jsons"), ("webhook", "JsonWebhook")),
}
"""Services of :mod:`watcher.notify.services` → their module and class."""

_OWN_HOSTS = {"hooks.slack.com": "slack", "discord.com": "discord", "discordapp.com": "discord"}
"""Hosts of webhooks' addresses → the service that alone knows them."""

_filling = RLock()


def apprise_module() -> ModuleType:
    """Return apprise with watcher's plugins. Its log is silenced, since it would print addresses."""
    with _filling:  # the first messages of a process may need it at the same time
        return _loaded_apprise()


@lru_cache(maxsize=1)
def _loaded_apprise() -> ModuleType:
    own = logging.getLogger("apprise")
    own.propagate = False
    own.addHandler(logging.NullHandler())
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # below that it prints paths, and so tokens
    with suppressed_warnings():
        import apprise

        from watcher.notify import answers

        answers.install()
        try:
            with tempfile.TemporaryDirectory() as nothing:
                registry().load_modules(path=nothing)  # what is loaded once is not filled by itself
        except OSError:
            registry().load_modules()
            register()
    answers.allow_unchecked()  # out of the block, whose end undoes it
    own.setLevel(logging.DEBUG)  # why a connection failed stands at this level only
    return apprise


def plugin_of(schema: str) -> Any | None:
    """Return the service of a schema, None if apprise has none."""
    apprise_module()
    with _filling:
        manager = registry()
        if schema in manager:
            return manager[schema]
        if schema in _OWN and registry().add(_own(schema)):
            return manager[schema]
        if _take(_MODULES.get(schema) or _MODULES.get(schema.removesuffix("s"), ""), schema):
            return manager[schema]
        return plugins().get(schema)


def fill_for(url: str, schema: str) -> None:
    """Fill the table with the service of an address, or with all where any may know it."""
    if schema not in ("http", "https"):
        plugin_of(schema)
    elif own := _OWN_HOSTS.get(_host(url)):
        plugin_of(own)
    else:
        plugins()


@lru_cache(maxsize=1)
def plugins() -> dict[str, Any]:
    """Return schema → plugin class, of all services that apprise knows."""
    apprise_module()
    with _filling, suppressed_warnings():
        manager = registry()
        manager.load_modules()
        register()
        return {schema: manager[schema] for schema in manager.schemas()}


def registry() -> Any:
    """Return apprise's table of services."""
    from apprise.manager_plugins import NotificationManager

    return NotificationManager()  # type: ignore[no-untyped-call]


def register() -> None:
    """Put watcher's own services into apprise's table, in the place of apprise's."""
    for plugin in {_own(schema): None for schema in _OWN}:
        registry().add(plugin, force=True)


def _own(schema: str) -> Any:
    module, name = _OWN[schema]
    with suppressed_warnings():
        return getattr(import_module(f"watcher.notify.services.{module}"), name)


def suppressed_warnings() -> warnings.catch_warnings[None]:
    """Return a block that hides deprecation warnings: apprise's plugins import modules that Python is about to drop."""
    return warnings.catch_warnings(action="ignore", category=DeprecationWarning)


def _take(module: str, schema: str) -> bool:
    """Import a module of apprise and put its service into the table; return False if it has another schema."""
    if not module:
        return False
    try:
        with suppressed_warnings():
            found = vars(import_module(f"apprise.plugins.{module}")).values()
    except ImportError:
        return False
    for one in found:
        own = getattr(one, "__module__", "") == f"apprise.plugins.{module}" and hasattr(one, "app_id")
        if own and schema in one.schemas(one):
            return bool(registry().add(one))
    return False


def _host(url: str) -> str:
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


def silence_end(plugin: Any) -> None:
    """Make objects of a class of apprise, ``plugin``, end without an error if they were only half made.

    Python prints what their ``__del__`` raises.
    """
    end = vars(plugin).get("__del__")
    if end is None or getattr(end, "is_silent", False):
        return

    def silent_end(self: Any) -> None:
        try:  # noqa: SIM105 - when Python ends, `suppress` may be gone already
            end(self)
        except Exception:
            pass

    silent_end.is_silent = True  # type: ignore[attr-defined]
    plugin.__del__ = silent_end
