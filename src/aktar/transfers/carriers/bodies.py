"""How bodies tell cargo companies."""

from aktar.edge.bulk import RowsField
from aktar.edge.serializers import StrictCharField, StrictSerializer


class CargoCompanyRowBody(StrictSerializer):
    """A cargo company by its ERP code; what is not said stays as it is. A new one needs both other fields."""

    erp_code = StrictCharField(max_length=100)
    name = StrictCharField(max_length=200, required=False)
    shipping_company = StrictCharField(
        max_length=100, required=False, help_text="The carrier's code name, as `yurtici`."
    )


class CargoCompaniesBody(StrictSerializer):
    """Up to 1,000 cargo companies, each taken or refused by itself."""

    cargo_companies = RowsField(child=CargoCompanyRowBody(), key="erp_code")
