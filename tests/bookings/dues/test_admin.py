"""What use has cost is said at the platform's desk: seen first, then agreed to, once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bookings.dues.models import LaterDue, State
from kernel.audit.models import Entry
from tests.bookings.dues.test_dues import place  # noqa: F401
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(place):  # noqa: F811
    place("later")
    return LaterDue.objects.get()


@pytest.fixture
def cast(region):
    return assemble(region)


def address(due: LaterDue) -> str:
    return reverse("admin:bookings_dues_laterdue_meter", args=[due.pk])


def test_the_sum_is_shown_before_the_buyer_is_asked_for_it(due, cast):
    desk = enter(cast.he_ping)
    page = desk.get(reverse("admin:bookings_dues_laterdue_changelist"))
    assert address(due) in page.content.decode()

    page = desk.post(address(due), {"cost": "12.50"})
    assert "¥12.50" in page.content.decode()
    assert LaterDue.objects.get().state == State.UNKNOWN

    answers = [desk.post(address(due), {"cost": "12.50", "confirmed": "1"}) for _time in range(2)]

    asked = LaterDue.objects.get()
    assert [answer.status_code for answer in answers] == [302, 200]
    assert (asked.state, asked.amount_fen) == (State.OPEN, 1250)
    entry = Entry.objects.get(action="due.meter")
    assert entry.actor == f"user:{cast.he_ping.pk}"


@pytest.mark.parametrize("cost", ["", "x", "-1", "1.234"])
def test_what_is_no_sum_changes_nothing(due, cast, cost):
    answer = enter(cast.he_ping).post(address(due), {"cost": cost, "confirmed": "1"})

    assert answer.status_code == 200
    assert LaterDue.objects.get().state == State.UNKNOWN


def test_a_suppliers_desk_may_not(due, cast):
    answer = enter(cast.chen_jie).post(address(due), {"cost": "1", "confirmed": "1"})

    assert answer.status_code in (403, 404)
    assert LaterDue.objects.get().state == State.UNKNOWN
