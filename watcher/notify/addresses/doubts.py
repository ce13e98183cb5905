"""Warn of addresses that can be used but are probably not what was meant."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from watcher.model.doubts import AddressDoubt
from watcher.notify.addresses.addresses import load_plugin, own_schema
from watcher.notify.addresses.mail_doubts import doubt_of_mail
from watcher.notify.addresses.tokens import impossible_token
from watcher.notify.addresses.written import cut_url, is_this_machine
from watcher.notify.services.table import plugin_of

_SECURE_MODES = frozenset({"ssl", "starttls"})


@lru_cache(maxsize=4096)
def doubt_of(url: str) -> AddressDoubt | None:
    """Return a warning about a usable address, None if there is none.

    It is warned of a password that is sent without encryption, of a token that the service cannot have given out, of
    an address that names nobody, and of mail that does not arrive.
    """
    if clear := _password_in_clear(url):
        return clear
    schema, service = own_schema(url), load_plugin(url)
    if odd := impossible_token(schema, service):
        return AddressDoubt("impossible-token", odd, "copy the whole address from the service again (docs/recipes/)")
    if schema in ("mailto", "mailtos") and service is not None:
        return doubt_of_mail(cut_url(url), service)
    return _nobody_named(url, schema, service)


def _nobody_named(url: str, schema: str, service: Any) -> AddressDoubt | None:
    """Return a warning about a bot that is not told where to write."""
    if schema == "slack" and getattr(service, "mode", "") == "bot":
        written = cut_url(url)
        if not written.path.strip("/") and all(one.name != "to" for one in written.parameters):
            what = "Slack's bot is told no channel: it writes into #general"
            return AddressDoubt("nobody-named", what, "add /%23CHANNEL (docs/recipes/slack.md)")
    if schema == "tgram" and not getattr(service, "targets", True):
        what = "Telegram's bot is told no chat: it asks who wrote to it last, and writes there"
        return AddressDoubt("nobody-named", what, "add /CHAT_ID (docs/recipes/telegram.md)")
    return None


def _password_in_clear(url: str) -> AddressDoubt | None:
    written = cut_url(url)
    names = {one.name for one in written.parameters}
    is_secret = ":" in written.user_info or "pass" in names or "+Authorization" in names
    if not is_secret or written.schema in ("http", "https") or is_this_machine(written.host):
        return None
    service = load_plugin(url)
    clear = getattr(service, "protocol", None) or ()
    if written.schema not in ((clear,) if isinstance(clear, str) else clear):
        return None
    if getattr(service, "secure", True) or getattr(service, "secure_mode", None) in _SECURE_MODES:
        return None
    twin = f"{written.schema}s"
    hint = f"write {twin}://" if plugin_of(twin) else "write a service with TLS"
    what = f"a password goes to {written.schema}:// without TLS, readable on the way"
    return AddressDoubt("password-in-clear", what, hint)
