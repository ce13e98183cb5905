"""A worker whose parser of feeds does to some bodies what no parser may do; ``COMMAND`` starts it.

What it does stands in the body, as ``<naughty>hang</naughty>``.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.feed import kind as feed
from watcher.sandbox import worker
from watcher.sandbox.frames import LENGTH

COMMAND = (sys.executable, "-P", "-m", "tests.naughty")
ANSWERS = 3
"""The pipe of a worker's answers: the first number that is free when it starts."""

RAISES = "object has no attribute 'version'"


def _hang() -> None:
    re.fullmatch(r"(a|a)*b", "a" * 200)  # holds the interpreter's lock: no thread and no handler of Python runs


def _eat() -> None:
    held = []
    while True:
        held.append(bytearray(2**20))


def _answer(packed: bytes) -> Callable[[], None]:
    def answer() -> None:
        os.write(ANSWERS, len(packed).to_bytes(LENGTH, "big") + packed)

    return answer


def _raise() -> None:
    raise AttributeError(RAISES)


def _recurse() -> None:
    _recurse()


DEEDS: dict[str, Callable[[], None]] = {
    "hang": _hang,
    "eat": _eat,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "leave": lambda: os._exit(3),
    "print": lambda: print("<p>not an answer</p>" * 10_000, flush=True),
    "raise": _raise,
    "recurse": _recurse,
    "exit": lambda: sys.exit("enough"),
    "lie": _answer(b"cos\nsystem\n(S'echo lied'\ntR."),
    "garble": _answer(b"garbled"),
}


def naughty(deed: str) -> bytes:
    """Return a feed whose reading does a deed."""
    return f'<rss version="2.0"><channel><title>L</title><naughty>{deed}</naughty></channel></rss>'.encode()


def misbehaving(parse: Callable[[bytes, str], Reading | Unreadable]) -> Callable[[bytes, str], Reading | Unreadable]:
    """Wrap the parser of feeds."""

    def wrapped(body: bytes, url: str) -> Reading | Unreadable:
        if found := re.search(rb"<naughty>(\w+)</naughty>", body):
            if found[1] == b"flood":
                return Reading(entries=(Entry(title="x" * 200_000_000),))
            DEEDS[found[1].decode()]()
        if b"Bad" in body:
            _raise()
        return parse(body, url)

    return wrapped


if __name__ == "__main__":
    vars(feed)["parse"] = misbehaving(feed.parse)
    worker.serve(sys.argv[1:])
