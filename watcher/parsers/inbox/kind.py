"""A folder into which people and mail filters drop saved pages: every form that is recognised."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers.parser import Mistake, Parser
from watcher.parsers.saved.recognise import recognise


def mistakes(source: Source) -> Iterator[Mistake]:
    """What is wrong with a source of this kind."""
    if not source.folder:
        yield Mistake("folder", "a source of kind inbox needs `folder`", "add folder: with the folder to read")
    if source.url is not None:
        yield Mistake("url", "a source of kind inbox has no `url`", "write folder: instead")


def parse(body: bytes) -> Reading | Unreadable:
    """Read one file of the folder."""
    try:
        return recognise(body).reading
    except UnknownPage as error:
        return Unreadable(str(error))


PARSER = Parser(
    kind="inbox",
    version=1,
    takes=frozenset({"folder"}),
    check=mistakes,
    starts=lambda source, today: (),
    parse=lambda body, url, source: parse(body),
)
