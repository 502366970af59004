"""Which network addresses may be called: those of the public internet, and what the operator opened."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# `is_global` is not asked: it takes 64:ff9b::7f00:1, 2002:a9fe:a9fe::, 224.0.0.1 and others for public.
_CLOSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# Where clouds hand out credentials to whoever asks from within: closed even in a range that is open.
_METADATA = frozenset(
    ip_address(text)
    for text in (
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "192.0.0.192",
        "fd00:c1::a9fe:a9fe",
        "fd00:ec2::23",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::a9fe:a9fe",
    )
)
# IPv4 stands in the last 32 bits of these.
_TRANSLATED = tuple(IPv6Network(text) for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48"))
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")


def parse_allowed(text: str) -> tuple[Network, ...]:
    """Read the networks that an operator opens, separated by commas: `10.0.0.0/8, fd12:3456::/32`.

    Raises ValueError for anything else, with a sentence that says what would do.
    """
    written = [item.strip() for item in text.split(",")]
    return tuple(_parse_network(item) for item in written if item)


def is_allowed_address(address: str, *, allowed: Sequence[Network]) -> bool:
    """Whether a connection to an address, as a socket names it, may be opened.

    `allowed` opens what is closed by itself; a metadata address only where it is named alone. An IPv4 address
    that is mapped into IPv6 is judged as itself; one that is translated into IPv6 must be open in both.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return is_open(parsed, allowed=allowed)


def is_open(address: Address, *, allowed: Sequence[Network]) -> bool:
    """What `is_allowed_address` says, of an address that is parsed already."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        if address.ipv4_mapped is not None:
            return is_open(address.ipv4_mapped, allowed=allowed)
    opening = [network for network in allowed if address in network]
    if address in _METADATA:
        return any(network.prefixlen == network.max_prefixlen for network in opening)
    if isinstance(address, IPv4Address):
        return bool(opening) or not any(address in network for network in _CLOSED_V4)
    inner = _translated(address)
    if inner is not None and not is_open(inner, allowed=allowed):
        return False
    is_public = address in _PUBLIC_V6 and not any(address in network for network in _CLOSED_V6)
    return bool(opening) or is_public


def _translated(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end up at. Loopback and nothingness have none."""
    if int(address) <= 1:
        return None
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    if address in _TEREDO and address.teredo is not None:
        return address.teredo[1]
    return None


def _parse_network(text: str) -> Network:
    try:
        if "%" in text:
            raise ValueError(text)
        return ip_network(text)
    except ValueError as error:
        raise ValueError(
            f'{text!r} is no network; write it like "10.0.0.0/8", "192.168.1.20/32" or "fd12:3456::/32", '
            "without a bit set beyond the length."
        ) from error
