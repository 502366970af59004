"""What the writers fight over: packages that several transfer orders serve, and webhooks that listen."""

from aktar.transfers.models import CargoCompany, TransferOrder
from tests import factories


def contested_orders(*, packages: int, each: int) -> list[int]:
    """So many packages with so many transfer orders each, one item in each; answers the orders' ids."""
    factories.a_workflow()
    CargoCompany.objects.get_or_create(pk=1, defaults={"name": "Kargo", "shipping_company": "kargo"})
    for event_type in (
        "transfer.status.transitioned",
        "transfer.status.transitioned",
        "transfer.status.created",
        "transfer.status.in_transit",
        "transfer.status.cancelled",
        "package.status.transitioned",
        "package.status.waiting",
    ):
        factories.a_webhook(event_type)
    factories.a_webhook("transfer.status.transitioned", is_active=False)
    source = factories.a_location()
    for _ in range(packages):
        package = factories.a_package(items=each)
        for _ in range(each):
            factories.a_transfer_order(package=package, source=source)
    return list(TransferOrder.objects.order_by("pk").values_list("pk", flat=True))
