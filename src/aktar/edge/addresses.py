"""Where a request comes from, behind as many trusted proxies as there are."""

import ipaddress
import re
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What proxies write for a hop: `1.2.3.4`, `1.2.3.4:5678`, `[::1]`, `[::1]:80`, and a bare `::1`.
_HOP = re.compile(
    r"\s*(?:\[(?P<bracketed>[^\]]*)\](?::\d+)?|(?P<dotted>[\d.]+):\d+|(?P<bare>.*?))\s*", re.ASCII
)


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks or single addresses such as `10.0.0.0/8`; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def client_address(request: HttpRequest) -> str:
    """The caller's address: the peer's, or what trusted peers say of it; empty when the peer has none.

    `X-Forwarded-For` is read from its end for as long as the hop that wrote it is in
    `settings.AKTAR_TRUSTED_PROXIES`; what lies beyond the first untrusted hop anybody could have written.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not settings.AKTAR_TRUSTED_PROXIES:
        return peer
    address: Address | None = _parse(peer)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and address is not None and _is_trusted(address):
        before = _parse_hop(hops.pop())
        if before is None:
            break
        address = before
    return peer if address is None else str(address)


def comes_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the peer itself, whatever it says of others, is in `settings.AKTAR_TRUSTED_PROXIES`."""
    address = _parse(request.META.get("REMOTE_ADDR", ""))
    return address is not None and _is_trusted(address)


def neighbourhood(address: str) -> str:
    """What counts as one caller: an IPv4 address, or an IPv6 address's /64, for one host has all of it."""
    if ":" not in address:
        return address
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
    return str(parsed or address)


def _is_trusted(address: Address) -> bool:
    trusted: tuple[Network, ...] = settings.AKTAR_TRUSTED_PROXIES
    return any(address in network for network in trusted)


def _parse_hop(text: str) -> Address | None:
    hop = _HOP.fullmatch(text)
    return None if hop is None else _parse(hop["bracketed"] or hop["dotted"] or hop["bare"] or "")


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
