"""What must agree in a database at any instant, looked over row by row; what does not becomes a sentence."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from aktar.edge.content_types import ContentType
from aktar.edge.encryption import unreadable
from aktar.orders.models import Order, Package
from aktar.site.tables import table_differences
from aktar.stock.queries import product_balances, unbalanced_levels
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import (
    Event,
    EventPosition,
    FeedHead,
    ObjectSequence,
    Standing,
    Webhook,
    WebhookEvent,
)
from aktar.workflow.models import TransitionLog

# So many of a kind are named; who has more has one reason for all of them.
_NAMED = 5


def faults(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What is amiss, in sentences; nothing is written. Each query reads its tables whole.

    The migrations must have been applied; in what the tables differ all the same is told before anything
    else. May run beside the service.
    """
    try:
        # A file that is damaged below its rows can answer the rest with anything.
        if damage := list(_damage(using)):
            return damage
        # Nor can rows be asked for in columns that are not there.
        if differences := table_differences(using=using):
            return differences
        return [fault for part in _PARTS for fault in part(using)]
    except DatabaseError as error:
        return [f"The database gave up: {' '.join(str(error).split())}."]


def _damage(using: str) -> Iterator[str]:
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            yield from (f"SQLite says: {line}." for (line,) in cursor.fetchmany(_NAMED) if line != "ok")
            cursor.execute("PRAGMA foreign_key_check")
            for table, row, parent, _ in cursor.fetchmany(_NAMED):
                yield f"Row {row} of {table} points at a row of {parent} that is not there."
        else:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated"
            )
            for table, name in cursor.fetchmany(_NAMED):
                yield f"The constraint {name} of {table} has not been checked (VALIDATE CONSTRAINT would)."


def _states(using: str) -> Iterator[str]:
    yield from _astray(TransferOrder.objects.using(using), ContentType.TRANSFER_ORDER, "Transfer order")
    yield from _astray(Package.objects.using(using), ContentType.PACKAGE, "Package")
    yield from _astray(Order.objects.using(using), ContentType.ORDER, "Order")


def _astray(things: "QuerySet[Any]", content_type: ContentType, called: str) -> Iterator[str]:
    logs = TransitionLog.objects.filter(content_type=content_type, object_id=OuterRef("pk"))
    last = logs.order_by("-pk")
    # `aktar load` brings states without a log: those are newer than the last line of ours.
    strange = (
        things.annotate(
            told=Subquery(last.values("new_state")[:1]), told_at=Subquery(last.values("created_date")[:1])
        )
        .filter(told__isnull=False, modified_date__lte=F("told_at"))
        .exclude(state_id=F("told"))
    )
    for pk, state, told in strange.order_by("pk").values_list("pk", "state", "told")[:_NAMED]:
        yield f"{called} {pk} is in state {state}, and the last line of its log led to {told}."


def _sequences(using: str) -> Iterator[str]:
    last = ObjectSequence.objects.filter(
        content_type=OuterRef("content_type"), object_id=OuterRef("object_id")
    ).values("last")[:1]
    ahead = (
        Event.objects.using(using)
        .order_by()
        .values("content_type", "object_id")
        .annotate(greatest=Max("sequence"), counted=Coalesce(Subquery(last), 0))
        .filter(greatest__gt=F("counted"))
    )
    for row in ahead[:_NAMED]:
        yield (
            f"Object {row['object_id']} of kind {row['content_type']} has an event {row['greatest']}, and "
            f"its sequence counts {row['counted']}."
        )


def _places(using: str) -> Iterator[str]:
    placeless = Event.objects.using(using).filter(place=None).order_by("pk")
    for event in placeless.values_list("pk", flat=True)[:_NAMED]:
        yield f"Event {event} has no place in the feed, nor waits for one."
    last = Coalesce(Subquery(FeedHead.objects.values("last")[:1]), 0)
    beyond = EventPosition.objects.using(using).filter(position__gt=last).order_by("position")
    for event, position in beyond.values_list("event", "position")[:_NAMED]:
        yield f"Event {event} is at place {position} of the feed, beyond its end."


def _lanes(using: str) -> Iterator[str]:
    heads = WebhookEvent.objects.filter(
        standing=Standing.DUE,
        endpoint=OuterRef("endpoint"),
        content_type=OuterRef("content_type"),
        object_id=OuterRef("object_id"),
    )
    stuck = WebhookEvent.objects.using(using).filter(~Exists(heads), standing=Standing.BLOCKED)
    lanes = stuck.order_by().values_list("endpoint", "content_type", "object_id").distinct()
    for endpoint, kind, object_id in lanes[:_NAMED]:
        yield f"At endpoint {endpoint} events of object {object_id} of kind {kind} wait behind nothing."


def _deliveries(using: str) -> Iterator[str]:
    undelivered = WebhookEvent.objects.using(using).filter(standing=Standing.DELIVERED, delivered=False)
    for owed in undelivered.order_by("pk").values_list("pk", flat=True)[:_NAMED]:
        yield f"Webhook event {owed} is settled as delivered and says that it is not."
    strange = WebhookEvent.objects.using(using).filter(
        ~Q(event__sequence=F("sequence")) | ~Q(event__object_id=F("object_id"))
    )
    for owed in strange.order_by("pk").values_list("pk", flat=True)[:_NAMED]:
        yield f"Webhook event {owed} stands in the lane of another object or place than its event."


def _secrets(using: str) -> Iterator[str]:
    named = 0
    for webhook in Webhook.objects.using(using).order_by("pk").iterator():
        if columns := unreadable(webhook):
            yield (
                f"Webhook {webhook.pk}: no key we have opens {', '.join(columns)} (AKTAR_WEBHOOK_KEY, or "
                "the file webhook-key of the data folder)."
            )
            named += 1
        if named == _NAMED:
            return


def _stock(using: str) -> Iterator[str]:
    for level in unbalanced_levels(using=using)[:_NAMED]:
        yield (
            f"The stock of product {level.product} at location {level.location} is not the sum of its "
            "movements."
        )
    missing = [balance for balance in product_balances(using=using) if balance.missing]
    for balance in missing[:_NAMED]:
        yield f"The books of product {balance.product} do not balance, by {balance.missing / 100:.2f}."


_PARTS: tuple[Callable[[str], Iterator[str]], ...] = (
    _states,
    _sequences,
    _places,
    _lanes,
    _deliveries,
    _secrets,
    _stock,
)
