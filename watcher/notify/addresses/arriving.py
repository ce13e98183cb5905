"""Make sure that the value of a parameter reaches a service as it is written.

apprise decodes ``%xx`` in a parameter when it reads the address, and many of its services decode it once more. Of
``pass=p%2541``, which means the password ``p%41``, they make ``pA``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from watcher.model.words import ordinal
from watcher.notify.addresses.written import Parameter, Written, parameter_text, with_parameter

_DEEPEST = 5


def encoded_as_read(url: str, written: Written, service: Any) -> str:
    """Return the address, encoded once more where the ``service`` decodes a parameter twice."""
    for one in twice_decoded(written, service):
        url = with_parameter(url, one, parameter_text(url, one).replace("%", "%25"))
    return url


def twice_decoded(written: Written, service: Any) -> list[Parameter]:
    """Return the parameters that a service has decoded twice, so that their values are not as written."""
    doubtful = [one for one in written.parameters if unquote(one.value) != one.value]
    kept = "\n".join(_texts(vars(service))) if doubtful else ""
    return [one for one in doubtful if one.value not in kept and unquote(one.value) in kept]


def problem_of_arrival(written: Written, service: Any) -> str | None:
    """Return which parameter a service would change, None if none. The text names no part of the address."""
    for one in twice_decoded(written, service):
        return f"the service would change its {ordinal(one.place)} parameter, in which a % stands: choose one without"
    return None


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bytes():
            yield value.decode(errors="replace")
        case dict() if depth < _DEEPEST:
            yield from _texts([*value, *value.values()], depth + 1)
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            for one in value:
                yield from _texts(one, depth + 1)
