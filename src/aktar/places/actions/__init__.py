"""Writes of places: keeping stock locations, binding tokens and users to those they work for."""

from aktar.places.actions.binding import StockLocationUnknown, assign_user, bind_token
from aktar.places.actions.keeping import keep_stock_locations
from aktar.places.actions.saving import save_stock_location

__all__ = [
    "StockLocationUnknown",
    "assign_user",
    "bind_token",
    "keep_stock_locations",
    "save_stock_location",
]
