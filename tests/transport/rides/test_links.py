"""A link shows one vehicle on one ride, nothing of the rider, and dies half an hour after the ride."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders.guesses import MOST_AN_HOUR
from tests.transport.vehicles import APART, tell
from transport.rides import operations, queries
from transport.rides.models import VehicleLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(run, sell, now, bus):
    tell(bus, 30.0 + APART / 2, at=now["at"])
    return sell(run, board=0, alight=1)


def act(order, name: str) -> int:
    url = reverse(f"rides:{name}", args=[order.token, order.lines.get().pk])
    return Client().post(url).status_code


def seen(link: VehicleLink, name: str = "linked"):
    return Client().get(reverse(f"rides:{name}", args=[link.token]))


def test_the_rider_makes_a_link_and_whoever_has_it_sees_the_vehicle(order, bus):
    assert [act(order, "share"), act(order, "share")] == [302, 302]
    link = VehicleLink.objects.get()

    shown = seen(link)

    words = shown.content.decode()
    assert bus.plate in words
    assert 'href="tel:110"' in words
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
    assert shown["Referrer-Policy"] == "no-referrer"
    assert "no-store" in shown["Cache-Control"]
    assert 'name="robots"' in words
    assert len(link.token) == 22
    assert "<form" not in words[words.index("<main") : words.index("</main")]
    assert Client().post(reverse("rides:linked", args=[link.token])).status_code == 405


def test_it_says_nothing_of_rider_or_order(order):
    act(order, "share")
    link = VehicleLink.objects.get()
    secrets = [order.token, order.code, order.contact_masked]
    secrets.append("Person 1")

    for name in ("linked", "linked-now"):
        words = seen(link, name).content.decode()
        assert [secret for secret in secrets if secret and secret in words] == []


def test_it_dies_half_an_hour_after_the_ride(order, now):
    act(order, "share")
    link = VehicleLink.objects.get()
    end = queries.leg_of(order, link.line_id).alights_at

    now["at"] = end + timedelta(minutes=30, seconds=-1)
    assert seen(link).status_code == 200
    now["at"] = end + timedelta(minutes=30)
    assert [seen(link).status_code, seen(link, "linked-now").status_code] == [404, 404]
    with pytest.raises(queries.LinkOver):
        operations.make_link(leg=queries.leg_of(order, link.line_id), at=now["at"])


def test_the_rider_ends_it_and_a_new_one_has_another_address(order):
    act(order, "share")
    before = VehicleLink.objects.get()

    assert act(order, "unshare") == 302
    assert seen(before).status_code == 404
    act(order, "share")

    after = VehicleLink.objects.get()
    assert after.token != before.token
    assert [seen(before).status_code, seen(after).status_code] == [404, 200]


def test_a_ride_that_was_given_up_is_shown_to_nobody(order, now):
    act(order, "share")
    link = VehicleLink.objects.get()
    link.line.state = "CANCELLED"
    link.line.save()

    assert seen(link).status_code == 404


def test_links_are_made_so_often_a_day(order):
    for _n in range(20):
        act(order, "share")
        act(order, "unshare")

    act(order, "share")

    assert VehicleLink.objects.get().revoked_at is not None


def test_who_guesses_links_is_told_to_stop(order):
    codes = {
        Client().get(reverse("rides:linked", args=[f"wrong{n}"])).status_code
        for n in range(MOST_AN_HOUR)
    }

    assert codes == {404}
    assert Client().get(reverse("rides:linked", args=["wrong"])).status_code == 429


def test_old_links_and_things_are_deleted(order, now):
    act(order, "share")
    leg = queries.leg_of(order, order.lines.get().pk)
    operations.ask(leg=leg, what="umbrella", request_key="a" * 32, at=now["at"])

    assert operations.forget_old(at=now["at"] + timedelta(days=29)) == 0
    assert operations.forget_old(at=now["at"] + timedelta(days=181)) == 2
