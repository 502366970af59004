"""How webhooks and what they are owed look to the outside. No secret is ever part of a shape."""

from typing import Any

import msgspec

from aktar.edge.shapes import Document, Instant


class WebhookShape(msgspec.Struct):
    """A subscription; `secret_key` is always null, for a secret never comes back out."""

    id: int
    retry_countdown_config: Document
    created_date: Instant
    modified_date: Instant
    target_url: str
    is_active: bool
    secret_key: None
    event_type: str
    callback: str | None
    additional_headers: Document
    config: Document


class ShortWebhookShape(msgspec.Struct):
    """A subscription in brief."""

    id: int
    target_url: str
    is_active: bool
    event_type: str


class WebhookEventShape(msgspec.Struct):
    """One event that one webhook is owed, with its payload and what came of the attempts.

    `response_content` is the repr of the last answer's bytes; `request_datetimes` stands newest first.
    """

    id: int
    webhook: WebhookShape
    created_date: Instant
    modified_date: Instant
    uuid: str
    request_payload: dict[str, Any]
    response_content: str
    response_http_status: int | None
    delivered: bool
    request_datetimes: list[Instant]
    retry_count: int
    object_id: int
    content_type: int


class ShortWebhookEventShape(msgspec.Struct):
    """One event that one webhook is owed, in brief."""

    id: int
    webhook: ShortWebhookShape
    created_date: Instant
    modified_date: Instant
    delivered: bool


class EventTypeShape(msgspec.Struct):
    """A name to listen under: the kind of object that it tells of, and the names that it stands for."""

    name: str
    content_type: int
    stands_for: list[str]


class EventRegistryShape(msgspec.Struct):
    """What a webhook can be made of: the event types to listen to, and the callbacks that it may name."""

    event_types: list[EventTypeShape]
    callbacks: list[str]


class CountShape(msgspec.Struct):
    """How many events go out again."""

    count: int


class WebhookExistsShape(msgspec.Struct):
    """The user has a webhook for this address and event type already, be it active or not."""

    code: str
    en: str


class TestPayloadShape(msgspec.Struct):
    """The payload of a test: the webhook that it is for, and what that listens to."""

    __test__ = False  # pytest takes what begins so for a test

    webhook: int
    event_type: str
