"""A coupon is one person's, once: handing on the ticket it paid for moves no coupon."""

from __future__ import annotations

import pytest

from accounts.travellers import queries as book
from bookings import registry
from bookings.campaigns.models import Coupon
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as counts
from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.vouchers.models import Pass
from kernel import invariants
from tests.bookings.campaigns.conftest import claimed, published
from tests.bookings.holders.test_transfer import (
    AT,
    OWNER,
    first,
    hand_over,
    member,
    now,
    product,
    slot,
    traveller,
)
from tests.bookings.orders.test_settle import money
from tests.factories.tourism import ask_for

__all__ = ["first", "now", "product", "slot"]
pytestmark = pytest.mark.django_db
OFF = 3000


@pytest.fixture
def coupon(product, first) -> Coupon:
    """Thirty yuan of public money, one a real name."""
    campaign = published(product.area.region, total=5, is_real_name=True)
    [person] = book.by_ids([first.pk])
    return claimed(campaign, holder=OWNER, person=person)


def buy(slot, person, coupon, *, key: str = "request-key-1", actor: str = OWNER) -> Order:
    wish = ask_for(slot, member(person))
    [answer] = registry.offer_all([wish], at=AT)
    request = orders.PlaceRequest(
        actor=actor, request_key=key, region_id=slot.region_id, asks=(wish,),
        shown_total_fen=sum(offer.price_fen for offer in answer) - OFF, language="en",
        contact="16100000001", coupon_ids=(coupon.pk,),
    )  # fmt: skip
    order = orders.place(request, at=AT)
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=f"t{order.pk}", amount_fen=order.total_fen,
        captured_fen=order.total_fen, currency=order.currency, created_at=AT, ended_at=AT,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order


def left(coupon: Coupon) -> int:
    capacity, taken = counts.counts([coupon.bucket_id])[coupon.bucket_id][:2]
    return capacity - taken


def test_it_stays_used_by_who_claimed_it_and_the_new_holder_keeps_an_own_one(slot, first, coupon):
    order = buy(slot, first, coupon)
    second = traveller(2, owner="guest:second")
    before = Posting.objects.count(), list(Coupon.objects.values())

    hand_over(Pass.objects.get(order=order), traveller(2))

    assert (Posting.objects.count(), list(Coupon.objects.values())) == before
    assert left(coupon) == 0
    [person] = book.by_ids([second.pk])
    own = claimed(coupon.campaign, holder="guest:second", person=person)
    assert left(own) == 1
    assert invariants.check_all(at=AT) == []


def test_who_gave_the_ticket_away_cannot_use_it_again(slot, first, coupon):
    order = buy(slot, first, coupon)
    hand_over(Pass.objects.get(order=order), traveller(2))

    with pytest.raises(orders.PriceMoved):
        buy(slot, first, coupon, key="request-key-2")

    assert Order.objects.count() == 1


def test_cancelled_after_that_it_goes_back_to_who_claimed_it(slot, first, coupon):
    order = buy(slot, first, coupon)
    hand_over(Pass.objects.get(order=order), traveller(2))
    parts = {line.pk: [part.key for part in line.open_parts] for line in order.lines.all()}
    quoted = refunds.quote(order=order, parts=parts, at=AT)

    refunds.cancel(
        order=order, parts=parts, shown_fen=quoted.refund_fen, actor=OWNER, reason=Reason.BUYER,
        at=AT,
    )  # fmt: skip

    assert (left(coupon), Coupon.objects.get().holder) == (1, OWNER)
    assert invariants.check_all(at=AT) == []
