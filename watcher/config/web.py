"""Who may read the web pages: what of it cannot be meant so."""

from __future__ import annotations

from watcher.config.checking import Checker
from watcher.config.keys import WebKeys
from watcher.config.values import WebSettings

BEHIND_A_PROXY = (
    "listen at 127.0.0.1:8380, and let a proxy with TLS (Caddy, nginx) stand before it: docs/web.md shows how; "
    "to listen here all the same, name a token_file"
)


def web_of(checker: Checker, keys: WebKeys | None) -> WebSettings | None:
    """Return the settings of the web pages, None without them. Notes what nobody could read, or everybody."""
    if keys is None:
        return None
    found = WebSettings(keys.listen, keys.token_file or "", keys.open, (keys.public_url or "").rstrip("/"))
    if checker.has_silent(("web",)):
        return found
    if not found.listen.is_loopback and not found.token_file:
        what = f"other machines could read everything at {found.listen}, without a token"
        checker.note(("web", "listen"), what, BEHIND_A_PROXY, name="wrong-value")
    elif not found.listen.is_loopback and found.is_open:
        what = f"`open` is for this machine alone, and {found.listen} is for others"
        checker.note(("web", "open"), what, "leave it out: the token is asked for", name="wrong-value")
    elif not found.listen.socket and not found.token_file and not found.is_open:
        hint = "name a token_file; or write open: true, and everybody on this machine may read"
        checker.note(("web",), "nobody may read these pages", hint, name="missing-key", in_key=True)
    return found
