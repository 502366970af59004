"""A caller's address is what a trusted hop says, as far back as the hops are trusted."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from aktar.edge.addresses import client_address, parse_networks

TRUSTED = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 192.0.2.7, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:1234", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1:1234, 10.9.9.9:80", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::5]:80", "2001:db8::5"),
        ("10.0.0.1", "[2001:db8::5]", "2001:db8::5"),
        ("10.0.0.1", "198.51.100.1:", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:80:80", "10.0.0.1"),
        ("10.0.0.1", "[]:80", "10.0.0.1"),
        ("10.0.0.1", "[198.51.100.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_last_hop_that_is_not_ours_is_the_caller(
    rf: RequestFactory, settings: LazySettings, peer: str, forwarded: str | None, address: str
) -> None:
    settings.AKTAR_TRUSTED_PROXIES = parse_networks(TRUSTED)
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(rf.get("/", REMOTE_ADDR=peer, **extra)) == address


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="rubbish"):
        parse_networks(["10.0.0.0/8", "rubbish"])
