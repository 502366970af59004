"""Products and cargo companies in bulk: each row by itself, nothing touched that does not differ."""

from typing import Any

import pytest
from django.test import Client

from aktar.catalog.models import Product, ProductImage
from aktar.edge.models import ReferenceVersion
from aktar.transfers.models import CargoCompany
from tests.factories import a_caller, a_product

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/oms/products/bulk/"
COMPANIES = "/api/v1/oms/cargo_companies/bulk/"


def post(path: str, rows: Any, **caller: Any) -> Any:
    return post_by(a_caller(**caller), path, rows)


def post_by(caller: Client, path: str, rows: Any) -> Any:
    return caller.post(path, {path.split("/")[-3]: rows}, content_type="application/json")


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [result["status"] for result in answer.json()["results"]]


def test_products_are_made_and_changed_by_their_skus() -> None:
    there = a_product(sku="TS-1", barcode="869")
    new = {
        "sku": "TS-2",
        "name": "Gömlek",
        "attributes": {"renk": "ışık", "beden": "M"},
        "images": ["https://cdn.example.com/b.jpg", "https://cdn.example.com/a.jpg"],
        "remote_modified_date": "2026-11-02T12:30:00+03:00",
    }
    rows = [new, {"sku": "TS-1", "barcode": None, "images": []}, {"sku": "TS-3"}]
    answer = post(PRODUCTS, rows)
    assert outcomes(answer) == ["created", "updated", "refused"]
    assert answer.json()["results"][2]["errors"] == {"name": ["A new one needs this."]}
    made = Product.objects.get(sku="TS-2")
    assert (made.base_code, made.attributes) == ("TS-2", {"renk": "ışık", "beden": "M"})
    assert list(made.productimage_set.order_by("order").values_list("url", flat=True)) == new["images"]
    there.refresh_from_db()
    assert (there.barcode, there.productimage_set.count()) == (None, 0)
    assert there.attributes == {"renk": "mavi"}

    before = list(Product.objects.values()), list(ProductImage.objects.values())
    version = ReferenceVersion.objects.get().version
    assert outcomes(post(PRODUCTS, rows)) == ["unchanged", "unchanged", "refused"]
    assert (list(Product.objects.values()), list(ProductImage.objects.values())) == before
    assert ReferenceVersion.objects.get().version == version


def test_a_row_is_told_all_that_is_wrong_with_it_at_once() -> None:
    (result,) = post(PRODUCTS, [{"sku": "TS-1", "omnitron_id": "x", "colour": "red"}]).json()["results"]
    assert set(result["errors"]) == {"name", "omnitron_id", "colour"}
    (result,) = post(COMPANIES, [{"erp_code": "YK", "name": "", "colour": "red"}]).json()["results"]
    assert set(result["errors"]) == {"name", "shipping_company", "colour"}


def test_another_order_of_keys_is_another_document() -> None:
    rows = [{"sku": "TS-1", "name": "A", "attributes": {"a": 1, "b": 2}}]
    post(PRODUCTS, rows)
    rows[0]["attributes"] = {"b": 2, "a": 1}
    assert outcomes(post(PRODUCTS, rows)) == ["updated"]
    assert list(Product.objects.get().attributes) == ["b", "a"]


def test_a_thousand_products_cost_as_many_statements_as_ten(django_assert_max_num_queries: Any) -> None:
    caller = a_caller()
    post_by(caller, PRODUCTS, [{"sku": "A"}])  # once in a while the token's use is noted
    counts = []
    for size, prefix in ((10, "A"), (1000, "B")):
        rows = [{"sku": f"{prefix}{n}", "name": "İğne"} for n in range(size)]
        with django_assert_max_num_queries(20) as queries:
            answer = post_by(caller, PRODUCTS, rows)
        assert outcomes(answer) == ["created"] * size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_texts_too_long_for_their_column_are_named() -> None:
    answer = post(PRODUCTS, [{"sku": "TS-1", "name": "a" * 301, "barcode": "b" * 101}])
    assert set(answer.json()["results"][0]["errors"]) == {"name", "barcode"}


def test_cargo_companies_are_made_and_changed_by_their_erp_codes() -> None:
    CargoCompany.objects.filter(erp_code=None).delete()
    rows = [{"erp_code": "YK", "name": "Yurtiçi", "shipping_company": "yurtici"}, {"erp_code": "AR"}]
    answer = post(COMPANIES, rows)
    assert outcomes(answer) == ["created", "refused"]
    assert set(answer.json()["results"][1]["errors"]) == {"name", "shipping_company"}
    assert outcomes(post(COMPANIES, rows[:1])) == ["unchanged"]
    assert outcomes(post(COMPANIES, [{"erp_code": "YK", "name": "Yurtiçi Kargo"}])) == ["updated"]
    company = CargoCompany.objects.get()
    assert (company.name, company.shipping_company) == ("Yurtiçi Kargo", "yurtici")


@pytest.mark.parametrize("path", [PRODUCTS, COMPANIES])
def test_only_those_who_see_every_location_keep_them(path: str) -> None:
    assert post(path, [{}], is_read_only=True).status_code == 403
    assert post(path, [{}], locations=[]).status_code == 403
    assert outcomes(post(path, [{}])) == ["refused"]
