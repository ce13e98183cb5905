"""apprise: the only file that knows it. Sends one message to one address, and says how that ended.

apprise is imported when something is sent or checked, not before: it takes long, and most commands need none of it.
"""

from __future__ import annotations

import logging
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, TextIO
from urllib.parse import parse_qsl, unquote, urlsplit

from watcher.model import Message, Outcome, Result

if TYPE_CHECKING:
    from types import ModuleType

SERVICE_TIMEOUT = 60.0
"""Seconds that one message may take; well below the lease of a delivery."""

DEFAULT_LIMIT = 30_000
LIMITS = {
    **dict.fromkeys(("mailto", "mailtos", "console"), 900_000),
    **dict.fromkeys(("json", "jsons", "xml", "xmls"), 300_000),
    **dict.fromkeys(("ntfy", "ntfys"), 3_900),
    "slack": 35_000,
    "discord": 2_000,
    "tgram": 4_096,
}
"""Characters of a body that a service takes, where it takes more or less than apprise says."""

HTML = frozenset({"mailto", "mailtos"})
MARKDOWN = frozenset(
    {"slack", "discord", "mmost", "mmosts", "zulip", "gotify", "gotifys", "ntfy", "ntfys", "workflows"}
)
TITLE_IN_BODY = frozenset({"slack", "discord", "mmost", "mmosts", "zulip", "workflows"})
CARRIES_HEADERS = frozenset({"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms"})
CARRIES_FIELDS = frozenset({"json", "jsons", "form", "forms"})

ON_THIS_HOST = frozenset(
    {"syslog", "dbus", "qt", "kde", "glib", "gnome", "macosx", "windows", "blink1", "deltachat", "apprise", "apprises"}
)
"""Services that touch the machine, or hand on to configs of their own."""

FORBIDDEN_KEYS = {
    "optional": "it would report a failure as success",
    "template": "it reads a file of this machine",
    "keyfile": "it reads a file of this machine",
    "subfile": "it reads a file of this machine",
    "pgpkey": "it reads a file of this machine",
    "pgp_key": "it reads a file of this machine",
    "retry": "watcher tries again itself",
    "attach": "nothing is attached",
}
_STATUS = re.compile(r"error=(\d{3})|\((\d{3}), b?['\"]")
_DOWN = frozenset({"401", "403", "404"})
_HIDDEN = "***"
SHORTEST_SECRET = 4

log = logging.getLogger(__name__)


class Notifier:
    """Sends messages; ``console`` is where ``console://`` prints. Safe to use from several threads."""

    def __init__(self, console: TextIO | None = None) -> None:
        self._console = console or sys.stdout
        self._printing = Lock()

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        """Send to one apprise URL. Never raises; the outcome's reason holds nothing of the URL.

        FAILED also where the answer was lost: the message may have arrived.
        """
        if problem := problem_of(url):
            return Outcome(Result.DOWN, problem)
        try:
            return self._notify(url, message, delivery_id)
        except Exception as error:  # a plugin's own failure must not end the daemon
            return Outcome(Result.FAILED, scrub(f"{type(error).__name__}: {error}", secrets_of(url)))

    def _notify(self, url: str, message: Message, delivery_id: str) -> Outcome:
        apprise = _apprise()
        schema = schema_of(url)
        # apprise may call the plugin on a thread of its own: it finds the stream under the delivery's key.
        _consoles[delivery_id] = (self._console, self._printing)
        try:
            asset = apprise.AppriseAsset(
                app_id="watcher",
                app_desc="watcher",
                http_redirects=False,
                service_timeout=SERVICE_TIMEOUT,
                storage_mode="memory",
            )
            service = apprise.Apprise(asset=asset)
            if not service.add(_with_key(url, schema, delivery_id)):
                return Outcome(Result.DOWN, "apprise does not take the address")
            title, body, body_format = put(message, schema)
            if len(body) > (limit := limit_of(url)):
                body = body[: limit - 2].rstrip() + "\n…"
            result = service.notify(title=title, body=body, body_format=body_format)
        finally:
            _consoles.pop(delivery_id, None)
        return _outcome(result, apprise, secrets_of(url))


def put(message: Message, schema: str) -> tuple[str, str, str]:
    """Title, body and body format for one service."""
    if schema in HTML:
        return message.subject, message.html, "html"
    if schema in MARKDOWN:
        return ("" if schema in TITLE_IN_BODY else message.subject), message.markdown, "markdown"
    return message.subject, message.text, "text"


@lru_cache(maxsize=4096)
def problem_of(url: str) -> str | None:
    """Why this address cannot be used; None where it can. Says nothing of the address but its service."""
    schema = schema_of(url)
    if not schema:
        return "it is no apprise URL: it begins with the service's name and ://"
    if schema in ON_THIS_HOST:
        return f"{schema}:// is not allowed: it would touch this machine or read another program's config"
    for key, _ in parse_qsl(_query_of(url), keep_blank_values=True):
        if reason := FORBIDDEN_KEYS.get(key.lower()):
            return f"{key.lower()}= is not allowed: {reason}"
    apprise = _apprise()
    if schema not in _plugins():
        return f"apprise knows no service {schema}://"
    if apprise.Apprise.instantiate(url, suppress_exceptions=True) is None:
        return f"apprise does not take this {schema}:// address: something in it is missing or wrong"
    return None


def limit_of(url: str) -> int:
    """Characters that one message's body may have; a default where the address is empty or unknown."""
    schema = schema_of(url)
    if schema in LIMITS:
        return LIMITS[schema]
    plugin = _plugins().get(schema) if schema else None
    return min(DEFAULT_LIMIT, plugin.body_maxlen) if plugin else DEFAULT_LIMIT


def scrub(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every secret replaced; longer ones first, so that none shows in part."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, _HIDDEN)
    return text


def secrets_of(url: str) -> frozenset[str]:
    """Everything in an address that may be a secret: itself, user, password, path and query, encoded and not."""
    return frozenset(piece for piece in _pieces(url) if len(piece) >= SHORTEST_SECRET)


def _pieces(url: str) -> Iterator[str]:
    yield url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    host = f"{parts.hostname}:{port}" if port else parts.hostname or ""
    for piece in (parts.password or "", *parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))):
        if piece and "@" not in piece and piece not in host:
            yield piece
            yield unquote(piece)


def schema_of(url: str) -> str:
    """The service's name, in lower case; empty where there is none."""
    found = re.match(r"([A-Za-z][A-Za-z0-9_.-]*)://", url.strip())
    return found[1].lower() if found else ""


def _query_of(url: str) -> str:
    return url.partition("?")[2]


def _with_key(url: str, schema: str, delivery_id: str) -> str:
    """The address with the delivery's stable key, where the service can carry one."""
    extra = []
    if schema in CARRIES_HEADERS:
        extra.append(f"%2BX-Watcher-Delivery={delivery_id}")
    if schema in CARRIES_FIELDS:
        extra.append(f"%3Adelivery={delivery_id}")
    if schema == "console":
        extra.append(f"delivery={delivery_id}")
    if not extra:
        return url
    return url + ("&" if "?" in url else "?") + "&".join(extra)


def _outcome(result: Any, apprise: ModuleType, secrets: Iterable[str]) -> Outcome:
    status = apprise.AppriseResultStatus
    if result.status == status.SUCCESS:
        return Outcome(Result.SENT)
    if result.status == status.TIMEOUT:
        return Outcome(Result.FAILED, f"no answer in {SERVICE_TIMEOUT:.0f} s: it may have arrived")
    lines = [entry.message for entry in result.logs()]
    code = next((found[1] or found[2] for line in lines if (found := _STATUS.search(line))), "")
    telling = [line for line in lines if re.search(r"(?i)error|fail|exception|unauthori|refused|invalid", line)]
    reason = scrub(" ".join((telling or lines or ["apprise gave no reason"])[-1].split()), secrets)[:300]
    if code and code not in reason:
        reason = f"{reason} ({code})"
    return Outcome(Result.DOWN if code in _DOWN else Result.FAILED, reason)


# --- apprise itself, and the console as one of its services -------------------------------------------------------

_consoles: dict[str, tuple[TextIO, Lock]] = {}


@lru_cache(maxsize=1)
def _apprise() -> ModuleType:
    with warnings.catch_warnings():
        # Loading all its plugins touches modules that Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        _register_console()
    own = logging.getLogger("apprise")
    own.setLevel(logging.DEBUG)  # the reason of a failed mail stands at this level only
    own.propagate = False
    own.addHandler(logging.NullHandler())
    return apprise


def _manager() -> Any:
    from apprise.manager_plugins import NotificationManager

    return NotificationManager()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1)
def _plugins() -> dict[str, Any]:
    _apprise()
    manager = _manager()
    return {schema: manager[schema] for schema in manager.schemas()}


def _register_console() -> None:
    from apprise.plugins import base

    NotifyBase: Any = base.NotifyBase

    class Console(NotifyBase):  # type: ignore[misc]
        """Prints messages, for trying things out and for services whose output somebody collects."""

        service_name = "Console"
        protocol = "console"
        templates = ("{schema}://",)
        template_args: ClassVar = dict(NotifyBase.template_args, delivery={"name": "delivery", "type": "string"})
        request_rate_per_sec = 0
        body_maxlen = 1_000_000
        title_maxlen = 1_000

        def __init__(self, delivery: str = "", **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.delivery = delivery

        def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
            return "console://"

        def send(self, body: str, title: str = "", **kwargs: Any) -> bool:
            stream, lock = _consoles[self.delivery]
            with lock:
                stream.write(f"\n╭─ {title}\n")
                stream.writelines(f"│ {line}".rstrip() + "\n" for line in body.splitlines())
                stream.write("╰─\n")
                stream.flush()
            return True

        @staticmethod
        def parse_url(url: str) -> Any:
            results = NotifyBase.parse_url(url, verify_host=False)
            if results:
                results["delivery"] = results["qsd"].get("delivery", "")
            return results

    if "console" not in _manager().schemas():
        _manager().add(Console, schemas="console")
