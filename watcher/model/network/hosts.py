"""Tell which hosts belong to the public Internet, and which to the provider of this machine."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # RFC 5214: between the prefix and an IPv4 address
NEVER = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Networks for protocols, relays and documentation. Older Pythons count them as public."""

METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Addresses at which Alibaba, Oracle and Amazon give a machine its own keys, besides link-local ones."""

INNER_DOMAINS = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "home.arpa",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
)
"""Domains in which no public name ends (RFC 6761, RFC 6762 with its appendix G, RFC 8375, ICANN's .internal)."""

_PART = re.compile(r"0x[0-9a-f]{0,16}|[0-9]{1,20}")


def is_of_provider(address: str) -> bool:
    """Return whether ``address`` is link-local, or another at which a cloud provider gives a machine its own keys.

    An IPv6 address that contains an IPv4 address is judged by both.
    """
    ip = ip_address(address)
    carried = _carried(ip) if isinstance(ip, IPv6Address) else None
    return ip.is_link_local or ip in METADATA or (carried is not None and is_of_provider(str(carried)))


def is_public(address: str) -> bool:
    """Return whether ``address`` is on the public Internet: not private, loopback, link-local, multicast or reserved.

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


def is_public_name(host: str | None) -> bool:
    """Return whether a host, as written in an address, may be on the public Internet; None is a site's usual one."""
    if host is None:
        return True
    try:
        return is_public(host)
    except ValueError:
        return "." in host and not host.endswith(tuple(f".{one}" for one in INNER_DOMAINS))


def is_loopback(host: str) -> bool:
    """Return whether ``host``, as written in a URL, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address_as_written(host: str) -> str | None:
    """Return ``host`` as an address in its usual form, None if it is a name.

    IPv4 addresses are also read as the C library reads them: ``127.1``, ``2130706433``, ``0x7f.0.0.1``, ``0177.0.0.1``.
    """
    text = _bare(host)
    try:
        return str(ip_address(text))
    except ValueError:
        return _loose_address(text)


def may_be_public(host: str) -> bool:
    """Return whether ``host``, as written in a URL, may be on the public Internet. Nothing is looked up.

    Not public are addresses that :func:`is_public` refuses, names of a single word, and names in ``INNER_DOMAINS``.
    """
    if (address := address_as_written(host)) is not None:
        return is_public(address)
    name = _bare(host)
    return "." in name and not _PART.fullmatch(name.rpartition(".")[2]) and not is_within(name, INNER_DOMAINS)


def is_within(name: str, domains: tuple[str, ...]) -> bool:
    """Return whether a name is one of the domains or below one."""
    name = _bare(name)
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _bare(host: str) -> str:
    return host.lower().removeprefix("[").removesuffix("]").removesuffix(".")


def _loose_address(text: str) -> str | None:
    parts = text.split(".")
    if len(parts) > 4 or not all(_PART.fullmatch(part) for part in parts):
        return None
    try:
        *first, last = (_number(part) for part in parts)
    except ValueError:
        return None  # an 8 or 9 in an octal number
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return None
    value = sum(number << (8 * (3 - n)) for n, number in enumerate(first))
    return str(IPv4Address(value + last))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)
