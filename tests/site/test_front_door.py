"""Foreign hosts are refused, a read without its last slash finds its way, a write is never redirected."""

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from aktar.edge.addresses import parse_networks
from aktar.site.front_door import front_door

LOGIN = "/api/v1/auth/login"


def test_a_host_that_is_not_ours_is_refused_in_one_line(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/nothing", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert answer.json() == {"detail": "This host name is not served here."}
    turkish = client.get("/nothing", headers={"host": "evil.example", "accept-language": "tr-tr"})
    assert turkish.json() == {"detail": "Bu sunucu adına burada hizmet verilmiyor."}


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_read_without_its_last_slash_is_sent_to_the_right_path(client: Client, method: str) -> None:
    answer = getattr(client, method)(f"{LOGIN}?a=1&b=%C3%BC")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{LOGIN}/?a=1&b=%C3%BC"


def test_a_write_without_its_last_slash_is_not_redirected(client: Client) -> None:
    assert client.post(LOGIN, {}, content_type="application/json").status_code == 404


@pytest.mark.parametrize("path", ["/%2Fevil.example/", "/nothing", "/%0d%0aSet-Cookie:a"])
def test_no_redirect_leads_off_the_known_routes(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_answer_tells_its_length(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.headers["Content-Length"] == str(len(answer.content))


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_tells_no_length(rf: RequestFactory, status: int) -> None:
    answer = front_door(lambda _request: HttpResponse(status=status))(rf.get("/healthz"))
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize(
    ("peer", "scheme"),
    [("203.0.113.5", "http"), ("10.0.0.1", "https"), ("::ffff:10.0.0.1", "https"), ("", "http")],
)
def test_the_scheme_is_what_a_trusted_proxy_says(
    rf: RequestFactory, settings: LazySettings, peer: str, scheme: str
) -> None:
    settings.AKTAR_TRUSTED_PROXIES = parse_networks(["10.0.0.0/8"])
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def shown(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.scheme)

    request = rf.get("/healthz", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert front_door(shown)(request).content.decode() == scheme
