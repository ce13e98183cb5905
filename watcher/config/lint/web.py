"""Check who may read the web pages, for settings that cannot be meant."""

from __future__ import annotations

import re

from watcher.config.checking import Checker
from watcher.config.values import WebSettings

BEHIND_A_PROXY = (
    "listen at 127.0.0.1:8380, and let a proxy with TLS (Caddy, nginx) stand before it: docs/web.md shows how; "
    "to listen here all the same, name a token_file"
)
_ORIGIN = re.compile(r"https?://(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
"""Matches what a browser sends as Host and Origin."""


def check_web(checker: Checker, web: WebSettings | None) -> None:
    """Note web pages that nobody could read, or that everybody could."""
    if web is None and checker.has_key("web") and checker.is_empty("web"):
        hint = "write web: {token_file: web-token}, or leave it out"
        checker.note(("web",), "nothing stands here: there are no pages", hint, name="missing-key", in_key=True)
    if web is None or checker.has_silent(("web",)):
        return
    if web.public_url and not _ORIGIN.fullmatch(web.public_url):
        what = "the pages have a name of their own there, and no path, user or letters beside ASCII belong to it"
        checker.note(("web", "public_url"), what, "write https://papers.lab.example", name="wrong-value")
    elif not web.listen.is_loopback and not web.token_file:
        what = f"other machines could read everything at {web.listen}, without a token"
        checker.note(("web", "listen"), what, BEHIND_A_PROXY, name="wrong-value")
    elif not web.listen.is_loopback and web.is_open:
        what = f"`open` is for this machine alone, and {web.listen} is for others"
        checker.note(("web", "open"), what, "leave it out: the token is asked for", name="wrong-value")
    elif web.public_url and not web.token_file:
        what = "through the proxy nobody may read these pages, without a token"
        checker.note(("web", "public_url"), what, "name a token_file", name="missing-key")
    elif web.public_url and web.is_open:
        what = "`open` is for this machine alone, and at `public_url` a proxy brings others"
        checker.note(("web", "open"), what, "leave it out: the token is asked for", name="wrong-value")
    elif not web.listen.socket and not web.token_file and not web.is_open:
        hint = "name a token_file; or write open: true, and everybody on this machine may read"
        checker.note(("web",), "nobody may read these pages", hint, name="missing-key", in_key=True)
