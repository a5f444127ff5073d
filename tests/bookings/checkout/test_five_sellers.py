"""CRT-01, CRT-04: things of two real and three sample sellers in one order, paid once; people named once."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bookings import registry
from bookings.contracts import Ask
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt
from bookings.vouchers.models import Pass
from kernel import invariants
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import pay
from tests.factories.accounts import OrganisationFactory
from tests.factories.tourism import ProductFactory, person, slot_on
from tests.factories.transport import shuttle_line
from transport.lines import operations as rides
from transport.lines.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def wish(shop, sellers, region, now) -> orders.PlaceRequest:
    day = (now + timedelta(days=20)).date()
    for seller in sellers.values():
        seller.starts_at = now + timedelta(days=20)
    sellers["shy"].answer = True
    people = (person(1), person(2))
    product = ProductFactory(area__region=region, area__daily_cap=100,
                             area__organisation=OrganisationFactory(region=region))  # fmt: skip
    line = shuttle_line(region)
    rides.create_runs(region=region, first=day, last=day)
    run = Run.objects.filter(line=line).order_by("departs_at")[0]
    asks = [
        Ask("ticket", str(slot_on(product, day, time(9)).pk), people),
        Ask("shuttle", f"{run.pk}:0:2", people),
        *(ask(shop.bucket(5), 2, kind=kind) for kind in ("deposit", "later", "shy")),
    ]
    answers = registry.offer_all(asks, at=now)
    total = sum(offer.price_fen for answer in answers for offer in answer)
    return shop.wish(*asks, total_fen=total)


def test_five_sellers_are_one_order_one_payment_and_one_code_a_person(wish, party, now):
    order = pay(party, orders.place(wish, at=now), now)

    order = Order.objects.get(pk=order.pk)
    assert {line.kind for line in order.lines.all()} == {
        "ticket", "shuttle", "deposit", "later", "shy",
    }  # fmt: skip
    assert {line.state for line in order.lines.all()} == {State.CONFIRMED}
    assert Attempt.objects.count() == 1
    assert len({line.supplier_id for line in order.lines.all()}) == 3
    named = Pass.objects.exclude(traveller_id=0)
    assert named.count() == 2
    assert all(each.vouchers.count() == 2 for each in named)
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_one_seller_without_room_leaves_nothing_of_any(wish, sellers, now):
    sellers["shy"].gone.add(wish.asks[-1].ref)

    with pytest.raises(Exception, match="gone_by"):
        orders.place(wish, at=now)

    assert not Order.objects.exists()
