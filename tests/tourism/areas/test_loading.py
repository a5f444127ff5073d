"""The real region and a small one, side by side."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from accounts.organisations.models import Organisation
from bookings.inventory import queries as inventory
from kernel.places import loading
from kernel.places.models import CalendarDay, DayType, Place, Region
from portal.home.models import RegionMap
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tourism.areas.models import Cableway, Gate, OpeningHours, ScenicArea
from tourism.tickets.horizon import laid_out_until
from tourism.tickets.models import Concession, Product, ProductKind, Slot, SlotPattern

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
HUANGSHAN = settings.BASE_DIR / "config" / "regions" / "huangshan"
YUNLING = Path(__file__).parents[2] / "data" / "regions" / "yunling"


def load(slug: str, path: Path, days: int = 2) -> Region:
    return loading.load(slug, path=path, days=days, at=AT).region


def test_the_region_of_huangshan_loads_from_its_own_files():
    region = load("huangshan", HUANGSHAN)

    areas = ScenicArea.objects.filter(region=region)
    mountain = areas.get(slug="huangshan-scenic")
    product = Product.objects.get(area=mountain, kind=ProductKind.ADMISSION)
    kinds = Counter(Product.objects.values_list("kind", flat=True))
    assert (areas.count(), Cableway.objects.count()) == (35, 6)
    assert kinds == {"ADMISSION": 26, "LIFT": 12, "ADDON": 6}
    assert (product.peak_price_fen, product.off_price_fen) == (19_000, 15_000)
    assert (mountain.daily_cap, mountain.organisation.slug) == (50_000, "huangshan-tourism")
    assert Gate.objects.filter(area=mountain).count() == 5
    assert list(
        Concession.objects.filter(product=product)
        .order_by("position")
        .values_list("code", "permille")
    )[:6] == [
        ("adult", 1000),
        ("child_free", 0),
        ("minor_half", 500),
        ("student_half", 500),
        ("senior_half", 500),
        ("senior_free", 0),
    ]
    assert areas.get(slug="west-sea-canyon").part_of == mountain
    assert laid_out_until(region) == date(2026, 9, 22)
    assert RegionMap.objects.get(region=region).layers


def test_rides_are_sold_each_way_by_the_hour_at_their_own_prices():
    load("huangshan", HUANGSHAN)

    up = Product.objects.get(code="yungu-up")
    slots = Slot.objects.filter(product=up, day__date=date(2026, 9, 21)).order_by("starts_at")
    faces = [f"{slot.starts_at.astimezone(up.area.region.tz):%H:%M}" for slot in slots]
    assert (up.peak_price_fen, up.off_price_fen, up.is_sample) == (8_000, 6_500, True)
    child = Concession.objects.get(product=up, code="child")
    assert (child.peak_price_fen, child.off_price_fen) == (4_000, 3_500)
    assert (faces[0], faces[1], faces[-1], len(faces)) == ("06:30", "07:00", "16:00", 11)
    counts = inventory.counts([slot.bucket_id for slot in slots])
    assert [counts[slot.bucket_id][0] for slot in slots] == [950, *[1900] * 9, 950]
    assert inventory.counts([slots[0].day.bucket_id])[slots[0].day.bucket_id][0] == 19_000


def test_services_are_sold_by_the_piece_as_many_as_there_are():
    load("huangshan", HUANGSHAN)

    guide = Product.objects.get(area__slug="huangshan-scenic", code="guide")
    slots = list(Slot.objects.filter(product=guide, day__date=date(2026, 9, 21)))
    counts = inventory.counts([slot.bucket_id for slot in slots])
    assert (guide.stock, guide.peak_price_fen) == (40, 20_000)
    assert [counts[slot.bucket_id][0] for slot in slots] == [40, 40]
    named = Concession.objects.filter(product__kind=ProductKind.ADDON)
    assert set(named.values_list("name_zh", "name_en")) == {
        ("讲解员", "Guide"), ("导览机", "Device"), ("轮椅", "Wheelchair"), ("婴儿车", "Pushchair"),
    }  # fmt: skip


def test_all_of_it_is_sample_data_with_source_and_confidence():
    load("huangshan", HUANGSHAN)

    for model in (Place, ScenicArea, Gate, Cableway, Product, Concession, CalendarDay):
        assert not model.objects.filter(confirmed_at__isnull=False).exists()
        assert not model.objects.filter(source="").exists(), model
    assert Place.objects.get(slug="hsb").source.startswith("osm-derived")


def test_rows_derived_from_openstreetmap_are_in_a_file_of_their_own():
    for path in HUANGSHAN.glob("*.csv"):
        has_osm = "osm-derived" in path.read_text(encoding="utf-8")
        assert has_osm == path.stem.endswith("_odbl"), path.name


def test_the_years_that_are_not_published_get_the_holidays_of_the_law():
    region = load("huangshan", HUANGSHAN)

    published = CalendarDay.objects.get(region=region, date=date(2026, 10, 1))
    computed = CalendarDay.objects.get(region=region, date=date(2027, 10, 1))
    assert (published.day_type, published.confidence) == (DayType.HOLIDAY, "HIGH")
    assert (computed.day_type, computed.confidence) == (DayType.HOLIDAY, "LOW")
    assert "computed" in computed.source


def test_two_regions_live_side_by_side_and_blind_to_each_other():
    big, small = load("huangshan", HUANGSHAN), load("yunling", YUNLING)

    slots = Slot.objects.filter(region_id=small.pk).order_by("starts_at")
    assert {slot.product.area.region_id for slot in slots} == {small.pk}
    assert slots[0].starts_at.astimezone(small.tz).strftime("%H:%M") == "08:00"
    assert slots[0].starts_at.astimezone(UTC).strftime("%H:%M") == "02:00"
    names = set(ScenicArea.objects.filter(region=big).values_list("slug", flat=True))
    assert names.isdisjoint(ScenicArea.objects.filter(region=small).values_list("slug", flat=True))
    assert set(
        Organisation.objects.filter(scenicarea__region=small).values_list("slug", flat=True)
    ) == {"yunling-parks"}


def test_the_region_says_what_its_products_start_with():
    load("yunling", YUNLING)

    product = Product.objects.get(area__slug="lotus-peak")
    assert (product.own_permille, product.early_min, product.admit_until) == (500, 30, "DAY_END")
    assert product.refund_ladder == "48:1000 0:500"


def test_an_area_may_be_closed_in_a_season():
    load("yunling", YUNLING)

    hours = OpeningHours.objects.filter(area__slug="ice-canyon").values_list("season", flat=True)
    assert list(hours) == ["PEAK"]


def test_an_organisation_of_another_region_is_not_taken_over():
    OrganisationFactory(slug="yunling-parks", region=RegionFactory())

    with pytest.raises(loading.BadRegionData) as refused:
        load("yunling", YUNLING)

    [problem] = refused.value.problems
    assert (problem.file, problem.column) == ("operators.csv", "id")
    assert not Region.objects.filter(slug="yunling").exists()


def test_what_belongs_to_a_confirmed_row_is_the_operators(tmp_path):
    load("yunling", YUNLING)
    Product.objects.update(confirmed_at=AT)
    ScenicArea.objects.update(confirmed_at=AT)
    Concession.objects.filter(code="child_free").delete()
    SlotPattern.objects.all().delete()
    Gate.objects.all().delete()
    OpeningHours.objects.all().delete()

    load("yunling", YUNLING)

    assert Concession.objects.count() == 2
    assert not SlotPattern.objects.exists()
    assert not Gate.objects.exists()
    assert not OpeningHours.objects.exists()


def test_an_edited_price_survives_the_next_load(tmp_path):
    folder = Path(shutil.copytree(YUNLING, tmp_path / "yunling"))
    load("yunling", folder)
    Product.objects.update(peak_price_fen=13_000)
    areas = folder / "scenic_areas.csv"
    text = areas.read_text(encoding="utf-8")
    areas.write_text(text.replace("120,75,60,38", "140,75,70,38"), encoding="utf-8")

    load("yunling", folder)

    assert Product.objects.get().peak_price_fen == 13_000
