"""Laying out entry times, following edited patterns, changing single ones by hand."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from kernel.audit.models import Entry
from tests.factories.tourism import (
    ProductFactory,
    SlotPatternFactory,
    addon_product,
    ask_for,
    person,
    slot_on,
)
from tests.tourism.conftest import VISIT, wish
from tourism.areas.models import OpeningHours
from tourism.tickets import operations as tickets
from tourism.tickets.horizon import NEVER, laid_out_until
from tourism.tickets.models import EntryDay, PatternSeason, Slot

pytestmark = pytest.mark.django_db

FIRST = date(2026, 10, 1)


def times(product) -> list[str]:
    tz = product.area.region.tz
    return [
        f"{slot.starts_at.astimezone(tz):%m-%d %H:%M}-{slot.ends_at.astimezone(tz):%H:%M}"
        for slot in Slot.objects.filter(product=product).order_by("starts_at")
    ]


def capacity(slot) -> int:
    return counts.counts([slot.bucket_id])[slot.bucket_id][0]


def test_ninety_days_of_ten_entry_times_are_made_in_one_action(product):
    for hour in range(8, 18):
        SlotPatternFactory(product=product, starts=time(hour), ends=time(hour, 59), permille=120)

    made = tickets.create_days(
        product_ids=[product.pk], first=FIRST, last=FIRST + timedelta(days=89)
    )

    assert (made.days, made.slots) == (90, 900)
    assert Slot.objects.filter(product=product).count() == 900
    day = EntryDay.objects.get(product=product, date=FIRST)
    assert counts.counts([day.bucket_id, day.own_bucket_id]) == {
        day.bucket_id: (100, 0),
        day.own_bucket_id: (100, 0),
    }
    assert {capacity(slot) for slot in Slot.objects.filter(day=day)} == {12}


def test_making_them_again_changes_nothing(product, slot):
    inventory.take([[Demand(slot.bucket_id, 3)]])

    made = tickets.create_days(product_ids=[product.pk], first=VISIT, last=VISIT)

    assert (made.days, made.slots) == (0, 0)
    assert counts.counts([slot.bucket_id]) == {slot.bucket_id: (50, 3)}


def test_the_number_of_statements_does_not_grow_with_the_days(
    product, django_assert_max_num_queries
):
    SlotPatternFactory(product=product)
    SlotPatternFactory(product=ProductFactory())

    with django_assert_max_num_queries(16):
        tickets.create_days(product_ids=[product.pk], first=FIRST, last=FIRST + timedelta(days=60))


def test_entry_times_are_cut_to_the_opening_hours(product):
    OpeningHours.objects.filter(area=product.area).update(opens=time(9), closes=time(15))
    SlotPatternFactory(product=product, starts=time(8), ends=time(10))
    SlotPatternFactory(product=product, starts=time(14), ends=time(16))
    SlotPatternFactory(product=product, starts=time(8, 30), ends=time(9, 20))

    tickets.create_days(product_ids=[product.pk], first=FIRST, last=FIRST)

    assert times(product) == ["10-01 09:00-10:00", "10-01 14:00-15:00"]


def test_closed_weekdays_and_seasons_have_none(product):
    SlotPatternFactory(product=product)
    product.area.closed_weekdays = "1"
    product.area.save()
    OpeningHours.objects.filter(area=product.area, season="OFF").delete()

    tickets.create_days(product_ids=[product.pk], first=date(2026, 11, 28), last=date(2026, 12, 3))

    assert times(product) == ["11-28 08:00-12:00", "11-29 08:00-12:00"]


def test_patterns_may_be_for_weekends_or_a_season_only(product):
    SlotPatternFactory(product=product, weekdays="67")
    SlotPatternFactory(product=product, starts=time(13), ends=time(15), season=PatternSeason.OFF)

    tickets.create_days(product_ids=[product.pk], first=date(2026, 11, 28), last=date(2026, 12, 2))

    assert times(product) == [
        "11-28 08:00-12:00",
        "11-29 08:00-12:00",
        "12-01 13:00-15:00",
        "12-02 13:00-15:00",
    ]


def test_the_own_channel_gets_its_share_of_the_day(product):
    product.own_permille = 900
    product.save()

    day = slot_on(product, VISIT).day

    assert counts.counts([day.bucket_id, day.own_bucket_id]) == {
        day.bucket_id: (100, 0),
        day.own_bucket_id: (90, 0),
    }


def test_an_override_outlives_an_edit_of_the_rule(product, slot, at):
    other = slot_on(product, VISIT + timedelta(days=1))
    tickets.set_slot(slot=slot, capacity=7, actor="user:1", at=at)
    product.patterns.update(permille=300)

    done = tickets.follow_patterns(
        product=product, first=VISIT, last=VISIT + timedelta(days=1), actor="user:1", at=at
    )

    assert (capacity(slot), capacity(other)) == (7, 30)
    assert (done.changed, done.kept, done.closed, done.made, done.refused) == (1, 1, 0, 0, [])


def test_an_entry_time_that_no_pattern_asks_for_any_more_is_closed_and_comes_back(
    product, slot, at
):
    pattern = product.patterns.get()
    product.patterns.update(weekdays="1")
    done = tickets.follow_patterns(product=product, first=VISIT, last=VISIT, actor="user:1", at=at)
    slot.refresh_from_db()
    assert (done.closed, slot.is_open) == (1, False)
    noted = Entry.objects.get(action="tickets.follow-patterns")
    assert (noted.actor, noted.subject) == ("user:1", f"product:{product.pk}")
    assert noted.facts["closed"] == 1

    pattern.weekdays = "1234567"
    pattern.save()
    tickets.follow_patterns(product=product, first=VISIT, last=VISIT, actor="user:1", at=at)

    slot.refresh_from_db()
    assert slot.is_open is True


def test_following_makes_what_is_missing_and_moves_the_limit_of_the_day(product, slot, at):
    SlotPatternFactory(product=product, starts=time(13), ends=time(15))
    product.area.daily_cap = 200
    product.area.save()

    done = tickets.follow_patterns(product=product, first=VISIT, last=VISIT, actor="user:1", at=at)

    assert (done.made, done.changed) == (1, 1)
    assert capacity(slot) == 100
    assert counts.counts([slot.day.bucket_id])[slot.day.bucket_id] == (200, 0)


def test_following_leaves_and_reports_what_is_sold_beyond_the_new_number(product, slot, at):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)
    product.patterns.update(permille=10)

    done = tickets.follow_patterns(product=product, first=VISIT, last=VISIT, actor="user:1", at=at)

    assert capacity(slot) == 50
    assert [refusal.facts["orders"] for refusal in done.refused] == [[order.code]]


def test_shrinking_below_what_is_sold_is_refused_with_the_orders(slot, at):
    first = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    second = orders.place(wish(ask_for(slot, person(2)), total_fen=19_000, actor="guest:b"), at=at)

    with pytest.raises(tickets.PlacesSold) as refused:
        tickets.set_slot(slot=slot, capacity=1, is_open=False, actor="user:1", at=at)

    assert refused.value.facts["taken"] == 2
    assert refused.value.facts["orders"] == [first.code, second.code]
    assert first.code in refused.value.reason
    slot.refresh_from_db()
    assert (capacity(slot), slot.is_open, slot.is_override) == (50, True, False)
    assert not Entry.objects.exists()


def test_a_change_by_hand_is_audited(slot, at):
    tickets.set_slot(slot=slot, capacity=20, is_open=False, actor="user:7", at=at)

    slot.refresh_from_db()
    entry = Entry.objects.get()
    assert (capacity(slot), slot.is_open, slot.is_override) == (20, False, True)
    assert (entry.actor, entry.action, entry.subject) == (
        "user:7",
        "tickets.slot.set",
        f"slot:{slot.pk}",
    )
    assert entry.facts == {"capacity": 20, "is_open": False}


def test_the_limit_of_a_day_moves_with_its_own_share_or_not_at_all(product, slot, at):
    product.own_permille = 500
    product.save()
    day = slot.day
    day.product.refresh_from_db()
    tickets.set_day(day=day, capacity=40, actor="user:1", at=at)
    assert counts.counts([day.bucket_id])[day.bucket_id] == (40, 0)
    assert counts.counts([day.own_bucket_id])[day.own_bucket_id] == (20, 0)
    orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)

    with pytest.raises(tickets.PlacesSold):
        tickets.set_day(day=day, capacity=3, actor="user:1", at=at)

    assert counts.counts([day.bucket_id])[day.bucket_id] == (40, 2)
    assert counts.counts([day.own_bucket_id])[day.own_bucket_id] == (20, 2)


def test_sales_stop_at_the_first_limit_that_is_reached(product, slot, at):
    product.own_permille = 30
    product.save()
    tomorrow = slot_on(product, VISIT + timedelta(days=1))

    with pytest.raises(orders.SoldOut) as refused:
        orders.place(
            wish(ask_for(tomorrow, *(person(n) for n in range(1, 5))), total_fen=76_000), at=at
        )

    assert refused.value.facts["left"] == 3


def test_the_horizon_is_the_day_up_to_which_every_product_is_laid_out(product):
    region = product.area.region
    assert laid_out_until(region) is None

    SlotPatternFactory(product=product)
    assert laid_out_until(region) == NEVER

    tickets.create_days(product_ids=[product.pk], first=FIRST, last=date(2026, 10, 20))
    assert laid_out_until(region) == date(2026, 10, 20)

    late = ProductFactory(area__region=region)
    SlotPatternFactory(product=late)
    tickets.create_days(product_ids=[late.pk], first=FIRST, last=date(2026, 10, 5))
    assert laid_out_until(region) == date(2026, 10, 5)


def test_a_season_without_entry_times_does_not_shorten_the_horizon(product):
    SlotPatternFactory(product=product)
    summer = ProductFactory(area__region=product.area.region)
    SlotPatternFactory(product=summer, season=PatternSeason.PEAK)
    ids = [product.pk, summer.pk]

    tickets.create_days(product_ids=ids, first=date(2026, 11, 20), last=date(2026, 12, 20))

    assert laid_out_until(product.area.region) == date(2026, 12, 20)


def test_a_season_of_twelve_products_is_made_at_once_and_its_overrides_stay(product, at):
    """90 days of 10 entry times for each of 12 products; one of them is set by hand and stays so."""
    services = [addon_product(product.area, f"s{n}", stock=100) for n in range(12)]
    for each in services:
        each.patterns.all().delete()
        for hour in range(8, 18):
            SlotPatternFactory(product=each, starts=time(hour), ends=time(hour, 59), permille=100)
    ids = [each.pk for each in services]
    last = VISIT + timedelta(days=89)

    made = tickets.create_days(product_ids=ids, first=VISIT, last=last)
    again = tickets.create_days(product_ids=ids, first=VISIT, last=last)
    chosen = Slot.objects.filter(product=services[3]).order_by("starts_at")[7]
    tickets.set_slot(slot=chosen, actor="user:1", at=at, capacity=3)
    services[3].patterns.update(permille=50)
    done = tickets.follow_patterns(
        product=services[3], first=VISIT, last=last, actor="user:1", at=at
    )

    assert (made.days, made.slots, again.slots) == (1080, 10_800, 0)
    assert (done.changed, done.kept) == (899, 1)
    sizes = counts.counts(
        Slot.objects.filter(product=services[3]).values_list("bucket_id", flat=True)
    )
    assert sizes[chosen.bucket_id] == (3, 0)
    assert {size for pk, size in sizes.items() if pk != chosen.bucket_id} == {(5, 0)}
