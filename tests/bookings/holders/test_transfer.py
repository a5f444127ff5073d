"""A ticket for somebody else: re-checked, never dearer, the old code dead at once, both told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.messages.models import Message
from accounts.travellers import operations as travellers
from accounts.travellers import queries as book
from accounts.travellers.models import Traveller
from bookings import registry
from bookings.codes import operations as issuers
from bookings.codes import queries as codes
from bookings.codes.models import MOST_SEQUENCE, DeskNumber, PhoneKey
from bookings.codes.phones import Phone
from bookings.fulfilment import operations as fulfilment
from bookings.holders import operations
from bookings.holders import queries as holders
from bookings.holders.models import Transfer
from bookings.inventory.models import Bucket
from bookings.ledger.models import Posting
from bookings.news import operations as news
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.posts import Post
from config.demo.visitors import document_number
from kernel import invariants
from kernel.audit.models import Entry
from kernel.errors import NotFound
from kernel.outbox.models import Event
from tests.bookings.orders.test_settle import money
from tests.factories.tourism import ProductFactory, ask_for, slot_on
from tourism.tickets.models import Admission, PersonLimit
from tourism.tickets.operations import AlreadyHolds

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
DAY = date(2026, 10, 3)
OWNER = "guest:owner"
JSON = {"Accept": "application/json"}


def traveller(number: int, *, owner: str = OWNER, phone: str = "") -> Traveller:
    return travellers.remember(
        actor=owner, name=f"测试{number}", kind="RESIDENT_ID",
        number=document_number(number), phone=phone, at=AT,
    )  # fmt: skip


def member(person: Traveller, class_code: str = "adult"):
    [found] = book.by_ids([person.pk])
    return orders.member_of(class_code, found)


@pytest.fixture
def product(db):
    return ProductFactory(area__daily_cap=1000)


@pytest.fixture
def slot(product):
    return slot_on(product, DAY, permille=50)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: AT)


def sell(slot, *people: Traveller, actor: str = OWNER, key: str = "request-key-1") -> Order:
    wish = ask_for(slot, *(member(each) for each in people))
    [answer] = registry.offer_all([wish], at=AT)
    total = sum(offer.price_fen for offer in answer)
    request = orders.PlaceRequest(
        actor=actor, request_key=key, region_id=slot.region_id, asks=(wish,),
        shown_total_fen=total, language="en", contact="16100000001",
    )  # fmt: skip
    order = orders.place(request, at=AT)
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=f"t{order.pk}", amount_fen=total,
        captured_fen=total, currency=order.currency, created_at=AT, ended_at=AT,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order


@pytest.fixture
def first(db) -> Traveller:
    return traveller(1)


@pytest.fixture
def order(slot, first) -> Order:
    return sell(slot, first)


@pytest.fixture
def carrier(order) -> Pass:
    return Pass.objects.get(order=order)


@pytest.fixture
def post(order, product) -> Post:
    return Post(
        zone=f"area:{product.area_id}",
        title={"en": "Gate"},
        organisation_id=product.area.organisation_id,
        region_id=order.region_id,
    )


def hand_over(carrier: Pass, person: Traveller, at=AT) -> Transfer:
    return operations.hand_over(carrier=carrier, traveller_id=person.pk, actor=OWNER, at=at)


def state() -> list[object]:
    """All that a refused transfer must leave as it was."""
    models = (Transfer, Event, Entry, Posting)
    return [
        [model.objects.count() for model in models],
        list(Pass.objects.order_by("pk").values()),
        list(Voucher.objects.order_by("pk").values()),
        list(Admission.objects.order_by("pk").values("slot_id", "document_index")),
        dict(Bucket.objects.values_list("key", "taken")),
    ]


def test_all_of_it_is_the_new_persons_and_no_money_moves(carrier, order, first):
    second, before = traveller(2), Posting.objects.count()
    short_code = carrier.short_code

    hand_over(carrier, second)

    carrier.refresh_from_db()
    line = order.lines.get()
    assert (carrier.traveller_id, carrier.holder) == (second.pk, "测试2")
    assert carrier.short_code != short_code
    assert [part.traveller_id for part in line.frozen_parts] == [second.pk]
    assert Admission.objects.get().document_index == second.document_index
    assert Posting.objects.count() == before
    assert Entry.objects.get(action="passes.handed-over").facts == {
        "from": first.pk, "to": second.pk, "number": 1,
    }  # fmt: skip
    assert invariants.check_all(at=AT) == []


def test_every_code_of_before_is_dead_when_it_is_done_and_the_new_one_lets_in(carrier, post, slot):
    phone = Phone()
    level_1, _facts = operations.show_on(
        carrier=carrier, public=phone.public, is_move=False, actor=OWNER, at=AT
    )
    [printed] = queries.passes(carrier.order, at=AT)
    digits = issuers.make_digits(serial=carrier.serial, last_day=carrier.last_day, at=AT)
    short_code = carrier.short_code

    hand_over(carrier, traveller(2))

    for text in (phone.show(level_1, at=AT), printed.code_text):
        with pytest.raises(codes.Superseded):
            codes.verify(text, at=AT)
    with pytest.raises(issuers.UnknownDigits):
        issuers.open_digits(digits=digits, post="area:1", at=AT)
    inside = slot.starts_at + timedelta(minutes=5)
    with pytest.raises(vouchers.UnknownCode):
        vouchers.redeem(text=short_code, post=post, actor="user:1", request_key="a", at=inside)
    carrier.refresh_from_db()
    text = carrier.short_code
    done = vouchers.redeem(text=text, post=post, actor="user:1", request_key="b", at=inside)
    assert [voucher.carrier.holder for voucher in done.vouchers] == ["测试2"]


def test_who_holds_a_ticket_of_that_time_already_is_refused(carrier, slot):
    """ID-04 for the new person, over accounts."""
    second = traveller(2, owner="guest:other")
    sell(slot, second, actor="guest:other", key="request-key-2")
    before = state()

    with pytest.raises(AlreadyHolds):
        hand_over(carrier, traveller(2))

    assert state() == before


def test_who_would_pay_more_cannot_take_over_a_childs_ticket(slot):
    child = traveller(3)
    order = sell(slot, child)
    carrier = Pass.objects.get(order=order)
    line = order.lines.get()
    line.parts = [{**line.parts[0], "price_fen": line.parts[0]["price_fen"] // 2}]
    line.save(update_fields=["parts"])
    before = state()

    with pytest.raises(orders.DearerPerson):
        hand_over(carrier, traveller(2))

    assert state() == before


def test_it_is_handed_over_once_only(carrier):
    hand_over(carrier, traveller(2))
    before = state()

    with pytest.raises(operations.HandedOverAlready):
        hand_over(carrier, traveller(4))

    assert state() == before


def with_rules(product, transfers: int, days: int) -> None:
    product.transfers, product.transfer_days = transfers, days
    product.save(update_fields=["transfers", "transfer_days"])


def test_the_product_says_how_often_and_what_was_sold_keeps_it(product, slot, first):
    with_rules(product, 2, 1)
    carrier = Pass.objects.get(order=sell(slot, first))
    with_rules(product, 0, 1)
    hand_over(carrier, traveller(2))

    assert hand_over(carrier, traveller(4)).number == 2
    before = state()
    with pytest.raises(operations.HandedOverAlready):
        hand_over(carrier, traveller(5))
    assert state() == before


def test_a_product_may_forbid_it(product, slot, first):
    with_rules(product, 0, 1)
    carrier = Pass.objects.get(order=sell(slot, first))
    before, second = state(), traveller(2)

    with pytest.raises(operations.NeverHandedOver):
        hand_over(carrier, second)

    assert state() == before


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (0, datetime(2026, 10, 3, 15, 59, tzinfo=UTC)),
        (1, datetime(2026, 10, 2, 15, 59, tzinfo=UTC)),
        (2, datetime(2026, 10, 1, 15, 59, tzinfo=UTC)),
    ],
)
def test_the_product_says_until_when(product, slot, first, days, last):
    with_rules(product, 2, days)
    carrier, second = Pass.objects.get(order=sell(slot, first)), traveller(2)

    with pytest.raises(operations.TooLateToHandOver):
        hand_over(carrier, second, last + timedelta(minutes=1))
    assert not Transfer.objects.exists()
    assert hand_over(carrier, second, last)


@pytest.mark.parametrize(("hour", "is_good"), [(15, True), (16, False)])
def test_it_is_possible_until_the_end_of_the_day_before(carrier, hour, is_good):
    """At 16:00 UTC the day of the visit begins."""
    at = datetime(2026, 10, 2, hour, 59 if is_good else 0, tzinfo=UTC)
    second = traveller(2)

    if is_good:
        assert hand_over(carrier, second, at)
    else:
        with pytest.raises(operations.TooLateToHandOver):
            hand_over(carrier, second, at)
        assert not Transfer.objects.exists()


def test_a_used_code_stays_with_its_holder(carrier, post, slot):
    inside = slot.starts_at + timedelta(minutes=5)
    text = carrier.short_code
    vouchers.redeem(text=text, post=post, actor="user:1", request_key="a", at=inside)

    with pytest.raises(operations.BegunAlready):
        hand_over(carrier, traveller(2))


def test_the_same_person_and_one_of_the_same_journey_are_refused(slot, first):
    second = traveller(2)
    order = sell(slot, first, second)
    carrier = Pass.objects.get(order=order, traveller_id=first.pk)

    with pytest.raises(operations.SamePerson):
        hand_over(carrier, first)
    with pytest.raises((vouchers.HasOne, AlreadyHolds)):
        hand_over(carrier, second)


def test_a_limit_per_person_counts_for_the_new_one(product, slot, first):
    PersonLimit.objects.create(product=product, period="DAY", most=1)
    order = sell(slot, first)
    carrier, second = Pass.objects.get(order=order), traveller(2)

    hand_over(carrier, second)

    taken = dict(Bucket.objects.filter(key__startswith="person:").values_list("key", "taken"))
    assert {key.split(":")[1]: count for key, count in taken.items()} == {
        first.document_index: 0,
        second.document_index: 1,
    }
    assert invariants.check_all(at=AT) == []


def test_both_are_told_and_the_new_one_gets_an_address_of_their_own(carrier, client):
    second = traveller(2, phone="16100000002")
    made = hand_over(carrier, second)

    news.tell_handed_over(transfer_id=made.pk, at=AT)
    news.tell_handed_over(transfer_id=made.pk, at=AT)

    assert set(Message.objects.values_list("kind", flat=True)) == {
        "bookings.news.handed-over",
        "bookings.news.received",
    }
    assert Message.objects.count() == 2


def test_the_new_holders_page_shows_their_code_and_nothing_else_of_the_order(
    client, carrier, order
):
    made = hand_over(carrier, traveller(2))
    address = holders.address_of(made)

    page = client.get(reverse("holders:page", args=[address])).content.decode()

    assert "测试2" in page
    assert order.code not in page
    assert order.token not in page
    phone = client.post(
        reverse("holders:given-phone", args=[address]),
        {"public": Phone().public.hex()},
        headers=JSON,
    )
    assert (phone.status_code, phone.json()["sequence"]) == (200, 1)


def test_the_order_page_shows_no_code_of_what_was_handed_over(client, carrier, order):
    hand_over(carrier, traveller(2))

    page = client.get(f"/en/o/{order.token}/").content.decode()
    url = f"/en/o/{order.token}/codes/{carrier.pk}/phone/"

    assert "q-code__qr" not in page
    assert "Handed over to 测试2" in page
    answer = client.post(url, {"public": Phone().public.hex()}, headers=JSON)
    assert answer.status_code == 404


@pytest.fixture
def buyer(client, order):
    """The buyer's own browser."""
    session = client.session
    session["guest_actor"] = OWNER
    session.save()
    return client


def filled(number: int) -> dict[str, str]:
    return {"name": "测试五", "kind": "RESIDENT_ID", "number": document_number(number), "phone": ""}


def test_the_buyer_hands_it_over_on_the_page(buyer, carrier, order):
    url = f"/en/o/{order.token}/codes/{carrier.pk}/hand-over/"
    assert "Hand it over" in buyer.get(url).content.decode()

    answer = buyer.post(url, filled(5), follow=True)

    assert "Address of the code" in answer.content.decode()
    carrier.refresh_from_db()
    assert carrier.holder == "测试五"


def test_who_only_has_the_orders_address_cannot_give_it_away(client, carrier, order):
    url = f"/en/o/{order.token}/codes/{carrier.pk}/hand-over/"

    assert client.get(url).status_code == 404
    assert client.post(url, filled(5)).status_code == 404
    assert not Transfer.objects.exists()


def test_a_refusal_is_said_on_the_form(buyer, carrier, order, first):
    url = f"/en/o/{order.token}/codes/{carrier.pk}/hand-over/"

    Traveller.objects.update(name="测试五")

    answer = buyer.post(url, filled(1))

    assert "It is this person" in answer.content.decode()
    assert not Transfer.objects.exists()


def test_the_same_document_under_another_name_changes_nobody(buyer, carrier, order, first):
    url = f"/en/o/{order.token}/codes/{carrier.pk}/hand-over/"

    answer = buyer.post(url, filled(1))

    assert "name and number stay as they are" in answer.content.decode()
    first.refresh_from_db()
    assert first.name == "测试1"
    assert not Transfer.objects.exists()


def test_the_buyer_may_name_another_person_where_the_product_allows_two(buyer, carrier, order):
    line = order.lines.get()
    line.facts = {**line.facts, "transfers": 2}
    line.save(update_fields=["facts"])
    url = f"/en/o/{order.token}/codes/{carrier.pk}/hand-over/"
    assert "2 times more, until" in buyer.get(url).content.decode()
    assert "once more, until" in buyer.post(url, filled(5), follow=True).content.decode()

    page = buyer.post(url, filled(6), follow=True).content.decode()

    assert "It cannot be handed on once more." in page
    assert "Hand it over" not in page
    assert Transfer.objects.count() == 2
    page = buyer.post(url, filled(7)).content.decode()
    assert "handed over already" in page
    assert Transfer.objects.count() == 2


def test_an_address_is_dead_after_the_next_handing_over_and_cannot_be_made_up(
    client, carrier, order
):
    line = order.lines.get()
    line.facts = {**line.facts, "transfers": 2}
    line.save(update_fields=["facts"])
    old = holders.address_of(hand_over(carrier, traveller(2)))
    hand_over(carrier, traveller(4))

    for address in (old, "x", old[:-1] + "x"):
        assert client.get(reverse("holders:page", args=[address])).status_code == 404


@pytest.fixture
def overtaken(carrier, monkeypatch):
    """Whoever opens six digits is overtaken by a handing over before anything is decided."""
    opened = issuers.open_digits
    second = traveller(2)

    def then_hand_over(**asked):
        found = opened(**asked)
        hand_over(carrier, second)
        return found

    monkeypatch.setattr(
        "bookings.vouchers.operations.resolving.numbers.open_digits", then_hand_over
    )


@pytest.fixture
def six(carrier) -> str:
    return operations.tell_digits(carrier=carrier, at=AT)


def let_in(six, post, slot):
    """Typed at the gate; the clock of the digits stands still."""
    inside = slot.starts_at + timedelta(minutes=5)
    DeskNumber.objects.update(good_until=inside + timedelta(minutes=5))
    return vouchers.redeem(text=six, post=post, actor="user:1", request_key="a", at=inside)


def test_digits_opened_just_before_a_handing_over_let_nobody_in_after_it(
    carrier, six, post, slot, overtaken
):
    with pytest.raises(codes.Superseded):
        let_in(six, post, slot)

    assert not Redemption.objects.exists()


def test_without_their_sequence_they_would_twin(carrier, six, post, slot, overtaken):
    """The race is real: digits that stand for whatever is good now let the old holder in."""
    DeskNumber.objects.update(sequence=MOST_SEQUENCE)

    assert let_in(six, post, slot)


def test_a_page_opened_before_gets_nothing_after_it(carrier):
    """Neither a live code nor six digits: the page's pass is another one by then."""
    stale = Pass.objects.get(pk=carrier.pk)
    hand_over(carrier, traveller(2))

    with pytest.raises(NotFound):
        operations.tell_digits(carrier=stale, at=AT)
    with pytest.raises(NotFound):
        operations.show_on(carrier=stale, public=Phone().public, is_move=True, actor=OWNER, at=AT)

    assert not DeskNumber.objects.exists()
    assert not PhoneKey.objects.exists()
