"""What WeChat Pay tells of one of our own refunds, in its own bytes: in any order, what is true stands."""

from __future__ import annotations

import pytest

from bookings.payments import operations as payments
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import desk_of, keys  # noqa: F401
from tests.bookings.payments.desks import newest, post
from tests.bookings.refunds.conftest import cancel, sound

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["ok", "ko", "kok", "oko"])
def test_one_that_could_be_delivered_in_the_end_is_done(desk_of, order, now, way):  # noqa: F811
    """o: it has arrived; k: it could not be delivered, which was so before that."""
    desk = desk_of("wechat")
    buyer = payments.Buyer("http://x/", ip="203.0.113.7")
    attempt = payments.pay_by(order=order, provider="wechat", at=now, buyer=buyer)
    world = newest(desk, attempt)
    world.desk.end(world.number, "never")
    assert post("wechat", world.letter()) == 200
    outbox.drain(at=clock.now())
    refund = cancel(order, clock.now())
    statuses = {"o": "SUCCESS", "k": "ABNORMAL"}
    words = {
        letter: world.desk.refund_letter(world.standing, refund.token, 1000, status)
        for letter, status in statuses.items()
    }

    for letter in way:
        assert post("wechat", world.sealed(words[letter].encode())) == 200
        outbox.drain(at=clock.now())
    refunds.send_due(at=clock.now())

    refund.refresh_from_db()
    attempt.refresh_from_db()
    assert (refund.state, refund.done_at is not None, refund.why) == ("DONE", True, "")
    assert (attempt.refunded_fen, attempt.told_refunded_fen) == (1000, 1000)
    assert (world.standing["refunded"], Refund.objects.count()) == (1000, 1)
    assert sound(clock.now())
