"""The product's routes with the yardstick's beside them."""

from django.urls import path

from aktar.site.urls import handler400, handler403, handler404, handler500
from aktar.site.urls import urlpatterns as product
from benchmarks.yardstick.views import YardstickCommand, YardstickDetail, YardstickList, YardstickSimpleList

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *product,
    path("yardstick/transfer_orders/", YardstickList.as_view()),
    path("yardstick/transfer_orders/list-simple/", YardstickSimpleList.as_view()),
    path("yardstick/transfer_orders/<int:pk>/", YardstickDetail.as_view()),
    path("yardstick/transfer_orders/<int:pk>/command/", YardstickCommand.as_view()),
]
