"""Products with their images, and the price and stock lists, in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge.admin.pages import TableInline, TablePage


class ImageInline(TableInline):
    """The pictures of a product."""

    model = ProductImage
    words = {"order": _("place"), "url": _("address")}
    fields = ("order", "url")
    ordering = ("order", "id")


@admin.register(Product)
class ProductPage(TablePage):
    """What is moved."""

    names = (_("product"), _("products"))
    words = {
        "omnitron_id": _("id in the other installation"),
        "base_code": _("base code"),
        "sku": _("SKU"),
        "barcode": _("barcode"),
        "attributes": _("attributes"),
        "attributes_kwargs": _("attributes in full"),
        "extra_attributes": _("further attributes"),
        "remote_modified_date": _("changed elsewhere"),
    }
    inlines = (ImageInline,)
    list_display = ("sku", "name", "base_code", "barcode")
    list_display_links = ("sku", "name")
    search_fields = ("sku__startswith", "barcode__startswith", "name")
    sortable_by = ("sku", "barcode")
    fields = (
        "name",
        ("sku", "base_code"),
        ("barcode", "omnitron_id"),
        "attributes",
        "attributes_kwargs",
        "extra_attributes",
        "remote_modified_date",
        ("created_date", "modified_date"),
    )


class _ListPage(TablePage):
    words = {"is_auto_sync": _("kept in step by itself"), "currency": _("currency")}
    helps = {"currency": _("ISO 4217, three small letters.")}
    search_fields = ("name", "code")


@admin.register(PriceList)
class PriceListPage(_ListPage):
    """Where order items took their price from."""

    names = (_("price list"), _("price lists"))
    list_display = ("name", "code", "currency", "is_auto_sync")


@admin.register(StockList)
class StockListPage(_ListPage):
    """Where order items took their stock from."""

    names = (_("stock list"), _("stock lists"))
    list_display = ("name", "code", "is_auto_sync")
