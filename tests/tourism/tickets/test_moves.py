"""An entry time that is moved or called off: tickets follow, holders are told once, money comes back."""

from __future__ import annotations

import uuid
from datetime import time, timedelta

import pytest
from django.db import transaction

from accounts.messages import opening
from accounts.messages import operations as messages
from accounts.messages.models import Delivery, Message
from bookings import registry
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as counts
from bookings.news import operations as news
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.orders.test_settle import money
from tests.factories.accounts import TouristFactory
from tests.factories.tourism import ask_for, party, person, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.tickets import offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, Slot

pytestmark = pytest.mark.django_db

ADULT = 19_000


def pay(order: Order, *, at) -> None:
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=uuid.uuid4().hex, provider_ref=uuid.uuid4().hex,
        amount_fen=order.total_fen, captured_fen=order.total_fen, currency="CNY", created_at=at,
        ended_at=at, state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=at)


@pytest.fixture
def sell(slot, at):
    """Buy, pay and deliver places of the entry time."""

    def buy(*people, **more) -> Order:
        asked = ask_for(slot, *people)
        order = orders.place(wish(asked, total_fen=ADULT * len(people), **more), at=at)
        pay(order, at=at)
        outbox.drain(at=at)
        return order

    return buy


def move(slot: Slot, at, starts=time(10), ends=time(14)) -> bool:
    return tickets.move_slot(slot=slot, starts=starts, ends=ends, actor="user:1", at=at)


def told(kind: str) -> list[str]:
    rows = Message.objects.filter(kind=f"bookings.news.{kind}").order_by("pk")
    return [opening.body_of(row) for row in rows]


def test_tickets_codes_and_reminders_follow_an_entry_time(slot, sell, at):
    order = sell(person(1), person(2))
    before = slot.starts_at

    assert move(slot, at)
    outbox.drain(at=at)

    slot.refresh_from_db()
    line = order.lines.get()
    assert slot.starts_at == before + timedelta(hours=2)
    assert (line.starts_at, line.ends_at) == (slot.starts_at, slot.ends_at)
    assert (line.moved_from, line.moved_at) == (before, at)
    windows = set(Voucher.objects.values_list("valid_from", "valid_until"))
    assert windows == {(slot.starts_at - timedelta(minutes=15), slot.ends_at)}
    assert news.remind_of_soon(at=before - timedelta(hours=1)) == 0
    assert news.remind_of_soon(at=slot.starts_at - timedelta(hours=1)) == 1
    assert "10:00" in told("soon")[0]


def test_everybody_who_holds_it_is_told_once_with_both_times(slot, sell, at):
    first, second = sell(person(1)), sell(person(2), actor="guest:b")

    move(slot, at)
    outbox.drain(at=at)
    tickets.follow_moves(at=at + timedelta(minutes=1))

    texts = told("moved")
    assert len(texts) == 2
    for order in (first, second):
        assert sum(order.code in text for text in texts) == 1
    assert all("08:00" in text and "10:00" in text for text in texts)
    assert set(
        Message.objects.filter(kind="bookings.news.moved").values_list("about", flat=True)
    ) == {f"slot:{slot.pk}"}


def test_who_has_an_account_gets_a_text_message_only_if_unread_after_a_quarter_of_an_hour(
    slot, sell, at
):
    user = TouristFactory()
    sell(person(1), actor=f"user:{user.pk}", user_id=user.pk)
    move(slot, at)
    outbox.drain(at=at)

    message = Message.objects.get(kind="bookings.news.moved")
    waiting = Delivery.objects.get(message=message, channel="SMS")
    assert waiting.next_at == at + timedelta(minutes=15)

    messages.read(message_id=message.pk, user_id=user.pk, at=at + timedelta(minutes=5))
    messages.deliver_due(at=at + timedelta(minutes=16))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.trouble) == ("DROPPED", "read meanwhile")


def test_moved_twice_says_only_the_last_time_later(slot, sell, at):
    user = TouristFactory()
    sell(person(1), actor=f"user:{user.pk}", user_id=user.pk)
    for minute, starts in enumerate((time(10), time(11))):
        move(slot, at + timedelta(minutes=minute), starts=starts, ends=time(15))
        outbox.drain(at=at + timedelta(minutes=minute))

    messages.deliver_due(at=at + timedelta(minutes=20))

    states = Delivery.objects.filter(message__kind="bookings.news.moved", channel="SMS")
    assert states.earliest("pk").trouble == "no longer true"
    assert len(told("moved")) == 2


def test_what_is_moved_may_be_cancelled_for_all_of_its_price_until_it_begins(slot, sell, at):
    order = sell(person(1))
    line = order.lines.get()
    on_the_day = slot.starts_at - timedelta(hours=1)
    assert refunds.quote(order=order, parts={line.pk: ["p1"]}, at=on_the_day).refund_fen == 0

    move(slot, at)
    outbox.drain(at=at)

    line.refresh_from_db()

    def back(moment) -> int:
        return refunds.quote(order=order, parts={line.pk: ["p1"]}, at=moment).refund_fen

    assert back(line.starts_at) == ADULT
    assert back(line.starts_at + timedelta(seconds=1)) == 0


def test_what_is_moved_may_be_changed_at_no_loss(slot, product, sell, at):
    other = slot_on(product, VISIT, time(14), ends=time(17))
    order = sell(person(1))
    move(slot, at)
    outbox.drain(at=at)

    quoted = orders.quote_change(
        line=order.lines.get(), ref=str(other.pk), class_codes=["adult"], at=slot.starts_at
    )

    assert (quoted.permille, quoted.difference_fen) == (1000, 0)


@pytest.mark.parametrize(
    ("starts", "ends", "when", "refusal"),
    [
        (time(10), time(9), "before", tickets.EndsBeforeStart),
        (time(7), time(9), "early", tickets.StartsInThePast),
        (time(15), time(16), "after", tickets.SlotOver),
        (time(15), time(16), "within", tickets.SlotBegun),
        (time(13), time(16), "before", tickets.TimeTaken),
    ],
)
def test_a_move_that_makes_no_sense_is_refused_and_changes_nothing(
    slot, product, sell, at, starts, ends, when, refusal
):
    slot_on(product, VISIT, time(13))
    sell(person(1))
    moment = {
        "before": at,
        "early": slot.starts_at - timedelta(minutes=30),
        "within": slot.starts_at + timedelta(hours=1),
        "after": slot.ends_at + timedelta(hours=1),
    }[when]
    before = Slot.objects.filter(pk=slot.pk).values().get(), Entry.objects.count()

    with pytest.raises(refusal):
        move(slot, moment, starts=starts, ends=ends)
    outbox.drain(at=moment)

    assert (Slot.objects.filter(pk=slot.pk).values().get(), Entry.objects.count()) == before
    assert told("moved") == []


def test_patterns_lay_nothing_out_where_one_was_moved_away(slot, product, at):
    move(slot, at)

    made = tickets.create_days(product_ids=[product.pk], first=VISIT, last=VISIT)
    done = tickets.follow_patterns(product=product, first=VISIT, last=VISIT, actor="user:1", at=at)

    assert (made.slots, done.made) == (0, 0)
    assert Slot.objects.filter(product=product, day__date=VISIT).count() == 1


def test_what_was_offered_before_the_move_is_refused_and_takes_nothing(slot, at, monkeypatch):
    seller = registry.get("ticket")
    slot.product.area.real_name_required = False
    slot.product.area.save()
    for people in ((person(1),), party("adult")):
        asked = wish(ask_for(slot, *people), total_fen=ADULT)
        old = seller.offer(asks=asked.asks, at=at)
        monkeypatch.setattr(seller, "offer", lambda *, asks, at, old=old: old)
        slot.refresh_from_db()
        move(slot, at, starts=time(slot.starts_at.hour + 9), ends=time(18))

        [outcome] = orders.place_many([asked], at=at)

        assert isinstance(outcome, offers.SlotMoved)
        assert "has just been moved to" in outcome.reason
        monkeypatch.undo()
    assert Order.objects.count() == Admission.objects.count() == 0
    assert counts.left([slot.bucket_id]) == {slot.bucket_id: 50}


def test_who_bought_in_that_very_moment_is_found_a_minute_later(slot, sell, at):
    """The order's transaction saw the old time and was committed after the tickets had followed."""
    move(slot, at)
    outbox.drain(at=at)
    order = sell(person(1))
    order.lines.update(starts_at=slot.starts_at, ends_at=slot.ends_at)

    assert tickets.follow_moves(at=at + timedelta(minutes=1)) == 1
    assert tickets.follow_moves(at=at + timedelta(minutes=2)) == 0

    slot.refresh_from_db()
    assert order.lines.get().starts_at == slot.starts_at
    assert len(told("moved")) == 1


def test_called_off_gives_everybody_everything_back_and_sells_no_more(slot, sell, at):
    order = sell(person(1), person(2))

    assert tickets.call_off(slots=[slot], actor="user:1", at=at) == 1
    assert tickets.call_off(slots=[slot], actor="user:1", at=at) == 0
    outbox.drain(at=at)

    assert Refund.objects.get().amount_fen == 2 * ADULT
    assert {line.state for line in order.lines.all()} == {State.CANCELLED}
    assert Admission.objects.count() == 0
    assert len(told("called-off")) == 1
    [outcome] = orders.place_many([wish(ask_for(slot, person(3)), total_fen=ADULT)], at=at)
    assert isinstance(outcome, offers.SlotClosed)


def test_money_that_comes_for_a_called_off_entry_time_goes_back(slot, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=ADULT), at=at)
    tickets.call_off(slots=[slot], actor="user:1", at=at)
    pay(order, at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    outbox.drain(at=at)

    assert order.lines.get().state == State.REFUSED
    assert Refund.objects.get().amount_fen == ADULT


def test_called_off_and_opened_again_meanwhile_refunds_nobody(slot, sell, at):
    sell(person(1))
    tickets.call_off(slots=[slot], actor="user:1", at=at)
    slot.refresh_from_db()
    tickets.set_slot(slot=slot, actor="user:1", at=at, is_open=True)
    outbox.drain(at=at)

    assert Refund.objects.count() == 0
    assert told("called-off") == []


def test_what_is_over_is_not_called_off(slot, sell, at):
    sell(person(1))

    with pytest.raises(tickets.SlotOver):
        tickets.call_off(slots=[slot], actor="user:1", at=slot.ends_at)

    slot.refresh_from_db()
    assert (slot.is_open, slot.called_off_at, Refund.objects.count()) == (True, None, 0)
