"""How books are kept is said in the admin; what they say is only looked at."""

from typing import Any

from django.test import Client

from aktar.stock.actions import adjust_stock, change_keeping
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.rules import StockDelta
from tests.admin.rows import address
from tests.factories import NOW, a_location, a_product
from tests.stock.books import a_stock


def _errors(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer
    return dict(answer.context["adminform"].form.errors)


def test_a_location_is_let_go_below_zero_and_its_levels_know_at_once(desk: Client) -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 1)
    page = address(StockKeeping, "change", StockKeeping.objects.get().pk)
    assert desk.post(page, {"may_go_negative": "on", "safety_stock": "2.00"}).status_code == 302
    keeping = StockKeeping.objects.get()
    assert (keeping.may_go_negative, keeping.safety_stock) == (True, 200)
    assert StockLevel.objects.get().may_go_negative
    assert set(_errors(desk.post(page, {"safety_stock": "-1"}))) == {"safety_stock"}
    adjust_stock([StockDelta(product.pk, location.pk, -500)], by=None, now=NOW)
    assert set(_errors(desk.post(page, {"safety_stock": "0"}))) == {"may_go_negative"}
    a_stock(product, location, 0)
    assert desk.post(page, {"safety_stock": "0"}).status_code == 302
    assert not StockLevel.objects.get().may_go_negative


def test_books_are_neither_begun_nor_ended_nor_written_by_hand(desk: Client) -> None:
    location = a_location()
    a_stock(a_product(), location, 1)
    change_keeping(location.pk, may_go_negative=False, safety_stock=0, now=NOW)
    for model in (StockKeeping, StockLevel, StockMovement):
        row = model._default_manager.get()
        assert desk.get(address(model, "add")).status_code == 403
        assert desk.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    for model in (StockLevel, StockMovement):
        row = model._default_manager.get()
        assert desk.post(address(model, "change", row.pk), {"on_hand": "7"}).status_code == 403
    assert StockLevel.objects.get().on_hand == 100
