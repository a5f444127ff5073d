"""The past that growth is measured with is one that the product could have had."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from bench import past
from bookings.orders.models import Hold, Line, Order, State
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers.models import Redemption
from kernel import invariants
from kernel.outbox.models import Event
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import (
    ProductFactory,
    ScenicAreaFactory,
    SlotPatternFactory,
    slot_on,
)
from tourism.areas.models import Gate
from tourism.tickets.models import Admission, Slot

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
NUMBER = 200


@pytest.fixture
def hot_slots(fresh_db, django_db_blocker, socket_enabled):
    """Two entry times of one day of one of two products, with a past laid down beside them."""
    with django_db_blocker.unblock():
        region = RegionFactory()
        day = region.local_date(AT) + timedelta(days=2)
        for _ in range(2):
            area = ScenicAreaFactory(region=region)
            Gate.objects.create(area=area, place=area.place, slug="north", name_zh="北门")
            product = ProductFactory(area=area)
            SlotPatternFactory(product=product, starts=time(13), ends=time(17))
            slot_on(product, day)
        slots = list(Slot.objects.filter(product=product, day__date=day).order_by("starts_at"))
        past.lay_down(region, slots, number=NUMBER, people=0, at=AT, tell=lambda _words: None)
        yield slots


def test_it_breaks_no_invariant(hot_slots):
    assert invariants.check_all(at=AT + timedelta(days=30)) == []


def test_it_holds_orders_of_every_outcome_over_four_hundred_days(hot_slots):
    lines = Line.objects.filter(pk__gte=20_000_000_000)
    states = {state: lines.filter(state=state).count() for state in State.values}

    assert Order.objects.filter(pk__gte=20_000_000_000).count() == 200
    assert states == {
        **dict.fromkeys(State.values, 0),
        State.USED: 108, State.LAPSED: 60, State.CONFIRMED: 14, State.CANCELLED: 18,
    }  # fmt: skip
    assert Redemption.objects.filter(pk__gte=20_000_000_000).count() == 108
    refunds = Refund.objects.filter(pk__gte=20_000_000_000)
    assert set(refunds.values_list("state", flat=True)) == {RefundState.DONE}
    assert refunds.count() == 18
    assert Event.objects.filter(done_at=None).count() == 0


def test_a_tenth_is_for_the_hot_day(hot_slots):
    buckets = [slot.bucket_id for slot in hot_slots]

    held = Hold.objects.filter(bucket_id__in=buckets)
    assert held.count() == 20
    assert Admission.objects.filter(slot_id__in=[slot.pk for slot in hot_slots]).count() == 14


def test_every_index_is_whole_and_new_rows_come_after_it(hot_slots):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_index WHERE NOT (indisvalid AND indisready)")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT nextval(pg_get_serial_sequence('bookings_orders_order', 'id'))")
        [following] = cursor.fetchone()
    assert following > Order.objects.order_by("-pk")[0].pk
