"""Scenic areas, products and entry times for tests."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import factory

from bookings.contracts import Ask, Member
from kernel.places.models import Region
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import PlaceFactory, RegionFactory
from tourism.areas.models import OpeningHours, ScenicArea, SeasonName
from tourism.tickets import operations as tickets
from tourism.tickets.models import Concession, Product, Slot, SlotPattern

FARES = (
    # code, thousandths, from age, to age, proof
    ("adult", 1000, None, None, False),
    ("child_free", 0, 0, 6, False),
    ("minor_half", 500, 7, 18, False),
    ("student_half", 500, None, None, True),
    ("senior_half", 500, 60, 64, False),
    ("senior_free", 0, 65, None, False),
)


class ScenicAreaFactory(factory.django.DjangoModelFactory):
    """An area that is open from 08:00 to 18:00 all year, with 100 visitors a day."""

    class Meta:
        model = ScenicArea
        skip_postgeneration_save = True

    region = factory.SubFactory(RegionFactory)
    place = factory.SubFactory(PlaceFactory, region=factory.SelfAttribute("..region"))
    organisation = factory.SubFactory(OrganisationFactory, region=factory.SelfAttribute("..region"))
    slug = factory.Sequence(lambda n: f"area-{n}")
    name_zh = factory.Sequence(lambda n: f"景区{n}")
    name_en = factory.Sequence(lambda n: f"Area {n}")
    kind = "mountain"
    daily_cap = 100
    peak_first_month = 3
    peak_last_month = 11

    @factory.post_generation
    def hours(self: Any, create: bool, given: Any, **_more: Any) -> None:
        for season in SeasonName:
            OpeningHours.objects.create(area=self, season=season, opens=time(8), closes=time(18))


class ProductFactory(factory.django.DjangoModelFactory):
    """Admission for 190 yuan in the peak, 150 off it, with the usual classes."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    area = factory.SubFactory(ScenicAreaFactory)
    name_zh = "门票"
    name_en = "Admission"
    peak_price_fen = 19_000
    off_price_fen = 15_000
    refund_ladder = "0:1000"
    refund_words_zh = "入园前一天24:00前可全额退。"
    refund_words_en = "Free until 24:00 on the day before."

    @factory.post_generation
    def fares(self: Any, create: bool, given: Any, **_more: Any) -> None:
        for position, (code, permille, age_from, age_to, proof) in enumerate(FARES):
            Concession.objects.create(
                product=self,
                code=code,
                position=position,
                name_zh=code,
                name_en=code,
                condition_zh=f"{code} 条件",
                condition_en=f"{code} condition",
                permille=permille,
                age_from=age_from,
                age_to=age_to,
                needs_proof=proof,
            )


class SlotPatternFactory(factory.django.DjangoModelFactory):
    """Half of the day's visitors from 08:00 to 12:00, every day."""

    class Meta:
        model = SlotPattern

    product = factory.SubFactory(ProductFactory)
    starts = time(8)
    ends = time(12)
    permille = 500


def slot_on(product: Product, day: date, starts: time = time(8), **change: Any) -> Slot:
    """The entry time of a product on a day, laid out by a pattern of its own if need be."""
    pattern = product.patterns.filter(starts=starts).first()
    if pattern is None:
        ends = change.pop("ends", time(starts.hour + 4))
        SlotPatternFactory(product=product, starts=starts, ends=ends, **change)
    tickets.create_days(product_ids=[product.pk], first=day, last=day)
    region: Region = product.area.region
    return Slot.objects.select_related("day").get(product=product, starts_at=region.at(day, starts))


def party(*codes: str) -> tuple[Member, ...]:
    """Nameless members by class code."""
    return tuple(Member(class_code=code) for code in codes)


def person(number: int, birth_date: date | None = None, class_code: str = "adult") -> Member:
    """A named member with a document of their own; the same number is the same person."""
    return Member(
        class_code=class_code,
        traveller_id=number,
        name=f"Person {number}",
        masked=f"***{number}",
        index=f"index-{number}",
        birth_date=birth_date,
    )


def ask_for(slot: Slot, *members: Member) -> Ask:
    """An Ask for an entry time."""
    return Ask(kind="ticket", ref=str(slot.pk), party=members)
