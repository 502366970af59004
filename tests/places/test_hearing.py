"""Who hears of many locations at once: the same as who hears of each."""

import pytest

from aktar.accounts.actions import create_token
from aktar.accounts.models import Reach
from aktar.places.actions import bind_token
from aktar.places.models import StockLocation
from aktar.places.queries import hearers_of, hears_of
from aktar.webhooks.models import Webhook
from tests.factories import NOW, a_location, a_user, a_webhook

pytestmark = pytest.mark.django_db

EVENT = "stock_location.updated"


def _webhooks(here: StockLocation, there: StockLocation) -> None:
    """A webhook of each kind of user with each kind of token, and some that hear of nothing any more."""
    for is_admin, works_at in ((True, []), (False, []), (False, [here]), (False, [here, there])):
        for is_active in (True, False):
            user = a_user(is_admin=is_admin)
            for location in works_at:
                user.memberships.create(stock_location=location)
            a_webhook(EVENT, user=user)
            for reach in Reach:
                for is_revoked in (True, False):
                    token = create_token(user, name="test", reach=reach, now=NOW).token
                    if reach == Reach.LOCATIONS:
                        bind_token(token, erp_codes=[there.erp_code])
                    token.revoked_at = NOW if is_revoked else None
                    token.save()
                    a_webhook(EVENT, user=user, token=token)
            user.is_active = is_active
            user.save()
    a_webhook("stock_location.created")
    a_webhook(EVENT, is_active=False)


def test_who_hears_of_many_is_who_hears_of_each() -> None:
    here, there, elsewhere = a_location(), a_location(), a_location()
    _webhooks(here, there)
    found = hearers_of([here.pk, there.pk, elsewhere.pk], event_types=[EVENT])
    for location in (here, there, elsewhere):
        listening = Webhook.objects.filter(hears_of(location.pk), is_active=True, event_type=EVENT)
        assert found[location.pk] == set(listening.values_list("pk", flat=True))
    assert len(found[there.pk]) > len(found[elsewhere.pk]) > 0
