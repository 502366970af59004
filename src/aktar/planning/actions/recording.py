"""Keeping decisions: a plan with its lines, and the explanation of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from aktar.planning.models import Outcome, Plan, PlanItem
from aktar.planning.rules import Cost, Decision, ItemPlan, PackagePlan, PassedOver


@dataclass(frozen=True, slots=True)
class Recorded:
    """A plan that was kept: its id, and the ids of its lines by the key of the line (the order item's id)."""

    plan: int
    items: Mapping[int, int]


def record_plan(decision: Decision, *, now: datetime, is_batch: bool = False) -> Recorded:
    """Keep a decision and why it is so. Two queries."""
    return record_plans([decision], now=now, is_batch=is_batch)[0]


def record_plans(decisions: Sequence[Decision], *, now: datetime, is_batch: bool = False) -> list[Recorded]:
    """Keep decisions, in their order. Two statements, in pieces where they are very many."""
    with transaction.atomic():
        plans = Plan.objects.bulk_create(
            [
                Plan(
                    order_id=decision.demand.key,
                    scenario_id=decision.scenario.key,
                    is_batch=is_batch,
                    cost=decision.cost,
                    explanation={"packages": [_package(package) for package in decision.packages]},
                    created_at=now,
                )
                for decision in decisions
            ]
        )
        rows = [
            _row(plan, package, item)
            for plan, decision in zip(plans, decisions, strict=True)
            for package in decision.packages
            for item in package.items
        ]
        kept: dict[int, dict[int, int]] = {plan.pk: {} for plan in plans}
        for row in PlanItem.objects.bulk_create(rows):
            kept[row.plan_id][row.order_item_id] = row.pk
    return [Recorded(plan.pk, kept[plan.pk]) for plan in plans]


def _row(plan: Plan, package: PackagePlan, item: ItemPlan) -> PlanItem:
    is_sent = item.source is not None and item.source != package.dispatching
    return PlanItem(
        plan=plan,
        order_item_id=item.line.key,
        destination_id=package.dispatching,
        source_id=item.source,
        quantity=item.line.quantity,
        cost=item.cost.total,
        explanation={
            "cost": _cost(item.cost),
            "passed_over": [_passed(one) for one in item.passed_over],
            "others": item.others,
        },
        outcome=Outcome.OPEN if is_sent else None,
    )


def _package(package: PackagePlan) -> dict[str, Any]:
    return {
        "dispatching": package.dispatching,
        "cost": _cost(package.cost),
        "passed_over": [_passed(one) for one in package.passed_over],
        "others": package.others,
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "fixed": cost.fixed,
        "way": cost.way,
        "priority": cost.priority,
        "load": cost.load,
        "interval": cost.interval,
        "unreliability": cost.unreliability,
        "kilometres": round(cost.kilometres, 1),
    }


def _passed(one: PassedOver) -> dict[str, Any]:
    return {"location": one.site, "why": one.why.value, "by": one.by, "available": one.available}
