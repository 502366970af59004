"""Running a command on a transfer order, and setting the two numbers that come from outside."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import reading
from aktar.edge.writing import RowToWrite
from aktar.orders.models import Package
from aktar.places.rules import Reach
from aktar.transfers.actions.counting import CountedCommand
from aktar.transfers.actions.news import PAYLOAD_LANGUAGE, tell
from aktar.transfers.actions.renewing import renew
from aktar.transfers.effects import EFFECTS, RENEW, Answer, Run, leave
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import package_of, require_visible, visible_transfer_orders
from aktar.transfers.rules import (
    TRANSITIONED_EVENT,
    CommandParameters,
    PackageDisagrees,
    TransferOrderUnknown,
    VersionDisagrees,
    transfer_event,
)
from aktar.workflow.queries import workflow


def run_command(
    order_id: int,
    *,
    transition: int | None = None,
    slug: str | None = None,
    package: int | None = None,
    parameters: CommandParameters,
    by: User | None,
    reach: Reach,
    now: datetime,
    expected: Collection[int] | None = None,
    then: Callable[[Answer], None] | None = None,
) -> Answer:
    """Run the command named by `transition`, `slug` or both; answers what it has to say, if anything.

    `expected` are versions of which the order must have one; `then` hears the answer within the transaction.
    Raises TransferOrderUnknown, VersionDisagrees, PackageDisagrees, CommandUnknown, CommandsDisagree,
    CommandNotAllowed, and what the command's effect raises (CargoCompanyUnknown, CargoCompanyRequired,
    RenewalRefused, LossElsewhere): then nothing has changed.
    """
    with CountedCommand() as counted, transaction.atomic(durable=True):
        order, locked_package = _locked(order_id, reach)
        # The clock was read before the lock was had, and who had it may have read it later.
        now = max(now, order.modified_date)
        if expected is not None and order.version not in expected:
            raise VersionDisagrees
        if package is not None and package != order.package_id:
            raise PackageDisagrees
        current = reading(PAYLOAD_LANGUAGE)
        flow = workflow(current)
        command = flow.command(ContentType.TRANSFER_ORDER, transition=transition, slug=slug)
        counted.slug = command.slug
        flow.require(command, state=order.state_id)
        attributes = {
            "command": {**parameters.given, "slug": command.slug, "transition_id": command.id},
        }
        run = Run(
            order=order,
            package=locked_package,
            parameters=parameters,
            attributes=attributes,
            by=by,
            reach=reach,
            reading=current,
            now=now,
        )
        destination = flow.states[command.destination_state]
        if command.handler == RENEW:
            answer = renew(run, to=destination)
        else:
            answer = EFFECTS[command.handler](run)
            leave(run, to=destination)
        tell(
            order,
            transfer_event(destination.enum_value),
            current,
            now,
            also_as=TRANSITIONED_EVENT,
            handler=command.handler,
        )
        if then is not None:
            then(answer)
    return answer


def set_invoice_number(
    order_id: int,
    invoice_number: str,
    *,
    reach: Reach,
    now: datetime,
    expected: Collection[int] | None = None,
    then: Callable[[Answer], None] | None = None,
) -> None:
    """Set the invoice number; `expected` and `then` as in `run_command`.

    Raises TransferOrderUnknown, VersionDisagrees.
    """
    _set(order_id, reach, expected, then, now, invoice_number=invoice_number)


def set_remote_id(
    order_id: int,
    remote_id: str,
    *,
    reach: Reach,
    now: datetime,
    expected: Collection[int] | None = None,
    then: Callable[[Answer], None] | None = None,
) -> None:
    """Set the id that another system knows the transfer order by; `expected` and `then` as in `run_command`.

    Raises TransferOrderUnknown, VersionDisagrees.
    """
    _set(order_id, reach, expected, then, now, remote_id=remote_id)


def _set(
    order_id: int,
    reach: Reach,
    expected: Collection[int] | None,
    then: Callable[[Answer], None] | None,
    now: datetime,
    **values: str,
) -> None:
    with transaction.atomic(durable=True):
        order = visible_transfer_orders(reach).filter(pk=order_id)
        wanted = order if expected is None else order.filter(version__in=expected)
        # One statement: the database itself keeps two writers of one row apart.
        later = Greatest(F("modified_date"), Value(now, output_field=DateTimeField()))
        if not wanted.update(version=F("version") + 1, modified_date=later, **values):
            if expected is not None and order.exists():
                raise VersionDisagrees
            raise TransferOrderUnknown
        if then is not None:
            then(None)


_packages = RowToWrite(Package)
_orders = RowToWrite(TransferOrder)


def _locked(order_id: int, reach: Reach) -> tuple[TransferOrder, Package]:
    """Lock the package, then the transfer order: always so, lest two writers wait in a ring."""
    if not reach.everything:
        require_visible(order_id, reach)
    try:
        package = _packages.locked(package_of(order_id))
    except Package.DoesNotExist:
        raise TransferOrderUnknown from None
    return _orders.locked(order_id), package
