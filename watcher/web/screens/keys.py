"""The page that says what the keys do."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from watcher.web.frame import shown, site_of

KEYS = (
    ("j", "the next paper"),
    ("k", "the paper before"),
    ("Enter", "all that is known of it"),
    ("o", "open it at its site"),
    ("w", "why it matched"),
    ("u", "it was useful (once more: take that back)"),
    ("d", "it is not for me (once more: take that back)"),
    ("s", "star it, or take the star back"),
    ("m", "mark it as read, or as not read"),
    ("h", "the day before"),
    ("l", "the day after"),
    ("/", "try a rule"),
    ("Esc", "leave a field"),
    ("?", "this page"),
)
"""(key, what it does), as in ``static/keys.js``. The pages can be used without them."""


def keys_screen(request: Request) -> Response:
    """Show the keys."""
    with site_of(request).store.reading() as tx:
        return shown(request, tx, "keys.html", keys=KEYS)
