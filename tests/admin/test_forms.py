"""Forms of master data take decimals and documents, and refuse in words what no column can hold."""

from typing import Any

import pytest
from django.test import Client

from aktar.catalog.models import Product
from aktar.places.models import Country, StockLocation
from aktar.workflow.models import Command, State
from tests.admin.rows import address
from tests.factories import a_location, a_product


def _errors(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer
    return dict(answer.context["adminform"].form.errors)


def _country(**values: str) -> dict[str, str]:
    return {"name": "Türkiye", "code": "tr", "is_active": "on", **values}


def _product(**values: str) -> dict[str, str]:
    return {
        "name": "Tişört",
        "sku": "TS-1",
        "base_code": "TS",
        "attributes": '{"renk": "mavi", "beden": "M"}',
        "attributes_kwargs": "",
        "extra_attributes": "{}",
        "productimage_set-TOTAL_FORMS": "0",
        "productimage_set-INITIAL_FORMS": "0",
        **values,
    }


def _location(location: StockLocation, **values: str) -> dict[str, str]:
    return {
        "name": location.name,
        "erp_code": location.erp_code,
        "stock_location_type": "store",
        "priority": "10",
        "address": str(location.address_id),
        "target_packing_interval": "5 00:00:00",
        "target_transfer_interval": "3 00:00:00",
        "tags": "[]",
        "conf": "{}",
        **values,
    }


def test_coordinates_are_shown_and_taken_as_degrees(desk: Client) -> None:
    assert (
        desk.post(address(Country, "add"), _country(longitude="28.978178", latitude="-41")).status_code == 302
    )
    country = Country.objects.get()
    assert (country.longitude, country.latitude) == (2897817800, -4100000000)
    page = desk.get(address(Country, "change", country.pk)).content.decode()
    assert 'value="28.97817800"' in page
    assert 'value="-41.00000000"' in page


@pytest.mark.parametrize(
    "degrees",
    ["180.00000001", "-181", "1e30", "1E+999999", "NaN", "Infinity", "0.123456789", "x", "1\x00"],
)
def test_coordinates_that_are_none_are_refused(desk: Client, degrees: str) -> None:
    answer = desk.post(address(Country, "add"), _country(longitude=degrees))
    assert "longitude" in _errors(answer)
    assert not Country.objects.exists()


def test_documents_keep_the_order_of_their_keys(desk: Client) -> None:
    assert desk.post(address(Product, "add"), _product()).status_code == 302
    product = Product.objects.get()
    assert list(product.attributes) == ["renk", "beden"]
    assert product.attributes_kwargs == {}
    assert product.created_date == product.modified_date


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2"),
        ("[]", "JSON object"),
        ('"text"', "JSON object"),
        ("null", "JSON object"),
        ('{"renk": "mavi", "renk": "sarı"}', "twice"),
        ('{"renk": NaN}', "NaN"),
        ('{"renk": 1e999}', "too large"),
        ('{"renk": 123456789012345678901234567890}', "64 bits"),
        ('{"renk": "\\u0000"}', "NUL"),
        ('{"renk": "\\ud800"}', "surrogate"),
        ('{"renk": ' + "[" * 100 + "]" * 100 + "}", "deeper"),
        ("[" * 100_000, "not valid|deeper"),
        ('{"renk": ' + "9" * 5000 + "}", "64 bits"),
    ],
)
def test_documents_that_cannot_be_kept_are_refused_by_name(desk: Client, text: str, said: str) -> None:
    errors = _errors(desk.post(address(Product, "add"), _product(attributes=text)))
    assert any(word in str(errors["attributes"]) for word in said.split("|")), errors
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 301),
        ("name", "x\x00"),
        ("sku", ""),
        ("omnitron_id", str(2**63)),
        ("omnitron_id", "9" * 5000),
    ],
)
def test_values_no_column_holds_are_refused(desk: Client, field: str, value: str) -> None:
    assert field in _errors(desk.post(address(Product, "add"), _product(**{field: value})))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", str(2**31)),
        ("priority", "-" + "9" * 30),
        ("target_transfer_interval", "999999999 00:00:00"),
        ("target_transfer_interval", "-1 00:00:00"),
        ("target_transfer_interval", "soon"),
        ("address", str(2**70)),
        ("address", "0"),
        ("tags", "{}"),
        ("erp_code", "taken"),
    ],
)
def test_a_stock_location_keeps_what_it_has_when_one_field_is_wrong(
    desk: Client, field: str, value: str
) -> None:
    a_location(erp_code="taken")
    location = a_location()
    body = _location(location, **{field: value})
    assert field in _errors(desk.post(address(StockLocation, "change", location.pk), body))
    assert StockLocation.objects.get(pk=location.pk).modified_date == location.modified_date


def test_a_stock_location_is_changed(desk: Client) -> None:
    location = a_location()
    body = _location(location, target_transfer_interval="1 12:00:00", tags='["avm"]')
    assert desk.post(address(StockLocation, "change", location.pk), body).status_code == 302
    changed = StockLocation.objects.get(pk=location.pk)
    assert changed.target_transfer_interval.total_seconds() == 36 * 3600
    assert changed.tags == ["avm"]


def test_pictures_have_places_that_every_database_holds(desk: Client) -> None:
    product = a_product()
    body = _product(sku=product.sku) | {
        "productimage_set-TOTAL_FORMS": "1",
        "productimage_set-INITIAL_FORMS": "0",
        "productimage_set-0-order": str(2**40),
        "productimage_set-0-url": "https://cdn.example.com/1.jpg",
    }
    answer = desk.post(address(Product, "change", product.pk), body)
    assert answer.status_code == 200
    assert product.productimage_set.count() == 1


def _command(**values: Any) -> dict[str, Any]:
    return {
        "slug": "transferorder__hold",
        "label": "Hold",
        "translations": "",
        "source_state": "73",
        "destination_state": "75",
        "handler": "cancel",
        "configuration": "",
        "ui_visibility": ["backoffice"],
        **values,
    }


def test_a_command_is_made_and_offered_at_once(desk: Client) -> None:
    assert desk.post(address(Command, "add"), _command()).status_code == 302
    command = Command.objects.get(slug="transferorder__hold")
    assert (command.ui_visibility, command.configuration, command.translations) == (["backoffice"], {}, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handler", "format_disk"),
        ("handler", "prepare"),
        ("ui_visibility", ["everywhere"]),
        ("configuration", "[]"),
        ("translations", "{"),
        ("translations", '{"de-de": {"label": "Halten"}}'),
        ("translations", '{"en-us": "Hold"}'),
        ("translations", '{"en-us": {"label": ""}}'),
        ("translations", '{"en-us": {"label": 7}}'),
        ("translations", '{"en-us": {"name": "Hold"}}'),
        ("destination_state", "73"),
        ("destination_state", "80"),
        ("source_state", str(2**70)),
        ("slug", "transferorder__dispatch_transfer_order__ready-for-shipping__in-transit"),
    ],
)
def test_a_command_that_cannot_work_is_refused(desk: Client, field: str, value: Any) -> None:
    before = Command.objects.count()
    assert field in _errors(desk.post(address(Command, "add"), _command(**{field: value})))
    assert Command.objects.count() == before


def test_what_is_amiss_in_the_workflow_is_said(desk: Client) -> None:
    assert "translations but none" not in desk.get(address(Command, "changelist")).content.decode()
    State.objects.filter(pk=73).update(translations={"en-us": {"name": "Waiting"}})
    assert "translations but none in tr-tr" in desk.get(address(Command, "changelist")).content.decode()
