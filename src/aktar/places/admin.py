"""Geography, stock locations and memberships in the admin."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.accounts.admin import TokenPage, UserPage
from aktar.accounts.models import ApiToken, Reach, User
from aktar.edge.admin.pages import ForSuperusers, TableInline, TablePage
from aktar.places.actions import save_stock_location
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

_GEOGRAPHY = {"longitude": _("longitude"), "latitude": _("latitude")}


@admin.register(Country)
class CountryPage(TablePage):
    """Countries."""

    names = (_("country"), _("countries"))
    words = _GEOGRAPHY
    helps = {"code": _("ISO 3166, two small letters.")}
    list_display = ("name", "code", "is_active")
    search_fields = ("name", "code")
    ordering = ("name",)


@admin.register(City)
class CityPage(TablePage):
    """Provinces."""

    names = (_("city"), _("cities"))
    words = {**_GEOGRAPHY, "country": _("country")}
    list_display = ("name", "country", "is_active")
    list_select_related = ("country",)
    autocomplete_fields = ("country",)
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Township)
class TownshipPage(TablePage):
    """District towns."""

    names = (_("township"), _("townships"))
    words = {**_GEOGRAPHY, "city": _("city")}
    list_display = ("name", "city", "is_active")
    list_select_related = ("city",)
    autocomplete_fields = ("city",)
    search_fields = ("name", "city__name")
    ordering = ("name",)


@admin.register(District)
class DistrictPage(TablePage):
    """Neighbourhoods."""

    names = (_("district"), _("districts"))
    words = {**_GEOGRAPHY, "city": _("city"), "township": _("township")}
    list_display = ("name", "township", "city", "is_active")
    list_select_related = ("township", "city")
    autocomplete_fields = ("city", "township")
    search_fields = ("name", "township__name")
    ordering = ("name",)


@admin.register(Address)
class AddressPage(TablePage):
    """Where stock locations stand."""

    names = (_("address"), _("addresses"))
    words = {
        **_GEOGRAPHY,
        "city": _("city"),
        "country": _("country"),
        "township": _("township"),
        "district": _("district"),
        "mapping": _("mapping"),
        "title": _("title"),
        "line": _("street and number"),
        "postcode": _("postcode"),
        "notes": _("notes"),
    }
    list_display = ("title", "line", "district", "township", "city")
    list_select_related = ("district", "township", "city")
    autocomplete_fields = ("country", "city", "township", "district")
    search_fields = ("title", "line")


@admin.register(StockLocation)
class StockLocationPage(TablePage):
    """Stores and warehouses."""

    names = (_("stock location"), _("stock locations"))
    words = {
        "stock_location_type": _("type"),
        "address": _("address"),
        "engine": _("engine"),
        "tags": _("tags"),
        "omnitron_id": _("id in the other installation"),
        "is_fulfillment_center": _("fulfils orders"),
        "is_pickup_location": _("customers pick up here"),
        "is_delivery_location": _("delivers"),
        "is_return_available": _("takes returns"),
        "is_fast_delivery_available": _("delivers fast"),
        "priority": _("priority"),
        "conf": _("configuration"),
        "daytime_phone": _("telephone by day"),
        "evening_phone": _("telephone in the evening"),
        "fax_number": _("fax"),
        "target_packing_interval": _("time to pack"),
        "target_transfer_interval": _("time to transfer"),
        "use_as_shipper_location": _("ships"),
    }
    helps = {
        "target_packing_interval": _("Days, then hours, minutes and seconds: 3 00:00:00."),
        "target_transfer_interval": _("Days, then hours, minutes and seconds: 3 00:00:00."),
    }
    list_display = ("erp_code", "name", "stock_location_type", "city", "is_active", "priority")
    list_display_links = ("erp_code", "name")
    list_filter = ("is_active", "stock_location_type")
    list_select_related = ("address__city",)
    autocomplete_fields = ("address",)
    search_fields = ("erp_code", "name")
    fieldsets = (
        (
            None,
            {"fields": (("name", "erp_code"), ("stock_location_type", "priority"), "address", "is_active")},
        ),
        (_("Time"), {"fields": (("target_packing_interval", "target_transfer_interval"),)}),
        (
            _("What it does"),
            {
                "fields": (
                    ("is_fulfillment_center", "is_delivery_location"),
                    ("is_pickup_location", "is_return_available"),
                    ("is_fast_delivery_available", "use_as_shipper_location"),
                )
            },
        ),
        (_("Reaching it"), {"fields": (("daytime_phone", "evening_phone"), ("fax_number", "email"))}),
        (
            _("Other systems"),
            {"fields": (("omnitron_id", "engine"), "tags", "conf", ("created_date", "modified_date"))},
        ),
    )

    @admin.display(description=_("city"), ordering="address__city__name")
    def city(self, row: StockLocation) -> str:
        """Where it stands."""
        return row.address.city.name

    def keep(self, obj: StockLocation, now: datetime) -> None:
        """Write a location, and tell who listens."""
        save_stock_location(obj, now=now)


class _MembershipPage(ForSuperusers, TablePage):
    words = {"stock_location": _("stock location"), "token": _("token")}
    may_delete = True
    search_fields = ("stock_location__erp_code", "stock_location__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The memberships with both sides."""
        side = "user" if self.model is UserMembership else "token"
        return super().get_queryset(request).select_related("stock_location", side)


@admin.register(UserMembership)
class UserMembershipPage(_MembershipPage):
    """Who works where."""

    names = (_("membership of a user"), _("memberships of users"))
    list_display = ("user", "stock_location")
    autocomplete_fields = ("user", "stock_location")


@admin.register(TokenMembership)
class TokenMembershipPage(_MembershipPage):
    """Which token opens which location."""

    names = (_("membership of a token"), _("memberships of tokens"))
    list_display = ("token", "stock_location")
    autocomplete_fields = ("token", "stock_location")


class _MembershipInline(ForSuperusers, TableInline):
    autocomplete_fields = ("stock_location",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Added and taken away, not changed: each choice that could be changed would cost a query."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The memberships with their locations."""
        return super().get_queryset(request).select_related("stock_location")


class UserMembershipInline(_MembershipInline):
    """Where a user works."""

    model = UserMembership
    verbose_name_plural = _("works at")


class TokenMembershipFormSet(BaseInlineFormSet):  # type: ignore[type-arg] # it takes none when it runs
    """The locations of a token, which only count where the token is bound to locations."""

    def clean(self) -> None:
        """Refuse locations that would not count, and a bound token that opens nothing."""
        super().clean()
        chosen = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        is_bound = self.instance.reach == Reach.LOCATIONS
        if chosen and not is_bound:
            raise ValidationError(_("Locations count only for a token that opens those bound to it."))
        if is_bound and not chosen:
            raise ValidationError(_("Choose at least one location that the token opens."))


class TokenMembershipInline(_MembershipInline):
    """Which locations a token opens."""

    model = TokenMembership
    formset = TokenMembershipFormSet
    verbose_name_plural = _("opens")


admin.site.unregister([User, ApiToken])


@admin.register(User)
class WorkingUserPage(UserPage):
    """People, and where they work."""

    inlines = (UserMembershipInline,)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """None while a user is made: only a name and a password are asked for then."""
        return () if obj is None else self.inlines


@admin.register(ApiToken)
class BoundTokenPage(TokenPage):
    """Tokens, and which locations they open."""

    inlines = (TokenMembershipInline,)
