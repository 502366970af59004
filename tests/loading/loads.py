"""Loads documents in this process, and tells what became of them and what the database holds."""

import copy
import io
import json
from typing import Any

from django.db import models

from aktar.edge.models import ReferenceVersion
from aktar.transfers.loading.documents import documents
from aktar.transfers.loading.loader import Loader, Refusal
from aktar.transfers.loading.tables import TABLES
from aktar.transfers.models import TransferOrder
from tests.contract.printed import sample
from tests.factories import NOW


class Loaded:
    """How a load ended: the counts, the refusals, and the notes."""

    def __init__(self, data: bytes) -> None:
        self.refusals: list[Refusal] = []
        loader = Loader(refuse=self.refusals.append, now=NOW)
        loader.load(documents(io.BufferedReader(io.BytesIO(data))), progress=lambda: None)
        self.summary = loader.summary
        self.notes = list(loader.differences.told)

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Created, updated, unchanged, older, refused."""
        s = self.summary
        return (s.created, s.updated, s.unchanged, s.older, s.refused)


def load(*told: Any) -> Loaded:
    """Load documents, one a line."""
    return Loaded("\n".join(json.dumps(document) for document in told).encode())


def listed() -> dict[str, Any]:
    """The first order of the contract's list."""
    order: dict[str, Any] = sample("transfer_orders.list")["results"][0]
    return copy.deepcopy(order)


def detailed() -> dict[str, Any]:
    """The order of the contract's detail."""
    order: dict[str, Any] = sample("transfer_orders.detail")
    return copy.deepcopy(order)


def contents() -> dict[str, Any]:
    """Every row that loading can write, the versions among them."""
    held: dict[str, Any] = {table.model.__name__: _rows(table.model) for table in TABLES}
    return held | {"reference version": ReferenceVersion.objects.get().version}


def version(pk: int = 1358) -> int:
    return TransferOrder.objects.values_list("version", flat=True).get(pk=pk)


def _rows(model: type[models.Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())
