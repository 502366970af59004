"""Endpoints of products; whoever has a token may read them, for transfer orders carry them whole.

Only those whose reach is everywhere may keep them.
"""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.accounts.authentication import MayKeepMasterData
from aktar.catalog.actions import keep_products
from aktar.catalog.bodies import ProductsBody
from aktar.catalog.filters import ProductFilters
from aktar.catalog.models import Product
from aktar.catalog.queries import product_shapes
from aktar.catalog.shapes import ProductShape
from aktar.edge.api import ApiView
from aktar.edge.bulk import BulkShape, bulk_answer
from aktar.edge.lists import LIST_PARAMETERS, ListView
from aktar.edge.operations import answers
from aktar.edge.references import reading
from aktar.edge.shapes import Page, encode


class ProductListView(ListView):
    """Products with their images, page by page."""

    filters = ProductFilters
    sorts = ("id", "created_date", "modified_date", "name", "sku")
    query_parameters = LIST_PARAMETERS | ProductFilters.names()

    @answers(Page[ProductShape])
    def get(self, request: Request) -> Response:
        current = reading(self.language)
        return self.page(request, Product.objects.all(), lambda ids: product_shapes(ids, current))


class ProductDetailView(ApiView):
    """One product with its images."""

    @answers(ProductShape)
    def get(self, request: Request, product_id: int) -> Response:
        found = product_shapes([product_id], reading(self.language))
        if not found:
            raise Http404
        return Response(encode(found[0]))


class ProductBulkView(ApiView):
    """Keep products as another system has them."""

    permission_classes = (MayKeepMasterData,)

    @answers(BulkShape, takes=ProductsBody, name="keep_products")
    def post(self, request: Request) -> Response:
        """Make and change products by their SKUs

        Each row is taken or refused by itself, and the answer tells of each. What is not said of a product
        stays as it is; one in which nothing differs is left alone.
        """
        body = ProductsBody(data=request.data)
        body.is_valid(raise_exception=True)
        answering = self.answering(bulk_answer)
        keep_products(body.validated_data["products"], now=self.now, then=answering)
        return answering.response
