"""Places of an entry time go by lot: set aside, not sold openly, taken by the winners."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.contracts import Demand
from bookings.draws import operations as draws
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket
from bookings.orders.models import Order
from bookings.waitlist import operations as waitlist
from tests.factories.tourism import ask_for, party
from tests.tourism.conftest import AT
from tourism.tickets import offers

pytestmark = pytest.mark.django_db

CLOSES = AT + timedelta(hours=2)


@pytest.fixture
def drawn_slot(slot, product):
    """Two of fifty places are drawn, among three who enter alone."""
    product.area.real_name_required = False
    product.area.save()
    draw = draws.open_draw(
        draws.Wanted(slot.region_id, "ticket", str(slot.pk), 2, CLOSES),
        organisation_ids=[product.area.organisation_id],
        actor="user:1",
        at=AT,
    )
    for number in range(3):
        request = draws.EnterRequest(
            actor=f"guest:{number}", request_key=f"key-{number}", party=(("adult", 0),),
            limit_fen=0, language="en", contact=f"1610000000{number}", phone_index=f"own-{number}",
        )  # fmt: skip
        draws.enter(draw, request, at=AT)
    return draw


def test_what_is_drawn_is_not_offered_openly(drawn_slot, slot):
    [own] = offers.offer([ask_for(slot, *party("adult"))], at=AT)

    shares = {demand.bucket_id for demand in own.parts[0].demands}
    assert drawn_slot.share_id not in shares
    left = Bucket.objects.filter(pk__in=shares).order_by("capacity").first()
    assert left.capacity == 48


def test_winners_have_their_places_though_everything_else_is_sold(drawn_slot, slot):
    [own] = offers.offer([ask_for(slot, *party("adult"))], at=AT)
    assert inventory.take([[Demand(d.bucket_id, 48) for d in own.parts[0].demands]]) == [None]

    assert draws.carry_on(at=CLOSES) == 1
    waitlist.serve(region_id=slot.region_id, owner="one", at=CLOSES)

    assert list(Order.objects.values_list("channel", "total_fen")) == [("draw", 19_000)] * 2
    assert Bucket.objects.get(pk=drawn_slot.share_id).taken == 2
    assert Bucket.objects.get(pk=slot.bucket_id).taken == 50


def test_what_winners_do_not_take_is_for_everybody_after_three_hours(drawn_slot, slot):
    """Until then it is for the third, who is next in the order."""
    draws.carry_on(at=CLOSES)

    assert inventory.release_due(at=CLOSES + timedelta(hours=2)) == 0
    assert inventory.release_due(at=CLOSES + timedelta(hours=3)) == 2

    assert Bucket.objects.get(pk=drawn_slot.share_id).capacity == 0
