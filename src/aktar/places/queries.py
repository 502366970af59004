"""Reads of places: encoded locations and geography, and the reach of a caller."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from aktar.accounts.models import ApiToken, User
from aktar.accounts.models import Reach as TokenReach
from aktar.edge.expressions import Among, InstantText
from aktar.edge.references import Fragments, Reading
from aktar.edge.rules import degrees_text, duration_text
from aktar.edge.shapes import instant_text
from aktar.edge.statements import Compiled, RowsOfIds
from aktar.places.models import (
    Address,
    City,
    Country,
    District,
    StockLocation,
    TokenMembership,
    Township,
    UserMembership,
)
from aktar.places.rules import EVERYWHERE, Reach
from aktar.places.shapes import (
    AddressShape,
    CityShape,
    CountryShape,
    DistrictShape,
    StockLocationShape,
    StockLocationSimpleShape,
    TownshipShape,
)
from aktar.webhooks.models import Webhook
from aktar.webhooks.queries import Audience, listening


def reach_of(user: User, token: ApiToken | None) -> Reach:
    """The stock locations a caller works for. At most one query.

    A token that is bound to locations opens those and no more, whoever its user is; one made for all opens
    all; otherwise the user decides: a superuser everything, anybody else the memberships.
    """
    if token is not None and token.reach == TokenReach.ALL:
        return EVERYWHERE
    if token is not None and token.reach == TokenReach.LOCATIONS:
        bound = TokenMembership.objects.filter(token=token).values_list("stock_location_id", flat=True)
        return Reach(everything=False, locations=frozenset(bound))
    if user.is_superuser:
        return EVERYWHERE
    own = UserMembership.objects.filter(user=user).values_list("stock_location_id", flat=True)
    return Reach(everything=False, locations=frozenset(own))


def audience_at(first: int, second: int | None = None) -> Audience:
    """Who may hear of what happens at one or two stock locations (ids): `hears_of`, compiled once."""
    return lambda name, also: _audience.for_values(first, second or first, name, also)


def hears_of(*locations: int) -> Q:
    """Which webhooks may hear of what happens at any of these stock locations (ids).

    As `reach_of`, for the webhook's user and the token it was made with; a user who is not active and a
    token that was revoked hear of nothing.
    """
    works_there = UserMembership.objects.filter(user=OuterRef("user"), stock_location__in=locations)
    bound_there = TokenMembership.objects.filter(token=OuterRef("token"), stock_location__in=locations)
    by_user = Q(user__is_superuser=True) | Exists(works_there)
    by_token = (
        Q(token__reach=TokenReach.ALL)
        | (Q(token__reach=TokenReach.LOCATIONS) & Exists(bound_there))
        | (Q(token__reach=TokenReach.USER) & by_user)
    )
    return Q(user__is_active=True) & (
        (Q(token=None) & by_user) | (Q(token__isnull=False, token__revoked_at=None) & by_token)
    )


# In every command; Django takes longer to write it than all its other statements take together.
_audience = Compiled(
    lambda first, second, name, also: listening(hears_of(first, second), name, also), -1001, -1002, "\1", "\2"
)


def hearers_of(locations: Collection[int], *, event_types: Collection[str]) -> dict[int, set[int]]:
    """By stock location, the webhooks that may hear of it: `hears_of` for many. Three queries."""
    webhooks = list(
        Webhook.objects.filter(
            user__is_active=True, token__revoked_at=None, is_active=True, event_type__in=event_types
        ).values_list("pk", "user_id", "user__is_superuser", "token_id", "token__reach")
    )
    works: dict[int, set[int]] = defaultdict(set)
    bound: dict[int, set[int]] = defaultdict(set)
    users = {user for _, user, *_ in webhooks}
    tokens = {token for _, _, _, token, _ in webhooks if token is not None}
    for found, rows in (
        (works, UserMembership.objects.filter(Among("stock_location", locations), user__in=users)),
        (bound, TokenMembership.objects.filter(Among("stock_location", locations), token__in=tokens)),
    ):
        owner = "user_id" if found is works else "token_id"
        for id_, location in rows.values_list(owner, "stock_location_id"):
            found[id_].add(location)
    hearers: dict[int, set[int]] = {location: set() for location in locations}
    for webhook, user, is_superuser, token, reach in webhooks:
        if reach == TokenReach.LOCATIONS:
            heard: Collection[int] = bound[token]
        else:
            heard = locations if reach == TokenReach.ALL or is_superuser else works[user]
        for location in heard:
            hearers[location].add(webhook)
    return hearers


def heard_by(webhook: Webhook) -> Q:
    """Which events a webhook may hear of today: `hears_of` from the other end. At most three queries."""
    token = webhook.token
    if not webhook.user.is_active or (token is not None and token.revoked_at is not None):
        return Q(pk__in=[])
    reach = reach_of(webhook.user, token)
    if reach.everything:
        return Q()
    return Q(source_location__in=reach.locations) | Q(destination_location__in=reach.locations)


def webhooks_opened_by(token: ApiToken) -> Q:
    """Which of its user's webhooks hear of nothing that a token does not open. No query.

    As `reach_of`: a token for all opens each; one that is bound to locations those that are bound to some of
    them; a user's own, those that hear what the user may, and those bound to locations of the user.
    """
    if token.reach == TokenReach.ALL or (token.reach == TokenReach.USER and token.user.is_superuser):
        return Q()
    bound = TokenMembership.objects.filter(token=OuterRef("token"))
    if token.reach == TokenReach.LOCATIONS:
        opened = TokenMembership.objects.filter(token=token).values("stock_location")
        beyond = bound.exclude(stock_location__in=opened)
        return Q(~Exists(beyond), token__reach=TokenReach.LOCATIONS)
    own = UserMembership.objects.filter(user=token.user_id).values("stock_location")
    beyond = bound.exclude(stock_location__in=own)
    within = Q(~Exists(beyond), token__reach=TokenReach.LOCATIONS)
    return within | Q(token=None) | Q(token__reach=TokenReach.USER)


def bound_erp_codes() -> dict[int, list[str]]:
    """By token id, the ERP codes of the stock locations that it is bound to, in order. One query."""
    return _codes_by(TokenMembership.objects.values_list("token_id", "stock_location__erp_code"))


def erp_codes_by_user() -> dict[int, list[str]]:
    """By user id, the ERP codes of the stock locations that they work at, in order. One query."""
    return _codes_by(UserMembership.objects.values_list("user_id", "stock_location__erp_code"))


def _codes_by(rows: "QuerySet[Any, tuple[int, str]]") -> dict[int, list[str]]:
    codes: dict[int, list[str]] = {}
    for owner, code in rows.order_by("stock_location__erp_code"):
        codes.setdefault(owner, []).append(code)
    return codes


def _load_countries(ids: Collection[int]) -> dict[int, CountryShape]:
    return {row.pk: _country(row) for row in Country.objects.filter(pk__in=ids)}


def _load_cities(ids: Collection[int]) -> dict[int, CityShape]:
    return {row.pk: _city(row) for row in City.objects.filter(pk__in=ids)}


def _load_townships(ids: Collection[int]) -> dict[int, TownshipShape]:
    return {row.pk: _township(row) for row in Township.objects.filter(pk__in=ids)}


def _load_districts(ids: Collection[int]) -> dict[int, DistrictShape]:
    return {row.pk: _district(row) for row in District.objects.filter(pk__in=ids)}


def _load_stock_locations(ids: Collection[int]) -> dict[int, StockLocationShape]:
    """One query."""
    rows = StockLocation.objects.filter(pk__in=ids).select_related(
        "address__country", "address__city", "address__township", "address__district"
    )
    return {row.pk: _stock_location(row) for row in rows}


countries = Fragments(_load_countries, shape=CountryShape)
cities = Fragments(_load_cities, shape=CityShape)
townships = Fragments(_load_townships, shape=TownshipShape)
districts = Fragments(_load_districts, shape=DistrictShape)
stock_locations = Fragments(_load_stock_locations, shape=StockLocationShape)


def stock_location_shapes(ids: Sequence[int], reading: Reading) -> list[StockLocationShape]:
    """The stock locations of these ids, in their order. No query, or one for those that are not at hand."""
    found = stock_locations.of(ids, reading)
    return [found[id_] for id_ in ids if id_ in found]


def stock_locations_simple(ids: Sequence[int]) -> list[StockLocationSimpleShape]:
    """The stock locations of these ids in brief, in their order. One query."""
    rows = {row[0]: _simple(row) for row in _simple_rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


_SIMPLE_COLUMNS: tuple[Any, ...] = (
    "id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "omnitron_id",
    "name",
    "erp_code",
    "stock_location_type",
    "is_active",
    "is_fulfillment_center",
    "priority",
    "address_id",
)
_simple_rows = RowsOfIds(lambda ids: StockLocation.objects.filter(pk__in=ids).values_list(*_SIMPLE_COLUMNS))


def _simple(row: tuple[Any, ...]) -> StockLocationSimpleShape:
    (
        id_,
        created,
        modified,
        omnitron_id,
        name,
        erp_code,
        stock_location_type,
        is_active,
        is_fulfillment_center,
        priority,
        address,
    ) = row
    return StockLocationSimpleShape(
        id=id_,
        created_date=created,
        modified_date=modified,
        omnitron_id=omnitron_id,
        name=name,
        erp_code=erp_code,
        stock_location_type=stock_location_type,
        # SQLite gives 0 and 1.
        is_active=bool(is_active),
        is_fulfillment_center=bool(is_fulfillment_center),
        priority=priority,
        address=address,
    )


def _country(row: Country) -> CountryShape:
    return CountryShape(
        pk=row.pk,
        name=row.name,
        code=row.code,
        is_active=row.is_active,
        longitude=degrees_text(row.longitude),
        latitude=degrees_text(row.latitude),
    )


def _city(row: City) -> CityShape:
    return CityShape(
        pk=row.pk,
        name=row.name,
        country=row.country_id,
        is_active=row.is_active,
        longitude=degrees_text(row.longitude),
        latitude=degrees_text(row.latitude),
    )


def _township(row: Township) -> TownshipShape:
    return TownshipShape(
        pk=row.pk,
        name=row.name,
        city=row.city_id,
        is_active=row.is_active,
        longitude=degrees_text(row.longitude),
        latitude=degrees_text(row.latitude),
    )


def _district(row: District) -> DistrictShape:
    return DistrictShape(
        pk=row.pk,
        name=row.name,
        city=row.city_id,
        township=row.township_id,
        is_active=row.is_active,
        longitude=degrees_text(row.longitude),
        latitude=degrees_text(row.latitude),
    )


def _address(row: Address) -> AddressShape:
    return AddressShape(
        id=row.pk,
        city=_city(row.city),
        country=_country(row.country),
        township=_township(row.township),
        district=None if row.district is None else _district(row.district),
        mapping=row.mapping,
        title=row.title,
        is_active=row.is_active,
        line=row.line,
        postcode=row.postcode,
        notes=row.notes,
        longitude=degrees_text(row.longitude),
        latitude=degrees_text(row.latitude),
    )


def _stock_location(row: StockLocation) -> StockLocationShape:
    return StockLocationShape(
        id=row.pk,
        stock_location_type=row.stock_location_type,
        address=_address(row.address),
        engine=row.engine,
        tags=row.tags,
        created_date=instant_text(row.created_date),
        modified_date=instant_text(row.modified_date),
        omnitron_id=row.omnitron_id,
        name=row.name,
        is_fulfillment_center=row.is_fulfillment_center,
        is_pickup_location=row.is_pickup_location,
        is_delivery_location=row.is_delivery_location,
        is_return_available=row.is_return_available,
        is_fast_delivery_available=row.is_fast_delivery_available,
        is_active=row.is_active,
        priority=row.priority,
        conf=row.conf,
        daytime_phone=row.daytime_phone,
        evening_phone=row.evening_phone,
        fax_number=row.fax_number,
        email=row.email,
        target_packing_interval=duration_text(row.target_packing_interval),
        target_transfer_interval=duration_text(row.target_transfer_interval),
        erp_code=row.erp_code,
        use_as_shipper_location=row.use_as_shipper_location,
    )
