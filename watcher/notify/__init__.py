"""Send a message to an address by apprise, and report the outcome. No other room imports apprise.

apprise is imported only when something is sent or checked: that takes long, and most commands do not need it.
"""

from __future__ import annotations

from watcher.notify.addresses.addresses import own_schema, problem_of, schema_of
from watcher.notify.addresses.doubts import doubt_of
from watcher.notify.addresses.forms import forms_of, is_mail, size_in, takes_links
from watcher.notify.addresses.limits import limit_of
from watcher.notify.secrets import Scrubber, scrub, secrets_of
from watcher.notify.sender import Notifier

__all__ = [
    "Notifier",
    "Scrubber",
    "doubt_of",
    "forms_of",
    "is_mail",
    "limit_of",
    "own_schema",
    "problem_of",
    "schema_of",
    "scrub",
    "secrets_of",
    "size_in",
    "takes_links",
]
