"""A boarding time is called off while somebody's order is being delivered: nobody is left with a ride."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.messages.models import Message
from bookings.orders.models import Line, State
from bookings.refunds.models import Refund
from kernel.outbox.models import Event
from tests.transport.direct.conftest import AT, FARE, sell
from transport.direct import operations as direct
from transport.direct import tasks
from transport.direct.models import DirectRide, Window, WindowState

pytestmark = pytest.mark.django_db


def call_off_unheard(window: Window) -> None:
    """It is called off, and what is said of it reaches nobody."""
    direct.cancel_window(window=window, actor="user:1", at=AT)
    Event.objects.filter(name=direct.CANCELLED).delete()


def test_who_was_delivered_in_that_moment_is_told_and_has_the_money(windows):
    sell(windows[0], 2)
    call_off_unheard(windows[0])
    assert Line.objects.get().state == State.CONFIRMED

    assert direct.follow_cancelled(at=AT + timedelta(minutes=1)) == 1

    assert Line.objects.get().state == State.CANCELLED
    assert Refund.objects.get().amount_fen == 2 * FARE
    assert not DirectRide.objects.exists()
    assert Message.objects.filter(kind="bookings.news.called-off").count() == 1


def test_again_it_does_nothing_more(windows):
    sell(windows[0])
    call_off_unheard(windows[0])
    direct.follow_cancelled(at=AT)

    assert direct.follow_cancelled(at=AT + timedelta(minutes=1)) == 0

    assert Refund.objects.count() == Message.objects.count() == 1


def test_who_rides_at_another_time_keeps_the_ride(windows):
    sell(windows[0])
    sell(windows[1], first=5)
    call_off_unheard(windows[1])

    direct.follow_cancelled(at=AT)

    assert DirectRide.objects.get().window == windows[0]
    assert Window.objects.get(pk=windows[0].pk).state == WindowState.SCHEDULED


def test_beat_asks_for_it(windows, monkeypatch):
    sell(windows[0])
    call_off_unheard(windows[0])
    monkeypatch.setattr("kernel.clock.now", lambda: AT)

    tasks.follow_cancelled(every_s=60)

    assert Line.objects.get().state == State.CANCELLED
