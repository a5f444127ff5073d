"""Scenic areas, products and entry times for tests."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import factory

from bookings.contracts import Ask, Member
from kernel.places.models import Region
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import PlaceFactory, RegionFactory
from tourism.areas.models import Cableway, OpeningHours, ScenicArea, SeasonName
from tourism.tickets import operations as tickets
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import Concession, Product, ProductKind, Slot, SlotPattern, Way

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


class CablewayFactory(factory.django.DjangoModelFactory):
    """A gondola that carries 120 an hour from 08:00 to 17:00, 80 yuan up or down in the peak."""

    class Meta:
        model = Cableway

    area = factory.SubFactory(ScenicAreaFactory)
    from_place = factory.SubFactory(PlaceFactory, region=factory.SelfAttribute("..area.region"))
    to_place = factory.SubFactory(PlaceFactory, region=factory.SelfAttribute("..area.region"))
    slug = factory.Sequence(lambda n: f"cableway-{n}")
    name_zh = factory.Sequence(lambda n: f"索道{n}")
    name_en = factory.Sequence(lambda n: f"Cableway {n}")
    kind = "gondola"
    length_m = 2_000
    rise_m = 700
    ride_min = 10
    capacity_per_hour = 120
    peak_adult_fen = 8_000
    peak_child_fen = 4_000
    off_adult_fen = 6_500
    off_child_fen = 3_500
    peak_opens = off_opens = time(8)
    peak_closes = off_closes = time(17)


def ride_product(cableway: Cableway | None = None, way: Way = Way.UP, **more: Any) -> Product:
    """The ride of a cableway one way, for adults and for children up to 14."""
    cableway = cableway or CablewayFactory()
    product = Product.objects.create(
        area=cableway.area,
        kind=ProductKind.LIFT,
        code=f"{cableway.slug}-{way.lower()}",
        cableway=cableway,
        way=way,
        name_zh=f"{cableway.name_zh} {way}",
        name_en=f"{cableway.name_en} {way}",
        peak_price_fen=cableway.peak_adult_fen,
        off_price_fen=cableway.off_adult_fen,
        refund_ladder="0:1000",
        **more,
    )
    Concession.objects.create(
        product=product, code="adult", name_zh="成人", name_en="Adult", permille=1000
    )
    Concession.objects.create(
        product=product, code="child", name_zh="儿童", name_en="Child", permille=500, position=1,
        age_from=0, age_to=14, peak_price_fen=cableway.peak_child_fen,
        off_price_fen=cableway.off_child_fen,
    )  # fmt: skip
    return product


def addon_product(area: ScenicArea, code: str = "wheelchair", stock: int = 2) -> Product:
    """Something lent for the whole day, for 20 yuan each."""
    product = Product.objects.create(
        area=area, kind=ProductKind.ADDON, code=code, stock=stock, name_zh=code, name_en=code,
        peak_price_fen=2_000, off_price_fen=2_000, refund_ladder="0:1000",
    )  # fmt: skip
    Concession.objects.create(
        product=product, code="adult", name_zh="每件", name_en="Each", permille=1000
    )
    SlotPatternFactory(product=product, starts=time(8), ends=time(18), permille=1000)
    return product


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
    return Slot.objects.select_related("day", "product").get(
        product=product, starts_at=region.at(day, starts)
    )


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
    kind = KINDS[slot.product.kind] if slot.product_id else "ticket"
    return Ask(kind=kind, ref=str(slot.pk), party=members)
