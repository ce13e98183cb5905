"""Check apprise URLs, and load the plugins that send to them."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from functools import lru_cache
from types import ModuleType
from typing import Any

from watcher.notify.addresses.arriving import encoded_as_read, problem_of_arrival
from watcher.notify.addresses.contact import contact_of, difference, other_receivers, problem_of_parts
from watcher.notify.addresses.meant import form_of, form_of_page, service_at, service_meant
from watcher.notify.addresses.parameters import foreign_to, problem_of_parameters, problem_of_unknown, typo_in, unlisted
from watcher.notify.addresses.shapes import WEBHOOKS, shape_of
from watcher.notify.addresses.written import (
    A_PORT,
    ENCODED,
    Parameter,
    Written,
    cut_url,
    is_in_utf8,
    is_port,
    problem_as_written,
    renamed,
    with_parameter,
)
from watcher.notify.services.table import apprise_module, fill_for, plugin_of, plugins, registry, silence_end
from watcher.notify.smtp import PATIENCE

JSON = frozenset({"json", "jsons"})
"""Services that are given the message as data in addition to its text."""

ON_THIS_HOST = frozenset(
    {"syslog", "dbus", "qt", "kde", "glib", "gio", "gnome", "macosx", "windows", "blink1"}
    | {"fcm", "vapid", "deltachat", "deltachats", "apprise", "apprises"}
)
"""Services that are refused: they act on this machine or read its files, or load other configs (apprise's own)."""

_READS_A_FILE = "it reads a file of this machine"
FORBIDDEN_KEYS = {
    "optional": "it would report a failure as success",
    "retry": "watcher tries again itself",
    "redirect": "a message goes where the config says, and nowhere else",
    "overflow": "watcher cuts between papers itself",
    "attach": "nothing is attached",
    **dict.fromkeys(("template", "keyfile", "subfile", "pgp", "pgpkey", "pgppub", "pgpprv", "wkd"), _READS_A_FILE),
}

ENOUGH_PROBLEMS = 65_536
ENOUGH_PLUGINS = 8_192
"""Most addresses whose problem or plugin is kept: 200 bytes and 2 to 5 kB each. To read one again takes over 1 ms."""

_SCHEMA = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.+-]*)://")


def schema_of(url: str) -> str:
    """Return the scheme of a URL, which names its service, in lower case; "" if there is none."""
    found = _SCHEMA.match(url.strip())
    return found[1].lower() if found else ""


@lru_cache(maxsize=ENOUGH_PROBLEMS)
def problem_of(url: str) -> str | None:
    """Return why an address cannot be used, None if it can. The text names nothing of the address but its service."""
    schema = schema_of(url)
    if not schema:
        return "it is no apprise URL: it begins with the service's name and ://, such as mailtos://"
    written = cut_url(url)
    for one in written.parameters:
        if reason := FORBIDDEN_KEYS.get(one.name):
            return f"{one.name}= is not allowed: {reason}"
    if not is_in_utf8(url):
        return "what is written with % in it is no UTF-8, and would be read as other letters: é is %C3%A9, not %E9"
    return _problem_of_service(schema) or _problem_of_parts(url, written)


def _problem_of_service(schema: str) -> str | None:
    if schema in ON_THIS_HOST:
        return f"{schema}:// is not allowed: it would touch this machine or read its files"
    if schema in ("http", "https"):
        return None  # the address of a webhook as its service shows it: apprise knows many
    plugin = plugin_of(schema)
    if plugin is None:
        if schema == "file":
            return "apprise knows no service file://; for notes in files write keep: {notes: {folder: …}}"
        near = service_meant(schema, sorted(plugins()))
        return f"apprise knows no service {schema}://" + (f"; did you mean {near}://?" if near else "")
    if not plugin.enabled:
        needed = plugin.requirements.get("packages_required") or []
        names = [needed] if isinstance(needed, str) else list(needed)
        return f"{schema}:// needs a package that is not installed" + (f": {', '.join(names)}" if names else "")
    return None


def _problem_of_parts(url: str, written: Written) -> str | None:
    """Return which part of an address would be ignored, None if none."""
    schema = written.schema
    if schema in ("http", "https"):
        return _problem_of_web_address(url, written)
    plugin: Any = plugin_of(schema)
    shape = shape_of(plugin, schema)
    if problem := problem_as_written(written) or problem_of_parts(written, shape):
        return problem
    for one in unlisted(written, shape):
        if not _counts(url, one):
            return problem_of_unknown(one, written, shape)
    service = load_plugin(url)
    if service is None:
        hint = f": {ENCODED}" if url.count("@") > 1 else ""
        form = f"; it is written {form_of(schema, plugin.templates)}" if not hint else ""
        return f"apprise does not take this {schema}:// address: something in it is missing or wrong{hint}{form}"
    if problem := difference(written, contact_of(service), shape) or problem_of_arrival(written, service):
        return problem
    for one in written.parameters:
        if (allowed := foreign_to(one, shape)) and not _changes(service, with_parameter(url, one, f"{one.name}=~")):
            return f"{one.name}= has a value that would count for nothing: it takes {', '.join(sorted(allowed))}"
    if schema in ("mailto", "mailtos") and (problem := service.problem()):
        return f"{schema}:// cannot be sent to: {problem}"
    return None


def _problem_of_web_address(url: str, written: Written) -> str | None:
    """Return which part of a service's own webhook address would be ignored, None if none.

    Parts that apprise ignores but that the service put there are accepted.
    """
    service = load_plugin(url)
    if service is None:
        form = form_of_page(written.host, written.path)
        if form:
            return f"this is a page of the service, or a part of its webhook's address; it is written {form}"
        if own := service_at(written.host, {name: shape_of(one, name).sites for name, one in plugins().items()}):
            return f"this is an address of the service {own}://; it is written {form_of(own, plugins()[own].templates)}"
        what = f"apprise does not take this {written.schema}:// address: it is of no service that it knows"
        return f"{what}; for a webhook of your own write jsons://HOST/PATH"
    own = service_schema(service)
    # It may be a service's own, and that service one that is not allowed.
    if problem := _problem_of_service(own):
        return problem
    shape = shape_of(service.__class__, own)
    for one in unlisted(written, shape):
        if (problem := typo_in(one, written, shape)) and not _counts(url, one):
            return problem
    if written.port is not None and not is_port(written.port):
        return f"what follows its host and a colon is no port: {A_PORT}"
    if any(written.host.lower().startswith(f"{site}.") for site in shape.sites):
        return f"the site of {own}:// would get it, not the host that is written, which only begins like that"
    # What stands before the parameters is in the service's own order.
    parameters = replace(written, authority="", path="")
    return problem_of_parameters(parameters, shape) or other_receivers(parameters, contact_of(service), shape)


_NOBODYS = "nobody-knows-this"
"""The name of a parameter that no service has."""


def _counts(url: str, one: Parameter) -> bool:
    """Return whether apprise reads a parameter that it does not list: whether another name would make a difference."""

    def read(text: str) -> dict[str, Any]:
        return {name: value for name, value in (_tokens(text) or {}).items() if not name.startswith("qsd")}

    return read(url) != read(renamed(url, one, _NOBODYS))


def _changes(service: Any, other: str) -> bool:
    """Return whether a service is set up otherwise than by another address, or that one is not accepted."""
    beside = load_plugin(other)
    return beside is None or _settings(service) != _settings(beside)


def _settings(service: Any) -> dict[str, str]:
    plain = (str, int, float, bool, tuple)
    return {name: repr(value) for name, value in vars(service).items() if isinstance(value, plain)}


@lru_cache(maxsize=1024)
def own_schema(url: str) -> str:
    """Return the schema of an address, also of a web address that a service shows (``https://hooks.slack.com/…``)."""
    schema = schema_of(url)
    if schema not in ("http", "https") or (service := load_plugin(url)) is None:
        return schema
    return service_schema(service)


def load_plugin(url: str, patience: float = PATIENCE) -> Any | None:
    """Return apprise's plugin for an address, set up as watcher needs it; None if apprise does not accept the address.

    What the address says about retries, redirects, cutting and formats is ignored.

    ``patience``: seconds to wait for an answer, unless the address says so itself (``rto``).
    """
    found, has_own_patience = _loaded(url)
    if found is None:
        return None
    # Reading an address costs a quarter of what sending does; whoever sends may change what is its own.
    service = copy(found)
    for name, value in vars(service).items():
        if isinstance(value, (dict, list, set)):
            setattr(service, name, copy(value))
    if not has_own_patience:
        # Four seconds are too few: a slow answer would be a second message.
        service.socket_read_timeout = patience
    return service


@lru_cache(maxsize=ENOUGH_PLUGINS)
def _loaded(url: str) -> tuple[Any | None, bool]:
    service, has_own_patience = _instantiated(url)
    if service is not None and "%25" in url and (again := encoded_as_read(url, cut_url(url), service)) != url:
        return _instantiated(again)
    return service, has_own_patience


def _instantiated(url: str) -> tuple[Any | None, bool]:
    apprise = apprise_module()
    tokens = _tokens(url)
    if not tokens:
        return None, False
    for key in ("retry", "wait", "overflow", "redirect", "emojis", "optional", "format"):
        tokens.pop(key, None)
    if tokens["schema"] in WEBHOOKS and (whom := tokens["qsd"].get("to")):
        tokens["payload"] = {**tokens["payload"], "to": whom}  # a webhook has no receivers, and is told whom it is for
    silence_end(registry()[tokens["schema"]])
    service = apprise.Apprise.instantiate(tokens, asset=_asset(apprise), suppress_exceptions=True)
    return service, "rto" in tokens


def _tokens(url: str) -> dict[str, Any] | None:
    """Return what apprise reads in an address, None if it does not accept the address or fails."""
    fill_for(url, schema_of(url))
    try:
        tokens: dict[str, Any] | None = apprise_module().plugins.url_to_dict(url.strip(), secure_logging=True)
    except Exception:  # some plugins stumble over what nobody would write on purpose
        return None
    return tokens


def service_schema(service: Any) -> str:
    """Return the schema of a plugin's service, whatever form its address had."""
    own = service.secure_protocol or service.protocol or ""
    return str(own if isinstance(own, str) else next(iter(own)))


def _asset(apprise: ModuleType) -> Any:
    return apprise.AppriseAsset(
        app_id="watcher",
        app_desc="watcher",
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        service_timeout=0,  # the sender has its own; apprise's would share six threads among all endpoints
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
    )
