"""Fetch a page with a conditional GET; follow redirects, obey robots.txt."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx

from watcher import __version__
from watcher.errors import WatcherError
from watcher.fetch.asked import AskedAddress, OpenAddress, has_no_secrets
from watcher.fetch.body import no_codings
from watcher.fetch.exchange import READ, Exchange, HttpAnswer, Limits, netloc
from watcher.fetch.permits import Permits
from watcher.fetch.reasons import FAILURES, clean_reason, failure_reason, status_line
from watcher.fetch.robots import Robots, read_robots
from watcher.fetch.turns import Book, NotNow
from watcher.fetch.waits import http_date
from watcher.fetch.wire import Deadline, Refused, Resolve, resolve
from watcher.model import Fetched, NotModified, Page, Unreachable, Validators
from watcher.model.network.hosts import is_loopback, is_of_provider
from watcher.model.network.way_out import WayOut

log = logging.getLogger(__name__)

ACCEPT = "text/html, application/xhtml+xml, application/json, application/xml;q=0.9, */*;q=0.5"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_VALIDATOR = 1_000
"""Most characters of an ETag or Last-Modified that is kept."""

LONGEST_CHARSET = 60
"""Most characters of a charset's name that are kept."""

_CHARSET = re.compile(r";\s*charset\s*=\s*(?:\"([^\"]*)\"|([^;,\s]+))", re.IGNORECASE)


def default_user_agent(contact: str = "") -> str:
    """Return ``watcher/VERSION (+contact)``.

    ``contact``: address for complaints by a site's operator. ``mailto:`` is put before a mail address: Crossref then
        answers sooner ("Polite").
    """
    scheme = "mailto:" if "@" in contact and ":" not in contact else ""
    return f"watcher/{__version__}" + (f" (+{scheme}{contact})" if contact else "")


@dataclass(frozen=True, slots=True)
class _Redirect:
    """A redirect.

    ``from_public``: it came from the public Internet.
    """

    to: httpx.URL
    from_public: bool


class Fetcher:
    """Fetches pages. Safe to use from several threads. Never raises for what a server does.

    ``user_agent``: how requests name the program, None for the usual name.
    ``clock``: returns the time that pages are stamped with.
    ``monotonic``: returns seconds, in which limits are counted.
    ``resolve``: returns the addresses of a host.
    ``book``: turns at sites that are shared with other processes.
    ``open_address``: puts secrets into an address.
    ``way``: returns how requests leave this machine.
    """

    def __init__(
        self,
        *,
        user_agent: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        book: Book | None = None,
        open_address: OpenAddress = has_no_secrets,
        way: Callable[[], WayOut] = WayOut,
    ) -> None:
        agent = user_agent or default_user_agent()
        headers = {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": "gzip", "Connection": "close"}
        self._product = agent.partition("/")[0]
        self._monotonic = monotonic
        self._clock = clock
        self._exchange = Exchange(
            headers,
            limits or Limits(),
            clock=clock,
            sleep=sleep,
            monotonic=monotonic,
            resolve=resolve,
            book=book,
            way=way,
        )
        self._permits = Permits(monotonic)
        self._open_address = open_address

    def get(self, url: str, validators: Callable[[str], Validators | None], *, robots: bool = True) -> Fetched:
        """Fetch ``url``, and follow redirects; return the page, "not modified", or why there is no page.

        Addresses are returned, and given to ``validators``, without password, fragment and secrets.

        ``validators``: returns the validators of an address, None for none.
        ``robots``: obey each site's robots.txt.
        """
        try:
            asked = AskedAddress(url, self._open_address)
        except (WatcherError, httpx.InvalidURL) as error:
            return self._unreachable(url, str(error))
        found = self._follow(asked, validators, robots=robots)
        return replace(found, reason=asked.reason(found.reason)) if isinstance(found, Unreachable) else found

    def _follow(self, asked: AskedAddress, validators: Callable[[str], Validators | None], *, robots: bool) -> Fetched:
        deadline = self._exchange.deadline()
        at, public_only, secret = asked.shown(asked.target), False, asked.headers
        try:
            target = _checked(asked.target)
            for _ in range(self._exchange.limits.redirects + 1):
                at = asked.shown(target)
                delay = self._permitted(target, public_only=public_only) if robots else 0.0
                known = validators(at) or Validators()
                began = self._monotonic()
                sent = {**_conditions(known), **secret}
                answer = self._exchange.ask(target, sent, deadline, public_only=public_only, delay=delay)
                self._log(at, answer, began)
                found = self._meaning(target, at, answer, known)
                if not isinstance(found, _Redirect):
                    return found
                secret = secret if _is_same_host(found.to, target) else {}
                target, public_only = found.to, public_only or found.from_public
            return self._unreachable(at, f"redirected more than {self._exchange.limits.redirects} times")
        except NotNow as refusal:
            return self._unreachable(at, str(refusal), refusal.wait)
        except FAILURES as error:
            reason = self._reason(error, deadline)
            log.debug("GET %s: %s", at, asked.reason(reason))
            return self._unreachable(at, reason)

    def _log(self, at: str, answer: HttpAnswer, began: float) -> None:
        """Log the status of a request, its bytes, and its seconds with the time of waiting for its turn."""
        seconds = self._monotonic() - began
        log.debug("GET %s: %s, %s bytes, %.1f s", at, status_line(answer.status), f"{len(answer.body):,}", seconds)

    def close(self) -> None:
        """End every request: all of them, now and later, return ``Unreachable``. Safe to call from any thread."""
        self._exchange.end()

    # --- what an answer means ---

    def _meaning(self, url: httpx.URL, at: str, answer: HttpAnswer, known: Validators) -> Fetched | _Redirect:
        if answer.status in REDIRECTS and "Location" in answer.headers:
            return _Redirect(_target(url, answer.headers["Location"]), answer.from_public)
        if answer.status == httpx.codes.NOT_MODIFIED and known:
            return NotModified(url=at, fetched_at=self._clock())
        if answer.status not in READ:
            return self._unreachable(at, _refusal(answer), answer.wait, answer.status)
        given = Validators(_worth_keeping(answer, "ETag"), self._modified(answer))
        return Page(
            url=at,
            body=answer.body,
            fetched_at=self._clock(),
            validators=given,
            charset=_charset(answer),
            warnings=_warnings(answer),
        )

    def _modified(self, answer: HttpAnswer) -> str | None:
        """Return the Last-Modified of an answer, None if it is later than the answer itself.

        No page changes after it was sent. A server that says so would answer 304 until then (RFC 9110, 8.8.2.1).
        """
        given = _worth_keeping(answer, "Last-Modified")
        modified, sent = http_date(given or ""), http_date(answer.headers.get("Date", ""))
        return None if modified and modified > (sent or self._clock()) else given

    def _reason(self, error: Exception, deadline: Deadline) -> str:
        if self._exchange.ended:
            return "stopped"
        if not deadline.left:
            return f"no whole answer within {deadline.seconds:g} s"
        return failure_reason(error)

    def _unreachable(self, url: str, reason: str, wait: float | None = None, status: int | None = None) -> Unreachable:
        retry_after = None if wait is None else timedelta(seconds=wait)
        return Unreachable(url=url, reason=reason, fetched_at=self._clock(), retry_after=retry_after, status=status)

    # --- what the site permits ---

    def _permitted(self, url: httpx.URL, *, public_only: bool) -> float:
        """Return the seconds that the site wants between two requests.

        Raises ``Refused`` if its robots.txt forbids this request. On this machine no robots.txt is read.
        """
        if is_loopback(url.host):
            return 0.0
        origin = f"{url.scheme}://{netloc(url)}"
        robots = self._permits.robots(origin, lambda: self._read_robots(origin, public_only=public_only))
        if line := robots.refusal(url.raw_path.decode("ascii")):
            raise Refused(f"{origin}/robots.txt forbids it: {line}")
        return robots.delay

    def _read_robots(self, origin: str, *, public_only: bool) -> Robots | str:
        """Read a site's robots.txt; return what it permits, or why that is not known.

        By RFC 9309, 2.3.1, a status 4xx permits everything, while 5xx or no answer leave it unknown.
        """
        deadline = self._exchange.deadline()
        target = httpx.URL(f"{origin}/robots.txt")
        try:
            for _ in range(self._exchange.limits.redirects + 1):
                began = self._monotonic()
                answer = self._exchange.ask(target, {}, deadline, public_only=public_only)
                self._log(str(target.copy_with(userinfo=b"")), answer, began)
                if answer.status not in REDIRECTS or "Location" not in answer.headers:
                    return self._robots(answer)
                target, public_only = _target(target, answer.headers["Location"]), public_only or answer.from_public
            return Robots()
        except NotNow:
            raise
        except FAILURES as error:
            return self._reason(error, deadline)

    def _robots(self, answer: HttpAnswer) -> Robots | str:
        if answer.status in READ:
            return read_robots(answer.body, self._product)
        is_missing = 400 <= answer.status < 500 and answer.status != httpx.codes.TOO_MANY_REQUESTS
        return Robots() if is_missing else f"{_refusal(answer)} for robots.txt, without which nothing else is asked for"


def _refusal(answer: HttpAnswer) -> str:
    asks = "" if answer.wait is None else f", asks to be left alone for {answer.wait:.0f} s"
    says = f', which says: "{answer.said}"' if answer.said else ""
    return status_line(answer.status) + says + asks


def _conditions(known: Validators) -> dict[str, str]:
    """Return the headers that ask for a page only if it has changed."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in headers.items() if value}


def _worth_keeping(answer: HttpAnswer, header: str) -> str | None:
    """Return a validator if it can be sent back as it is, else None: a bad one would spoil every later request."""
    value = answer.headers.get(header, "").strip()
    return value if value and value.isascii() and value.isprintable() and len(value) <= LONGEST_VALIDATOR else None


def _charset(answer: HttpAnswer) -> str:
    """Return the charset that the headers of an answer name, "" for none."""
    found = _CHARSET.search(answer.headers.get("Content-Type", ""))
    return clean_reason(found[1] or found[2] or "")[:LONGEST_CHARSET] if found else ""


def _warnings(answer: HttpAnswer) -> tuple[str, ...]:
    """Return, in words, what was ignored in an answer."""
    named = no_codings(answer.headers.get("Content-Encoding", ""))
    return tuple(
        f'the answer calls its body "{clean_reason(one[:40])}", which is no coding: read as it is' for one in named
    )


def _target(url: httpx.URL, location: str) -> httpx.URL:
    """Return the address that a redirect leads to. A password in the config is only sent to its own host."""
    place = re.split(r"[?#]", location, maxsplit=1)[0]
    try:
        target = _checked(url.join(place.replace("\\", "/") + location[len(place) :]))
    except (httpx.InvalidURL, Refused, ValueError):
        raise Refused(f"redirected to what is no web address: {location!r}") from None
    if _is_of_provider(target.host):
        raise Refused(f"redirected to {target.host}, where a machine is told its own keys")
    return target.copy_with(userinfo=url.userinfo if _is_same_host(target, url) else b"")


def _is_same_host(one: httpx.URL, other: httpx.URL) -> bool:
    """Return whether two addresses have the same scheme, host and port: what is secret to one is known to the other."""
    return (one.scheme, netloc(one)) == (other.scheme, netloc(other))


def _is_of_provider(host: str) -> bool:
    try:
        return is_of_provider(host)
    except ValueError:
        return False


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused(f"only http and https addresses are fetched, not {clean_reason(url.scheme) or 'bare'} ones")
    return url
