"""Tickets for a time: windows, day tickets, what is left, what is cancelled."""

from __future__ import annotations

from datetime import time

import pytest

from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order
from bookings.vouchers.models import Voucher
from kernel import invariants
from kernel.errors import Refusal
from kernel.outbox.models import Event
from tests.factories.transport import direct_shuttle, shuttle_line
from tests.transport.direct.conftest import FARE, ride, sell, wish
from tests.transport.lines.conftest import AT, DAY
from transport.direct import offers, queries
from transport.direct import operations as direct
from transport.direct.models import DirectRide, DirectShuttle, Window, WindowState
from transport.lines.models import ExceptionKind, Run

pytestmark = pytest.mark.django_db


def left(window: Window) -> int:
    return inventory.left([window.bucket_id])[window.bucket_id]


def test_a_day_has_a_window_an_hour_with_as_many_places_as_are_carried(region, windows):
    starts = [window.starts_at.astimezone(region.tz).hour for window in windows]

    assert starts == [8, 9, 10, 11, 12, 13]
    assert {left(window) for window in windows} == {50}
    assert direct.create_windows(region=region, first=DAY, last=DAY) == 0


def test_the_last_window_ends_with_the_last_departure_and_has_fewer_places(region):
    shuttle = direct_shuttle(shuttle_line(region), window_min=240, per_hour=50)
    direct.create_windows(region=region, first=DAY, last=DAY)

    first, last = shuttle.windows.order_by("starts_at")
    assert (left(first), left(last)) == (200, 100)
    assert last.ends_at == region.at(DAY, time(14))


def test_a_ticket_may_be_good_all_day(region):
    shuttle = direct_shuttle(shuttle_line(region), window_min=0)
    direct.create_windows(region=region, first=DAY, last=DAY)

    window = shuttle.windows.get()
    sell(window, 2)

    voucher = Voucher.objects.first()
    assert left(window) == 298
    assert voucher.valid_from <= region.at(DAY, time(8))
    assert voucher.valid_until >= region.at(DAY, time(14))


def test_a_day_on_which_the_line_does_not_run_has_none(region):
    shuttle = direct_shuttle(shuttle_line(region))
    shuttle.line.exceptions.create(date=DAY, service=ExceptionKind.REMOVED, reason_zh="风")

    assert direct.create_windows(region=region, first=DAY, last=DAY) == 0


def test_what_is_sold_by_time_has_no_seats_to_book(region, shuttle):
    assert not Run.objects.filter(line=shuttle.line).exists()
    assert not shuttle.line.is_bookable


def test_an_offer_has_the_lines_fare_terms_and_way(windows):
    [(offer,)] = offers.offer([ride(windows[0], 2)], at=AT)

    assert (offer.kind, offer.price_fen) == ("direct", 2 * FARE)
    assert (offer.starts_at, offer.ends_at) == (windows[0].starts_at, windows[0].ends_at)
    assert [step.permille for step in offer.terms.steps] == [1000, 800]
    assert " → " in offer.subtitle["en"]


def test_the_last_place_is_sold_once(region, windows):
    orders.place(wish(ride(windows[0], 49), region=region), at=AT)
    before = Order.objects.count(), Hold.objects.count(), DirectRide.objects.count()

    with pytest.raises(Refusal) as refused:
        orders.place(wish(ride(windows[0], 2, first=60), region=region), at=AT)

    assert refused.value.code == "sold_out"
    assert (Order.objects.count(), Hold.objects.count(), DirectRide.objects.count()) == before
    assert left(windows[0]) == 1


def test_what_is_over_names_the_next_time_with_room(windows):
    at = windows[0].ends_at

    [refused] = offers.offer([ride(windows[0])], at=at)

    assert isinstance(refused, offers.WindowOver)
    assert refused.facts["next_ref"] == str(windows[1].pk)


def test_a_cancelled_time_pays_back_through_an_event_once(windows):
    sell(windows[0], 2)

    assert direct.cancel_window(window=windows[0], actor="user:1", at=AT)
    assert not direct.cancel_window(window=windows[0], actor="user:1", at=AT)

    assert Event.objects.filter(name=direct.CANCELLED).count() == 1
    assert direct.refund_riders(window_id=windows[0].pk, at=AT) == 1
    assert direct.refund_riders(window_id=windows[0].pk, at=AT) == 0
    assert not DirectRide.objects.exists()


def test_a_cancelled_time_takes_nobody(region, windows):
    request = wish(ride(windows[0]), region=region)
    Window.objects.filter(pk=windows[0].pk).update(state=WindowState.CANCELLED)

    with pytest.raises(Refusal):
        orders.place(request, at=AT)

    assert left(windows[0]) == 50


def test_the_books_agree(windows):
    sell(windows[0], 2)
    orders.place(wish(ride(windows[1], 3, first=9), region=windows[0].shuttle.line.region), at=AT)

    for name in ("direct-ride-of-a-living-line", "window-equals-riders"):
        assert list(invariants.check(name, at=AT)) == [], name


def test_a_shuttle_that_is_not_on_sale_is_not_found(region, shuttle):
    assert queries.get_shuttle(region, shuttle.slug) == shuttle
    DirectShuttle.objects.update(is_on_sale=False)

    with pytest.raises(queries.NoSuchShuttle):
        queries.get_shuttle(region, shuttle.slug)
