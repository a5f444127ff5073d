"""The page of a direct shuttle where boarding times are sold out, and the desk that cancels some."""

from __future__ import annotations

import html as escapes
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Role
from bookings.orders import operations as orders
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.transport.direct.conftest import ride, sell, wish
from tests.transport.lines.conftest import AT, DAY
from transport.direct.models import Window, WindowState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def page(shuttle) -> str:
    address = reverse("direct:detail", args=[shuttle.line.region.slug, shuttle.slug])
    return Client().get(address, {"day": DAY}).content.decode()


def test_a_boarding_time_that_is_sold_out_leads_to_its_waiting_list(region, shuttle, windows):
    assert "/waitlist/join/" not in page(shuttle)
    orders.place(wish(ride(windows[0], 50), region=region), at=AT)

    html = page(shuttle)

    [address] = re.findall(r'href="([^"]*/waitlist/join/[^"]*)"', html)
    joining = Client().get(escapes.unescape(address)).content.decode()
    assert f'name="refs" value="{windows[0].pk}"' in joining
    assert 'class="q-actionbar"' in html


def test_where_every_time_is_sold_out_nothing_is_offered_to_be_bought(region, shuttle, windows):
    for number, window in enumerate(windows):
        request = wish(ride(window, 50, first=1 + 50 * number), region=region)
        orders.place(request, at=AT)

    assert 'class="q-actionbar"' not in page(shuttle)


def test_before_times_are_cancelled_a_page_says_whom_it_concerns(region, shuttle, windows):
    sell(windows[0], 2)
    user = UserFactory(login_name="desk", is_staff=True)
    MembershipFactory(user=user, organisation=shuttle.line.organisation, role=Role.OPERATOR)
    desk, address = enter(user), reverse("admin:transport_direct_window_changelist")
    chosen = {"action": "cancel", "_selected_action": [windows[0].pk, windows[1].pk]}

    asked = desk.post(address, chosen).content.decode()
    desk.post(address, {**chosen, "seen": "1"})

    assert "2 people hold places then." in asked
    assert not Window.objects.filter(state=WindowState.CANCELLED).exists()

    desk.post(address, {**chosen, "seen": "2"})

    assert Window.objects.filter(state=WindowState.CANCELLED).count() == 2
