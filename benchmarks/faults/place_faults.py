"""List the faults of places that keep papers: the beginning of each, its end, and the right outcome."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.zoteros import JSON, Answer, FakeService
from watcher.model import DeliveryState

PAPERS = 6
ALL_SENT = {DeliveryState.SENT: PAPERS}
ALL_DEAD = {DeliveryState.DEAD: PAPERS}
SERVICES = ("zotero", "webhook", "webhook without find")

HTML = {"Content-Type": "text/html"}
_LATER = {"Retry-After": "600"}
_PAGE = b"<html><title>Sign in</title></html>"
READING, WRITING, ANY = ("GET",), ("POST",), ("GET", "POST")
_METHODS = {READING: "the question whether the paper is there", WRITING: "the write"}

Wounding = Callable[[FakeService, Path], object]
"""Arranges a fault of a service, or of the file or folder at a path."""


@dataclass(frozen=True)
class PlaceFault:
    """One thing that goes wrong.

    ``kills``: when a process that keeps a paper gets SIGKILL: ``taken`` once a service has taken it, ``written`` once
    the place has it, ``midway`` while its file is written. ``meddled``: it lives, and another program writes that file.
    ``ends``: how the deliveries have to end.
    ``twice``: how many papers may arrive again, under the same key: such a place can be asked for nothing.
    """

    name: str
    wound: Wounding = lambda service, path: None
    mend: Wounding = lambda service, path: None
    kills: str = ""
    ends: Mapping[DeliveryState, int] = field(default_factory=lambda: ALL_SENT)
    twice: int = 0


def _service(
    says: str, answer: Answer | str, methods: tuple[str, ...], times: int = 1_000_000, **more: object
) -> PlaceFault:
    """A service that answers requests of these methods so, a number of times."""

    def wound(service: FakeService, path: Path) -> None:
        left = [times]

        def fault(method: str) -> Answer | str | None:
            if method not in methods or not left[0]:
                return None
            left[0] -= 1
            return answer

        service.fault = fault

    def mend(service: FakeService, path: Path) -> None:
        service.fault = lambda method: None
        service.gate.set()

    name = f"{says}, to {_METHODS[methods]}" if methods in _METHODS else says
    return PlaceFault(name, wound, mend, **more)  # type: ignore[arg-type]


def _of_service(kind: str) -> Iterator[PlaceFault]:
    """Yield the faults of a service. One that cannot be asked for its papers may get some again."""
    once = 0 if kind != "webhook without find" else 1
    for methods in (WRITING,) if once else (READING, WRITING):
        yield _service("the connection is reset", "reset", methods)
        yield _service("no answer, nothing done", "hang", methods)
        yield _service("500", (500, {}, b"oops"), methods)
        yield _service("503, Retry-After: 600", (503, _LATER, b""), methods)
        yield _service("429, Retry-After: 600", (429, _LATER, b""), methods)
        yield _service("412", (412, {}, b"precondition"), methods)
        is_refused = kind != "zotero" and methods == WRITING
        yield _service("409", (409, {}, b"conflict"), methods, ends=ALL_DEAD if is_refused else ALL_SENT)
        yield _service("403", (403, {}, b""), methods)
        yield _service("200 and a page to sign in", (200, HTML, _PAGE), methods)
    if not once:
        yield _service("half an answer", "half", READING)
        yield _service("200, and JSON of something else", (200, JSON, b'"?"'), READING)
    yield _service("taken, no word", "silent", WRITING, 1, twice=once)
    yield _service("taken, the answer lost", "after", WRITING, 1, twice=once)
    yield _service("taken, half an answer", "half", WRITING, 1)
    yield PlaceFault("the daemon gets SIGKILL once it is taken", kills="taken", twice=once)
    yield PlaceFault("the daemon gets SIGKILL before it is recorded", kills="written", twice=once)


def _in_its_place(service: FakeService, path: Path) -> None:
    """Something else lies where the folder or the file should be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix:
        path.mkdir()
    else:
        path.write_text("not a folder", "utf-8")


def _out_of_it(service: FakeService, path: Path) -> None:
    path.rmdir() if path.suffix else path.unlink()


def _cut(service: FakeService, path: Path) -> None:
    """A file that another program left in the middle of an entry."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("@misc{left, title = {Half of an en", "utf-8")


def _pipe(service: FakeService, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def _of_files(kind: str) -> Iterator[PlaceFault]:
    """Yield the faults of a folder of notes, or of a bibliography."""
    yield PlaceFault("something else lies in its place", _in_its_place, _out_of_it)
    yield PlaceFault("the daemon gets SIGKILL while it writes", kills="midway")
    yield PlaceFault("the daemon gets SIGKILL before it is recorded", kills="written")
    if kind == "bib":
        yield PlaceFault("another program writes it meanwhile", kills="meddled")
        yield PlaceFault("another program left it cut", _cut)
        yield PlaceFault("a pipe lies in its place", _pipe, lambda service, path: path.unlink())


FAULTS: Mapping[str, tuple[PlaceFault, ...]] = {
    **{kind: tuple(_of_service(kind)) for kind in SERVICES},
    "folder": tuple(_of_files("folder")),
    "bib": tuple(_of_files("bib")),
}
"""Kind of place → its faults."""


def killed() -> None:
    """End this process as the kernel does."""
    os.kill(os.getpid(), signal.SIGKILL)
