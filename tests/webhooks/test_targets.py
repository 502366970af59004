"""A webhook points outwards: any other address is refused, however it is spelled."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aktar.webhooks.rules import Reason, TargetRefused, check_target, is_allowed_address, parse_allowed

OWN = [("api.aktar.example", 443), ("127.0.0.1", 8000), ("2606:4700::5", 8000), ("bücher.example", 80)]

GOOD = [
    "http://erp.example.com",
    "https://erp.example.com/hook?key=1&b=%20",
    "HTTPS://ERP.Example.COM:8443/hook/",
    "https://erp.example.com.:443/",
    "https://erp_1.example.com?x",
    "http://erp/hook",
    "https://magaza-çarşı.example/kanca/ş",
    "https://xn--bcher-kva.example:8080/",
    "http://8.8.8.8:1/",
    "http://8.8.8.8.:65535/",
    "http://0x8.010.2056/",
    "http://[2606:4700::1111]:8080/x",
    "http://[::ffff:8.8.8.8]/",
    "https://api.aktar.example:8443/",
    "https://localhost.example.com/",
    "https://internal/",
]

# Each spelling leads to this machine, its neighbours, or a cloud's metadata.
INTERNAL = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0x7f.1",
    "0X7F.0x0.0.0x1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.01",
    "00000000000000000000177.1",
    "①②⑦．0．0．1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "１２７．１",
    "127.0.0\ufe0f.1",
    "𝟭𝟮𝟳.𝟬.𝟬.𝟭",
    "0",
    "0.0.0.0",  # noqa: S104 (an address to refuse)
    "0x0",
    "10.0.0.1",
    "10.1",
    "167772161",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.43518",
    "0xa9.0xfe.0xa9.0xfe",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "4294967295",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::8.8.8.8]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[100::1]",
    "[2001::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::]",
    "[2620:4f:8000::1]",
    "[3fff::1]",
    "[4000::1]",
    "[5f00::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "localhost",
    "LOCALHOST.",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "localhoſt",
    "erp.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "printer.local",
    "metadata.google.internal",
    "metadata",
    "metadata.goog",
    "instance-data",
    "ip-10-0-0-1.eu-west-1.compute.internal",
    "nas.home.arpa",
]

REFUSED = {
    Reason.NO_ADDRESS: [
        "",
        "erp.example.com",
        "//erp.example.com/",
        "http:erp.example.com",
        "http:/erp.example.com",
        "http:\\\\erp.example.com",
        "http://erp.example.com\\@127.0.0.1/",
        " http://erp.example.com",
        "http://erp.example.com/a b",
        "http://erp.example.com/\r\nX: 1",
        "http://erp.example.com\n",
        "http://erp.example.com/\x00",
        "http://erp.example.com/\x7f",
        "http://erp.exa\u200bmple.com/",
        "http://erp.exa\u00admple.com/",
        "http://erp.example.com/\ud800",
        "http://erp.example.com/\u2028",
        "http://☃\u0378.example/",
        "http://erp.example.com/\u202e",
        "\ufeffhttp://erp.example.com/",
        "ｈttp://erp.example.com/",
    ],
    Reason.SCHEME: [
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "ftp://erp.example.com/",
        "ws://erp.example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http+unix://%2Frun%2Fdocker.sock/",
        "jar:http://erp.example.com!/",
    ],
    Reason.USER_INFO: [
        "https://user:pass@erp.example.com/",
        "https://user@erp.example.com/",
        "https://@erp.example.com/",
        "https://erp.example.com@127.0.0.1/",
        "https://erp.example.com:80@127.0.0.1/",
    ],
    Reason.FRAGMENT: [
        "https://erp.example.com/#a",
        "https://erp.example.com#",
        "https://a.example#@b.example/",
    ],
    Reason.PORT: [
        "http://erp.example.com:/",
        "http://erp.example.com:0/",
        "http://erp.example.com:65536/",
        "http://erp.example.com:99999/",
        "http://erp.example.com:000080/",
        "http://erp.example.com:-1/",
        "http://erp.example.com:+80/",
        "http://erp.example.com:8_0/",
        "http://erp.example.com:٣/",
        "http://erp.example.com:①/",
        "http://erp.example.com:80:90/",
        "http://fe80::1/",
        "http://erp.example.com:http/",
        "http://[2606:4700::1]:/",
    ],
    Reason.HOST: [
        "http://",
        "http:///x",
        "http://?x",
        "http://:80/",
        "http://.",
        "http://../",
        "http://.erp.example.com/",
        "http://erp..example.com/",
        "http://erp.example.com../",
        "http://-erp.example.com/",
        "http://erp-.example.com/",
        "http://" + "a" * 64 + ".example.com/",
        "http://" + "a." * 126 + "ab.cd/",
        "http://%31%32%37.0.0.1/",
        "http://erp.example.com%00/",
        "http://erp.example.com;x/",
        "http://erp*.example.com/",
        "http://erp／x.example.com/",
        "http://erp.example.com：80/",
        "http://erp＠127.0.0.1/",
        "http://℀.example.com/",
        "http://1.2.3.4.5/",
        "http://256.0.0.1/",
        "http://1.2.3.256/",
        "http://1.2.65536/",
        "http://4294967296/",
        "http://0x100000000/",
        "http://08.1/",
        "http://127.0.0.08/",
        "http://0x/",
        "http://1.2.3.0x/",
        "http://erp.1/",
        "http://1e1.2/",
        "http://-1.2/",
        "http://" + "9" * 1900 + "/",
        "http://::1/",
        "http://[]/",
        "http://[::1",
        "http://::1]/",
        "http://[::1]x/",
        "http://x[::1]/",
        "http://[127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::１]/",
        "http://[v1.a]/",
        "http://[:::1]/",
        "http://[1:2:3:4:5:6:7:8:9]/",
    ],
    Reason.TOO_LONG: ["https://erp.example.com/" + "x" * 1977],
    Reason.OWN_API: [
        "https://api.aktar.example/",
        "https://API.aktar.example./x",
        "http://api.aktar.example:443/",
        "http://[2606:4700::5]:8000/",
        "http://[2606:4700:0:0:0:0:0:5]:8000/",
        "http://bücher.example/",
        "http://xn--bcher-kva.example/",
    ],
}


def reason_of(url: str, *, allowed: str = "") -> Reason | None:
    try:
        check_target(url, allowed=parse_allowed(allowed), own=OWN)
    except TargetRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("url", GOOD)
def test_a_public_address_is_taken(url: str) -> None:
    assert reason_of(url) is None


@pytest.mark.parametrize("host", INTERNAL)
def test_no_spelling_of_an_address_within_is_taken(host: str) -> None:
    assert reason_of(f"http://{host}/hook") is Reason.INTERNAL_ADDRESS
    assert reason_of(f"https://{host}:8443") is Reason.INTERNAL_ADDRESS


@pytest.mark.parametrize(("reason", "url"), [(why, url) for why, urls in REFUSED.items() for url in urls])
def test_what_is_no_plain_address_is_refused_with_its_reason(reason: Reason, url: str) -> None:
    assert reason_of(url) is reason


def test_a_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(TargetRefused) as refused:
        check_target("https://user:hush@erp.example.com/", allowed=(), own=())
    assert "hush" not in str(refused.value)


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: f"http://{text}/"))
def test_whatever_is_given_is_taken_or_refused(text: str) -> None:
    reason_of(text)


@given(st.ip_addresses(v=4), st.data())
def test_every_spelling_that_the_resolver_takes_is_read_as_it_reads_it(
    address: IPv4Address, data: st.DataObject
) -> None:
    octets = list(address.packed)
    kept = data.draw(st.integers(0, 3))
    numbers = [*octets[:kept], int.from_bytes(octets[kept:])]
    spelling = ".".join(data.draw(st.sampled_from(["%d", "0x%x", "0X%X", "0%o"])) % n for n in numbers)
    assert socket.inet_aton(spelling) == address.packed
    expected = None if is_allowed_address(str(address), allowed=()) else Reason.INTERNAL_ADDRESS
    assert reason_of(f"http://{spelling}/") is expected


def test_localhost_and_names_of_the_inside_open_with_what_the_operator_allows() -> None:
    for allowed in ("127.0.0.0/8", "127.0.0.1", "::1"):
        assert reason_of("http://localhost:9000/", allowed=allowed) is None
        assert reason_of("http://erp.localhost:9000/", allowed=allowed) is None
        assert reason_of("http://localhost.localdomain:9000/", allowed=allowed) is None
    assert reason_of("http://localhost/", allowed="10.0.0.0/8") is Reason.INTERNAL_ADDRESS
    assert reason_of("http://erp.internal/", allowed="10.0.0.0/8") is None
    assert reason_of("http://10.1/", allowed="10.0.0.0/8") is None
    assert reason_of("http://metadata.google.internal/", allowed="0.0.0.0/0") is Reason.INTERNAL_ADDRESS


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "[::]"]
)
def test_our_own_api_is_refused_by_every_name_of_this_machine(host: str) -> None:
    everything = "0.0.0.0/0, ::/0"
    assert reason_of(f"http://{host}:8000/", allowed=everything) is Reason.OWN_API
    assert reason_of(f"http://{host}:8001/", allowed=everything) is None


def test_an_own_host_that_is_none_hinders_nothing() -> None:
    check_target("http://erp.example.com/", allowed=(), own=[("*", 80), ("", 80), ("::1", 80)])


PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2001:200::1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "3ffe:ffff::1",
]
NOT_PUBLIC = [
    "erp.example.com",
    "127.1",
    "0x7f.1",
    "8.8.8.8:80",
    "[::1]",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "64:ff9b::7f00:1",
    "2002:a9fe:a9fe::",
    "::127.0.0.1",
    "224.0.0.1",
    "fec0::1",
    "::ffff:10.0.0.1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_allowed_address(address, allowed=())


@pytest.mark.parametrize("address", ["", " ", "8.8.8.8 ", *NOT_PUBLIC])
def test_what_is_no_public_address_may_not_be_called(address: str) -> None:
    assert not is_allowed_address(address, allowed=())


def test_an_operator_opens_what_a_network_names_and_no_more() -> None:
    allowed = parse_allowed("10.1.0.0/16, fd12:3456::/32")
    assert is_allowed_address("10.1.255.255", allowed=allowed)
    assert is_allowed_address("::ffff:10.1.0.1", allowed=allowed)
    assert is_allowed_address("fd12:3456::1", allowed=allowed)
    assert not is_allowed_address("10.2.0.1", allowed=allowed)
    assert not is_allowed_address("fd12:3457::1", allowed=allowed)
    assert not is_allowed_address("fd12:3456::1%eth0", allowed=allowed)


METADATA = ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"]


@pytest.mark.parametrize("address", METADATA)
def test_metadata_opens_only_to_an_operator_who_names_it_alone(address: str) -> None:
    bits = ip_address(address).max_prefixlen
    assert not is_allowed_address(address, allowed=())
    assert not is_allowed_address(address, allowed=parse_allowed("0.0.0.0/0, ::/0"))
    almost = parse_allowed(
        "169.254.169.254/31, 169.254.170.2/31, 100.100.100.200/31, 168.63.129.16/31, fd00:ec2::254/127"
    )
    assert not is_allowed_address(address, allowed=almost)
    assert is_allowed_address(address, allowed=parse_allowed(f"{address}/{bits}"))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::a9fe:a9fe",
    ],
)
def test_no_translation_into_ipv6_leads_to_metadata(address: str) -> None:
    assert not is_allowed_address(address, allowed=parse_allowed("0.0.0.0/0, ::/0"))
    assert not is_allowed_address(address, allowed=parse_allowed("64:ff9b::/96, 64:ff9b:1::/48, 2002::/16"))


def test_behind_a_translator_the_public_internet_opens_and_nothing_within() -> None:
    allowed = parse_allowed("64:ff9b::/96")
    assert is_allowed_address("64:ff9b::8.8.8.8", allowed=allowed)
    assert not is_allowed_address("64:ff9b::10.0.0.1", allowed=allowed)
    assert is_allowed_address("64:ff9b::10.0.0.1", allowed=[*allowed, *parse_allowed("10.0.0.0/8")])


@given(st.ip_addresses(v=4))
def test_mapped_into_ipv6_an_address_is_judged_as_itself(address: IPv4Address) -> None:
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    assert is_allowed_address(str(mapped), allowed=()) == is_allowed_address(str(address), allowed=())


def test_no_networks_are_written_as_nothing() -> None:
    assert parse_allowed("") == parse_allowed(" , ") == ()
    assert [str(network) for network in parse_allowed("10.0.0.0/8,::1, 192.168.1.20")] == [
        "10.0.0.0/8",
        "::1/128",
        "192.168.1.20/32",
    ]


@pytest.mark.parametrize(
    "text", ["10.0.0.1/8", "10.0.0.0/33", "erp", "10.0.0.0/8 ::1", "fe80::%eth0/64", "127.1"]
)
def test_what_is_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        parse_allowed(f"10.0.0.0/8, {text}")
