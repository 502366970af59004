"""Writes that span rooms: commands on packages, cancelling orders."""

from aktar.fulfilment.actions.cancelling import cancel_order
from aktar.fulfilment.actions.commands import run_package_command

__all__ = ["cancel_order", "run_package_command"]
