"""Plans as they are shown: three queries for a page of them, whatever its size."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from aktar.edge.rules import decimal_text, decimal_text_or_none
from aktar.edge.shapes import instant_text
from aktar.places.models import StockLocation
from aktar.places.rules import Reach
from aktar.planning.models import Plan, PlanItem
from aktar.planning.rules import Why
from aktar.planning.shapes import (
    CostShape,
    PassedOverShape,
    PlaceShape,
    PlanItemShape,
    PlannedPackageShape,
    PlanShape,
)

SORTS = ("id", "created_at", "order_id")

_Named = Mapping[int, PlaceShape]


def visible_plans(reach: Reach) -> QuerySet[Plan]:
    """The plans in which one of the caller's stock locations sends or dispatches something."""
    if reach.everything:
        return Plan.objects.all()
    sent = PlanItem.objects.filter(source__in=reach.locations).values("plan")
    dispatched = PlanItem.objects.filter(destination__in=reach.locations).values("plan")
    # A union, for each part has an index of its own.
    return Plan.objects.filter(pk__in=sent.union(dispatched))


def plan_shapes(ids: Sequence[int]) -> list[PlanShape]:
    """The plans of these ids, in their order, in the language of the request. Three queries."""
    plans = {plan.pk: plan for plan in Plan.objects.filter(pk__in=ids).select_related("order", "scenario")}
    items: dict[int, list[PlanItem]] = {id_: [] for id_ in plans}
    rows = PlanItem.objects.filter(plan__in=plans).select_related("order_item__product").order_by("id")
    for item in rows:
        items[item.plan_id].append(item)
    places = _places(_mentioned(plans.values(), [item for some in items.values() for item in some]))
    sentences = _sentences()
    return [_plan(plans[id_], items[id_], places, sentences) for id_ in ids if id_ in plans]


def _mentioned(plans: Iterable[Plan], items: Iterable[PlanItem]) -> set[int]:
    """Every stock location (id) that plans and their lines name."""
    found: set[int | None] = set()
    explanations = [item.explanation for item in items]
    for item in items:
        found |= {item.source_id, item.destination_id}
    for plan in plans:
        for package in plan.explanation["packages"]:
            found.add(package["dispatching"])
            explanations.append(package)
    for explanation in explanations:
        found.update(one["location"] for one in explanation["passed_over"])
    return {id_ for id_ in found if id_ is not None}


def _places(ids: Iterable[int]) -> dict[int, PlaceShape]:
    rows = StockLocation.objects.filter(pk__in=[*ids]).values_list("id", "erp_code", "name")
    return {id_: PlaceShape(id=id_, erp_code=erp_code, name=name) for id_, erp_code, name in rows}


def _plan(
    plan: Plan, items: Iterable[PlanItem], places: _Named, sentences: Mapping[str, Callable[..., str]]
) -> PlanShape:
    return PlanShape(
        id=plan.pk,
        order=plan.order_id,
        order_number=plan.order.number,
        scenario=plan.scenario_id,
        scenario_name=None if plan.scenario is None else plan.scenario.name,
        is_batch=plan.is_batch,
        cost=decimal_text(plan.cost),
        packages=[
            PlannedPackageShape(
                dispatching=_place(package["dispatching"], places),
                cost=_cost(package["cost"]),
                passed_over=_passed_over(package, places, sentences),
                others=package["others"],
            )
            for package in plan.explanation["packages"]
        ],
        planitem_set=[
            PlanItemShape(
                id=item.pk,
                order_item=item.order_item_id,
                product=item.order_item.product_id,
                sku=item.order_item.product.sku,
                quantity=decimal_text(item.quantity),
                source=_place(item.source_id, places),
                destination=_place(item.destination_id, places),
                outcome=item.outcome,
                cost=_cost(item.explanation["cost"]),
                passed_over=_passed_over(item.explanation, places, sentences),
                others=item.explanation["others"],
            )
            for item in items
        ],
        created_at=instant_text(plan.created_at),
    )


def _place(id_: int | None, places: _Named) -> PlaceShape | None:
    return None if id_ is None else places[id_]


def _cost(parts: Mapping[str, Any]) -> CostShape:
    amounts = {name: amount for name, amount in parts.items() if name != "kilometres"}
    return CostShape(
        total=decimal_text(sum(amounts.values())),
        kilometres=parts["kilometres"],
        **{name: decimal_text(amount) for name, amount in amounts.items()},
    )


def _passed_over(
    explanation: Mapping[str, Any], places: _Named, sentences: Mapping[str, Callable[..., str]]
) -> list[PassedOverShape]:
    shapes = []
    for one in explanation["passed_over"]:
        if one["location"] not in places:
            continue  # it was deleted: no row holds on to what was only weighed
        by, available = decimal_text_or_none(one["by"]), decimal_text_or_none(one["available"])
        detail = sentences[one["why"]]
        shapes.append(
            PassedOverShape(
                stock_location=places[one["location"]],
                why=one["why"],
                detail=detail(by=by, available=available),
                by=by,
                available=available,
            )
        )
    return shapes


def _sentences() -> dict[str, Callable[..., str]]:
    """What each code says in the language of the request."""
    return {
        Why.SHORT_OF_STOCK: _("It has {available}, which is not enough.").format,
        Why.SAFETY_STOCK: _("It has {available} and keeps its safety stock.").format,
        Why.NOT_ELIGIBLE: _("The scenario does not let it take part.").format,
        Why.TOO_FAR: _("It is farther away than the scenario allows.").format,
        Why.FAILED_BEFORE: _("It could not send this product for the package before.").format,
        Why.MORE_TRANSFERS: _("More would have to be sent to it.").format,
        Why.COSTLIER: _("It costs {by} points more.").format,
        Why.TIE: _("It costs the same; of equals the one with the smaller id is taken.").format,
        Why.NO_COSTLIER: _("By itself it costs no more; lines and orders were weighed together.").format,
    }
