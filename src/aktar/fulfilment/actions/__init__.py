"""Writes that span rooms: taking orders in, planning and cancelling them, commands on packages."""

from aktar.fulfilment.actions.cancelling import cancel_order
from aktar.fulfilment.actions.commands import run_package_command
from aktar.fulfilment.actions.planning import carry_out_decision, plan_order
from aktar.fulfilment.actions.resupplying import resupply_package
from aktar.fulfilment.actions.taking import Taken, take_order, take_order_unplanned, take_orders

__all__ = [
    "Taken",
    "cancel_order",
    "carry_out_decision",
    "plan_order",
    "resupply_package",
    "run_package_command",
    "take_order",
    "take_order_unplanned",
    "take_orders",
]
