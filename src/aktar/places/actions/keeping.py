"""Keeping stock locations as another system tells them, many at once, by their ERP codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from aktar.edge.content_types import ContentType
from aktar.edge.locks import take_turn
from aktar.edge.references import reading
from aktar.edge.shapes import encode_document
from aktar.edge.upserts import (
    Difference,
    Errors,
    Fate,
    Row,
    Told,
    Verdict,
    differences,
    held,
    refused,
    told_twice,
    upsert,
    with_errors,
)
from aktar.places.actions.geography import TURN, Wish, find_places
from aktar.places.actions.saving import PAYLOAD_LANGUAGE
from aktar.places.models import Address, StockLocation
from aktar.places.queries import hearers_of, stock_location_shapes
from aktar.places.rules import LEVELS, LOCATION_CREATED, LOCATION_UPDATED
from aktar.webhooks.actions import News, record_events

NEEDED = ("name", "stock_location_type", "target_packing_interval", "target_transfer_interval", "address")
"""What a location that is new has to be told with."""

_FIELDS = {field.attname: field for field in StockLocation._meta.concrete_fields}
_COLUMNS = tuple(name for name in _FIELDS if name not in ("id", "erp_code"))
_PLACES = tuple(f"{level}_id" for level in LEVELS)
_ADDRESS = ("title", "line", "postcode", "notes", "longitude", "latitude")
_OF_ADDRESS = (*_ADDRESS, *_PLACES, "mapping", "is_active")


@dataclass(slots=True)
class _Change:
    """A row on its way to be written: what it was, what it becomes, or all that is wrong with it."""

    told: Told
    held: Row | None
    wish: Wish
    errors: Errors
    found: tuple[Difference, ...] = ()
    address: Row | None = None
    """The address where it is another one now, with its id where it is there already."""


def keep_stock_locations(
    rows: Sequence[Told], *, now: datetime, then: Callable[[Sequence[Verdict]], None] | None = None
) -> list[Verdict]:
    """Make the stock locations that are new and change those that differ; a verdict for each row, in order.

    A field that is not told stays as it is. Each change is told of, as when one is saved by hand; a location
    in which nothing differs is left alone. What is refused stops none of the others. `then` hears the
    verdicts within the transaction. The number of statements does not grow with the rows.
    """
    with transaction.atomic():
        take_turn(TURN)
        told = told_twice(rows, name="erp_code")
        there = _held([row.key for row in told if row.key is not None])
        verdicts: dict[int, Verdict] = {}
        changes: dict[int, _Change] = {}
        for place, row in enumerate(told):
            present = there.get(row.key or "")
            errors = with_errors(row.errors, _missing(row, present))
            changes[place] = _Change(row, present, _wish(row, present, is_lost=bool(errors)), errors)
        asked = [each for each in changes.values() if not each.errors or "address" in each.told.values]
        find_places([change.wish for change in asked])
        for place, change in list(changes.items()):
            if change.wish.errors:
                change.errors = with_errors(change.errors, {"address": change.wish.errors})
            if change.errors:
                verdicts[place] = refused(change.told, change.errors)
                del changes[place]
            else:
                change.found = _differences(change)
        ids = _write([change for change in changes.values() if change.found], now)
        for place, change in changes.items():
            verdicts[place] = _verdict(change, ids)
        answer = [verdicts[place] for place in range(len(told))]
        if then is not None:
            then(answer)
    return answer


def _held(keys: Sequence[str]) -> dict[str, Row]:
    """The locations with their addresses, columns of the latter under `address__`; locked.

    At most four queries.
    Addresses are locked before a place is made: whoever saves one by hand holds it, and waits for the version
    of reference data, which who has made a place holds.
    """
    locations = held(StockLocation.objects.all(), key="erp_code", keys=keys, columns=_COLUMNS)
    addresses = held(
        Address.objects.all(),
        key="pk",
        keys={row["address_id"] for row in locations.values()},
        columns=(*_OF_ADDRESS, *(f"{level}__name" for level in LEVELS)),
    )
    return {
        key: row | {f"address__{name}": value for name, value in addresses[row["address_id"]].items()}
        for key, row in locations.items()
    }


def _missing(row: Told, present: Row | None) -> Errors:
    if present is not None or "erp_code" not in row.values:
        return {}
    errors: dict[str, Any] = {name: [_("A new one needs this.")] for name in NEEDED if name not in row.values}
    address = row.values.get("address")
    if address is not None:
        needed = [name for name in ("city", "township", "line") if address.get(name) is None]
        if needed:
            errors["address"] = {name: [_("A new one needs this.")] for name in needed}
    return errors


def _wish(row: Told, present: Row | None, *, is_lost: bool) -> Wish:
    at_present = {} if present is None else {level: present[f"address__{level}_id"] for level in LEVELS}
    return Wish(told=row.values.get("address", {}), present=at_present, is_lost=is_lost)


def _differences(change: _Change) -> tuple[Difference, ...]:
    values, present = change.told.values, change.held or {}
    own = {name: value for name, value in values.items() if name not in ("erp_code", "address")}
    return (*differences(own, present), *_differences_of_address(change, values.get("address", {}), present))


def _differences_of_address(change: _Change, told: Mapping[str, Any], present: Row) -> list[Difference]:
    """What of the address is another one; its row, where something is, goes to the change."""
    wish = change.wish
    at_present = {name: present[f"address__{name}"] for name in _OF_ADDRESS} if present else {}
    row = at_present | {name: told[name] for name in _ADDRESS if name in told}
    row |= {f"{level}_id": wish.chosen[level] for level in LEVELS}
    if not present:
        row = {"postcode": None, "notes": None, "longitude": None, "latitude": None, "mapping": None} | row
        row |= {"is_active": True, "title": told.get("title") or change.told.values["name"]}
    found = [
        Difference(f"address.{level}", present.get(f"address__{level}__name"), wish.names.get(level))
        for level in LEVELS
        if at_present.get(f"{level}_id") != wish.chosen[level]
    ]
    shown = {name: row[name] for name in _ADDRESS if name in told or (not present and row[name] is not None)}
    found += [
        Difference(f"address.{each.field}", each.before, each.after)
        for each in differences(shown, at_present)
    ]
    if found:
        change.address = row
    return found


def _write(changes: Sequence[_Change], now: datetime) -> dict[str, int]:
    """Write what differs and tell of it; the ids by ERP code."""
    if not changes:
        return {}
    addresses = _write_addresses(changes)
    rows = [
        _row(change, now) | ({"address_id": addresses[id(change)]} if id(change) in addresses else {})
        for change in changes
    ]
    ids = upsert(StockLocation, rows, key="erp_code")
    _tell({ids[change.told.key or ""]: change.held is None for change in changes}, now)
    return ids


def _row(change: _Change, now: datetime) -> Row:
    """A location's whole row."""
    told = {name: value for name, value in change.told.values.items() if name in _FIELDS}
    if change.held is None:
        row = {name: field.get_default() for name, field in _FIELDS.items() if name != "id"} | {
            "created_date": now
        }
    else:
        row = {name: change.held[name] for name in ("erp_code", *_COLUMNS)}
    return row | told | {"modified_date": now}


def _write_addresses(changes: Sequence[_Change]) -> dict[int, int]:
    """The ids of the addresses that changes need anew; others are changed where they are."""
    moved = [change for change in changes if change.address is not None]
    shared = _shared([change.held["address_id"] for change in moved if change.held is not None])
    new, rows = [], []
    for change in moved:
        row = change.address or {}
        if change.held is None or change.held["address_id"] in shared:
            new.append((change, Address(**row)))
        else:
            rows.append({"id": change.held["address_id"], **row})
    Address.objects.bulk_create([address for _, address in new])
    upsert(Address, rows, key="id")
    return {id(change): address.pk for change, address in new}


def _shared(addresses: Sequence[int]) -> set[int]:
    """Those of these addresses that several locations stand at. One query."""
    if not addresses:
        return set()
    counted = (
        StockLocation.objects.filter(address__in=addresses).values("address").annotate(count=Count("pk"))
    )
    return set(counted.filter(count__gt=1).values_list("address", flat=True))


def _tell(is_new: Mapping[int, bool], now: datetime) -> None:
    ids = list(is_new)
    shapes = stock_location_shapes(ids, reading(PAYLOAD_LANGUAGE))
    hearers = hearers_of(ids, event_types=(LOCATION_CREATED, LOCATION_UPDATED))
    record_events(
        [
            News(
                event_type=LOCATION_CREATED if is_new[id_] else LOCATION_UPDATED,
                object_id=id_,
                payload=encode_document(shape),
                heard_by=hearers[id_],
                location=id_,
            )
            for id_, shape in zip(ids, shapes, strict=True)
        ],
        content_type=ContentType.STOCK_LOCATION,
        now=now,
    )


def _verdict(change: _Change, ids: Mapping[str, int]) -> Verdict:
    key = change.told.key or ""
    if change.held is None:
        return Verdict(key, Fate.CREATED, ids[key], change.found)
    fate = Fate.UPDATED if change.found else Fate.UNCHANGED
    return Verdict(key, fate, change.held["id"], change.found)
