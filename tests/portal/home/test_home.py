"""The way in: regions, a region's day, its map, what is around a place."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from kernel import clock
from kernel.places import panels
from kernel.places.models import CalendarDay, DayType
from portal.home import around, drawing
from portal.home.models import RegionMap
from tests.factories.kernel import PlaceFactory, RegionFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, slot_on
from tourism.areas.models import Notice

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def region():
    return RegionFactory(name_en="Cloud Ridge")


def draw(region) -> RegionMap:
    area = {"kind": "area", "name_zh": "<县>", "name_en": "<County>", "d": "M0,0 9,9Z"}
    return RegionMap.objects.create(
        region=region,
        west=117.0,
        north=31.0,
        x_scale=200.0,
        y_scale=200.0,
        width=400,
        height=400,
        layers=[{**area, "x": 5, "y": 5}],
        attribution_zh="来源",
        attribution_en="From nowhere",
    )


def test_the_first_page_lists_the_open_regions(client, region):
    RegionFactory(name_en="Closed Ridge", is_open=False)

    html = client.get("/en/").content.decode()

    assert f'href="/en/{region.slug}/"' in html
    assert "Closed Ridge" not in html


def test_without_any_region_the_first_page_says_so(client):
    assert "No region is open yet" in client.get("/en/").content.decode()


def test_a_region_shows_its_day_its_areas_and_its_notices(client, region):
    product = ProductFactory(area__region=region)
    slot_on(product, region.local_date(AT), time(12))
    CalendarDay.objects.create(
        region=region,
        date=region.local_date(AT),
        day_type=DayType.HOLIDAY,
        name_zh="中秋节",
        name_en="Mid-Autumn",
    )
    Notice.objects.create(area=product.area, title_zh="风", title_en="Strong wind", valid_from=AT)

    html = client.get(f"/en/{region.slug}/").content.decode()

    assert "Today in Cloud Ridge" in html
    assert "Mid-Autumn" in html
    assert product.area.name_en in html
    assert "Strong wind" in html
    assert "q-sample" in html


def test_the_page_of_a_region_costs_the_same_for_any_number_of_areas(
    client, region, django_assert_num_queries, django_assert_max_num_queries
):
    draw(region)
    slot_on(ProductFactory(area__region=region), region.local_date(AT), time(12))
    with django_assert_max_num_queries(22) as one:
        client.get(f"/en/{region.slug}/")

    for _number in range(4):
        slot_on(ProductFactory(area__region=region), region.local_date(AT), time(12))
    with django_assert_num_queries(len(one)):
        client.get(f"/en/{region.slug}/")


def test_an_unknown_or_closed_region_is_not_found(client, region):
    region.is_open = False
    region.save()

    assert client.get(f"/en/{region.slug}/").status_code == 404
    assert client.get("/en/atlantis/").status_code == 404
    assert client.post("/en/").status_code == 405


def test_the_map_marks_areas_with_room_and_escapes_every_name(region):
    draw(region)
    near = PlaceFactory(region=region, latitude=30.5, longitude=118.0, name_en='<b>"x')
    same_spot = PlaceFactory(region=region, latitude=30.51, longitude=118.0)
    outside = PlaceFactory(region=region, latitude=10.0, longitude=10.0)
    pins = [drawing.Pin(place, href="/x/") for place in (near, same_spot, outside)]

    drawn = drawing.map_with(region, pins)

    assert drawn is not None
    assert [pin.place for pin in drawn.pins] == [near]
    assert 'class="q-map__area" d="M0,0 9,9Z"' in drawn.svg
    assert "<b>" not in drawn.svg
    assert "<County>" not in drawn.svg
    assert "style=" not in drawn.svg


def test_a_region_without_a_map_has_none(client, region):
    assert drawing.map_with(region, []) is None
    assert client.get(f"/en/{region.slug}/").status_code == 200


def test_getting_there_names_the_stops_near_a_place_and_the_nearest_stations(region):
    place = PlaceFactory(region=region, latitude=30.0, longitude=118.0)
    PlaceFactory(region=region, latitude=30.01, longitude=118.0, name_en="Near stop")
    PlaceFactory(region=region, latitude=30.2, longitude=118.0, name_en="Far stop")
    PlaceFactory(
        region=region, latitude=30.2, longitude=118.0, name_en="Station", kind="rail_station"
    )
    PlaceFactory(latitude=30.0, longitude=118.0, name_en="Other region")

    panel = around.getting_there(place=place, at=AT)

    assert panel is not None
    found = [(row["name"], row["distance"]) for row in panel.context["rows"]]
    assert [distance for _name, distance in found[1:]] == ["1.1 km", "22 km"]
    assert found[0][1] == "100 m"


def test_a_place_with_nothing_around_has_no_such_panel(region):
    place = PlaceFactory(region=region, kind="scenic_area")

    assert around.getting_there(place=place, at=AT) is None
    assert around.on_the_map(place=place, at=AT) is None


def test_the_page_of_an_area_gets_the_portals_panels(client, region):
    draw(region)
    area = ScenicAreaFactory(region=region, place__kind="scenic_area")
    PlaceFactory(region=region, latitude=30.01, longitude=118.0)

    names = [panel.template for panel in panels.about(area.place, at=AT)]
    html = client.get(f"/en/{region.slug}/areas/{area.slug}/").content.decode()

    assert names == ["portal_home/_getting_there.html", "portal_home/_on_the_map.html"]
    assert "Getting there" in html
    assert "From nowhere" in html


@pytest.mark.parametrize(
    ("metres", "words"), [(0, "100 m"), (349, "300 m"), (1_234, "1.2 km"), (38_400, "38 km")]
)
def test_a_distance_is_said_as_people_do(metres, words):
    assert around.distance_words(metres) == words


def test_the_footer_of_every_page_leads_to_the_sources(client, region):
    draw(region)

    first = client.get("/en/").content.decode()
    page = client.get("/en/sources/").content.decode()

    assert 'href="/en/sources/"' in first
    assert "From nowhere" in page
    assert "Open Database License" in page
    assert "来源" in client.get("/zh-hans/sources/").content.decode()


def test_without_a_region_the_trip_begins_with_choosing_one(client, region):
    trip = '<a href="{}"><svg class="q-icon" aria-hidden="true" focusable="false">'

    assert client.get("/en/o/").content.decode().count(trip.format("/en/")) == 4
    in_region = client.get(f"/en/{region.slug}/").content.decode()
    assert in_region.count(trip.format(f"/en/{region.slug}/cart/")) == 2
