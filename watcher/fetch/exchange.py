"""Make one request in the site's turn and within limits. Other files decide what the answer means."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from threading import Event

import httpcore
import httpx

from watcher.errors import WatcherError
from watcher.fetch.body import read_body
from watcher.fetch.proxied import ProxyTransport, ProxyWire
from watcher.fetch.said import SAYS_WHY, said_in
from watcher.fetch.turns import Book, Turns
from watcher.fetch.waits import nothing_remains_for, wait_asked_for
from watcher.fetch.wire import Deadline, Live, Refused, Resolve, Transport, Wire, resolve
from watcher.files.authorities import trust
from watcher.model.network.hosts import is_public
from watcher.model.network.way_out import WayOut
from watcher.policy.polls.pace import Pace, pace_of

ASKS_TO_WAIT = frozenset({429, 503})
READ = frozenset(range(200, 300)) - {202, 204, 205, 206, 207, 208}
"""Statuses with which a page is read: 200, 203 if a proxy has changed it, and what counts as 200 (RFC 9110, 15).

Not read are statuses without a page, with a part of one, or with one to be had later.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a page may cost.

    ``total``: seconds from the request to the last byte of the body, over all redirects, without waiting for turns.
    ``patience``: seconds of waiting for the site's turn.
    ``connect``: seconds until a connection is made.
    ``silence``: seconds between two reads.
    ``interval``: seconds between the beginnings of two requests to a host; not used for this machine.
    ``redirects``: number of redirects.
    ``body``: bytes of the decompressed body.
    ``compressed``: bytes of the body as sent.
    """

    total: float = 60.0
    patience: float = 600.0
    connect: float = 10.0
    silence: float = 20.0
    interval: float = 1.0
    redirects: int = 5
    body: int = 20_000_000
    compressed: int = 10_000_000


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A site's answer to one request.

    ``status``: the HTTP status. ``headers``: by name, in any letter case.
    ``body``: empty unless the status is in ``READ``.
    ``from_public``: it came from the public Internet, or through a proxy. It must not redirect to a private address
        then.
    ``wait``: seconds for which the site asks to be left alone, None if it does not.
    ``said``: why it refuses, in its own words, "" if it does not say.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    from_public: bool
    wait: float | None = None
    said: str = ""


class Exchange:
    """Makes requests. Safe to use from several threads. Raises one of ``reasons.FAILURES``.

    Each request has a connection of its own, since requests to a site are too far apart to keep one, and so that every
    address is checked. Cookies, caches and the proxies in environment variables are not used.

    ``headers``: sent with every request.
    ``sleep``: waits for seconds.
    ``way``: returns how requests leave this machine.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        limits: Limits,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolve,
        book: Book | None = None,
        way: Callable[[], WayOut] = WayOut,
    ) -> None:
        self.limits, self._way = limits, way
        self._headers, self._clock, self._monotonic, self._resolve = dict(headers), clock, monotonic, resolve
        self._live = Live()
        self._closing = Event()
        self._turns = Turns(monotonic, sleep or self._pause, book, lease=2 * limits.total)

    @property
    def ended(self) -> bool:
        """Whether :meth:`end` was called."""
        return self._live.ended

    def deadline(self) -> Deadline:
        """Return a deadline for one page that begins now."""
        return Deadline(self.limits.total, self._monotonic)

    def end(self) -> None:
        """End every request, even one that waits. Safe to call from any thread."""
        self._live.end()
        self._closing.set()

    def _pause(self, seconds: float) -> None:
        """Sleep for ``seconds``. Raises ``Refused`` as soon as :meth:`end` is called."""
        if self._closing.wait(seconds):
            raise Refused("stopped")

    def ask(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        deadline: Deadline,
        *,
        public_only: bool = False,
        delay: float = 0.0,
    ) -> HttpAnswer:
        """Send a request to one address; return the answer. Waiting for the site's turn extends the deadline.

        ``headers``: sent with this request besides those of all requests.
        ``public_only``: connect to public addresses only.
        ``delay``: seconds that the site wants between two requests.
        """
        pace = pace_of(url.host, netloc(url), self.limits.interval, url.query.decode("ascii"))
        if pace.interval:
            pace = replace(pace, interval=max(pace.interval, delay))
        waiting_since = self._monotonic()
        with self._turns.turn(pace, self.limits.patience) as turn:
            deadline.extend(self._monotonic() - waiting_since)
            if self._live.ended:
                raise Refused("stopped")
            way = self._way()
            if proxy := _proxy_for(way, url):
                wire: Wire = ProxyWire(deadline, self._live, self._resolve)
            else:
                wire = Wire(deadline, self._live, self._resolve, public_only=public_only or turn.is_public)
            transport = _transport(wire, proxy, _trusted(way.authorities) if url.scheme == "https" else None)
            with self._client(transport) as client, client.stream("GET", url, headers=dict(headers)) as response:
                from_public = bool(proxy) or (wire.address is not None and is_public(wire.address))
                turn.is_public |= from_public and not proxy  # whose address nobody saw may be reached otherwise later
                return HttpAnswer(
                    response.status_code,
                    response.headers,
                    self._body(response) if response.status_code in READ else b"",
                    from_public,
                    self._obey(pace, response),
                    self._said(response) if response.status_code in SAYS_WHY else "",
                )

    def _client(self, transport: Transport) -> httpx.Client:
        limits = self.limits
        return httpx.Client(
            transport=transport,
            headers=self._headers,
            timeout=httpx.Timeout(limits.silence, connect=limits.connect),
            follow_redirects=False,
            trust_env=False,
        )

    def _body(self, response: httpx.Response) -> bytes:
        return read_body(
            response.iter_raw(),
            response.headers.get("Content-Encoding", ""),
            most_sent=self.limits.compressed,
            most=self.limits.body,
        )

    def _said(self, response: httpx.Response) -> str:
        """Return why a request is refused; "" also where that cannot be read: the status counts all the same."""
        headers = response.headers
        try:
            return said_in(response.iter_raw(), headers.get("Content-Type", ""), headers.get("Content-Encoding", ""))
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, OSError):
            return ""

    def _obey(self, pace: Pace, response: httpx.Response) -> float | None:
        """Close the site for as long as it asks in the response.

        Return these seconds if it refused the request, None if it answered.
        """
        now = self._clock()
        if response.status_code in ASKS_TO_WAIT:
            asked = wait_asked_for(response.headers, now)
            if asked is not None:
                self._turns.close(pace, asked.total_seconds())
                return asked.total_seconds()
        elif (rest := nothing_remains_for(response.headers)) is not None:
            self._turns.pause(pace, rest.total_seconds())
        return None


def netloc(url: httpx.URL) -> str:
    """Return the host of an address, with its port unless that is the scheme's default.

    Requests to the same host and port take turns.
    """
    return url.netloc.decode("ascii")


def _proxy_for(way: WayOut, url: httpx.URL) -> str:
    try:
        return way.proxy_for(url.raw_host.decode("ascii"))
    except WatcherError as error:
        raise Refused(str(error)) from None


def _transport(wire: Wire, proxy: str, trusted: ssl.SSLContext | None) -> Transport:
    return ProxyTransport(wire, proxy, trusted) if isinstance(wire, ProxyWire) else Transport(wire, trusted)


@lru_cache(maxsize=2)
def _trusted(authorities: str) -> ssl.SSLContext:
    """Return the TLS settings, made at the first https request: reading all root certificates takes long.

    ``authorities``: certificates in PEM that are trusted in addition.
    """
    context = httpx.create_ssl_context(trust_env=False)
    trust(context, authorities)
    return context
