"""Where a webhook may point: http and https, a host that is spelled plainly, no way inside, not ourselves.

A name is resolved when it is called, and its address is judged then (`is_allowed_address`). What is checked
here is what can be known while somebody is there to be told.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address
from urllib.parse import urlsplit

from aktar.webhooks.rules.addresses import Address, Network, is_open

LONGEST_TARGET = 2000

_PORTS = {"http": 80, "https": 443}
_FORM = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.*)")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?P<port>:.*)?")
_PORT = re.compile(r":[0-9]{1,5}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")

_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Address("::1"))
_LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_INSIDE = (".local", ".internal", ".localdomain", ".home.arpa")
_METADATA_NAMES = frozenset({"metadata", "metadata.goog", "metadata.google.internal", "instance-data"})


class Reason(StrEnum):
    """Why a target is refused."""

    NO_ADDRESS = "no_address"
    TOO_LONG = "too_long"
    SCHEME = "scheme"
    USER_INFO = "user_info"
    FRAGMENT = "fragment"
    PORT = "port"
    HOST = "host"
    INTERNAL_ADDRESS = "internal_address"
    OWN_API = "own_api"


class TargetRefused(ValueError):
    """An address that no webhook may point at, for a `reason`. The address itself may hold a secret."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"No webhook may point there ({reason}).")
        self.reason = reason


def check_target(url: str, *, allowed: Sequence[Network], own: Collection[tuple[str, int]]) -> None:
    """Raises TargetRefused unless the address is one that a webhook may point at.

    `allowed` are the networks that the operator opened, `own` the hosts and ports at which we answer.
    """
    host, port = _split(url)
    if isinstance(host, str):
        if _is_inside(host, allowed=allowed):
            raise TargetRefused(Reason.INTERNAL_ADDRESS)
    elif not is_open(host, allowed=allowed):
        raise TargetRefused(Reason.INTERNAL_ADDRESS)
    if (_whose(host), port) in {(_whose(_read_own(ours)), its_port) for ours, its_port in own}:
        raise TargetRefused(Reason.OWN_API)


def is_elsewhere(url: str, *, before: str) -> bool:
    """Whether an address leads to another host or port than the one before, or there by another scheme."""
    return _way(url) != _way(before)


def _way(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # kept from before the rules
        return ("", url)
    return parts.scheme.lower(), parts.netloc.lower()


def _split(url: str) -> tuple[str | Address, int]:
    if len(url) > LONGEST_TARGET:
        raise TargetRefused(Reason.TOO_LONG)
    form = _FORM.fullmatch(url)
    if form is None or any(sign.isspace() or sign == "\\" or not sign.isprintable() for sign in url):
        raise TargetRefused(Reason.NO_ADDRESS)
    scheme = form["scheme"].lower()
    if scheme not in _PORTS:
        raise TargetRefused(Reason.SCHEME)
    if not form["rest"].startswith("//"):
        raise TargetRefused(Reason.NO_ADDRESS)
    authority = re.split("[/?#]", form["rest"][2:], maxsplit=1)[0]
    if "@" in authority:
        raise TargetRefused(Reason.USER_INFO)
    if "#" in url:
        raise TargetRefused(Reason.FRAGMENT)
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise TargetRefused(Reason.HOST)
    return _read_host(parts["host"]), _read_port(parts["port"], otherwise=_PORTS[scheme])


def _read_port(text: str | None, *, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not _PORT.fullmatch(text) or not 1 <= int(text[1:]) <= 65535:
        raise TargetRefused(Reason.PORT)
    return int(text[1:])


def _read_host(text: str) -> str | Address:
    """The host as what it will be called by: an address, however it is spelled, or a name in ASCII."""
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except AddressValueError:
            raise TargetRefused(Reason.HOST) from None
        if address.scope_id is not None:
            raise TargetRefused(Reason.HOST)
        return address.ipv4_mapped or address
    name = _ascii(text).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _read_numbers(labels)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise TargetRefused(Reason.HOST)
    return name


def _ascii(text: str) -> str:
    """What a resolver makes of a name: signs that only look otherwise are folded, the rest is punycode."""
    folded = _OTHER_DOTS.sub(".", unicodedata.normalize("NFKC", text)).lower()
    try:
        return folded.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise TargetRefused(Reason.HOST) from None


def _read_numbers(labels: Sequence[str]) -> IPv4Address:
    """An IPv4 address as `inet_aton` takes it: 127.1, 0x7f.1, 0177.0.0.1, 2130706433."""
    try:
        numbers = [_read_number(label) for label in labels]
        *first, last = numbers
        if len(first) > 3 or any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
            raise ValueError(labels)
    except ValueError:
        raise TargetRefused(Reason.HOST) from None
    return IPv4Address(sum(number << 24 - 8 * place for place, number in enumerate(first)) + last)


def _read_number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:], 16)
    return int(text, 8 if text.startswith("0") else 10)


def _is_inside(name: str, *, allowed: Sequence[Network]) -> bool:
    """Whether a name says of itself that it leads inside, where the operator opened nothing like it."""
    if name in _METADATA_NAMES:
        return True
    if name in _LOOPBACK_NAMES or name.endswith(".localhost"):
        return not any(_is_of_loopback(network) for network in allowed)
    return name.endswith(_INSIDE) and not allowed


def _is_of_loopback(network: Network) -> bool:
    if isinstance(network, IPv4Network):
        return network.overlaps(_LOOPBACK[0])
    return _LOOPBACK[1] in network


def _read_own(host: str) -> str | Address | None:
    try:
        return _read_host(f"[{host}]" if ":" in host and not host.startswith("[") else host)
    except TargetRefused:
        return None


def _whose(host: str | Address | None) -> str | Address | None:
    """The host for comparison: all names and addresses of loopback are the same machine."""
    if isinstance(host, str):
        is_ours = host in _LOOPBACK_NAMES or host.endswith(".localhost")
    else:
        is_ours = host is not None and (host.is_loopback or host.is_unspecified)
    return "localhost" if is_ours else host
