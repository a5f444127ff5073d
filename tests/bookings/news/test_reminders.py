"""People are reminded the evening before and two hours before: once, and of nothing that is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.messages import opening
from accounts.messages.models import Delivery, Message
from accounts.messages.models import State as Sent
from accounts.messages.operations import deliver_due
from bookings.news import operations as news
from bookings.news import plans
from bookings.orders.models import Line, Order
from bookings.refunds import operations as refunds
from bookings.vouchers.models import Voucher
from kernel.outbox import operations as outbox
from tests.bookings.news.conftest import cancel, kinds_told, told
from tests.factories.kernel import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(paid):
    """Paid for ten in the morning of some day, long before."""
    line = paid.lines.get()
    Message.objects.all().delete()
    return _move(paid, line.starts_at.replace(hour=2, minute=0, second=0, microsecond=0))


def _move(order: Order, starts_at) -> Line:
    line = order.lines.get()
    Line.objects.filter(pk=line.pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
    )
    Voucher.objects.filter(line=line).update(
        valid_from=starts_at - timedelta(minutes=30), valid_until=starts_at + timedelta(hours=2)
    )
    line.refresh_from_db()
    return line


def evening_before(line: Line):
    """Six in the evening of the day before, in the region."""
    region = line.order.region
    return line.starts_at.astimezone(region.tz).replace(hour=18, minute=0) - timedelta(days=1)


def test_from_six_the_evening_before_and_once(trip):
    six = evening_before(trip)

    assert news.remind_of_tomorrow(at=six - timedelta(seconds=1)) == 0
    assert news.remind_of_tomorrow(at=six) == 1
    assert news.remind_of_tomorrow(at=six + timedelta(hours=3)) == 0

    assert kinds_told() == ["tomorrow"]


def test_two_hours_before_and_once(trip):
    soon = trip.starts_at - timedelta(hours=2)

    assert news.remind_of_soon(at=soon - timedelta(seconds=1)) == 0
    assert news.remind_of_soon(at=soon + timedelta(seconds=1)) == 1
    assert news.remind_of_soon(at=soon + timedelta(hours=1)) == 0

    assert kinds_told() == ["soon"]


def test_after_the_start_nobody_is_reminded(trip):
    assert news.remind_of_soon(at=trip.starts_at) == 0


def test_it_says_when_what_where_the_way_and_what_to_bring(trip):
    place = PlaceFactory(region=trip.order.region, name_en="North Gate", name_zh="北门")
    Line.objects.filter(pk=trip.pk).update(place_id=place.pk)
    Voucher.objects.filter(line=trip).update(
        show={"check": {"en": "Student card", "zh-hans": "学生证"}}
    )

    news.remind_of_soon(at=trip.starts_at - timedelta(hours=1))

    [(_kind, text)] = told()
    assert "10:00" in text
    assert trip.title["en"] in text
    assert "Where: North Gate" in text
    assert plans.way_to(place) in text
    assert text.count("Student card") == 1
    assert trip.order.code in text


def test_the_way_there_is_a_map_at_the_places_position(region):
    place = PlaceFactory(region=region, name_en="A & B", latitude=30.1, longitude=118.2)

    assert plans.way_to(place) == (
        "https://uri.amap.com/marker?position=118.200000%2C30.100000&coordinate=wgs84&name=A+%26+B"
    )


def test_all_of_one_day_of_a_journey_comes_in_one_message(trip):
    later = Line.objects.get(pk=trip.pk)
    later.pk, later.position = None, 1
    later.starts_at += timedelta(hours=3)
    later.title = {"en": "Bus back", "zh-hans": "回程巴士"}
    later.save()
    for voucher in Voucher.objects.filter(line=trip):
        voucher.pk, voucher.line = None, later
        voucher.save()

    assert news.remind_of_tomorrow(at=evening_before(trip)) == 1

    [(_kind, text)] = told()
    assert text.index("10:00") < text.index("13:00 Bus back")


def test_what_is_cancelled_is_not_reminded_of(paid, trip, now):
    refunds.cancel(
        order=paid, parts={trip.pk: ["p0", "p1"]}, shown_fen=2000, actor="guest:a", reason="BUYER",
        at=now,
    )  # fmt: skip
    outbox.drain(at=now)

    assert news.remind_of_tomorrow(at=evening_before(trip)) == 0
    assert news.remind_of_soon(at=trip.starts_at - timedelta(hours=1)) == 0


def test_who_still_comes_is_reminded_though_somebody_else_was_cancelled(paid, trip, now):
    cancel(paid, now)

    assert news.remind_of_tomorrow(at=evening_before(trip)) == 1


def test_what_is_cancelled_while_it_waits_for_the_morning_is_not_sent(trip):
    trip = _move(trip.order, trip.starts_at.replace(hour=1))
    night = trip.starts_at - timedelta(hours=2)
    news.remind_of_soon(at=night + timedelta(minutes=1))
    deliver_due(at=night + timedelta(minutes=1))
    assert Delivery.objects.get().state == Sent.WAITING

    Voucher.objects.filter(line=trip).update(state="VOIDED", voided_at=night + timedelta(minutes=5))
    deliver_due(at=trip.starts_at - timedelta(minutes=30))

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.trouble) == (Sent.DROPPED, "no longer true")


def test_in_quiet_hours_it_waits_for_their_end_and_is_sent_before_the_start(trip):
    trip = _move(trip.order, trip.starts_at.replace(hour=1))
    news.remind_of_soon(at=trip.starts_at - timedelta(hours=2) + timedelta(minutes=1))
    deliver_due(at=trip.starts_at - timedelta(minutes=61))
    assert Delivery.objects.get().state == Sent.WAITING

    deliver_due(at=trip.starts_at - timedelta(minutes=60))

    assert Delivery.objects.get().state == Sent.SENT


def test_what_was_moved_is_reminded_of_at_its_new_time(trip):
    old = evening_before(trip)
    _move(trip.order, trip.starts_at + timedelta(days=3))

    assert news.remind_of_tomorrow(at=old) == 0
    assert news.remind_of_tomorrow(at=old + timedelta(days=3)) == 1


def test_who_bought_it_this_evening_has_just_read_it_all(trip):
    Voucher.objects.update(issued_at=evening_before(trip) + timedelta(minutes=1))
    assert news.remind_of_tomorrow(at=evening_before(trip) + timedelta(minutes=2)) == 0

    Voucher.objects.update(issued_at=trip.starts_at - timedelta(minutes=90))
    assert news.remind_of_soon(at=trip.starts_at - timedelta(minutes=80)) == 0


def test_who_is_in_already_is_not_reminded(trip):
    Voucher.objects.filter(line=trip).update(entries_used=1, state="USED")

    assert news.remind_of_soon(at=trip.starts_at - timedelta(hours=1)) == 0


def test_nobody_to_tell_is_nobody(trip):
    Order.objects.update(contact_sealed="")

    assert news.remind_of_tomorrow(at=evening_before(trip)) == 0


def test_a_text_message_is_short_and_has_the_time_and_the_number(trip):
    news.remind_of_tomorrow(at=evening_before(trip))

    short = opening.unseal(Message.objects.get().short_sealed)
    assert "10:00" in short
    assert trip.order.code in short
    assert len(short) < 140


def test_a_crowd_takes_no_more_statements_than_a_few(trip, django_assert_max_num_queries):
    for number in range(30):
        _another(trip, number)

    with django_assert_max_num_queries(25):
        assert news.remind_of_tomorrow(at=evening_before(trip)) == 31


def _another(line: Line, number: int) -> None:
    """The same booked once more by a guest."""
    order, voucher = Order.objects.get(pk=line.order_id), Voucher.objects.filter(line=line)[0]
    order.pk, order.code, order.token, order.request_key = (
        None,
        f"N{number}",
        f"t{number}",
        f"{number}",
    )
    order.save()
    copy = Line.objects.get(pk=line.pk)
    copy.pk, copy.order = None, order
    copy.save()
    voucher.pk, voucher.line = None, copy
    voucher.save()
