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
