"""Writes of transfer orders: making one, running a command on it, setting its two outside numbers."""

from aktar.transfers.actions.cancelling import cancel_transfer_orders
from aktar.transfers.actions.commands import run_command, set_invoice_number, set_remote_id
from aktar.transfers.actions.creating import ItemToMove, create_transfer_order
from aktar.transfers.actions.holding import MOST_TRIES, decide_and_hold, hold, hold_and_decide
from aktar.transfers.actions.news import PAYLOAD_LANGUAGE
from aktar.transfers.actions.planned import create_planned_transfer_orders
from aktar.transfers.actions.requesting import request_transfer_order

__all__ = [
    "MOST_TRIES",
    "PAYLOAD_LANGUAGE",
    "ItemToMove",
    "cancel_transfer_orders",
    "create_planned_transfer_orders",
    "create_transfer_order",
    "decide_and_hold",
    "hold",
    "hold_and_decide",
    "request_transfer_order",
    "run_command",
    "set_invoice_number",
    "set_remote_id",
]
