"""Take turns at trying rules, one at a time, so that they do not hold up the daemon in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from threading import Event
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")

MOST_WAITING = 10
PATIENCE = 20.0
"""Longest time that a visitor waits for a turn (seconds)."""

AGAIN = 5
"""Seconds after which a visitor who was refused may ask again."""

LOOK_UP = 0.1
"""Seconds between checks whether the visitor is still there."""


class TrialTurns:
    """The turns at trying a rule. Waiting for one takes no thread and no connection to the database.

    ``most``: how many may wait.
    ``patience``: longest wait of each (seconds).
    """

    def __init__(self, most: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        self._most, self._patience = most, patience
        self._free = asyncio.Semaphore(1)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, leaving: asyncio.Task[None]) -> AsyncIterator[None]:
        """Hold a turn while the block runs. Raises ``HTTPException`` 503 if too many wait, or the wait takes too long.

        ``leaving``: a task that ends when the visitor has left; then the wait ends, too.
        """
        if self._waiting >= self._most or not await self._taken(leaving):
            what = "Other rules are being tried now: ask again in some seconds."
            raise HTTPException(503, what, headers={"Retry-After": str(AGAIN)})
        try:
            yield
        finally:
            self._free.release()

    async def _taken(self, leaving: asyncio.Task[None]) -> bool:
        """Wait for a turn; return whether it was had."""
        taking = asyncio.create_task(self._free.acquire())
        self._waiting += 1
        try:
            await asyncio.wait({taking, leaving}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            taking.add_done_callback(self._given_back)
            raise
        finally:
            self._waiting -= 1
            taking.cancel()
        await asyncio.wait({taking})
        return not taking.cancelled()

    def _given_back(self, taking: asyncio.Task[bool]) -> None:
        if not taking.cancelled():
            self._free.release()


def in_turn(screen: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a page that may try the rule ``q``. It takes its turn before it takes a thread."""

    @wraps(screen)
    async def endpoint(request: Request) -> Response:
        if request.query_params.get("q"):
            return await done_in_turn(screen, request)
        return await run_in_threadpool(screen, request)

    return endpoint


async def done_in_turn(do: Callable[[Request], T], request: Request) -> T:
    """Return what ``do`` returns. It tries a rule in a thread, and must end when ``gone_of(request)`` is set."""
    turns: TrialTurns = request.app.state.turns
    leaving = asyncio.create_task(_left(request, gone_of(request)))
    try:
        async with turns.turn(leaving):
            return await run_in_threadpool(do, request)
    finally:
        leaving.cancel()


async def _left(request: Request, gone: Event) -> None:
    """Return when the visitor has left."""
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK_UP)
    gone.set()


def gone_of(request: Request) -> Event:
    """Return the event that is set when the visitor has left."""
    gone: Event = request.scope.setdefault("gone", Event())
    return gone
