"""Writes of places: keeping stock locations, binding tokens and users to those they work for."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import ApiToken, User
from aktar.accounts.models import Reach as TokenReach
from aktar.edge.content_types import ContentType
from aktar.edge.references import reading
from aktar.edge.shapes import encode_document
from aktar.places.models import StockLocation, TokenMembership, UserMembership
from aktar.places.queries import audience_at, stock_location_shapes
from aktar.places.rules import LOCATION_CREATED, LOCATION_UPDATED
from aktar.webhooks.actions import record_event

PAYLOAD_LANGUAGE = "en-us"


class StockLocationUnknown(Exception):
    """No stock location has one of the ERP codes that were named."""

    def __init__(self, erp_codes: Collection[str]) -> None:
        super().__init__(f"No stock location has the ERP code {', '.join(sorted(erp_codes))}.")
        self.erp_codes = tuple(sorted(erp_codes))


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


def bind_token(token: ApiToken, *, erp_codes: Collection[str]) -> None:
    """Bind a token to exactly these stock locations. Raises StockLocationUnknown, binding nothing."""
    with transaction.atomic():
        locations = _locations(erp_codes)
        ApiToken.objects.filter(pk=token.pk).update(reach=TokenReach.LOCATIONS)
        TokenMembership.objects.filter(token=token).delete()
        TokenMembership.objects.bulk_create(
            TokenMembership(token=token, stock_location_id=id_) for id_ in locations
        )
        token.reach = TokenReach.LOCATIONS


def assign_user(user: User, *, erp_codes: Collection[str]) -> None:
    """Make a user work at exactly these stock locations. Raises StockLocationUnknown, changing nothing."""
    with transaction.atomic():
        locations = _locations(erp_codes)
        UserMembership.objects.filter(user=user).delete()
        UserMembership.objects.bulk_create(
            UserMembership(user=user, stock_location_id=id_) for id_ in locations
        )


def _locations(erp_codes: Collection[str]) -> list[int]:
    found = dict(StockLocation.objects.filter(erp_code__in=erp_codes).values_list("erp_code", "pk"))
    unknown = set(erp_codes) - set(found)
    if unknown:
        raise StockLocationUnknown(unknown)
    return list(found.values())
