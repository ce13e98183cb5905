"""Ask a web service something and read the beginning of its answer, by the same way as messages go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watcher.model import Outcome
from watcher.model.network.way_out import WayOut
from watcher.notify.reasons import of_no_answer
from watcher.notify.smtp import PATIENCE
from watcher.notify.ways import WAY

_LENGTH = re.compile("[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What a service answered.

    ``status``: the HTTP status.
    ``headers``: by names in lower case.
    ``body``: its first bytes.
    ``is_cut``: there may be more of it than was read.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_cut: bool = False


def ask_service(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    way: WayOut,
    secrets: Iterable[str],
    *,
    patience: float = PATIENCE,
) -> ServiceAnswer | Outcome:
    """Return the answer of a service, or the outcome if there was none. The reason shows no secret.

    Redirects are not followed.

    ``method``, ``url``, ``headers``, ``body``: of the request.
    ``way``: how the request leaves this machine.
    ``secrets``: texts that must not appear in the reason.
    ``patience``: seconds for the connection, and for the whole answer.
    """
    import requests

    from watcher.notify.answers import MOST, Adapter

    WAY.set(way)
    with requests.Session() as session:
        session.trust_env = False
        adapter: Any = Adapter()
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        try:
            found = session.request(
                method, url, headers=dict(headers), data=body, timeout=patience, allow_redirects=False
            )
        except (requests.RequestException, OSError, ValueError) as error:
            return of_no_answer(error, secrets)
        told = {name.lower(): one for name, one in found.headers.items()}
        # The bound counts what frames the body, too: that is far less than half of it.
        length = told.get("content-length", "")
        is_whole = _LENGTH.fullmatch(length) is not None and len(found.content) >= int(length)
        return ServiceAnswer(
            found.status_code, told, found.content, is_cut=len(found.content) > MOST // 2 and not is_whole
        )
