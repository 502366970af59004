"""Routes of transfer orders; the paths are the contract's."""

from django.urls import include, path

from aktar.edge import ids  # noqa: F401 - registers the `id` converter
from aktar.transfers import api

urlpatterns = [
    path("transfer_orders/", api.TransferOrderListView.as_view()),
    path("transfer_orders/list-simple/", api.TransferOrderSimpleListView.as_view()),
    path("transfer_orders/<id:pk>/", api.TransferOrderDetailView.as_view()),
    path("transfer_orders/<id:pk>/transition_logs/", api.TransitionLogListView.as_view()),
    path("transfer_orders/<id:pk>/transition_logs/short/", api.ShortTransitionLogListView.as_view()),
    path("transfer_orders/<id:pk>/transition_logs/<id:log_id>/", api.TransitionLogDetailView.as_view()),
    path("packages/<id:pk>/transition_logs/<id:log_id>/", api.PrintedTransitionLogDetailView.as_view()),
    path("transfer_orders/<id:pk>/webhook_events/", api.WebhookEventListView.as_view()),
    path("transfer_orders/<id:pk>/webhook_events/short/", api.ShortWebhookEventListView.as_view()),
    path(
        "transfer_orders/<id:pk>/webhook_events/<id:webhook_event_id>/", api.WebhookEventDetailView.as_view()
    ),
    path("transfer_orders/<id:pk>/command/", api.CommandView.as_view()),
    path("transfer_orders/<id:pk>/set_invoice_number/", api.SetInvoiceNumberView.as_view()),
    path("transfer_orders/<id:pk>/set_remote_id/", api.SetRemoteIdView.as_view()),
    path("", include("aktar.transfers.items.urls")),
    path("", include("aktar.transfers.logs.urls")),
    path("", include("aktar.transfers.carriers.urls")),
    path("", include("aktar.transfers.feed.urls")),
]
