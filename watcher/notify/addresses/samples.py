"""Show a message as a service would be given it, without anybody's address: for previews."""

from __future__ import annotations

from watcher.errors import WatcherError
from watcher.model import Message
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.forms import Body, put
from watcher.notify.addresses.limits import limit_of

_TOKEN = "A" * 24
SERVICES = {
    "email": "mailtos://user:password@mail.example?to=ana@lab.example",
    "slack": f"slack://T00000000/B00000000/{_TOKEN}",
    "discord": f"discord://0000000000/{_TOKEN}",
    "telegram": f"tgram://123456789:{_TOKEN}/12345/",
    "ntfy": "ntfy://ntfy.example/papers",
    "matrix": "matrixs://bot:token@matrix.example/#papers",
    "teams": f"workflows://prod.example:443/{_TOKEN}/{_TOKEN}/",
    "json": "jsons://programs.example/papers",
    "mattermost": f"mmosts://chat.example/{_TOKEN}",
}
"""Name of a service → a valid address that leads nowhere."""


def seen_by(service: str, message: Message) -> Body:
    """Return what a service would be given.

    ``service``: a name in ``SERVICES``.

    Raises ``WatcherError`` if apprise lacks a library for the service.
    """
    url = SERVICES[service]
    plugin = load_plugin(url)
    if plugin is None:
        raise WatcherError(f"apprise cannot speak to {service} here: a package that it needs is not installed")
    return put(message, plugin, url, limit_of(url))
