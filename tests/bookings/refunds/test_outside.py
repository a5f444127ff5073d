"""Money that left without us: counted, seen by a person, and not returned again."""

from __future__ import annotations

import pytest

from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from tests.bookings.refunds.conftest import cancel, learn, sound, tell

pytestmark = pytest.mark.django_db


def test_what_the_provider_returned_itself_does_not_go_back_twice(paid, attempt, now):
    tell(attempt, now, refunded=1500)
    tell(attempt, now, refunded=1500, event_id="evt_3")

    paid.refresh_from_db()
    attempt.refresh_from_db()
    assert (attempt.refunded_fen, paid.flag) == (1500, "RETURNED")
    assert [(r.amount_fen, r.reason) for r in Refund.objects.all()] == [(1500, "OUTSIDE")]
    cancelled = refunds.cancel(
        order=paid, parts={paid.lines.get().pk: ["p0", "p1"]}, shown_fen=2000,
        actor="guest:a", reason="BUYER", at=now,
    )  # fmt: skip
    assert [refund.amount_fen for refund in cancelled] == [500]


def test_our_own_refund_told_back_is_nothing_new(paid, attempt, now):
    cancel(paid, now)
    tell(attempt, now, refunded=1000)
    paid.refresh_from_db()
    assert (paid.flag, Refund.objects.count()) == ("", 1)


def test_a_dispute_flags_the_order_until_it_is_won(paid, attempt, now):
    for dispute, flag in (("OPEN", "DISPUTED"), ("WON", "")):
        learn(attempt, now, disputed_fen=2000, dispute=dispute)
        paid.refresh_from_db()
        assert paid.flag == flag
    assert sound(now)
