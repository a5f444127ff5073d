"""What was bought beside a ticket is seen where its holder comes in (VCH-05, TKT-14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.travellers import operations as travellers
from accounts.travellers import queries as book
from bookings import registry
from bookings.fulfilment import operations as fulfilment
from bookings.holders import operations as holders
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.vouchers.models import Pass, Voucher
from config.demo.visitors import document_number
from kernel import clock
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.orders.test_settle import money
from tests.factories.tourism import addon_product, ask_for, slot_on
from tests.tourism.conftest import AT, VISIT
from tourism.tickets.models import Slot

pytestmark = pytest.mark.django_db
OWNER = "guest:owner"


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def chairs(product) -> Slot:
    return slot_on(addon_product(product.area, stock=5), VISIT)


def member(number: int):
    row = travellers.remember(
        actor=OWNER, name="王小明", kind="RESIDENT_ID", number=document_number(number), at=AT
    )
    [person] = book.by_ids([row.pk])
    return orders.member_of("adult", person)


def buy(*asks, key: str = "request-key-1", **whose) -> Order:
    answers = registry.offer_all(list(asks), at=AT)
    request = orders.PlaceRequest(
        **{"actor": OWNER, **whose}, request_key=key, region_id=answers[0][0].region_id, asks=tuple(asks),
        shown_total_fen=sum(offer.price_fen for answer in answers for offer in answer),
        language="en", contact="16100000001",
    )  # fmt: skip
    order = orders.place(request, at=AT)
    orders.settle(facts=money(order, attempt_id=order.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order


@pytest.fixture
def order(slot, chairs) -> Order:
    """Two people and two wheelchairs."""
    chair = orders.member_of("adult", None)
    return buy(ask_for(slot, member(1), member(2)), ask_for(chairs, chair, chair))


def shown(kind: str = "ticket") -> list[list[str]]:
    rows = Voucher.objects.filter(line__kind=kind).order_by("pk")
    return [[words["en"] for words in row.extras] for row in rows]


def cancel(order: Order, parts) -> None:
    quoted = refunds.quote(order=order, parts=parts, at=AT)
    refunds.cancel(
        order=order, parts=parts, shown_fen=quoted.refund_fen, actor=order.actor,
        reason=Reason.BUYER, at=AT,
    )  # fmt: skip
    outbox.drain(at=AT)


def test_the_first_of_the_party_shows_what_was_bought_with_it(order, chairs):
    title = order.lines.get(kind="service").title["en"]

    assert shown() == [[f"{title} × 2"], []]
    assert shown("service") == [[], []]


def test_a_service_of_another_day_is_none_of_it(slot, product):
    tomorrow = slot_on(addon_product(product.area, stock=5), VISIT + timedelta(days=1))

    buy(ask_for(slot, member(1)), ask_for(tomorrow, orders.member_of("adult", None)))

    assert shown() == [[]]


def test_what_is_cancelled_is_no_longer_shown_and_gates_hear_of_it(order):
    line = order.lines.get(kind="service")
    cancel(order, {line.pk: [line.open_parts[0].key]})
    assert [extra.rpartition(" ")[2] for extra in shown()[0]] == ["1"]
    line.refresh_from_db()
    cancel(order, {line.pk: [part.key for part in line.open_parts]})

    assert shown() == [[], []]
    heard = Event.objects.filter(name="bookings.voucher.extras-changed")
    assert [event.facts["order_id"] for event in heard] == [order.pk] * 2


def test_where_the_first_cancels_the_next_shows_it(order):
    line = order.lines.get(kind="ticket")

    cancel(order, {line.pk: [line.open_parts[0].key]})

    assert len(shown()[1]) == 1


def test_who_takes_a_ticket_over_has_what_belongs_to_it(order):
    first = Pass.objects.filter(order=order).exclude(traveller_id=0).order_by("pk").first()
    before = shown()

    holders.hand_over(carrier=first, traveller_id=member(3).traveller_id, actor=OWNER, at=AT)

    assert shown() == before


def test_the_boarding_list_and_the_gates_list_say_it(order):
    [voucher] = [v for v in Voucher.objects.all() if v.extras]

    assert "× 2" in voucher.listed_note


class TestBoughtInAnotherOrder:
    """A wheelchair bought alone belongs to the first ticket of its buyer for that area and day."""

    @pytest.fixture
    def chair(self, chairs):
        return ask_for(chairs, orders.member_of("adult", None))

    def test_later(self, slot, chair):
        buy(ask_for(slot, member(1), member(2)))
        outbox.drain(at=AT)
        assert shown() == [[], []]

        added = buy(chair, key="later")
        outbox.drain(at=AT)

        assert [len(each) for each in shown()] == [1, 0]
        assert Event.objects.filter(name="bookings.voucher.extras-changed").count() == 1
        line = added.lines.get()
        cancel(added, {line.pk: [part.key for part in line.open_parts]})
        assert shown() == [[], []]

    def test_before(self, slot, chair):
        buy(chair, key="before")
        buy(ask_for(slot, member(1)))

        assert [len(each) for each in shown()] == [1]

    def test_added_at_a_counter_to_the_journey(self, slot, chair):
        """A clerk sells to many: only what is of the same journey is the same buyer's."""
        first = buy(ask_for(slot, member(1)), actor="user:5")
        stranger = buy(ask_for(slot, member(2)), actor="user:5", key="stranger")
        buy(chair, actor="user:5", key="added", parent_id=first.pk)
        outbox.drain(at=AT)

        assert [len(each) for each in shown()] == [1, 0]
        assert stranger.root_id == stranger.pk

    def test_a_service_of_an_order_with_tickets_stays_with_those(self, slot, chair):
        buy(ask_for(slot, member(1)))
        buy(ask_for(slot, member(2)), chair, key="second")
        outbox.drain(at=AT)

        assert [len(each) for each in shown()] == [0, 1]

    def test_another_buyers_is_none_of_it(self, slot, chair):
        buy(ask_for(slot, member(1)))
        buy(chair, actor="guest:other", key="other")
        outbox.drain(at=AT)

        assert shown() == [[]]

    def test_where_the_first_order_is_cancelled_the_next_shows_it(self, slot, chair):
        first = buy(ask_for(slot, member(1)))
        buy(ask_for(slot, member(2)), key="second")
        buy(chair, key="later")
        outbox.drain(at=AT)
        assert [len(each) for each in shown()] == [1, 0]

        line = first.lines.get()
        cancel(first, {line.pk: [part.key for part in line.open_parts]})
        outbox.drain(at=AT)

        assert len(shown()[1]) == 1
