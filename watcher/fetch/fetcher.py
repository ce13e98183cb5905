"""One conditional, polite, bounded GET after the other."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import httpx

from watcher import __version__
from watcher.fetch.addresses import is_loopback, is_public
from watcher.fetch.body import read_body
from watcher.fetch.reasons import FAILURES, explain, one_line, status_line
from watcher.fetch.turns import NotNow, Turns
from watcher.fetch.waits import wait_asked_for
from watcher.fetch.wire import Deadline, Live, Refused, Resolve, Transport, Wire, resolve
from watcher.model import Fetched, NotModified, Page, Unreachable, Validators

ACCEPT = "text/html, application/xhtml+xml, application/json, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ASKS_TO_WAIT = frozenset({429, 503})
LONGEST_VALIDATOR = 1_000
"""Characters of an ETag or Last-Modified that is worth keeping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may cost: seconds, bytes, redirects.

    ``total`` covers everything from waiting for the host's turn to the body's last byte, over all redirects;
    ``silence`` is the longest gap between two reads; ``interval`` lies between the beginnings of two requests to one
    host that is not this machine.
    """

    total: float = 60.0
    connect: float = 10.0
    silence: float = 20.0
    interval: float = 1.0
    redirects: int = 5
    body: int = 20_000_000
    compressed: int = 10_000_000


def default_user_agent(contact: str = "") -> str:
    """``watcher/0.1.0 (+contact)``; the contact is an address at which a site's operator can complain."""
    return f"watcher/{__version__}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class _Redirect:
    """The server points elsewhere; ``from_public`` where that server stands in the public Internet."""

    to: httpx.URL
    from_public: bool


class Fetcher:
    """Fetches pages, from several threads if need be. Never raises for what a server does.

    Each request has a connection of its own: at the pace that is polite, one would hardly be used twice, and every
    address is checked anew. Cookies, environment proxies and caches are not used.

    ``clock`` gives the instant that pages are stamped with, ``monotonic`` the seconds that limits and pauses are
    counted in, ``resolve`` the addresses of a host.
    """

    def __init__(
        self,
        *,
        user_agent: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._headers = {
            "User-Agent": user_agent or default_user_agent(),
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        self._clock, self._monotonic, self._limits = clock, monotonic, limits or Limits()
        self._turns = Turns(monotonic, sleep)
        self._live = Live()
        self._resolve = resolve
        self._seen_public: set[str] = set()

    def get(self, url: str, validators: Callable[[str], Validators | None]) -> Fetched:
        """Ask for ``url``, following redirects; every address on the way with ``validators(address)``.

        Addresses come without password and fragment, here and in what is returned.
        """
        deadline = Deadline(self._limits.total, self._monotonic)
        at, public_only = url, False
        try:
            target = _checked(httpx.URL(url))
            for _ in range(self._limits.redirects + 1):
                at = _shown(target)
                known = validators(at) or Validators()
                found = self._ask(target, known, deadline, public_only=public_only)
                if not isinstance(found, _Redirect):
                    return found
                target, public_only = found.to, public_only or found.from_public
            return self._unreachable(at, f"redirected more than {self._limits.redirects} times")
        except NotNow as refusal:
            wait = None if refusal.wait is None else timedelta(seconds=refusal.wait)
            return self._unreachable(at, str(refusal), wait)
        except FAILURES as error:
            return self._unreachable(at, self._reason(error, deadline))

    def close(self) -> None:
        """End every request that is under way; it and every later one is unreachable. From any thread."""
        self._live.end()

    def _ask(self, url: httpx.URL, known: Validators, deadline: Deadline, *, public_only: bool) -> Fetched | _Redirect:
        """One request to one address, in the host's turn."""
        host = _host(url)
        interval = 0.0 if is_loopback(url.host) else self._limits.interval
        with self._turns.turn(host, interval, deadline.left):
            if self._live.ended:
                raise Refused("stopped")
            public_only = public_only or host in self._seen_public
            wire = Wire(deadline, self._live, self._resolve, public_only=public_only)
            with self._client(wire, url) as client, client.stream("GET", url, headers=_conditions(known)) as response:
                is_from_public = wire.address is not None and is_public(wire.address)
                if is_from_public:
                    self._seen_public.add(host)
                if response.status_code in REDIRECTS and "Location" in response.headers:
                    return _Redirect(_target(url, response.headers["Location"]), is_from_public)
                return self._answer(url, response, known)

    def _client(self, wire: Wire, url: httpx.URL) -> httpx.Client:
        limits = self._limits
        return httpx.Client(
            transport=Transport(wire, self._tls if url.scheme == "https" else None),
            headers=self._headers,
            timeout=httpx.Timeout(limits.silence, connect=limits.connect),
            follow_redirects=False,
            trust_env=False,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once, and only where https is asked for: it reads every root certificate."""
        return httpx.create_ssl_context(trust_env=False)

    def _answer(self, url: httpx.URL, response: httpx.Response, known: Validators) -> Fetched:
        if response.status_code == httpx.codes.NOT_MODIFIED and known:
            return NotModified(url=_shown(url), fetched_at=self._clock())
        if response.status_code != httpx.codes.OK:
            return self._refusal(url, response)
        body = read_body(
            response.iter_raw(),
            response.headers.get("Content-Encoding", ""),
            most_sent=self._limits.compressed,
            most=self._limits.body,
        )
        given = Validators(_worth_keeping(response, "ETag"), _worth_keeping(response, "Last-Modified"))
        return Page(url=_shown(url), body=body, fetched_at=self._clock(), validators=given)

    def _refusal(self, url: httpx.URL, response: httpx.Response) -> Unreachable:
        reason, wait = status_line(response.status_code), None
        if response.status_code in ASKS_TO_WAIT:
            wait = wait_asked_for(response.headers, self._clock())
        if wait is not None:
            self._turns.close(_host(url), wait.total_seconds())
            reason += f", asks to be left alone for {wait.total_seconds():.0f} s"
        return self._unreachable(_shown(url), reason, wait)

    def _reason(self, error: Exception, deadline: Deadline) -> str:
        if self._live.ended:
            return "stopped"
        if not deadline.left:
            return f"no whole answer within {deadline.seconds:g} s"
        return explain(error)

    def _unreachable(self, url: str, reason: str, retry_after: timedelta | None = None) -> Unreachable:
        return Unreachable(url=url, reason=reason, fetched_at=self._clock(), retry_after=retry_after)


def _conditions(known: Validators) -> dict[str, str]:
    """The headers that ask "changed since?"."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in headers.items() if value}


def _worth_keeping(response: httpx.Response, header: str) -> str | None:
    """A validator that can be sent back as it is: one that cannot would spoil every later request."""
    value: str = response.headers.get(header, "").strip()
    return value if value and value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR else None


def _target(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads; the password that the config gives stays with its own host."""
    try:
        target = _checked(url.join(location))
    except (httpx.InvalidURL, Refused):
        raise Refused(f"redirected to what is no web address: {location[:200]!r}") from None
    same = (target.scheme, _host(target)) == (url.scheme, _host(url))
    return target.copy_with(userinfo=url.userinfo if same else b"")


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused(f"only http and https addresses are fetched, not {one_line(url.scheme) or 'bare'} ones")
    return url


def _shown(url: httpx.URL) -> str:
    return str(url.copy_with(userinfo=b"", fragment=None))


def _host(url: httpx.URL) -> str:
    """The host with its port, unless that is the scheme's own: what is paced together."""
    return url.netloc.decode("ascii")
