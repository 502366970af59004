"""Requests and commands are counted: what a client can invent makes no series, and processes add up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.test import Client

from aktar.accounts.models import Reach
from aktar.workflow.actions import load_workflow, read_workflow
from aktar.workflow.models import Command
from tests.conftest import ServerProcess
from tests.factories import a_caller, a_carrier, a_key, a_location, a_transfer_order, a_user
from tests.metrics.scraping import ACCEPT, Samples, samples_of, scraped

REQUESTS, SECONDS = "aktar_http_requests_total", "aktar_http_request_seconds_count"
COMMANDS = "aktar_commands_total"
STATES = "api/v1/oms/states/"


def grown(before: Samples, after: Samples, name: str) -> dict[tuple[str, ...], float]:
    """By how much the samples of a name have grown: the process has counted for other tests already."""
    growth = {key: value - before.get(key, 0) for key, value in after.items()}
    return {labels: more for (named, labels), more in growth.items() if named == name and more}


def test_requests_are_counted_by_method_route_and_status(prometheus: Client) -> None:
    before = scraped(prometheus)
    for _ in range(3):
        prometheus.get("/api/v1/oms/states/")
    prometheus.get("/api/v1/oms/transfer_orders/1/")
    prometheus.get("/api/v1/oms/transfer_orders/2/")
    after = scraped(prometheus)
    one_of_them = "api/v1/oms/transfer_orders/<id:pk>/"
    assert grown(before, after, REQUESTS) == {
        ("GET", STATES, "200"): 3,
        ("GET", one_of_them, "404"): 2,
        ("GET", "metrics", "200"): 1,
    }
    assert grown(before, after, SECONDS) == {
        ("GET", STATES): 3,
        ("GET", one_of_them): 2,
        ("GET", "metrics"): 1,
    }


def test_what_a_client_invents_makes_no_new_series(prometheus: Client) -> None:
    before = scraped(prometheus)
    for number in range(3):
        prometheus.get(f"/nothing/{number}")
        prometheus.generic(f"INVENTED{number}", "/api/v1/oms/states/")
    prometheus.get("/admin/transfers/transferorder/")
    found = grown(before, scraped(prometheus), REQUESTS)
    assert found[("GET", "(none)", "404")] == 3
    assert found[("OTHER", STATES, "405")] == 3
    assert found[("GET", "admin/", "302")] == 1


def test_commands_are_counted_by_slug_and_by_what_came_of_them(prometheus: Client) -> None:
    a_carrier()
    order, caller = a_transfer_order(), a_caller()
    slugs = dict(Command.objects.filter(source_state__content_type=6).values_list("pk", "slug"))
    before = scraped(prometheus)

    def run(transition: int, pk: int = order.pk, **parameters: str) -> int:
        body = {"transition": transition, "input_parameters": parameters}
        path = f"/api/v1/oms/transfer_orders/{pk}/command/"
        return caller.post(path, body, content_type="application/json").status_code

    assert run(298) == 400  # without a cargo company
    assert run(694, reason="none of them") == 400
    assert run(101) == 409
    assert run(100, pk=10**9) == 404
    assert run(100) == 204
    assert grown(before, scraped(prometheus), COMMANDS) == {
        ("refused", slugs[298]): 1,
        ("refused", slugs[694]): 1,
        ("not_allowed", slugs[101]): 1,
        ("refused", "unknown"): 1,
        ("done", slugs[100]): 1,
    }


def test_whoever_does_not_see_everything_is_turned_away(client: Client, transactional_db: None) -> None:
    assert client.get("/metrics").status_code == 401
    for caller in (
        a_caller(locations=[a_location()]),
        a_caller(a_user(), reach=Reach.USER),
        a_caller(a_user(is_admin=True), locations=[a_location()]),
    ):
        assert caller.get("/metrics").status_code == 403
    assert a_caller(a_user(is_admin=True), reach=Reach.USER).get("/metrics").status_code == 200


def test_it_may_be_called_by_any_host_name(prometheus: Client) -> None:
    assert prometheus.get("/metrics", headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_whichever_process_answers_tells_what_all_have_counted(
    database_url: str, live_server_process: Callable[..., ServerProcess]
) -> None:
    load_workflow(read_workflow())
    token = f"Token {a_key()}"
    server = live_server_process(database_url, "--workers", "2", "--threads", "2")
    # Each on a connection of its own, and several at once: both processes get some.
    with ThreadPoolExecutor(4) as pool:
        statuses = pool.map(lambda _: server.get(f"/{STATES}", Authorization=token).status, range(40))
        assert set(statuses) == {200}
    for _ in range(6):
        answer = server.get("/metrics", Authorization=token, Accept=ACCEPT)
        assert samples_of(answer.body.decode())[REQUESTS, ("GET", STATES, "200")] == 40
