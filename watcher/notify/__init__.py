"""Send a message to an address by apprise, and report how that ended. The only room that knows apprise.

apprise is imported when something is sent or checked: it takes long, and most commands do not need it.
"""

from __future__ import annotations

from watcher.notify.addresses.addresses import doubt_of, limit_of, problem_of, schema_of
from watcher.notify.addresses.forms import forms_of, is_mail, size_in
from watcher.notify.secrets import SHORTEST_SECRET, scrub, secrets_of
from watcher.notify.sender import Notifier

__all__ = [
    "SHORTEST_SECRET",
    "Notifier",
    "doubt_of",
    "forms_of",
    "is_mail",
    "limit_of",
    "problem_of",
    "schema_of",
    "scrub",
    "secrets_of",
    "size_in",
]
