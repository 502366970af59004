"""Delivery: claims what is due, sends it, and settles what came of it, until it is told to stop."""

from aktar.webhooks.delivery.dispatcher import Dispatcher
from aktar.webhooks.delivery.limits import Limits

__all__ = ["Dispatcher", "Limits"]
