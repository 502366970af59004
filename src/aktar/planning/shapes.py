"""The shape of a plan: what comes from where, what it costs, and why it is so."""

from typing import Annotated

import msgspec

from aktar.edge.shapes import DecimalText, Instant

Points = Annotated[
    DecimalText, msgspec.Meta(description="In points; by the default weights one is a kilometre.")
]


class PlaceShape(msgspec.Struct):
    """A stock location by its names."""

    id: int
    erp_code: str
    name: str


class CostShape(msgspec.Struct):
    """What a package or a transfer costs, in points, and the kilometres that `way` was reckoned from.

    `fixed` is the price of there being one at all.
    """

    total: Points
    fixed: Points
    way: Points
    priority: Points
    load: Points
    interval: Points
    unreliability: Points
    kilometres: float


class PassedOverShape(msgspec.Struct):
    """A stock location that was not chosen: why as a code and in a sentence of the caller's language.

    `by` is how many points the whole plan would cost more: with this line from there, or, of one that could
    have dispatched, the best plan in which it dispatches everything. `available` is what it had of a line's
    product. Both are null where they say nothing.
    """

    stock_location: PlaceShape
    why: str
    detail: str
    by: Points | None
    available: DecimalText | None


class PlannedPackageShape(msgspec.Struct):
    """What one stock location dispatches (null: nobody may), and who else could have.

    So many `others` of those weighed were passed over beside those that are named.
    """

    dispatching: PlaceShape | None
    cost: CostShape
    passed_over: list[PassedOverShape]
    others: int


class PlanItemShape(msgspec.Struct):
    """A line of a plan: `quantity` of an order item for `destination`, which dispatches it, from `source`.

    The same location twice: it has the goods itself. `source` is null where nobody could send them. `outcome`
    tells of a line that was to be sent: open, sent, failed or withdrawn. So many `others` of those weighed
    were passed over beside those that are named.
    """

    id: int
    order_item: int
    product: int
    sku: str
    quantity: DecimalText
    source: PlaceShape | None
    destination: PlaceShape | None
    outcome: str | None
    cost: CostShape
    passed_over: list[PassedOverShape]
    others: int


class PlanShape(msgspec.Struct):
    """How an order was to be served when it was planned, and why; `scenario` is null for the built-in one."""

    id: int
    order: int
    order_number: str
    scenario: int | None
    scenario_name: str | None
    is_batch: bool
    cost: Points
    packages: list[PlannedPackageShape]
    planitem_set: list[PlanItemShape]
    created_at: Instant
