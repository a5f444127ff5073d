"""A rider sees where the vehicle is, and whom to call; what is stale is called so; what is next is first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.orders.models import State
from tests.transport.vehicles import APART, drive, tell, vehicle_of
from transport.lines import operations as lines
from transport.lines.models import Boarding, Connection, Run, ShuttleLine
from transport.rides import queries

pytestmark = pytest.mark.django_db


def page(order, name: str = "ride") -> str:
    line = order.lines.get()
    answer = Client().get(reverse(f"rides:{name}", args=[order.token, line.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_order_leads_to_the_ride(run, sell, now):
    order = sell(run)

    shown = Client().get(reverse("checkout:order", args=[order.token])).content.decode()

    assert reverse("rides:ride", args=[order.token, order.lines.get().pk]) in shown


@pytest.mark.parametrize(
    ("board", "alight", "latitude", "words"),
    [
        (0, 2, 30.0, "where the ride begins."),
        (1, 2, 30.0 + APART / 2, "where the ride begins, is next."),
        (1, 2, 30.0, "1 stop away"),
        (0, 2, 30.0 + APART / 2, "On the way, next stop"),
        (0, 1, 30.0 + APART / 2, "where the ride ends, is next."),
        (0, 1, 30.0 + APART, "where the ride ends."),
    ],
)
def test_where_the_vehicle_is_in_words(run, sell, now, bus, board, alight, latitude, words):
    order = sell(run, board=board, alight=alight)
    tell(bus, latitude, at=now["at"])

    shown = page(order, "now")

    assert words in shown
    assert "7 · 皖J12345, last seen 08:10:00" in shown


def test_how_late_it_is_and_when_it_comes(run, sell, now, bus):
    order = sell(run, board=1, alight=2)
    now["at"] += timedelta(minutes=5)
    tell(bus, 30.0 + APART / 2, at=now["at"])

    shown = page(order)

    assert "About 5 minutes late." in shown
    assert "at about 08:25. It comes to" in shown
    assert "at about 08:45." in shown
    assert 'href="tel:110"' in shown
    assert 'href="tel:120"' in shown
    assert 'href="tel:0559-1234567"' in shown


def test_a_stale_position_says_so_and_promises_nothing(run, sell, now, bus):
    order = sell(run)
    tell(bus, 30.0 + APART / 2, at=now["at"] - timedelta(seconds=91))

    shown = page(order)

    assert "Out of contact: where it is now is not known." in shown
    assert "last seen 08:08:29" in shown
    assert "at about" not in shown


def test_before_anything_is_known_the_page_says_what_there_will_be(run, sell, now, bus):
    order = sell(run)

    assert "It has not been heard of yet." in page(order)
    now["at"] = run.departs_at - timedelta(hours=1)
    assert "from ten minutes before its departure" in page(order)
    tell(bus, 31.0, at=now["at"])
    now["at"] = run.departs_at - timedelta(minutes=5)
    tell(bus, 31.0, at=now["at"])
    assert "not on the way of this departure yet" in page(order)


def test_a_vehicle_that_has_gone_on_to_its_next_run_is_not_shown(runs, sell, now, bus):
    order = sell(runs[0])
    drive(runs[1], bus, at=now["at"])
    now["at"] = runs[1].departs_at
    tell(bus, 30.0, at=now["at"])

    assert "皖J12345" not in page(order)


def test_both_vehicles_of_a_run_are_shown(run, sell, now, bus):
    Run.objects.filter(pk=run.pk).update(vehicles=2)
    second = vehicle_of(run.line, "皖J2BBBB")
    drive(run, second, at=now["at"])
    order = sell(run)
    for each in (bus, second):
        tell(each, 30.0 + APART / 2, at=now["at"])

    shown = page(order)

    assert "皖J12345, last seen" in shown
    assert "皖J2BBBB, last seen" in shown


def test_what_is_no_ride_of_the_order_is_not_found(runs, sell, now):
    mine, other = sell(runs[0]), sell(runs[1])
    line = other.lines.get()

    for name in ("ride", "now"):
        url = reverse(f"rides:{name}", args=[mine.token, line.pk])
        assert Client().get(url).status_code == 404
    lines.cancel_run(run=runs[0], actor="user:1", at=now["at"])
    Boarding.objects.filter(line__order=mine).delete()
    with pytest.raises(queries.NotFound):
        queries.leg_of(mine, mine.lines.get().pk)


def test_the_piece_that_is_asked_again_costs_few_statements(run, sell, now, bus):
    order = sell(run)
    tell(bus, 30.0 + APART / 2, at=now["at"])

    with CaptureQueriesContext(connection) as captured:
        page(order, "now")

    assert len(captured) <= 12


def sections(order) -> list[str]:
    """What stands on the page, in its order."""
    return re.findall(r'<h2 id="(\w+)"', page(order))


def test_what_the_rider_needs_next_is_first(run, sell, now, bus):
    order = sell(run)
    place = run.pattern.stops.get(seq=0).place
    Connection.objects.create(line=run.line, place=place, station="黄山北", transfer_min=20)

    now["at"] = run.departs_at - timedelta(hours=3)
    assert sections(order) == ["train", "where", "share"]
    now["at"] = run.departs_at - timedelta(minutes=10)
    assert sections(order) == ["where", "share", "train"]
    now["at"] = run.departs_at + timedelta(minutes=5)
    assert sections(order) == ["where", "share", "lost"]
    now["at"] = run.departs_at + timedelta(hours=5)
    assert sections(order) == ["lost"]
    assert "This ride is over." in page(order)
    now["at"] = run.departs_at + timedelta(days=30)
    assert sections(order) == []


def test_who_is_aboard_sees_the_vehicle_and_is_not_told_that_the_ride_is_over(run, sell, now, bus):
    order = sell(run)
    order.lines.update(state=State.USED)
    tell(bus, 30.0 + APART / 2, at=now["at"])

    shown = page(order)

    assert "On the way, next stop" in shown
    assert "This ride is over." not in shown


def test_the_page_says_from_where_with_which_seat_and_vehicle(run, sell, now, bus):
    ShuttleLine.objects.filter(pk=run.line_id).update(has_seat_choice=True)
    order = sell(run, 2, seats="11.12")
    lines.set_bay(run=run, bay="3", actor="user:1", at=now["at"])
    now["at"] = run.departs_at - timedelta(hours=1)

    shown = page(order)

    assert "bay 3" in shown
    assert "Seats 11, 12" in shown
    assert "Vehicle 7 · 皖J12345" in shown
    assert reverse("checkout:order", args=[order.token]) in shown


def test_a_ride_that_is_not_paid_says_so_and_offers_nothing(run, sell, now):
    order = sell(run)
    order.lines.update(state=State.HELD)

    shown = page(order)

    assert "not confirmed yet" in shown
    assert "over" not in re.findall(r"<main.*</main>", shown)[0]
    assert sections(order) == []


def test_a_ride_that_is_called_off_shows_no_vehicle_and_no_link(run, sell, now, bus):
    order = sell(run)
    lines.cancel_run(run=run, actor="user:1", at=now["at"])

    shown = page(order)

    assert "This departure does not run." in shown
    assert "皖J12345" not in shown
    assert sections(order) == ["lost"]


def test_the_address_of_before_leads_to_the_page(run, sell, now):
    order = sell(run)
    line = order.lines.get()

    answer = Client().get(reverse("rides:old-address", args=[order.token, line.pk]))

    assert (answer.status_code, answer["Location"]) == (
        301, reverse("rides:ride", args=[order.token, line.pk]),
    )  # fmt: skip


def test_what_cannot_be_sent_shows_the_whole_page_and_its_forms_go_to_their_addresses(
    run, sell, now
):
    order = sell(run)
    line = order.lines.get()

    answer = Client().post(reverse("rides:lost", args=[order.token, line.pk]), {"what": ""})

    assert answer.status_code == 200
    html = re.findall(r"<main.*</main>", answer.content.decode(), re.S)[0]
    assert 'id="where"' in html
    assert html.count("<form") == html.count('action="')
