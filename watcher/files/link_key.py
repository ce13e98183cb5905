"""The key that links in messages are signed with: a file in the state folder that only its owner can read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from watcher.errors import WatcherError
from watcher.files.made import make_folder, open_file, why_denied
from watcher.files.read import NotRead, read_regular

LINK_KEY = "link_key"
"""Name of the file in the state folder."""

_BYTES = 32
_MODE = 0o600


def link_key_in(folder: Path) -> bytes:
    """Return the key in a state folder (32 bytes), and make it if there is none.

    A new key is written to another file first, which is then renamed. So nobody reads half a key, and two processes
    that make one at the same time get the same. Raises ``WatcherError`` without any part of the key.

    ``folder``: the state folder.
    """
    path = folder / LINK_KEY
    found = read_link_key(folder)
    if found is None:
        try:
            make_folder(folder)
            _make(path)
        except OSError as error:
            why = why_denied(path, home=folder)
            raise WatcherError(f"{path} cannot be made: {error.strerror}{f'; {why}' if why else ''}") from None
        found = read_link_key(folder)
    if found is None:
        raise WatcherError(f"{path} was deleted while it was made: try again")
    return found


def read_link_key(folder: Path) -> bytes | None:
    """Return the key in a state folder, None if there is none. Raises ``WatcherError`` if it cannot be read."""
    path = folder / LINK_KEY
    text = read_regular(path, 4 * _BYTES, follow_links=False)
    if isinstance(text, NotRead):
        if text.is_missing:
            return None
        raise WatcherError(f"{path} cannot be read: {text.what}")
    with suppress(ValueError):
        key = bytes.fromhex(text.decode("ascii"))
        if len(key) == _BYTES:
            return key
    raise WatcherError(
        f"{path} holds no key ({2 * _BYTES} hexadecimal digits): delete it, and a new one is made; "
        "links in messages that were sent before are refused then"
    )


def _make(path: Path) -> None:
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(open_file(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            os.fchmod(file.fileno(), _MODE)
            file.write(f"{secrets.token_hex(_BYTES)}\n".encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster: its key counts
            os.link(half, path)
    finally:
        half.unlink(missing_ok=True)
