"""A path that names nothing is a 404, a query that means nothing a 400; neither reaches the database."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.walk.operations import KEYED, LISTED, POSTS, Ask
from tests.walk.scene import VARY, Scene, ask, authorized, require_error_form

NO_IDS = (
    *("0", "-1", "+1", "1.0", "1e3", "0x1", "abc", "null", "%00", "1%00", "%31%00", "1%0A", "1%20", "%201"),
    *("%D9%A1", "%EF%BC%91", "%C2%B2", "%FF", "9223372036854775807", "9223372036854775808"),
    *("18446744073709551616", "1" + "0" * 30, "9" * 5000, "1;drop", "1'", "1%27--", "..", "%2e%2e", "{pk}"),
)
NO_PAGES = (
    *("0", "-1", "99", "00", "", " ", "+1", "1.0", "1e3", "abc", "%D9%A2", "%C2%B2", "%FF", "null"),
    *("9223372036854775807", "9223372036854775808", "1" + "0" * 30, "9" * 5000),
)
NO_LIMITS = (
    *(
        "0",
        "00",
        "-1",
        "-0",
        "",
        "%20",
        "%205",
        "%2B5",
        "5.0",
        "1e9",
        "abc",
        "%D9%A5",
        "1_000",
        "5%0A",
        "null",
    ),
)
NO_SORTS = (
    *(
        "",
        "-",
        "--id",
        "id,number",
        "%20id",
        "ID",
        "pk",
        "number",
        "order__number",
        "state",
        "%3F",
        "id%20desc",
    ),
    *("source__address__line", "id;drop", "-created_date%20", "%FF", "x" * 5000),
)


def _get(asked: Ask, client: Client, scene: Scene, query: str, status: int) -> None:
    answer = replace(asked, query=query).send(client, scene, "en-us")
    assert answer.status_code == status, (query[:100], answer.status_code, answer.content[:300])
    if status >= 400:
        require_error_form(answer.json())


def test_an_id_that_no_row_can_have_is_not_there(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in KEYED.items():
        parts = asked.route.split("/")
        for place, part in enumerate(parts):
            if not part.startswith("<"):
                continue
            for wrong in NO_IDS:
                route = "/".join([*parts[:place], "WRONG", *parts[place + 1 :]])
                with subtests.test(name, part=part, id=wrong[:30]):
                    answer = replace(
                        asked, route=route, path=lambda path, id_=wrong: path.replace("WRONG", id_)
                    )
                    got = answer.send(client, scene, "en-us")
                    assert got.status_code == 404, got.content
                    require_error_form(got.json())


def test_a_page_that_no_list_has_is_not_there(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in LISTED.items():
        for page in NO_PAGES:
            with subtests.test(name, page=page[:30]):
                _get(asked, client, scene, f"?page={page}", 404)
        _get(asked, client, scene, "?page=1", 200)
        _get(asked, client, scene, "?page=0001", 200)


def test_a_limit_is_a_whole_number_from_1(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for name, asked in LISTED.items():
        for limit in NO_LIMITS:
            with subtests.test(name, limit=limit):
                _get(asked, client, scene, f"?limit={limit}", 400)
        for limit in ("1", "001", "100", "101", "1000000000", "1" + "0" * 30, "9" * 5000):
            with subtests.test(name, limit=limit[:30]):
                _get(asked, client, scene, f"?limit={limit}", 200)


def test_a_sort_is_one_of_those_offered(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for name in ("transfer orders", "transfer orders in brief"):
        for sort in NO_SORTS:
            with subtests.test(name, sort=sort[:30]):
                _get(LISTED[name], client, scene, f"?sort={sort}", 400)


def test_a_parameter_that_is_not_known_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    queries = (
        *(
            "?nonsense=1",
            "?nonsense",
            "?=1",
            "?Page=1",
            "?page%00=1",
            "?%FF=1",
            "?limit[]=1",
            "?limit;page=1",
        ),
        *("?page=1%00", "?format=json&x=1", "?a=1&a=2", "?" + "x" * 5000, "?" + quote("ürün") + "=1"),
        *("?" + "&".join(f"p{n}=1" for n in range(500)), "?" + "&".join(f"p{n}=1" for n in range(1500))),
    )
    for name, asked in KEYED.items():
        for query in queries:
            with subtests.test(name, query=query[:30]):
                _get(asked, client, scene, query, 400)
        for query in ("?", "?&", "?&&"):
            if asked.method == "GET" and name != "stock availability":  # of something, or of nothing
                _get(asked, client, scene, query, 200)


def test_a_form_that_no_answer_has_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    formats = ("xml", "", "JSON", "json%20", "json%00", "api", "..%2Fjson", "%FF", "x" * 5000)
    accepts = (
        "application/xml",
        "text/markdown",
        "rubbish",
        "image/*",
        "application/jsonp",
        "a/b;" + "q=1;" * 5000,
    )
    for name, asked in (KEYED | {"log in": POSTS["log in"]}).items():
        if name == "metrics":
            continue  # they have one form, whatever is asked for
        for wanted in formats:
            with subtests.test(name, format=wanted[:20]):
                _get(asked, client, scene, f"?format={wanted}", 406)
        for accept in accepts:
            with subtests.test(name, accept=accept[:20]):
                _get(replace(asked, headers={"accept": accept}), client, scene, "", 406)


def test_odd_preferences_still_get_an_answer(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    oddities = (
        {"accept": "*/*;q=abc"},
        {"accept": "application/json; indent=999999999"},
        {"accept": "application/json; indent=-1; q=0"},
        {"accept": ";;;,,,*/*"},
        {"accept": "\x00, */*"},
        {"accept": "*/*," * 5000 + "*/*"},
        {"accept-language": "tr;q=nan, en;q=inf"},
        {"accept-language": "tr;q=-1"},
        {"accept-language": "tr;q=" + "9" * 400},
        {"accept-language": "xx-\xff, *;q=0"},
        {"accept-language": "tr," * 5000},
        {"x-forwarded-for": "rubbish, ::1, 999.1.1.1"},
        {"x-forwarded-host": "evil.example.com"},
        {"x-forwarded-proto": "gopher"},
        {"x-request-id": "a\r\nSet-Cookie: b"},
        {"x-http-method-override": "POST"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "text/plain; charset=rot13"},
        {"cookie": "sessionid=\x00; csrftoken"},
        {"if-none-match": '"rubbish'},
        {"if-modified-since": "rubbish"},
        {"range": "bytes=0-1"},
    )
    for name, asked in KEYED.items():
        if asked.method != "GET":
            continue
        for headers in oddities:
            with subtests.test(name, headers=str(headers)[:50]):
                answer = replace(asked, headers=headers).send(client, scene, "en-us")
                assert answer.status_code == 200, answer.content
                assert "evil" not in answer.content.decode()
                assert "Set-Cookie" not in str(answer.headers)
                assert {part.strip() for part in answer.headers["Vary"].split(",")} == VARY


def test_a_method_that_an_address_has_not_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in KEYED.items():
        here = {other.method for other in KEYED.values() if other.route == asked.route}
        own = {"OPTIONS", *here, *({"HEAD"} if "GET" in here else ())}
        for method in (
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "TRACE",
            "CONNECT",
            "PURGE",
            "get",
            "__INIT__",
        ):
            if method in own:
                continue
            with subtests.test(name, method=method):
                answer = replace(asked, method=method).send(client, scene, "en-us")
                # Method names are case-sensitive on paper; reading `get` as GET hurts nobody.
                assert answer.status_code == 405 or (method == "get" and answer.status_code == 200)


def test_paths_out_of_line_lead_nowhere(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    paths = (
        *(
            "/api",
            "/api/",
            "/api/v1/",
            "/api/v1/oms/",
            "/API/V1/OMS/transfer_orders/",
            "/%00",
            "/\x00",
        ),
        "/\\evil.example.com",
        *("/api/v1/oms/../oms/transfer_orders/", "/api/v1/oms/%2e%2e/", "/api/v1/oms/transfer_orders//"),
        *("/static/", "/static/../settings.py", "/static/%2e%2e/%2e%2e/settings.py", "/static/%00"),
        *("/.env", "/var/secret_key", "/%FF%FE", "/" + "a" * 8000, "/healthz/", "/readyz/x"),
    )
    for path in paths:
        for method in ("GET", "POST"):
            with subtests.test(method, path=path[:40]):
                answer = ask(client, method, path, **authorized(scene.keys["full"]))
                assert answer.status_code in (404, 405), answer.content
                assert answer.headers["Content-Type"] == "application/json"


def test_a_write_without_its_last_slash_is_not_there(scene: Scene, client: Client) -> None:
    for asked in POSTS.values():
        answer = replace(asked, path=lambda path: path.rstrip("/")).send(client, scene, "en-us")
        assert answer.status_code == 404


def test_a_redirect_stays_in_the_house(scene: Scene, client: Client) -> None:
    for path in (
        "/api/v1/oms/transfer_orders",
        "//api/v1/oms/transfer_orders",
        "/api/v1/oms/transfer_orders?a=//b",
    ):
        answer = client.get(path)
        location = answer.headers.get("Location", "/api")
        assert location.startswith("/api")
    assert get_resolver().resolve("/healthz")


def test_a_host_that_is_not_ours_is_refused(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for host in (
        "evil.example.com",
        "localhost:99999",
        "localhost:abc",
        "a b",
        "[::1",
        "\xff",
        "",
        "localhost\x00",
    ):
        with subtests.test(host=host):
            answer = client.get(
                "/api/v1/oms/transfer_orders/", headers=authorized(scene.keys["full"]), HTTP_HOST=host
            )
            assert answer.status_code in ((200, 400) if host in ("", "localhost:99999") else (400,))
            if answer.status_code == 400:
                require_error_form(answer.json())
