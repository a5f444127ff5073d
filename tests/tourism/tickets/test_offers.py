"""What an ask for an entry time is answered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from bookings.contracts import Demand, Due, How, Member
from bookings.inventory import operations as inventory
from bookings.pricing.lists import DayKind
from kernel.places.models import CalendarDay, DayType
from tests.factories.tourism import ProductFactory, ask_for, party, person, slot_on
from tests.tourism.conftest import VISIT
from tourism.areas.models import Closure
from tourism.tickets import offers, parties
from tourism.tickets.models import AdmitUntil, PriceRule, Slot

pytestmark = pytest.mark.django_db


def test_an_offer_has_a_part_for_everybody_with_class_price_and_the_limits_it_counts_in(
    slot, product, at
):
    [offer] = offers.offer([ask_for(slot, *party("adult", "child_free"))], at=at)

    limits = tuple(
        Demand(bucket) for bucket in (slot.bucket_id, slot.day.bucket_id, slot.day.own_bucket_id)
    )
    assert [(p.key, p.class_code, p.price_fen, p.demands) for p in offer.parts] == [
        ("p1", "adult", 19_000, limits),
        ("p2", "child_free", 0, limits),
    ]
    assert (offer.price_fen, offer.currency, offer.needs_names) == (19_000, "CNY", True)
    assert (offer.starts_at, offer.ends_at) == (slot.starts_at, slot.ends_at)
    assert offer.title == product.area.words
    assert offer.supplier_id == product.area.organisation_id
    assert offer.place_id == product.area.place_id
    assert [due.amount_fen for due in offer.dues] == [19_000]


def test_what_is_lent_with_a_ticket_is_secured_by_a_deposit_a_person(slot, product, at):
    product.deposit_fen = 5_000
    product.save()

    [offer] = offers.offer([ask_for(slot, *party("adult", "child_free"))], at=at)

    assert offer.dues == (Due(19_000), Due(10_000, How.AUTHORISE))
    assert (offer.price_fen, offer.due_now_fen, offer.deposit_fen) == (19_000, 19_000, 10_000)


def test_names_are_needed_only_where_the_area_asks_for_them(slot, product, at):
    product.area.real_name_required = False
    product.area.save()

    [offer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert offer.needs_names is False


def test_unconfirmed_rows_make_the_offer_a_sample(slot, product, at):
    [before] = offers.offer([ask_for(slot, *party("adult"))], at=at)
    product.confirmed_at = product.area.confirmed_at = at
    product.save()
    product.area.save()

    [after] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert (before.is_sample, after.is_sample) == (True, False)


@pytest.mark.parametrize(
    ("birth", "chosen", "code", "fen"),
    [
        (date(2020, 10, 15), "adult", "child_free", 0),
        (date(2019, 10, 14), "child_free", "minor_half", 9_500),
        (date(1966, 10, 14), "adult", "senior_half", 9_500),
        (date(1961, 10, 14), "adult", "senior_free", 0),
        (date(1990, 1, 1), "senior_free", "adult", 19_000),
        (date(1990, 1, 1), "student_half", "student_half", 9_500),
    ],
)
def test_the_document_and_the_day_of_the_visit_decide_the_class(slot, at, birth, chosen, code, fen):
    [offer] = offers.offer([ask_for(slot, person(1, birth, chosen))], at=at)

    [part] = offer.parts
    assert (part.class_code, part.price_fen, part.traveller_id) == (code, fen, 1)


def test_what_the_gate_needs_is_frozen_without_the_document(slot, product, at):
    [offer] = offers.offer([ask_for(slot, person(1, date(1960, 5, 1)))], at=at)

    assert offer.facts == {
        "slot_id": slot.pk,
        "starts_at": slot.starts_at.isoformat(),
        "zone": f"area:{product.area_id}",
        "entry_from": (slot.starts_at - timedelta(minutes=15)).isoformat(),
        "entry_until": slot.ends_at.isoformat(),
        "entries": 1,
        "reentry": "COUNTED",
        "reentry_days": 0,
        "doors_in": [],
        "doors_out": [],
        "by_name": True,
        "transfers": 1,
        "transfer_days": 1,
        "people": {
            "p1": {
                "index": "index-1",
                "age": 66,
                "check": {"zh-hans": "senior_free 条件", "en": "senior_free condition"},
            }
        },
    }


def test_a_ticket_may_be_good_until_the_end_of_the_day(slot, product, at):
    product.admit_until = AdmitUntil.DAY_END
    product.save()

    [offer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    midnight = product.area.region.at(VISIT + timedelta(days=1), time(0))
    assert offer.facts["entry_until"] == midnight.isoformat()


def test_the_refund_ladder_counts_from_the_start_of_the_entry_time(slot, product, at):
    product.refund_ladder = "24:1000 0:500"
    product.save()

    [offer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert [(step.before_s, step.permille) for step in offer.terms.steps] == [
        (32 * 3600, 1000),
        (8 * 3600, 500),
    ]
    assert offer.terms.words["en"] == "Free until 24:00 on the day before."


def test_a_price_rule_for_holidays_reads_the_regions_calendar(slot, product, at):
    PriceRule.objects.create(
        product=product,
        first_date=VISIT,
        last_date=VISIT,
        day_kind=DayKind.HOLIDAY,
        price_fen=25_000,
    )
    [before] = offers.offer([ask_for(slot, *party("adult"))], at=at)
    CalendarDay.objects.create(
        region=product.area.region, date=VISIT, day_type=DayType.HOLIDAY, name_zh="节"
    )

    [after] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert (before.price_fen, after.price_fen) == (19_000, 25_000)


@pytest.mark.parametrize("ref", ["", "x", "-1", "1.5", "٣", "9" * 30, "1 or 1=1", "\x00"])
def test_a_reference_that_names_nothing_is_refused(db, at, ref):
    [answer] = offers.offer([replace(ask_for(Slot(pk=1), *party("adult")), ref=ref)], at=at)

    assert isinstance(answer, offers.NoSuchSlot)


def test_asks_are_answered_in_their_order(slot, at):
    nowhere = replace(ask_for(slot, *party("adult")), ref="999999")

    answers = offers.offer(
        [nowhere, ask_for(slot, *party("adult")), ask_for(slot)],
        at=at,
    )

    assert [type(answer).__name__ for answer in answers] == ["NoSuchSlot", "Offer", "EmptyParty"]


def test_an_entry_time_that_has_begun_is_refused_and_the_next_one_named(slot, product):
    later = slot_on(product, VISIT, time(13))

    [answer] = offers.offer([ask_for(slot, *party("adult"))], at=slot.starts_at)

    assert isinstance(answer, offers.SlotStarted)
    assert answer.facts["next_ref"] == str(later.pk)
    assert answer.facts["next_starts_at"] == "2026-10-14T13:00:00+08:00"
    assert "13:00" in answer.reason


def test_the_way_out_has_room_for_the_whole_party(slot, product):
    full = slot_on(product, VISIT, time(13))
    free = slot_on(product, VISIT + timedelta(days=1), time(8))
    inventory.take([[Demand(full.bucket_id, 49)]])

    [answer] = offers.offer([ask_for(slot, *party("adult", "adult"))], at=slot.starts_at)

    assert answer.facts["next_ref"] == str(free.pk)


def test_without_any_later_entry_time_there_is_no_way_out(slot):
    [answer] = offers.offer([ask_for(slot, *party("adult"))], at=slot.ends_at)

    assert isinstance(answer, offers.SlotStarted)
    assert "next_ref" not in answer.facts


def test_a_closed_entry_time_is_refused(slot, at):
    slot.is_open = False
    slot.save()

    [answer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert isinstance(answer, offers.SlotClosed)


def test_a_closure_refuses_at_once_and_says_why(slot, product, at):
    Closure.objects.create(
        area=product.area,
        first_date=VISIT,
        last_date=VISIT,
        reason_zh="大风",
        reason_en="Strong wind.",
    )
    other_day = slot_on(product, VISIT + timedelta(days=1), time(8))

    [answer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert isinstance(answer, offers.AreaClosed)
    assert answer.facts["reason"] in ("大风", "Strong wind.")
    assert answer.facts["next_ref"] == str(other_day.pk)


def test_a_product_off_sale_is_refused(slot, product, at):
    product.is_on_sale = False
    product.save()

    [answer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert isinstance(answer, offers.NotOnSale)


def test_another_channel_has_no_places(slot, at):
    [answer] = offers.offer([replace(ask_for(slot, *party("adult")), channel="agent")], at=at)

    assert isinstance(answer, offers.ChannelClosed)


def test_an_unknown_class_is_refused(slot, at):
    [answer] = offers.offer([ask_for(slot, *party("adult", "emperor"))], at=at)

    assert isinstance(answer, parties.UnknownClass)


def test_the_same_person_twice_in_a_party_is_refused(slot, at):
    [answer] = offers.offer([ask_for(slot, person(1), person(1))], at=at)

    assert isinstance(answer, parties.SamePersonTwice)


def test_somebody_without_a_document_is_refused_where_names_are_needed(slot, at):
    nobody = Member(class_code="adult", traveller_id=7, name="Person 7")

    [answer] = offers.offer([ask_for(slot, nobody)], at=at)

    assert isinstance(answer, parties.DocumentMissing)


def test_any_number_of_asks_costs_two_statements(slot, at, django_assert_num_queries):
    slots = [slot, *(slot_on(ProductFactory(), VISIT, time(8)) for _ in range(3))]
    asks = [ask_for(one, *party("adult", "child_free")) for one in slots * 5]

    with django_assert_num_queries(2):
        answers = offers.offer(asks, at=at)

    assert {answer.price_fen for answer in answers} == {19_000}


def test_a_price_that_depends_on_the_kind_of_day_costs_one_more(
    slot, product, at, django_assert_num_queries
):
    PriceRule.objects.create(
        product=product,
        first_date=VISIT,
        last_date=VISIT,
        day_kind=DayKind.WEEKEND,
        price_fen=1,
    )

    with django_assert_num_queries(3):
        offers.offer([ask_for(slot, *party("adult"))] * 10, at=at)


def test_a_year_without_a_published_calendar_goes_by_the_weekday(product):
    PriceRule.objects.create(
        product=product,
        first_date=date(2027, 1, 1),
        last_date=date(2027, 12, 31),
        day_kind=DayKind.WEEKEND,
        price_fen=22_000,
    )
    saturday = slot_on(product, date(2027, 5, 8), time(8))
    monday = slot_on(product, date(2027, 5, 10), time(8))
    asks = [ask_for(one, *party("adult")) for one in (saturday, monday)]

    answers = offers.offer(asks, at=datetime(2027, 5, 1, tzinfo=UTC))

    assert [answer.price_fen for answer in answers] == [22_000, 19_000]


def test_the_day_is_the_venues_own(at):
    product = ProductFactory(area__region__timezone="Asia/Urumqi")
    slot = slot_on(product, VISIT, time(8))

    assert timezone.localtime(slot.starts_at, UTC) == datetime(2026, 10, 14, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("birth", "class_code", "fen"),
    [
        (date(2019, 10, 15), "child_free", 0),
        (date(2019, 10, 14), "minor_half", 9_500),
        (date(2007, 10, 15), "minor_half", 9_500),
        (date(2007, 10, 14), "adult", 19_000),
        (date(1966, 10, 14), "senior_half", 9_500),
        (date(1961, 10, 15), "senior_half", 9_500),
        (date(1961, 10, 14), "senior_free", 0),
    ],
)
def test_the_age_on_the_day_of_the_visit_decides_and_not_that_of_the_purchase(
    slot, at, birth, class_code, fen
):
    [offer] = offers.offer([ask_for(slot, person(1, birth))], at=at)

    [part] = offer.parts
    assert (part.class_code, part.price_fen) == (class_code, fen)
    assert offer.facts["people"]["p1"]["age"] == VISIT.year - birth.year - (
        (VISIT.month, VISIT.day) < (birth.month, birth.day)
    )
