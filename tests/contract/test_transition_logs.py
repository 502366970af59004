"""The list, the short list and the detail of transition logs are the contract's, value for value."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from aktar.accounts.models import User
from aktar.workflow.models import TransitionLog
from tests.contract.comparison import differences
from tests.contract.printed import sample
from tests.contract.rows import store_transfer_order
from tests.factories import NOW, a_caller, a_workflow

pytestmark = pytest.mark.django_db

ORDER = "/api/v1/oms/transfer_orders/1329"
IN_TURKISH = {
    "Waiting": "Bekliyor",
    "Ready for Shipping": "Sevke Hazır",
    "In Transit": "Yolda",
    "Transferred": "Transfer Edildi",
}
"""The samples print logs in English, without translations; these are the Turkish names of their states."""


@pytest.fixture
def caller() -> Client:
    a_workflow()
    return a_caller()


def store(logs: list[Any]) -> None:
    """The printed logs, of a transfer order that no sample prints; the oldest first, as moves happen."""
    store_transfer_order(sample("transfer_orders.detail") | {"id": 1329, "transferitem_set": []})
    for log in reversed(logs):
        user = log["user"]
        User.objects.update_or_create(
            pk=user["pk"],
            defaults={key: user[key] for key in ("first_name", "last_name", "email", "username")}
            | {"date_joined": NOW},
        )
        TransitionLog.objects.create(
            pk=log["id"],
            old_state_id=log["old_state"]["id"],
            new_state_id=log["new_state"]["id"],
            user_id=user["pk"],
            attributes=log["attributes"],
            created_date=datetime.fromisoformat(log["created_date"]),
            object_id=1329,
            content_type=6,
        )


def told_in(language: str, printed: Any) -> Any:
    """The same with the names of states in `language`."""
    if isinstance(printed, list):
        return [told_in(language, value) for value in printed]
    if not isinstance(printed, dict):
        return printed
    told = {key: told_in(language, value) for key, value in printed.items()}
    if language == "tr-tr" and "name" in told:
        told["name"] = IN_TURKISH[told["name"]]
    return told


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("transition_logs.list", f"{ORDER}/transition_logs/"),
        ("transition_logs.short", f"{ORDER}/transition_logs/short/"),
        ("transition_logs.detail", f"{ORDER}/transition_logs/49749/"),
        ("transition_logs.detail", "/api/v1/oms/packages/1329/transition_logs/49749/"),
    ],
)
def test_the_logs_are_the_samples(caller: Client, name: str, path: str, language: str) -> None:
    printed = sample(name)
    store(printed.get("results", [printed]))

    answer = caller.get(path, headers={"Accept-Language": language})

    assert answer.status_code == 200
    assert differences(told_in(language, printed), answer.json()) == {}
