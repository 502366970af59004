"""Lanes: making the next of a lane due once its head has ended, and holding what nobody may be sent."""

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from aktar.edge.expressions import Among, OneOf
from aktar.webhooks.models import ObjectSequence, Standing, WebhookEvent

SWEPT_AT_ONCE = 500


class Lane(NamedTuple):
    """One object's events at one endpoint."""

    endpoint: int
    content_type: int
    object_id: int


def locked_objects(objects: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of these objects (content type, id), those whose row could be locked without waiting. One query.

    A row that is not had belongs to a change that is being written; the caller comes back to it.
    """
    if connection.vendor == "sqlite":  # whoever writes is alone
        return set(objects)
    rows = ObjectSequence.objects.filter(among(objects)).order_by("pk").select_for_update(skip_locked=True)
    return set(rows.values_list("content_type", "object_id"))


def open_lanes(lanes: Iterable[Lane]) -> int:
    """Make the first that waits in each of these lanes due, where nothing of the lane is; answers how many.

    The caller holds the objects' rows. One query, which looks at one row of each lane however long it is.
    """
    listed = sorted(set(lanes))
    if not listed:
        return 0
    table = connection.ops.quote_name(WebhookEvent._meta.db_table)
    if connection.vendor == "postgresql":
        source = "unnest(%s::bigint[], %s::int[], %s::bigint[])"
        given: list[Any] = [list(column) for column in zip(*listed, strict=True)]
        moment = "statement_timestamp()"
    else:
        source = "(SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(%s))"
        given = [json.dumps(listed)]
        moment = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
    same = "endpoint_id = lane.endpoint AND content_type = lane.kind AND object_id = lane.object"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH lane (endpoint, kind, object) AS (SELECT * FROM {source} AS given) "  # noqa: S608 - ours
            f"UPDATE {table} SET standing = {Standing.DUE.value}, due_at = {moment} WHERE id IN ("
            f"SELECT (SELECT id FROM {table} WHERE standing = {Standing.BLOCKED.value} AND {same} "
            f"ORDER BY endpoint_id, content_type, object_id, sequence, id LIMIT 1) FROM lane "
            f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE standing = {Standing.DUE.value} AND {same}))",
            given,
        )
        opened: int = cursor.rowcount
    return opened


def sweep() -> int:
    """Make due what waits behind nothing; answers how many. The safety net: it should never find any."""
    stuck = WebhookEvent.objects.filter(OneOf("standing", Standing.BLOCKED))
    stuck = stuck.filter(~Exists(_same_lane().filter(OneOf("standing", Standing.DUE))))
    columns = ("endpoint_id", "content_type", "object_id")
    lanes = [Lane(*row) for row in stuck.values_list(*columns).distinct()[:SWEPT_AT_ONCE]]
    if not lanes:
        return 0
    with transaction.atomic(durable=True):
        held = locked_objects({(lane.content_type, lane.object_id) for lane in lanes})
        return open_lanes(lane for lane in lanes if (lane.content_type, lane.object_id) in held)


def _same_lane() -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(
        endpoint=OuterRef("endpoint"), content_type=OuterRef("content_type"), object_id=OuterRef("object_id")
    )


def among(objects: Collection[tuple[int, int]]) -> Q:
    """Whether a row with `content_type` and `object_id` is of one of these objects."""
    kinds: dict[int, set[int]] = {}
    for kind, object_id in objects:
        kinds.setdefault(kind, set()).add(object_id)
    wanted = Q(pk__in=[])
    for kind, ids in kinds.items():
        wanted |= Q(Among("object_id", ids), content_type=kind)
    return wanted
