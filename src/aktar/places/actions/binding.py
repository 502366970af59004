"""Binding tokens and users to the stock locations they work for."""

from collections.abc import Collection

from django.db import transaction

from aktar.accounts.models import ApiToken, User
from aktar.accounts.models import Reach as TokenReach
from aktar.places.models import StockLocation, TokenMembership, UserMembership


class StockLocationUnknown(Exception):
    """No stock location has one of the ERP codes that were named."""

    def __init__(self, erp_codes: Collection[str]) -> None:
        super().__init__(f"No stock location has the ERP code {', '.join(sorted(erp_codes))}.")
        self.erp_codes = tuple(sorted(erp_codes))


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
