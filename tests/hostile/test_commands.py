"""A command that is not meant, not known or not allowed changes nothing."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.workflow.models import Command, TransitionLog
from tests import factories
from tests.walk.operations import POSTS
from tests.walk.scene import (
    ADVANCE,
    CANCEL,
    DELIVER,
    DISPATCH,
    READY,
    Scene,
    a_scene,
    ask,
    authorized,
    footprint,
    require_error_form,
)

COMMAND = POSTS["command"]
READY_SLUG = "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping"
TOO_BIG = b"9" * 5000


def _told(client: Client, scene: Scene, body: Any, *, name: str = "command") -> dict[str, Any]:
    """The errors by field of a body that must be refused."""
    answer = replace(POSTS[name], body=body).send(client, scene, "en-us")
    assert answer.status_code == 400, answer.content
    told: dict[str, Any] = answer.json()
    require_error_form(told)
    return told


def test_a_transition_is_a_whole_number(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    wrong: tuple[Any, ...] = (
        *(True, False, 1.0, 1.5, 100.0, "100", "100 ", "", [], [100], {}, {"id": 100}, 0, -1, -(2**63)),
        *(2**63 - 1, 1, 73, 999),
    )
    for value in wrong:
        with subtests.test(value=value):
            assert "transition" in _told(client, scene, {"transition": value, "input_parameters": {}})
    for digits in (b"1180591620717411303424", TOO_BIG, b"-" + TOO_BIG, b"1e2", b"1E400", b"100.0"):
        with subtests.test(value=digits[:30]):
            _told(client, scene, b'{"transition": ' + digits + b', "input_parameters": {}}')


def test_a_command_is_named(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for nobody in ({}, {"transition": None}, {"slug": None}, {"transition": None, "slug": None}):
        _told(client, scene, {**nobody, "input_parameters": {}})
    told = _told(client, scene, {"transition": DISPATCH, "slug": READY_SLUG, "input_parameters": {}})
    assert list(told) == ["slug"]
    unknown = (
        "nothing",
        "RENEW_TRANSFER",
        "renew_ transfer",
        "\u200brenew_transfer",
        "renew_transfe\u0072\u0307",
    )
    for slug in (*unknown, "x" * 151, "a\r\nb", 100, [], {}):
        with subtests.test(slug=slug):
            assert list(_told(client, scene, {"slug": slug, "input_parameters": {}})) == ["slug"]


@pytest.mark.django_db
def test_a_command_of_another_model_is_none_of_a_transfer_orders(client: Client) -> None:
    scene = a_scene()
    prepare = Command.objects.get(slug="package__prepare__waiting__preparing")
    before = footprint()
    assert list(_told(client, scene, {"slug": prepare.slug, "input_parameters": {}})) == ["slug"]
    assert list(_told(client, scene, {"transition": prepare.pk, "input_parameters": {}})) == ["transition"]
    assert footprint() == before


def test_input_parameters_are_an_object(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    assert list(_told(client, scene, {"transition": READY})) == ["input_parameters"]
    for value in (None, [], [{}], "", "{}", 0, True, 1.5):
        with subtests.test(value=value):
            told = _told(client, scene, {"transition": READY, "input_parameters": value})
            assert list(told) == ["input_parameters"]


def test_the_body_agrees_with_the_path(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    asked = {"transition": READY, "input_parameters": {}}
    for field, own in (("transfer", scene.waiting.pk), ("package", scene.waiting.package_id)):
        for value in (own + 1, 0, -1, 2**63 - 1, str(own), float(own), None, [own], True):
            with subtests.test(field=field, value=value):
                assert list(_told(client, scene, asked | {field: value})) == [field]


def test_parameters_are_what_they_should_be(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    wrong: dict[str, tuple[Any, ...]] = {
        "cargo_company": (
            *("abc", " ", "1 ", "+1", "-1", "1.0", "١", "²", "9" * 19, "9" * 5000, "0", 0, -1, 1.0, True),
            *([], {}, [1], 999, "999", 2**63 - 1),
        ),
        "awb_number": ("  ", "x" * 101, "a\r\nb", "a\x1bb", "a\u2028b", [], {}, True, 1.5),
        "tracking_url": (
            *("javascript:alert(1)", "file:///etc/passwd", "//kargo.example.com", "kargo.example.com"),
            *("https://", "http:///x", "https://[::1", "https://a.example.com/\r\nb", "data:text/html,x"),
            *("https://a.example.com/" + "x" * 1000, 1, [], {}),
        ),
        "remote_user_pk": ("x" * 101, "a\nb", [], {}, True, 1.5),
        "remote_user_mail": ("x" * 255, "a\nb", 1, [], {}),
    }
    for transition in (READY, ADVANCE):
        for parameter, values in wrong.items():
            for value in values:
                with subtests.test(transition=transition, parameter=parameter, value=value):
                    given = {"cargo_company": "1", parameter: value}
                    told = _told(client, scene, {"transition": transition, "input_parameters": given})
                    assert list(told) == ["input_parameters"]
                    assert list(told["input_parameters"]) == [parameter]


def test_parameters_have_a_bounded_size(scene: Scene, client: Client) -> None:
    for given in ({"note": "x" * 8200}, {"note": "ş" * 4100}, {str(n): n for n in range(2000)}):
        told = _told(client, scene, {"transition": READY, "input_parameters": given})
        assert list(told) == ["input_parameters"]


def test_a_carrier_is_named_where_goods_are_handed_over(scene: Scene, client: Client) -> None:
    for given in ({}, {"cargo_company": None}, {"cargo_company": ""}, {"awb_number": "AWB 1"}):
        told = _told(client, scene, {"transition": ADVANCE, "input_parameters": given})
        assert list(told["input_parameters"]) == ["cargo_company"]


@pytest.mark.django_db
def test_what_else_stands_in_the_parameters_is_logged_as_it_came(client: Client) -> None:
    scene = a_scene()
    given = {"<script>": "😀\u202e", "Ürün İ": [1.5, None, True, {"a": 2**63 - 1}], "slug": "x", "": "%s {0}"}
    answer = replace(COMMAND, body={"transition": READY, "input_parameters": given}).send(
        client, scene, "en-us"
    )
    assert answer.status_code == 204
    log = TransitionLog.objects.get(object_id=scene.waiting.pk, content_type=6)
    assert log.attributes["command"] == given | {"slug": READY_SLUG, "transition_id": READY}
    path = f"/api/v1/oms/transfer_orders/{scene.waiting.pk}/transition_logs/{log.pk}/"
    read = client.get(path, headers=authorized(scene.keys["full"]))
    assert read.json()["attributes"] == log.attributes


@pytest.mark.django_db
def test_a_command_leaves_its_own_state_and_no_other(client: Client, subtests: pytest.Subtests) -> None:
    scene = a_scene()
    orders = _an_order_in_every_state()
    before = footprint()
    refused = 0
    for command in Command.objects.filter(source_state__content_type=6):
        for state, order in orders.items():
            if command.source_state_id == state:
                continue
            with subtests.test(command=command.slug, state=state):
                answer = ask(
                    client,
                    "POST",
                    f"/api/v1/oms/transfer_orders/{order.pk}/command/",
                    body={"transition": command.pk, "input_parameters": {"cargo_company": 1}},
                    **authorized(scene.keys["full"]),
                )
                assert answer.status_code == 409
                told = answer.json()
                assert told["state"]["id"] == state
                leaving = Command.objects.filter(source_state=state).values_list("pk", flat=True)
                assert {allowed["id"] for allowed in told["allowed"]} == set(leaving)
                refused += 1
    assert refused == 8 * 4
    assert footprint() == before


def test_a_number_from_outside_is_one_line_of_text(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    blank = ("", " ", "\t", "\u00a0", "\u3000")
    controls = ("a\rb", "a\nb", "a\r\nSet-Cookie: b", "a\x00", "a\x1b[2J", "a\x7f", "a\x85b", "a\u2028b")
    other: tuple[Any, ...] = (
        "x" * 101,
        "😀" * 101,
        "x" * 100_000,
        123,
        1.5,
        True,
        None,
        [],
        ["1"],
        {},
        {"a": 1},
    )
    for name, field in (("set invoice number", "invoice_number"), ("set remote id", "remote_id")):
        assert list(_told(client, scene, {}, name=name)) == [field]
        for value in (*blank, *controls, *other):
            with subtests.test(name, value=value):
                told = _told(client, scene, {field: value}, name=name)
                assert list(told) == [field] or value == "a\x00"


@pytest.mark.django_db
def test_a_number_from_outside_may_be_a_hundred_letters_of_any_kind(client: Client) -> None:
    scene = a_scene()
    for name, field in (("set invoice number", "invoice_number"), ("set remote id", "remote_id")):
        for value in (
            "x" * 100,
            "😀" * 100,
            "İ" * 100,
            "'; DROP TABLE transfers_transferorder; --",
            "%s %(a)s {0}",
        ):
            answer = replace(POSTS[name], body={field: value}).send(client, scene, "en-us")
            assert answer.status_code == 204
            assert TransferOrder.objects.values_list(field, flat=True).get(pk=scene.ready.pk) == value


def _an_order_in_every_state() -> dict[int, TransferOrder]:
    ways = ((), (READY,), (READY, DISPATCH), (READY, DISPATCH, DELIVER), (READY, CANCEL))
    orders = {}
    for way in ways:
        order = factories.a_transfer_order()
        for transition in way:
            run_command(
                order.pk,
                transition=transition,
                parameters=CommandParameters(),
                by=None,
                reach=EVERYWHERE,
                now=factories.NOW,
            )
        order.refresh_from_db()
        orders[order.state_id] = order
    assert len(orders) == 5
    return orders
