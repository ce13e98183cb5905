"""A folder into which people and mail filters drop saved pages: every form that any kind recognises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers.inbox.keys import InboxKeys, own
from watcher.parsers.parser import Mistake, Parser
from watcher.parsers.saved import read_saved


def mistakes(source: Source) -> Iterator[Mistake]:
    """Say what is wrong with a source of this kind."""
    if not own(source).folder:
        yield Mistake("folder", "a source of kind inbox needs `folder`", "add folder: with the folder to read")
    if source.url is not None:
        yield Mistake("url", "a source of kind inbox has no `url`", "write folder: instead")


def parse(body: bytes, kinds: Sequence[Parser]) -> Reading | Unreadable:
    """Read one file of the folder, whichever of the ``kinds`` it is of."""
    try:
        return read_saved(body, kinds).reading
    except UnknownPage as error:
        return Unreadable(str(error))


def parser(kinds: Sequence[Parser]) -> Parser:
    """The kind of a folder of pages of these ``kinds``."""
    return Parser(
        kind="inbox",
        version=2,
        own=InboxKeys,
        folder=lambda source: own(source).folder,
        check=mistakes,
        starts=lambda source, today: (),
        parse=lambda body, url, source: parse(body, kinds),
    )
