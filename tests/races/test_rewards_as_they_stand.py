"""Two pieces of news of one journey at once: what was read first is booked first."""

from __future__ import annotations

import pytest

from bookings.payments.models import Attempt, DisputeState
from bookings.rewards import operations as rewards
from tests.bookings.rewards.conftest import cast, later, trip, who  # noqa: F401
from tests.bookings.rewards.test_points import let_in, points_now
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, interrupt


@pytest.fixture
def disputed(trip, now):  # noqa: F811
    """All of it was used and has earned 45 points; then the bank has asked for the money."""
    let_in(trip, now, persons=3)
    Attempt.objects.filter(order=trip).update(dispute=DisputeState.OPEN, disputed_fen=4500)
    return trip


def race(monkeypatch, order, now, within_s):
    """Who has read that the money is gone is about to book, when it is heard that it stays."""

    def won():
        Attempt.objects.filter(order=order).update(dispute=DisputeState.WON)
        return rewards.take_up([order.pk], at=now)

    both = interrupt(monkeypatch, rewards.points, "earn", won, within_s=within_s)
    return both(lambda: rewards.take_up([order.pk], at=now))


def test_what_is_old_is_not_booked_over_what_is_new(disputed, who, now, monkeypatch):  # noqa: F811
    assert race(monkeypatch, disputed, now, KEPT_OUT_S) == [1, 1]

    assert points_now(who) == 45


def test_twin_without_the_turn_the_older_news_stands(disputed, who, now, monkeypatch):  # noqa: F811
    monkeypatch.setattr(rewards, "_one_at_a_time", lambda _ids: None)

    assert race(monkeypatch, disputed, now, NOT_KEPT_OUT_S) == [1, 0]

    assert points_now(who) == 0
