"""Towns and customers that several processes name at once for the first time are made once."""

from aktar.orders.models import Customer, Order
from aktar.places.models import City, District, Township
from tests import factories
from tests.concurrency.processes import let_loose, life, process

PROCESSES, ORDERS = 3, 15


def test_a_town_that_three_name_at_once_is_made_once(
    database_url: str, aktar_environment: dict[str, str]
) -> None:
    _placed(aktar_environment | {"DATABASE_URL": database_url})
    for model, name in ((City, "City"), (Township, "Town"), (District, "Quarter")):
        assert model.objects.filter(name__startswith=f"{name} ").count() == ORDERS


def test_a_customer_whom_three_name_at_once_is_made_once(
    database_url: str, aktar_environment: dict[str, str]
) -> None:
    """Whoever names a new town takes turns anyhow, so the towns are known here."""
    _placed(aktar_environment | {"DATABASE_URL": database_url}, "KNOWN")
    assert Customer.objects.exclude(erp_code=None).count() == ORDERS


def _placed(environment: dict[str, str], *more: str) -> None:
    factories.a_workflow()
    factories.a_location()
    factories.a_product()
    started = [
        process("tests.concurrency.placer", [f"P{number}", str(ORDERS), *more], environment)
        for number in range(PROCESSES)
    ]
    with let_loose(started):
        lives = [life(placer) for placer in started]
    for lived in lives:
        assert (lived.returncode, len(lived.entries)) == (0, ORDERS), lived.complaints
    assert Order.objects.count() == PROCESSES * ORDERS
