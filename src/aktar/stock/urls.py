"""Routes of stock."""

from django.urls import path

from aktar.stock import api

urlpatterns = [
    path("stocks/", api.StockLevelListView.as_view()),
    path("stocks/set/", api.StockSetView.as_view()),
    path("stocks/adjust/", api.StockAdjustView.as_view()),
    path("stocks/query-stock-availability/", api.StockAvailabilityView.as_view()),
    path("stocks/movements/", api.StockMovementListView.as_view()),
    path("stocks/verify/", api.StockVerificationView.as_view()),
]
