"""Transfer orders in the admin: looked at, and moved by their commands; cargo companies are kept here."""

from aktar.transfers.admin.items import TransferItemPage, TransferShipmentPage
from aktar.transfers.admin.keeping import CargoCompanyPage
from aktar.transfers.admin.orders import TransferOrderPage

__all__ = [
    "CargoCompanyPage",
    "TransferItemPage",
    "TransferOrderPage",
    "TransferShipmentPage",
]
