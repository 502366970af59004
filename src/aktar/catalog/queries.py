"""Reads of the catalog: encoded products, price lists and stock lists."""

from collections.abc import Collection, Sequence

from aktar.catalog.models import PriceList, Product, StockList
from aktar.catalog.shapes import PriceListShape, ProductImageShape, ProductShape, StockListShape
from aktar.edge.references import Fragments, Reading
from aktar.edge.shapes import instant_text


def _load_products(ids: Collection[int]) -> dict[int, ProductShape]:
    """Two queries: the products and their images."""
    rows = Product.objects.filter(pk__in=ids).prefetch_related("productimage_set")
    return {row.pk: _product(row) for row in rows}


def _load_price_lists(ids: Collection[int]) -> dict[int, PriceListShape]:
    return {row.pk: _price_list(row) for row in PriceList.objects.filter(pk__in=ids)}


def _load_stock_lists(ids: Collection[int]) -> dict[int, StockListShape]:
    return {row.pk: _stock_list(row) for row in StockList.objects.filter(pk__in=ids)}


products = Fragments(_load_products, shape=ProductShape)
price_lists = Fragments(_load_price_lists, shape=PriceListShape)
stock_lists = Fragments(_load_stock_lists, shape=StockListShape)


def product_shapes(ids: Sequence[int], reading: Reading) -> list[ProductShape]:
    """The products of these ids, in their order. No query, or two for those that are not at hand."""
    found = products.of(ids, reading)
    return [found[id_] for id_ in ids if id_ in found]


def _product(row: Product) -> ProductShape:
    images = sorted(row.productimage_set.all(), key=lambda image: (image.order, image.pk))
    return ProductShape(
        id=row.pk,
        productimage_set=[
            ProductImageShape(order=image.order, id=image.pk, url=image.url, product=row.pk)
            for image in images
        ],
        created_date=instant_text(row.created_date),
        modified_date=instant_text(row.modified_date),
        omnitron_id=row.omnitron_id,
        name=row.name,
        base_code=row.base_code,
        sku=row.sku,
        barcode=row.barcode,
        attributes=row.attributes,
        attributes_kwargs=row.attributes_kwargs,
        extra_attributes=row.extra_attributes,
        remote_modified_date=None
        if row.remote_modified_date is None
        else instant_text(row.remote_modified_date),
    )


def _price_list(row: PriceList) -> PriceListShape:
    return PriceListShape(
        pk=row.pk,
        code=row.code,
        name=row.name,
        currency=row.currency,
        created_date=instant_text(row.created_date),
        is_auto_sync=row.is_auto_sync,
        modified_date=instant_text(row.modified_date),
    )


def _stock_list(row: StockList) -> StockListShape:
    return StockListShape(
        pk=row.pk,
        code=row.code,
        name=row.name,
        created_date=instant_text(row.created_date),
        is_auto_sync=row.is_auto_sync,
        modified_date=instant_text(row.modified_date),
    )
