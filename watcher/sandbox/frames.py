"""Pack requests and answers for the pipes between a worker and its owner.

A request is: the length of a pickle, the length of the body, the pickle, the body. An answer is a length and a pickle.
A source is asked again and again, and is packed and unpacked once.

A worker reads what strangers wrote, so that its answers are not trusted. From their pickles only texts, numbers, lists
and tuples are made (https://docs.python.org/3/library/pickle.html, "Restricting Globals"). No pickle makes a value of
the model or sees its class.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

from watcher.model import Source
from watcher.sandbox.plain import Value, plain_of, value_of

LENGTH = 8
"""Bytes of the length of a frame, most significant byte first."""

NO_ANSWER = "the process that read it gave no answer that can be read"

MOST_SOURCES = 64
"""Most sources that are kept packed, and unpacked in a worker."""


@dataclass(frozen=True, slots=True)
class ParseRequest:
    """Asks to parse a body as a page of ``source``.

    ``url``: where the body was found.
    ``charset``: as the header names it, "" for none.
    """

    url: str
    source: Source
    charset: str = ""


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Asks what the CSS selectors of ``source`` find in a body.

    ``charset``: as the header names it, "" for none.
    """

    source: Source
    charset: str = ""


@dataclass(frozen=True, slots=True)
class RecogniseRequest:
    """Asks to recognise a saved page. There is an answer for each batch of it, and then one with None."""


Request = ParseRequest | FindRequest | RecogniseRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a worker.

    ``value``: what was read, None after the last batch.
    ``memory``: memory of the worker (kB).
    ``unknown``: why a saved page, or the rest of it, has no form that is known; "" if it has.
    ``trace``: where an exception was raised, for the log.
    """

    value: Value = None
    memory: int = 0
    unknown: str = ""
    trace: str = ""


def request_head(request: Request, body: bytes) -> bytes:
    """Return the bytes that precede the body of a request."""
    match request:
        case ParseRequest(url, source, charset):
            packed = pickle.dumps(("parse", _packed_source(source), url, charset), protocol=5)
        case FindRequest(source, charset):
            packed = pickle.dumps(("find", _packed_source(source), charset), protocol=5)
        case RecogniseRequest():
            packed = pickle.dumps(("recognise",), protocol=5)
    return _length(packed) + _length(body) + packed


def read_request(pipe: BinaryIO) -> tuple[Request, bytes] | None:
    """Read a request and its body from an owner that is trusted; return None at the end of the pipe."""
    lengths = pipe.read(2 * LENGTH)
    if len(lengths) < 2 * LENGTH:
        return None
    packed = pipe.read(int.from_bytes(lengths[:LENGTH], "big"))
    body = pipe.read(int.from_bytes(lengths[LENGTH:], "big"))
    return _request_in(pickle.loads(packed)), body


def _request_in(packed: tuple[Any, ...]) -> Request:
    match packed:
        case ("parse", source, url, charset):
            return ParseRequest(url, _source_in(source), charset)
        case ("find", source, charset):
            return FindRequest(_source_in(source), charset)
    return RecogniseRequest()


@lru_cache(maxsize=MOST_SOURCES)
def _packed_source(source: Source) -> bytes:
    return pickle.dumps(source, protocol=5)


@lru_cache(maxsize=MOST_SOURCES)
def _source_in(packed: bytes) -> Source:
    source: Source = pickle.loads(packed)
    return source


def framed(answer: Answer) -> bytes:
    """Return the bytes that send an answer."""
    packed = pickle.dumps((plain_of(answer.value), answer.memory, answer.unknown, answer.trace), protocol=5)
    return _length(packed) + packed


def answer_in(packed: bytes) -> Answer:
    """Return the answer in these bytes. Raises ``ValueError`` if they are none."""
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
    """Unpickles texts, numbers, lists and tuples, and nothing that is called by a name."""

    def find_class(self, module: str, name: str) -> Any:
        raise ValueError(f"{module}.{name} is no value of a page")
