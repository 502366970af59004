"""Webhooks in the admin, their secrets taken and never shown; events and deliveries to look at."""

from aktar.webhooks.admin.endpoints import EndpointPage
from aktar.webhooks.admin.history import EventPage, WebhookAttemptPage, WebhookEventPage
from aktar.webhooks.admin.webhooks import WebhookPage

__all__ = ["EndpointPage", "EventPage", "WebhookAttemptPage", "WebhookEventPage", "WebhookPage"]
