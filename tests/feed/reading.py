"""Reading the feed as a consumer does."""

from typing import Any

from django.test import Client

FEED = "/api/v1/oms/events/"


def piece(caller: Client, **query: Any) -> dict[str, Any]:
    """One answer."""
    answer = caller.get(FEED, query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    assert list(found) == ["cursor", "has_more", "results"]
    return found


def everything(caller: Client, **query: Any) -> list[dict[str, Any]]:
    """All that the feed has, answer by answer."""
    events: list[dict[str, Any]] = []
    found = piece(caller, **query)
    events += found["results"]
    while found["has_more"]:
        found = piece(caller, **query | {"after": found["cursor"]})
        events += found["results"]
    return events


def objects(events: list[dict[str, Any]]) -> list[int]:
    """The ids of what the events are about."""
    return [event["object_id"] for event in events]
