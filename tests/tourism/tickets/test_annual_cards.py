"""Annual cards: the holder books one entry time a day for nothing, and takes a place like everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from kernel.audit.models import Entry
from kernel.errors import Refusal
from tests.factories.tourism import ScenicAreaFactory, ask_for, party, person, slot_on
from tests.tourism.conftest import AT, VISIT, wish
from tourism.tickets import offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import AnnualCard, Concession
from tourism.tickets.parties import NoAnnualCard

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DOCUMENT = "11010519491231002X"


def card(product, **change: object) -> AnnualCard:
    given = {
        "area": product.area, "number": "C1", "holder": "Wang Wei", "kind": "RESIDENT_ID",
        "document": DOCUMENT, "valid_from": FIRST, "valid_until": LAST, "actor": "user:1",
        "at": AT,
    }  # fmt: skip
    return tickets.enter_card(**{**given, **change})


def holder(card: AnnualCard):
    return replace(
        person(1, class_code="annual_card"), index=card.document_index, birth_date=date(1990, 1, 1)
    )


def test_a_card_is_bound_to_a_document_and_gives_the_area_a_class(product):
    made = card(product)

    assert made.document_masked.endswith("002X")
    assert "19491231" not in made.document_masked
    found = Concession.objects.get(product=product, code="annual_card")
    assert (found.permille, found.needs_proof) == (0, True)
    assert Entry.objects.filter(action="tickets.annual-card.enter").count() == 1


def test_its_holder_books_for_nothing_and_takes_a_place(product, slot):
    made = card(product)

    orders.place(wish(ask_for(slot, holder(made)), total_fen=0), at=AT)

    assert counts.counts([slot.bucket_id])[slot.bucket_id][1] == 1


def test_one_entry_time_a_day(product, slot):
    made = card(product)
    orders.place(wish(ask_for(slot, holder(made)), total_fen=0), at=AT)
    afternoon, tomorrow = (
        slot_on(product, VISIT, time(13)),
        slot_on(product, VISIT + timedelta(days=1)),
    )

    with pytest.raises(tickets.AlreadyHolds):
        orders.place(wish(ask_for(afternoon, holder(made)), total_fen=0, actor="guest:b"), at=AT)
    orders.place(wish(ask_for(tomorrow, holder(made)), total_fen=0, actor="guest:c"), at=AT)

    assert counts.counts([afternoon.bucket_id])[afternoon.bucket_id][1] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"valid_from": VISIT + timedelta(days=1)},
        {"valid_until": VISIT - timedelta(days=1)},
        {"document": "440308199901101512"},
    ],
    ids=["not yet", "no more", "somebody else's"],
)
def test_no_card_no_free_place(product, slot, change):
    right = card(product, number="C2")
    AnnualCard.objects.all().delete()
    card(product, **change)

    [answer] = offers.offer([ask_for(slot, holder(right))], at=AT)

    assert isinstance(answer, NoAnnualCard)


def test_the_last_day_counts(product, slot):
    made = card(product, valid_until=VISIT, valid_from=VISIT)

    [answer] = offers.offer([ask_for(slot, holder(made))], at=AT)

    assert answer.price_fen == 0


def test_a_withdrawn_card_and_one_of_another_area_give_nothing(product, slot):
    made = card(product)
    assert tickets.withdraw_card(card=made, actor="user:1", at=AT)
    assert not tickets.withdraw_card(card=made, actor="user:1", at=AT)
    other = slot_on(type(product).objects.get(pk=product.pk), VISIT)
    AnnualCard.objects.filter(pk=made.pk).update(revoked_at=None, area=ScenicAreaFactory())

    [answer] = offers.offer([ask_for(other, holder(made))], at=AT)

    assert isinstance(answer, NoAnnualCard)


def test_who_is_not_named_yet_may_put_it_into_the_cart(product, slot):
    card(product)

    [answer] = offers.offer([ask_for(slot, *party("annual_card"))], at=AT)

    assert (answer.price_fen, answer.needs_names) == (0, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "number"),
        ({"number": "C9", "document": "110105194912310021"}, "number"),
        ({"number": "C9", "valid_until": FIRST - timedelta(days=1)}, "valid_until"),
    ],
    ids=["twice", "a wrong document", "its days"],
)
def test_what_cannot_be_is_not_entered(product, change, field):
    card(product)

    with pytest.raises(Refusal) as refused:
        card(product, **change)

    assert refused.value.field == field
    assert AnnualCard.objects.count() == 1
