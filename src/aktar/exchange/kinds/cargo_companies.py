"""Cargo companies as a table, one a row; those without an ERP code have no name here, and are left out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aktar.edge.bulk import told
from aktar.edge.upserts import Verdict
from aktar.exchange.columns import text
from aktar.exchange.kinds.kind import Document, Kind
from aktar.exchange.queries import in_pieces
from aktar.transfers.carriers.actions import keep_cargo_companies
from aktar.transfers.carriers.bodies import CargoCompanyRowBody
from aktar.transfers.models import CargoCompany

_NAMES = ("erp_code", "name", "shipping_company")


def _keep(documents: Sequence[Document], _now: datetime) -> list[Verdict]:
    body = CargoCompanyRowBody()
    return keep_cargo_companies([told(body, each, key="erp_code") for each in documents])


def _listed() -> Iterator[dict[str, Any]]:
    return in_pieces(CargoCompany.objects.exclude(erp_code=None), *_NAMES)


CARGO_COMPANIES = Kind("cargo_companies", tuple(map(text, _NAMES)), ("erp_code",), _keep, _listed)
