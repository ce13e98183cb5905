"""Ask a site through a proxy, and tell the proxy's failures from the site's."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from watcher.fetch.reasons import causes_of, failure_reason, status_line
from watcher.fetch.wire import Deadline, Live, Refused, Resolve, Transport, Wire
from watcher.model.network.way_out import is_proxys_refusal, proxy_credentials, refusal_of_proxy


class ProxyWire(Wire):
    """Connects to the configured proxy, which may be in a private network."""

    def __init__(self, deadline: Deadline, live: Live, resolve: Resolve) -> None:
        super().__init__(deadline, live, resolve, public_only=False)

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        """Connect to the proxy at ``host`` and ``port``. Raises ``Refused`` with a reason that names it."""
        try:
            return super().connect_tcp(host, port, *args, **kwargs)
        except (httpcore.ConnectError, httpcore.ConnectTimeout, Refused) as error:
            raise Refused(f"the proxy {host}:{port} cannot be reached: {failure_reason(error)}") from error


class ProxyTransport(Transport):
    """httpx's transport through a proxy: a tunnel for https, a request to the proxy for http.

    Raises ``Refused`` for what the proxy does. What happens inside a tunnel is the site's doing.
    """

    def __init__(self, wire: ProxyWire, proxy: str, ssl_context: ssl.SSLContext | None) -> None:
        place = httpx.URL(proxy)
        credentials = proxy_credentials(proxy)
        self._has_user = bool(credentials)
        self._name = f"{place.host}:{place.port or 80}"
        self._is_through = False
        self._pool = httpcore.HTTPProxy(
            httpcore.URL(scheme=b"http", host=place.raw_host, port=place.port or 80, target=b"/"),
            proxy_headers=[(b"Proxy-Authorization", credentials.encode())] if credentials else None,
            ssl_context=ssl_context,
            network_backend=wire,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        has_tunnel = request.url.scheme == "https"
        request.extensions = {**request.extensions, "trace": self._seen}
        try:
            response = super().handle_request(request)
        except httpcore.ProxyError as error:
            raise Refused(self._refusal(_status_in(error))) from error
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            if not has_tunnel:
                raise
            raise self._explained(error) from error
        if not has_tunnel and is_proxys_refusal(response.status_code, response.headers):
            response.close()
            raise Refused(self._refusal(response.status_code))
        return response

    def _seen(self, event: str, info: object) -> None:
        """Take note of httpcore's steps: when TLS begins, the proxy has made the tunnel."""
        self._is_through |= event.endswith("start_tls.started")

    def _refusal(self, status: int) -> str:
        return refusal_of_proxy(status, status_line(status), has_user=self._has_user)

    def _explained(self, error: Exception) -> Exception:
        if not self._is_through:
            return Refused(f"the proxy {self._name} makes no connection: {failure_reason(error)}")
        if _is_untrusted(causes_of(error)):
            hint = "a proxy that looks into TLS needs its authority in ca_bundle"
            return Refused(f"{failure_reason(error)} (by the proxy; {hint})")
        return error


def _is_untrusted(causes: Iterable[BaseException]) -> bool:
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def _status_in(error: httpcore.ProxyError) -> int:
    """Return the HTTP status that an error of httpcore begins with, 0 for none."""
    first = str(error).partition(" ")[0]
    return int(first) if first.isdecimal() else 0
