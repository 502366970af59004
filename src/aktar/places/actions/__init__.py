"""Writes of places: stock locations, the geography of addresses, who works for which location."""

from aktar.places.actions.binding import StockLocationUnknown, assign_user, bind_token
from aktar.places.actions.geography import places_of_addresses
from aktar.places.actions.keeping import keep_stock_locations
from aktar.places.actions.saving import save_stock_location

__all__ = [
    "StockLocationUnknown",
    "assign_user",
    "bind_token",
    "keep_stock_locations",
    "places_of_addresses",
    "save_stock_location",
]
