"""Statements that are compiled once: what would be frozen in them is refused, values may stand anywhere."""

import pytest

from aktar.catalog.models import Product
from aktar.edge.statements import Compiled, RowsOfIds, array
from tests.factories import a_product

pytestmark = pytest.mark.django_db


def test_rows_are_read_by_ids_and_values_whatever_their_order() -> None:
    wanted, other = a_product(), a_product()
    ids = [wanted.pk, other.pk]
    before = RowsOfIds(
        lambda ids, sku: Product.objects.filter(sku=sku, pk__in=ids).values_list("id", "sku"), "\1"
    )
    after = RowsOfIds(
        lambda ids, sku: Product.objects.filter(pk__in=ids).exclude(sku=sku).values_list("id", "sku"), "\1"
    )
    assert before.of(ids, wanted.sku) == [(wanted.pk, wanted.sku)]
    assert before.of([other.pk], wanted.sku) == before.of([], wanted.sku) == []
    assert after.of(ids, wanted.sku) == [(other.pk, other.sku)]


@pytest.mark.parametrize(
    "read",
    [
        RowsOfIds(lambda _ids: Product.objects.filter(pk__gt=0).values_list("id")),
        RowsOfIds(lambda ids: Product.objects.filter(pk__in=ids, omnitron_id__in=ids).values_list("id")),
        RowsOfIds(lambda ids, _sku: Product.objects.filter(pk__in=ids).values_list("id"), "\1"),
    ],
    ids=["no ids", "ids twice", "a value that is not used"],
)
def test_a_read_that_would_answer_something_else_is_refused(read: RowsOfIds) -> None:
    with pytest.raises(ValueError, match=r"A read by ids|A query that is compiled"):
        read.of([1], *("x" for _ in read._marks))


def test_a_statement_uses_all_of_its_values() -> None:
    statement = Compiled(lambda one, _other: Product.objects.filter(pk=one).values_list("id"), -1, -2)
    with pytest.raises(ValueError, match="all of its values"):
        statement.for_values(1, 2)


def test_numbers_go_to_postgresql_as_one_text() -> None:
    assert array([3, None, -40_000_000_000]) == "{3,NULL,-40000000000}"
    assert array([]) == "{}"
