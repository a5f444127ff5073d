"""Entry time, day and people inside are limits at once: sales stop at the first that is reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from bookings.inventory.models import Bucket, Channel
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.orders.operations import SoldOut
from kernel.errors import Refusal
from kernel.memo import Memo
from tests.factories.tourism import ask_for, party, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.crowd import operations, queries
from tourism.crowd.models import Correction, Watch
from tourism.tickets import offers

pytestmark = pytest.mark.django_db

SEVEN = datetime(2026, 10, 13, 23, 0, tzinfo=UTC)
"""Seven o'clock on the day of the visit."""


def people_inside(area, count: int) -> None:
    Correction.objects.create(
        area=area, people=max(0, count), delta=count, reason="x", actor="user:1", at=SEVEN
    )


def buy(slot, count: int = 1, at=SEVEN) -> Order | Refusal:
    [answer] = offers.offer([ask_for(slot, *party(*["adult"] * count))], at=at)
    if isinstance(answer, Refusal):
        return answer
    request = wish(ask_for(slot, *party(*["adult"] * count)), total_fen=answer.price_fen)
    try:
        return orders.place(request, at=at)
    except Refusal as refusal:
        return refusal


@pytest.fixture(autouse=True)
def nameless(product):
    product.area.real_name_required = False
    product.area.save()


@pytest.fixture
def limits(product, slot) -> Watch:
    """Room for 50 in the entry time, 100 on the day, ten people inside."""
    return Watch.objects.create(area=product.area, instant_cap=10)


def test_below_all_three_limits_it_is_sold(limits, slot):
    people_inside(limits.area, 9)

    assert isinstance(buy(slot), Order)


def test_at_the_people_inside_todays_entry_stops_with_words_what_to_do(limits, slot):
    people_inside(limits.area, 10)

    refusal = buy(slot)

    assert isinstance(refusal, queries.AreaFull)
    assert "half an hour" in refusal.reason
    assert not Order.objects.exists()
    assert set(Bucket.objects.values_list("taken", flat=True)) == {0}


@pytest.mark.parametrize("channel", [Channel.OWN, Channel.COUNTER])
def test_every_channel_stops(limits, slot, channel):
    people_inside(limits.area, 10)

    [answer] = offers.offer([replace(ask_for(slot, *party("adult")), channel=channel)], at=SEVEN)

    assert isinstance(answer, queries.AreaFull)


def test_another_day_is_sold_while_it_is_full(limits, product):
    tomorrow = slot_on(product, VISIT + timedelta(days=1), time(8))
    people_inside(limits.area, 10)

    assert isinstance(buy(tomorrow), Order)


def test_sales_go_on_when_people_have_left(limits, slot):
    people_inside(limits.area, 10)
    assert isinstance(buy(slot), queries.AreaFull)

    people_inside(limits.area, -1)

    assert isinstance(buy(slot), Order)


def test_what_was_offered_before_it_was_full_is_not_placed(limits, slot):
    ask = ask_for(slot, *party("adult"))
    [offer] = offers.offer([ask], at=SEVEN)
    people_inside(limits.area, 10)

    with pytest.raises(queries.AreaFull):
        orders.place(wish(ask, total_fen=offer.price_fen), at=SEVEN)

    assert not Order.objects.exists()


def test_the_entry_times_limit_comes_first_where_it_is_the_least(limits, slot):
    Bucket.objects.filter(pk=slot.bucket_id).update(capacity=2)
    people_inside(limits.area, 5)

    assert isinstance(buy(slot, 2), Order)
    assert isinstance(buy(slot), SoldOut)


def test_the_days_limit_comes_first_where_it_is_the_least(limits, slot):
    Bucket.objects.filter(pk=slot.day.bucket_id).update(capacity=2)
    people_inside(limits.area, 5)

    assert isinstance(buy(slot, 2), Order)
    assert isinstance(buy(slot), SoldOut)


@tries(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slot_cap=st.integers(0, 4),
    day_cap=st.integers(0, 4),
    instant_cap=st.integers(1, 4),
    count=st.integers(0, 5),
)
def test_one_more_is_sold_just_while_none_of_the_three_is_reached(
    product, slot, slot_cap, day_cap, instant_cap, count
):
    """Whatever the limits are: the sale of the next one goes by the least of them."""
    for row in (Watch, Correction):
        row.objects.all().delete()
    Watch.objects.create(area=product.area, instant_cap=instant_cap)
    Bucket.objects.filter(pk=slot.bucket_id).update(capacity=slot_cap, taken=0)
    Bucket.objects.filter(pk=slot.day.bucket_id).update(capacity=day_cap, taken=0)
    people_inside(product.area, count)

    answer = buy(slot)

    assert isinstance(answer, Order) == (slot_cap > 0 and day_cap > 0 and count < instant_cap)


def test_selling_asks_nothing_more_of_the_database_while_it_is_known(
    limits, slot, settings, monkeypatch, django_assert_num_queries
):
    settings.QUANYU_MEMO = True
    monkeypatch.setattr(queries, "_held", Memo(seconds=60))
    queries.is_full(limits.area_id, at=SEVEN)

    with django_assert_num_queries(0):
        for _order in range(50):
            assert queries.is_full(limits.area_id, at=SEVEN) is False


def test_levels_and_the_limit_are_of_one_count(limits, slot):
    people_inside(limits.area, 10)
    operations.judge(at=SEVEN)

    assert limits.area.crossings.get().level_to == 4
    assert queries.is_full(limits.area_id, at=SEVEN)
