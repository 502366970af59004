"""What is moved: products with their images, and the price and stock lists they are sold from."""

from django.db import models

from aktar.edge.expressions import Folded
from aktar.edge.fields import BoundedCharField, DocumentField


class Product(models.Model):
    """An article that can be counted and moved, known by its SKU."""

    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    omnitron_id = models.BigIntegerField(null=True, blank=True)
    name = BoundedCharField(max_length=300)
    base_code = BoundedCharField(max_length=100)
    sku = BoundedCharField(max_length=100, unique=True)
    barcode = BoundedCharField(max_length=100, null=True, blank=True, db_index=True)
    attributes = DocumentField(default=dict, blank=True)
    attributes_kwargs = DocumentField(default=dict, blank=True)
    extra_attributes = DocumentField(default=dict, blank=True)
    remote_modified_date = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(Folded("sku"), name="catalog_product_sku_folded"),
            models.Index(Folded("barcode"), name="catalog_product_barcode_folded"),
            models.Index(Folded("name"), name="catalog_product_name_folded"),
            models.Index(fields=["base_code", "id"], name="catalog_product_base_code"),
            models.Index(fields=["omnitron_id"], name="catalog_product_omnitron"),
            models.Index(fields=["created_date", "id"], name="catalog_product_created"),
            models.Index(fields=["modified_date", "id"], name="catalog_product_modified"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class ProductImage(models.Model):
    """A picture of a product; `order` says which comes first."""

    order = models.IntegerField(default=0)
    url = BoundedCharField(max_length=1000)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="productimage_set")

    class Meta:
        indexes = [models.Index(fields=["product", "order", "id"], name="catalog_image_order")]

    def __str__(self) -> str:
        return self.url


class PriceList(models.Model):
    """The list that an order item took its price from; `currency` is a lower-case ISO 4217 code."""

    code = BoundedCharField(max_length=100, null=True, blank=True)
    name = BoundedCharField(max_length=200)
    currency = BoundedCharField(max_length=3)
    created_date = models.DateTimeField()
    is_auto_sync = models.BooleanField(default=False)
    modified_date = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StockList(models.Model):
    """The list that an order item took its stock from."""

    code = BoundedCharField(max_length=100, null=True, blank=True)
    name = BoundedCharField(max_length=200)
    created_date = models.DateTimeField()
    is_auto_sync = models.BooleanField(default=False)
    modified_date = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
