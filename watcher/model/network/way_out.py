"""Say how requests leave this machine: directly or through a proxy, and whose certificates are trusted."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote, urlsplit

from watcher.errors import WatcherError
from watcher.model.network.hosts import address_as_written, is_within, may_be_public

WANTS_PASSWORD = 407
"""Status with which a proxy asks for a user and a password."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """How requests leave this machine.

    ``proxy``: ``http://user:password@host:port``, "" for none.
    ``missing``: why the proxy's address is not known, "" if it is.
    ``domains``: domains that are asked without the proxy, with everything below them.
    ``networks``: networks that are asked without the proxy.
    ``authorities``: certificates in PEM that are trusted in addition to the usual ones, "" for none.
    """

    proxy: str = field(default="", repr=False)
    missing: str = ""
    domains: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    authorities: str = field(default="", repr=False)

    def proxy_for(self, host: str) -> str:
        """Return the proxy through which ``host`` is asked, "" if it is asked directly.

        Raises ``WatcherError`` if the proxy is needed and its address is not known.
        """
        if not (self.proxy or self.missing) or self._is_direct(host):
            return ""
        if self.missing:
            raise WatcherError(f"the proxy cannot be used: {self.missing}")
        return self.proxy

    def _is_direct(self, host: str) -> bool:
        # A proxy would take such a host for one of its own network, which a stranger's page could reach by it. To be
        # asked for itself it may take for a question about its own state.
        if not may_be_public(host) or host.lower().removesuffix(".") == urlsplit(self.proxy).hostname:
            return True
        address = address_as_written(host)
        if address is None:
            return is_within(host, self.domains)
        return any(ip_address(address) in network for network in self.networks)


def network_in(text: str) -> IPv4Network | IPv6Network | None:
    """Return the network that a text such as ``10.0.0.0/8`` or ``10.1.2.3`` means, None for a domain."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def proxy_credentials(proxy: str) -> str:
    """Return the value of ``Proxy-Authorization`` for a proxy, "" if its address has no user (RFC 7617)."""
    place = urlsplit(proxy)
    if place.username is None:
        return ""
    pair = f"{unquote(place.username)}:{unquote(place.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def is_proxys_refusal(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether a proxy itself has refused a request that went through it without a tunnel.

    A proxy that answers itself says so with ``Proxy-Status`` (RFC 9209) or ``X-Squid-Error``.

    ``status``: HTTP status of the answer.
    ``headers``: its headers.
    """
    if status == WANTS_PASSWORD:
        return True
    return status >= 400 and ("X-Squid-Error" in headers or "error=" in headers.get("Proxy-Status", ""))


def refusal_of_proxy(status: int, said: str, *, has_user: bool) -> str:
    """Return, in words, what a proxy's refusal means.

    ``said``: the status in words, such as ``HTTP 403 Forbidden``.
    ``has_user``: the proxy's address has a user.
    """
    if status == WANTS_PASSWORD:
        return f"the proxy {'refuses the user or password' if has_user else 'wants a user and a password'} ({said})"
    if status in (502, 503, 504):
        return f"the proxy cannot reach it ({said})"
    return f"the proxy refuses to ask for it ({said})"
