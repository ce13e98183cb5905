"""Tell which network addresses belong to the public Internet, and which to the machine's own provider."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # RFC 5214: between the prefix and an IPv4 address
NEVER = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Networks for protocols, relays and documentation that older Pythons count as public."""


METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Where Alibaba, Oracle and Amazon tell a machine its own keys, beside the link-local addresses."""


def is_of_provider(address: str) -> bool:
    """Return whether ``address`` is link-local or another of those by which cloud providers tell a machine its keys.

    An IPv6 address that contains an IPv4 address is judged by that one as well.
    """
    ip = ip_address(address)
    carried = _carried(ip) if isinstance(ip, IPv6Address) else None
    return ip.is_link_local or ip in METADATA or (carried is not None and is_of_provider(str(carried)))


def is_public(address: str) -> bool:
    """Return whether ``address`` can be reached by anybody: not private, loopback, link-local, multicast or reserved.

    An IPv6 address that contains an IPv4 address (mapped, NAT64, 6to4, ISATAP) is judged by that one. Teredo is never
    public.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        carried = _carried(ip)
        if carried is not None:
            return is_public(str(carried))
        if ip.is_site_local or ip.teredo is not None:
            return False
    if any(ip in network for network in NEVER):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _carried(ip: IPv6Address) -> IPv4Address | None:
    if ip in NAT64 or ip.packed[8:12] in ISATAP:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour


def is_loopback(host: str) -> bool:
    """Return whether ``host``, as written in a URL, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
