"""Warn of addresses that can be used but are probably not what was meant."""

from __future__ import annotations

from functools import lru_cache

from watcher.model.doubts import AddressDoubt
from watcher.notify.addresses.addresses import load_plugin, own_schema
from watcher.notify.addresses.tokens import impossible_token
from watcher.notify.addresses.written import cut_url, is_this_machine
from watcher.notify.services.table import plugin_of

_SECURE_MODES = frozenset({"ssl", "starttls"})


@lru_cache(maxsize=4096)
def doubt_of(url: str) -> AddressDoubt | None:
    """Return a warning about a usable address, None if there is none.

    It is warned of a password that is sent without encryption, and of a token that the service cannot have given out.
    """
    if clear := _password_in_clear(url):
        return clear
    if odd := impossible_token(own_schema(url), load_plugin(url)):
        return AddressDoubt("impossible-token", odd, "copy the whole address from the service again (docs/recipes/)")
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
