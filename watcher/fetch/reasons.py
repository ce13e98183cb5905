"""Say in one line why a request failed."""

from __future__ import annotations

import re
import ssl
from ast import literal_eval
from collections.abc import Iterator
from http import HTTPStatus

import httpcore
import httpx

from watcher.fetch.body import BadBody
from watcher.fetch.turns import NotNow
from watcher.fetch.wire import Refused

FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpx.HTTPError,
    httpx.InvalidURL,
    BadBody,
    NotNow,
    Refused,
    OSError,
    ValueError,
)
"""All exceptions that a server, the network or an odd address can cause."""

LONGEST = 300
"""Most characters of a reason, since the server has written parts of it."""

LONGEST_LINE = 100
"""Most characters that are shown of a line of an answer."""

_BYTES = re.compile(r"(?>bytearray\(|)(b(?:'(?:[^'\\]|\\.|)*+'|\"(?:[^\"\\]|\\.|)*+\"))\)?+")


def failure_reason(error: Exception) -> str:
    """Return the reason of an error of ``FAILURES`` in a line."""
    return clean_reason(_explain(error))


def clean_reason(text: str) -> str:
    """Return ``text`` on one line, without control characters, cut to ``LONGEST``."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def status_line(status: int) -> str:
    """Return a status in our own words, such as ``HTTP 404 Not Found``; a server's words may say anything."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _explain(error: Exception) -> str:
    match error:
        case BadBody() | NotNow() | Refused():
            return str(error)
        case httpcore.ConnectTimeout():
            return "no connection in time"
        case httpcore.TimeoutException():
            return "the server fell silent"
        case httpcore.NetworkError():
            return _network(error)
        case httpcore.RemoteProtocolError():
            return _protocol(str(error))
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpcore.UnsupportedProtocol():
            return f"not an address that can be fetched: {error}"
        case httpx.RemoteProtocolError() if "location header" in str(error):
            return f"redirected to what is no web address: {str(error).rpartition('header: ')[2]}"
        case _:
            return f"{type(error).__name__}: {error}"


def _network(error: Exception) -> str:
    for cause in causes_of(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its TLS certificate does not hold: {cause.verify_message}"
            case ssl.SSLError():
                return f"TLS failed: {(cause.reason or str(cause)).replace('_', ' ').lower()}"
            case OSError(strerror=str(words)) if words:
                return _lower(words)
    what = "no connection" if isinstance(error, httpcore.ConnectError) else "the connection broke"
    return f"{what}: {error}" if str(error) else what


def _protocol(said: str) -> str:
    if "without sending complete message body" in said or "incomplete chunked read" in said:
        return "the body was cut off"
    if "without sending a response" in said:
        return "the server closed the connection without an answer"
    return f"the answer is not HTTP: {_lower(_BYTES.sub(_shown, said))}"


def _shown(found: re.Match[str]) -> str:
    """Return bytes in Python's notation (``b'…'``) as text in quotation marks."""
    text = literal_eval(found[1]).decode("latin-1").strip()
    return f'"{text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"}"'


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, then its cause, the cause of that, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
