"""Pack requests and answers for the pipes between a worker and its owner.

A request is the length of a pickle, the length of the body, the pickle, the body; an answer a length and a pickle.

A worker reads what strangers wrote, so its answers are not trusted: of their pickles nothing is made but what is built
in and what stands below (https://docs.python.org/3/library/pickle.html, "Restricting Globals"). No pickle makes a value
of the model, nor sees its class.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from typing import Any, BinaryIO

from watcher.model import Source
from watcher.parsing.plain import Value, plain_of, value_of

LENGTH = 8
"""Bytes of the length of a frame, the most significant first."""

NO_ANSWER = "the process that read it gave no answer that can be read"

_OF_VALUES = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("builtins", "frozenset"),
}


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """Parse a body that was found at ``url`` as a page of ``source``; ``charset`` is the header's, "" for none."""

    url: str
    source: Source
    charset: str = ""


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Show what the selectors of ``source`` find in a body."""

    source: Source
    charset: str = ""


@dataclass(frozen=True, slots=True)
class RecogniseRequest:
    """Recognise a saved page. Answered by each batch, then by None."""


Request = ParseRequest | FindRequest | RecogniseRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker answers.

    ``value``: what was read; None at the end of batches.
    ``memory``: what the worker holds (kB).
    ``unknown``: why a saved page is of no form that is known, or of no such form from here on.
    ``trace``: where an exception came from, for the log.
    """

    value: Value = None
    memory: int = 0
    unknown: str = ""
    trace: str = ""


def request_head(request: Request, body: bytes) -> bytes:
    """Return what goes before the body of a request."""
    packed = pickle.dumps(request, protocol=5)
    return _length(packed) + _length(body) + packed


def read_request(pipe: BinaryIO) -> tuple[Request, bytes] | None:
    """Read a request and its body, from an owner that is trusted; None at the end."""
    lengths = pipe.read(2 * LENGTH)
    if len(lengths) < 2 * LENGTH:
        return None
    packed = pipe.read(int.from_bytes(lengths[:LENGTH], "big"))
    body = pipe.read(int.from_bytes(lengths[LENGTH:], "big"))
    return pickle.loads(packed), body


def framed(answer: Answer) -> bytes:
    """Return the bytes of an answer."""
    packed = pickle.dumps((plain_of(answer.value), answer.memory, answer.unknown, answer.trace), protocol=5)
    return _length(packed) + packed


def answer_in(packed: bytes) -> Answer:
    """Unpack what a worker answers. Raises ``ValueError`` for what is no answer."""
    try:
        plain, memory, unknown, trace = _PlainAlone(io.BytesIO(packed)).load()
        value = value_of(plain)
    except Exception as error:
        raise ValueError(NO_ANSWER) from error
    if not (isinstance(memory, int) and isinstance(unknown, str) and isinstance(trace, str)):
        raise ValueError(NO_ANSWER)
    return Answer(value, memory, unknown, trace)


def _length(piece: bytes) -> bytes:
    return len(piece).to_bytes(LENGTH, "big")


class _PlainAlone(pickle.Unpickler):
    """Makes what is built in, days and instants, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OF_VALUES:
            return super().find_class(module, name)
        raise ValueError(f"{module}.{name} is no value of a page")
