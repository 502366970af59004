"""Where a request comes from, behind as many trusted proxies as there are."""

import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks or single addresses such as `10.0.0.0/8`; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def client_address(request: HttpRequest) -> str:
    """The caller's address: the peer's, or what trusted peers say of it; empty when the peer has none.

    `X-Forwarded-For` is read from its end for as long as the hop that wrote it is in
    `settings.AKTAR_TRUSTED_PROXIES`; what lies beyond the first untrusted hop anybody could have written.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    trusted: tuple[Network, ...] = settings.AKTAR_TRUSTED_PROXIES
    if not trusted:
        return peer
    address = _parse(peer)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and address is not None and any(address in network for network in trusted):
        before = _parse(hops.pop().strip())
        if before is None:
            break
        address = before
    return peer if address is None else str(address)


def neighbourhood(address: str) -> str:
    """What counts as one caller: an IPv4 address, or an IPv6 address's /64, for one host has all of it."""
    if ":" not in address:
        return address
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
    return str(parsed or address)


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
