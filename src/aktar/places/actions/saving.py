"""Saving one stock location as it was edited, and telling of it."""

from datetime import datetime

from django.db import transaction

from aktar.edge.content_types import ContentType
from aktar.edge.references import reading
from aktar.edge.shapes import encode_document
from aktar.places.models import StockLocation
from aktar.places.queries import audience_at, stock_location_shapes
from aktar.places.rules import LOCATION_CREATED, LOCATION_UPDATED
from aktar.webhooks.actions import record_event

PAYLOAD_LANGUAGE = "en-us"


def save_stock_location(location: StockLocation, *, now: datetime) -> None:
    """Save a new or changed stock location, and tell of it with what it is now."""
    with transaction.atomic():
        is_new = location.pk is None
        if is_new:
            location.created_date = now
        location.modified_date = now
        location.save()
        (shape,) = stock_location_shapes([location.pk], reading(PAYLOAD_LANGUAGE))
        record_event(
            LOCATION_CREATED if is_new else LOCATION_UPDATED,
            content_type=ContentType.STOCK_LOCATION,
            object_id=location.pk,
            payload=encode_document(shape),
            audience=audience_at(location.pk),
            destination=location.pk,
            now=now,
        )
