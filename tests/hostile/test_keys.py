"""Who has no good key learns nothing and changes nothing, and whose key is narrow stays within it."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from aktar.workflow.models import TransitionLog
from tests.walk.operations import KEYED, LISTED, ORDER_POSTS, of_nobody
from tests.walk.scene import Scene, authorized

HIDDEN = {name: asked for name, asked in KEYED.items() if "<id:pk>" in asked.route}


def _strangers(key: str) -> dict[str, str]:
    other_case = key[:-10].swapcase() + key[-10:]
    return {
        "an empty header": "",
        "a scheme alone": "Token",
        "another scheme": f"Bearer {key}",
        "basic": "Basic YXlzZTpwYXNz",
        "no scheme": key,
        "two spaces": f"Token  {key}",
        "a space behind": f"Token {key} ",
        "a tab": f"Token\t{key}",
        "two keys": f"Token {key} {key}",
        "two keys by comma": f"Token {key}, Token {key}",
        "a quoted key": f'Token "{key}"',
        "cut off": f"Token {key[:-1]}",
        "one letter off": f"Token {key[:10]}{'A' if key[10] != 'A' else 'B'}{key[11:]}",
        "other case": f"Token {other_case}",
        "a NUL behind": f"Token {key}\x00",
        "a NUL within": f"Token {key[:20]}\x00{key[21:]}",
        "Turkish letters": "Token şifreşifre",
        "bytes beyond ASCII": "Token " + "\xff" * len(key),
        "half a surrogate pair": "Token akt_\udcff" + key[5:],
        "a very long one": "Token " + "A" * 100_000,
        "SQL": "Token ' OR 1=1 --",
    }


def test_a_stranger_is_asked_for_a_key(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    strangers = _strangers(scene.keys["full"])
    for name, asked in KEYED.items():
        for who, header in strangers.items():
            with subtests.test(name, who=who):
                answer = replace(asked, headers={"authorization": header}).send(client, scene, "en-us")
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"] == "Token"
                assert list(answer.json()) == ["detail"]


def test_keys_that_are_good_no_more_are_told_alike(scene: Scene, client: Client) -> None:
    for asked in KEYED.values():
        told = {
            (answer.status_code, answer.content)
            for answer in (
                replace(asked, key=key).send(client, scene, "en-us")
                for key in ("expired", "revoked", "of one who left")
            )
        }
        never_made = replace(asked, headers={"authorization": "Token akt_" + "0" * 49})
        nobodys = never_made.send(client, scene, "en-us")
        assert told == {(401, nobodys.content)}


def test_a_key_in_the_query_opens_nothing_and_is_not_logged(
    scene: Scene, client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    key = scene.keys["full"]
    for parameter in ("token", "key", "authorization", "access_token", "api_key"):
        asked = replace(KEYED["transfer orders"], key=None, query=f"?{parameter}={key}")
        assert asked.send(client, scene, "en-us").status_code == 401
    written = "".join(capfd.readouterr()) + caplog.text
    assert '"status": 401' in caplog.text.replace("'", '"')
    assert key not in written


def test_a_wrong_key_is_not_logged(
    scene: Scene, client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    KEYED["logs"].send(client, scene, "en-us")
    replace(KEYED["logs"], key="expired").send(client, scene, "en-us")
    written = "".join(capfd.readouterr()) + caplog.text
    assert scene.keys["full"] not in written
    assert scene.keys["expired"] not in written


def test_what_lies_elsewhere_is_not_there(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for name, asked in HIDDEN.items():
        with subtests.test(name):
            elsewhere = replace(asked, key="elsewhere")
            hidden = elsewhere.send(client, scene, "en-us")
            absent = replace(elsewhere, path=of_nobody).send(client, scene, "en-us")
            assert hidden.status_code == absent.status_code == 404
            assert hidden.content == absent.content
    for name in ("transfer orders", "transfer orders in brief"):
        found = replace(LISTED[name], key="elsewhere").send(client, scene, "en-us").json()
        assert (found["count"], found["results"]) == (0, [])


def test_a_key_of_the_source_sees_its_orders(scene: Scene, client: Client) -> None:
    for name in ("transfer orders", "transfer orders in brief"):
        found = replace(LISTED[name], key="at the source").send(client, scene, "en-us").json()
        assert found["count"] == 2
    assert replace(KEYED["log"], key="at the source").send(client, scene, "en-us").status_code == 200


def test_a_read_only_key_runs_nothing(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    bodies: tuple[Any, ...] = ({}, b"{", b"", {"transition": 100, "input_parameters": {}})
    for name, asked in ORDER_POSTS.items():
        for body in (asked.body, *bodies):
            with subtests.test(name, body=body):
                answer = replace(asked, key="read only", body=body).send(client, scene, "en-us")
                assert answer.status_code == 403


def test_a_log_or_event_of_another_order_is_not_there(scene: Scene, client: Client) -> None:
    for name in ("log", "log by the printed path", "webhook event"):
        assert KEYED[name].send(client, scene, "en-us").status_code == 200
        assert replace(KEYED[name], order="waiting").send(client, scene, "en-us").status_code == 404


def test_a_packages_log_answers_by_the_printed_path_alone(scene: Scene, client: Client) -> None:
    log = TransitionLog.objects.filter(content_type=4, object_id=scene.ready.package_id).first()
    assert log is not None
    key = authorized(scene.keys["full"])
    printed = f"/api/v1/oms/packages/{log.object_id}/transition_logs/{log.pk}/"
    assert client.get(printed, headers=key).status_code == 200
    for order in (scene.ready.pk, log.object_id):
        path = f"/api/v1/oms/transfer_orders/{order}/transition_logs/{log.pk}/"
        assert client.get(path, headers=key).status_code == 404
    hidden = client.get(printed, headers=authorized(scene.keys["elsewhere"]))
    assert hidden.status_code == 404
