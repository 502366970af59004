"""Whatever is done in whatever order: states, stock, numbers, logs and events agree, and nothing is lost."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from aktar.orders.rules import NewAddress
from tests.factories import a_location, a_product
from tests.fulfilment.machine import PRODUCTS, STORES, Retailer

SEEN = {
    *("by hand", "not by hand", "resupplied", "nowhere still"),
    *("planned", "number taken", "command refused", "renewed", "corrected", "package 500", "package 600"),
    *("waiting to ready_to_shipment", "ready_to_shipment to in_transit", "in_transit to transferred"),
}
"""What even the short form comes to."""


@pytest.mark.parametrize(
    ("examples", "steps", "least"),
    [(20, 50, 500), pytest.param(600, 100, 50_000, marks=pytest.mark.soak)],
)
def test_a_retailer_at_random_agrees_with_the_model(examples: int, steps: int, least: int) -> None:
    stores = [a_location(erp_code=f"R{n}", priority=n) for n in range(STORES)]
    address = stores[0].address
    machine = type(
        "RetailerOfThisTest",
        (Retailer,),
        {
            "steps": 0,
            "done": Counter(),
            "stores": tuple(store.pk for store in stores),
            "products": tuple(a_product().pk for _ in range(PRODUCTS)),
            "address": NewAddress(
                country=address.country_id,
                city=address.city_id,
                township=address.township_id,
                district=None,
                line="Gül Sokak 6/9",
            ),
        },
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Some examples end before their last step.
    assert machine.steps >= least
    # Else it held nothing against anything.
    assert SEEN - set(machine.done) == set(), dict(machine.done)
