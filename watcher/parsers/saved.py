"""Pages that somebody saved: which of the known forms is it, and what does it list?"""

from __future__ import annotations

from dataclasses import dataclass

from watcher.errors import UnknownPage
from watcher.model import Reading, Unreadable
from watcher.parsers import digest_text, huggingface, huggingface_api
from watcher.parsers.sniff import Form, binary_kind, form_of

KNOWN_FORMS = "Hugging Face's daily papers as HTML, as JSON of its API, or rendered to text"


@dataclass(frozen=True, slots=True)
class Saved:
    """A recognised page: its form, the kind of source that such pages belong to, and what it lists."""

    form: str
    kind: str | None
    reading: Reading


def recognise(body: bytes) -> Saved:
    """Tell what a saved page is, and read it.

    Raises UnknownPage, with what it looks like, for anything that is not one of the known forms or cannot be read.
    """
    match form_of(body):
        case Form.EMPTY:
            raise UnknownPage("the file is empty")
        case Form.BINARY:
            raise UnknownPage(f"looks like {binary_kind(body)}; known are {KNOWN_FORMS}")
        case Form.JSON:
            return Saved("huggingface api", huggingface.PARSER.kind, _read(huggingface_api.parse(body)))
        case Form.HTML:
            return Saved("huggingface page", huggingface.PARSER.kind, _read(huggingface.parse(body, "")))
        case Form.TEXT:
            return Saved("digest text", huggingface.PARSER.kind, _read(digest_text.parse(body), "no digest page: "))


def _read(parsed: Reading | Unreadable, prefix: str = "") -> Reading:
    if isinstance(parsed, Unreadable):
        raise UnknownPage(prefix + parsed.reason)
    return parsed
