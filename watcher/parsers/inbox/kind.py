"""The kind ``inbox``: a folder of saved pages in every form that any kind recognises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers.inbox.keys import InboxKeys, own
from watcher.parsers.parser import Mistake, Parser
from watcher.parsers.saved import read_saved


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield what is wrong with the config of a source of this kind."""
    if not own(source).folder:
        yield Mistake("folder", "a source of kind inbox needs `folder`", "add folder: with the folder to read")
    if source.url is not None:
        yield Mistake("url", "a source of kind inbox has no `url`", "write folder: instead")


def parse(body: bytes, kinds: Sequence[Parser]) -> Reading | Unreadable:
    """Return what a file in the folder lists, read by the first of ``kinds`` that recognises it."""
    try:
        return read_saved(body, kinds).reading
    except UnknownPage as error:
        return Unreadable(str(error))


def parser(kinds: Sequence[Parser]) -> Parser:
    """Return the parser of a folder with pages of these ``kinds``."""
    return Parser(
        kind="inbox",
        version=2,
        own=InboxKeys,
        folder=lambda source: own(source).folder,
        check=mistakes,
        starts=lambda source, today: (),
        parse=lambda body, url, source: parse(body, kinds),
    )
