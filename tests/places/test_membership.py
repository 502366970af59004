"""Users and tokens work for the locations they are bound to, and that alone decides what they reach."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aktar.accounts.actions import create_token
from aktar.accounts.models import ApiToken, User
from aktar.accounts.models import Reach as TokenReach
from aktar.places.actions import StockLocationUnknown, assign_user, bind_token
from aktar.places.queries import erp_codes_by_user, reach_of
from aktar.places.rules import EVERYWHERE, Reach
from tests.factories import NOW, a_location, a_user

pytestmark = pytest.mark.django_db


def a_token(user: User, reach: TokenReach) -> ApiToken:
    return create_token(user, name="test", now=NOW, reach=reach).token


def only(*ids: int) -> Reach:
    return Reach(everything=False, locations=frozenset(ids))


def test_a_user_reaches_the_locations_they_work_at() -> None:
    user, one, other = a_user(), a_location(), a_location()
    a_location()
    assert reach_of(user, None) == only()
    assign_user(user, erp_codes=[one.erp_code, other.erp_code])
    assert reach_of(user, None) == reach_of(user, a_token(user, TokenReach.USER)) == only(one.pk, other.pk)


def test_assigning_anew_replaces_what_was() -> None:
    user, one, other = a_user(), a_location(), a_location()
    assign_user(user, erp_codes=[one.erp_code])
    assign_user(user, erp_codes=[other.erp_code, other.erp_code])
    assert reach_of(user, None) == only(other.pk)
    assign_user(user, erp_codes=[])
    assert reach_of(user, None) == only()


def test_where_users_work_costs_one_query_for_all_of_them() -> None:
    one, other, nobody = a_user(), a_user(), a_user()
    late, early = a_location(erp_code="Z9"), a_location(erp_code="A1")
    assign_user(one, erp_codes=[late.erp_code, early.erp_code])
    assign_user(other, erp_codes=[late.erp_code])
    with CaptureQueriesContext(connection) as asked:
        assert erp_codes_by_user() == {one.pk: ["A1", "Z9"], other.pk: ["Z9"]}
    assert len(asked) == 1
    assert nobody.pk not in erp_codes_by_user()


def test_a_superuser_reaches_everything() -> None:
    admin = a_user(is_admin=True)
    assert reach_of(admin, None) == reach_of(admin, a_token(admin, TokenReach.USER)) == EVERYWHERE


def test_a_token_for_all_locations_reaches_everything_whoever_its_user_is() -> None:
    user = a_user()
    assert reach_of(user, a_token(user, TokenReach.ALL)) == EVERYWHERE


@pytest.mark.parametrize("is_admin", [False, True])
def test_a_bound_token_reaches_its_own_locations_and_no_more(is_admin: bool) -> None:
    user, mine, its = a_user(is_admin=is_admin), a_location(), a_location()
    assign_user(user, erp_codes=[mine.erp_code])
    token = a_token(user, TokenReach.ALL)

    bind_token(token, erp_codes=[its.erp_code])

    assert reach_of(user, token) == reach_of(user, ApiToken.objects.get(pk=token.pk)) == only(its.pk)
    bind_token(token, erp_codes=[])
    assert reach_of(user, token) == only()


def test_a_location_that_does_not_exist_is_named_and_nothing_is_bound() -> None:
    user, location = a_user(), a_location()
    token = a_token(user, TokenReach.USER)
    assign_user(user, erp_codes=[location.erp_code])

    with pytest.raises(StockLocationUnknown, match="X1, X2") as refused:
        assign_user(user, erp_codes=["X2", "X1"])
    assert refused.value.erp_codes == ("X1", "X2")
    with pytest.raises(StockLocationUnknown):
        bind_token(token, erp_codes=[location.erp_code, "X1"])

    stored = ApiToken.objects.get(pk=token.pk)
    assert stored.reach == TokenReach.USER
    assert reach_of(user, stored) == only(location.pk)


def test_finding_a_reach_costs_one_query_at_most() -> None:
    user, admin = a_user(), a_user(is_admin=True)
    bound = a_token(user, TokenReach.ALL)
    bind_token(bound, erp_codes=[a_location().erp_code for _ in range(5)])
    for caller, token, queries in (
        (user, bound, 1),
        (user, None, 1),
        (admin, None, 0),
        (user, a_token(user, TokenReach.ALL), 0),
    ):
        with CaptureQueriesContext(connection) as captured:
            reach_of(caller, token)
        assert len(captured) == queries
