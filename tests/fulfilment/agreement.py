"""Holds the database against the model: every row, every level, every line of the log, every event."""

from collections import defaultdict

from aktar.edge.references import reading
from aktar.fulfilment.queries import at_risk, orders_at_risk
from aktar.orders import models as orders
from aktar.stock.models import StockLevel
from aktar.stock.queries import product_balances, unbalanced_levels
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import State, TransitionLog
from tests.fulfilment.model import ORDER, PACKAGE, TRANSFER, Model


def require_agreement(model: Model, states: dict[int, str]) -> None:
    """`states` are the enum values of the workflow's states by id."""
    _require_states(model, states)
    _require_stock(model)
    _require_log(model, states)
    _require_events(model)


def enum_values() -> dict[int, str]:
    return dict(State.objects.values_list("pk", "enum_value"))


def _require_states(model: Model, states: dict[int, str]) -> None:
    rows = orders.Order.objects.values_list("pk", "number", "state_id")
    assert {pk: (number, states[state]) for pk, number, state in rows} == {
        order.id: (order.number, order.state) for order in model.orders.values()
    }
    items = orders.OrderItem.objects.values_list("pk", "order_id", "state_id")
    assert {pk: states[state] for pk, _, state in items} == {
        item: order.state for order in model.orders.values() for item in order.items
    }
    packages = orders.Package.objects.values_list("pk", "number", "stock_location_id", "state_id")
    assert {pk: (number, location, states[state]) for pk, number, location, state in packages} == {
        package.id: (package.number, package.location, package.state) for package in model.packages.values()
    }
    pieces = orders.PackageItem.objects.values_list("pk", "package_id", "state_id")
    assert {pk: (package, states[state]) for pk, package, state in pieces} == {
        piece.id: (package.id, piece.state) for package in model.packages.values() for piece in package.pieces
    }
    transfers = TransferOrder.objects.values_list("pk", "number", "source_id", "state_id", "renews_id")
    assert {
        pk: (number, source, states[state], renews) for pk, number, source, state, renews in transfers
    } == {each.id: (each.number, each.source, each.state, each.renews) for each in model.transfers.values()}
    brought = TransferItem.objects.values_list("transfer_order_id", "package_item_id", "state_id", "quantity")
    assert sorted(
        (order, item, states[state], quantity) for order, item, state, quantity in brought
    ) == sorted(
        (each.id, piece.id, each.state, 100) for each in model.transfers.values() for piece in each.pieces
    )
    risky = {id_ for (id_,) in orders_at_risk(reading("en-us"))}
    assert risky == model.orders_at_risk() == at_risk([*model.orders], reading("en-us"))
    for package in model.packages.values():
        numbers = [each.number for each in model.transfers.values() if each.package == package.id]
        assert numbers == model.next_transfer_numbers(package)


def _require_stock(model: Model) -> None:
    kept = StockLevel.objects.values_list(
        "product_id", "stock_location_id", "on_hand", "reserved", "in_transit"
    )
    found = {(product, location): tuple(rest) for product, location, *rest in kept}
    for pair in found.keys() | model.levels.keys():
        level = model.levels[pair]
        assert found.get(pair, (0, 0, 0)) == (level.on_hand, level.reserved, level.in_transit), pair
        assert level.on_hand >= level.reserved >= 0, pair
    assert unbalanced_levels() == []
    for balance in product_balances():
        assert balance.missing == 0, balance
        assert balance.on_hand + balance.in_transit == model.in_books[balance.product], balance


def _require_log(model: Model, states: dict[int, str]) -> None:
    told: dict[tuple[int, int], list[str]] = defaultdict(list)
    present: dict[tuple[int, int], str] = {}
    rows = TransitionLog.objects.order_by("pk").values_list(
        "content_type", "object_id", "old_state_id", "new_state_id"
    )
    for kind, thing, old, new in rows:
        assert present.get((kind, thing), states[old]) == states[old], "a step is missing from the log"
        present[kind, thing] = states[new]
        told[kind, thing].append(states[new])
    assert told == {key: moves for key, moves in model.history.items() if moves}


def _require_events(model: Model) -> None:
    told: dict[tuple[int, int], list[str]] = defaultdict(list)
    rows = Event.objects.order_by("content_type", "object_id", "sequence")
    for kind, thing, sequence, name in rows.values_list("content_type", "object_id", "sequence", "type"):
        if kind in (ORDER, PACKAGE, TRANSFER):
            told[kind, thing].append(name)
            assert sequence == len(told[kind, thing])
    assert told == {key: names for key, names in model.told.items() if names}
