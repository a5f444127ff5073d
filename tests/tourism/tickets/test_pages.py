"""The pages of scenic areas, in both languages, without JavaScript."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.warnings.models import PlaceWarning
from kernel import clock
from kernel.places.models import CalendarDay, DayType
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, slot_on
from tests.tourism.conftest import AT, VISIT
from tourism.areas import queries as areas
from tourism.areas.models import Cableway, Closure, Notice
from tourism.tickets import cards, pages
from tourism.tickets.models import PersonLimit, PriceRule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def read(client: Client, product, query: str = "", language: str = "en") -> str:
    region = product.area.region.slug
    response = client.get(f"/{language}/{region}/areas/{product.area.slug}/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_days_entry_times_classes_and_terms(client, product, slot):
    html = read(client, product, f"?day={VISIT}")

    assert f'name="ref" value="{slot.pk}" checked' in html
    assert "08:00–12:00" in html
    assert re.findall(r'name="class_(\w+)"', html) == [
        "adult",
        "child_free",
        "minor_half",
        "senior_half",
        "senior_free",
        "student_half",
    ]
    assert "¥190" in html
    assert "¥95" in html
    assert "Free until 24:00 on the day before." in html
    assert f'action="/en/{product.area.region.slug}/cart/add/"' in html
    assert '<input type="hidden" name="kind" value="ticket">' in html


def test_the_page_speaks_both_languages(client, product, slot):
    assert product.area.name_zh in read(client, product, language="zh-hans")
    assert product.area.name_en in read(client, product, language="en")


def test_the_first_day_with_room_is_chosen_when_none_is(client, product, slot):
    assert f'name="ref" value="{slot.pk}"' in read(client, product)


def test_a_day_far_ahead_shows_the_weeks_around_it(client, product):
    far = slot_on(product, VISIT + timedelta(days=40), time(8))

    html = read(client, product, f"?day={VISIT + timedelta(days=40)}")

    assert f'name="ref" value="{far.pk}"' in html
    assert 'aria-current="date"' in html


@pytest.mark.parametrize("day", ["x", "2026-13-01", "9999-12-31", "", "2026-10-14%00"])
def test_a_day_that_cannot_be_read_is_bad_input(client, product, slot, day):
    region = product.area.region.slug

    response = client.get(f"/en/{region}/areas/{product.area.slug}/?day={day}")

    assert response.status_code == 400


def test_a_past_day_has_nothing_to_choose(client, product, slot):
    assert 'name="ref"' not in read(client, product, "?day=2020-01-01")


def test_full_closed_and_begun_entry_times_say_why(client, product, monkeypatch):
    today = product.area.region.local_date(AT)
    begun = slot_on(product, today, time(8))
    full = slot_on(product, today, time(12), permille=100)
    closed = slot_on(product, today, time(13, 0), ends=time(14))
    closed.is_open = False
    closed.save()
    inventory.take([[Demand(full.bucket_id, 10)]])

    page = pages.area_page(_whole(product), chosen=today, at=begun.starts_at)

    assert [slot["closed"] != "" for slot in page.tickets.slots] == [True, True, True]
    assert page.tickets.can_buy is False


def test_a_closure_is_on_the_page_of_the_day(client, product, slot):
    Closure.objects.create(
        area=product.area,
        first_date=VISIT,
        last_date=VISIT,
        reason_zh="大风",
        reason_en="Strong wind",
    )

    html = read(client, product, f"?day={VISIT}")

    assert "Strong wind" in html
    assert f'value="{slot.pk}" checked' not in html


def test_a_holiday_is_named_and_priced(client, product, slot):
    CalendarDay.objects.create(
        region=product.area.region,
        date=VISIT,
        day_type=DayType.HOLIDAY,
        name_zh="国庆节",
        name_en="National Day",
    )
    PriceRule.objects.create(
        product=product,
        first_date=VISIT,
        last_date=VISIT,
        day_kind="HOLIDAY",
        price_fen=25_000,
    )

    html = read(client, product, f"?day={VISIT}")

    assert "National Day" in html
    assert "¥250" in html
    assert "¥125" in html


def test_a_notice_is_escaped_on_the_page(client, product, slot):
    Notice.objects.create(
        area=product.area,
        title_zh="<script>alert(1)</script>",
        title_en="<script>alert(1)</script>",
        body_zh="",
        body_en="<img src=x onerror=alert(1)>",
        valid_from=AT,
    )

    html = read(client, product)

    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_sample_data_is_marked_until_it_is_confirmed(client, product, slot):
    assert "q-sample" in read(client, product)
    product.confirmed_at = product.area.confirmed_at = AT
    product.save()
    product.area.save()

    assert "q-sample" not in read(client, product)


def test_an_area_without_tickets_says_so(client):
    area = ScenicAreaFactory()

    html = client.get(f"/en/{area.region.slug}/areas/{area.slug}/").content.decode()

    assert "Free, no booking" in html
    assert "cart/add" not in html


def test_cableways_show_hours_and_prices_of_the_season(client, product):
    Cableway.objects.create(
        area=product.area,
        slug="cable",
        name_zh="索道",
        name_en="Cable",
        kind="gondola",
        from_place=product.area.place,
        to_place=product.area.place,
        length_m=1,
        rise_m=1,
        ride_min=8,
        capacity_per_hour=1,
        peak_adult_fen=8_000,
        peak_child_fen=4_000,
        off_adult_fen=6_500,
        off_child_fen=3_500,
        peak_opens=time(7),
        peak_closes=time(16, 30),
    )

    summer = pages.area_page(_whole(product), chosen=None, at=AT).cableways[0]
    winter = pages.area_page(
        _whole(product), chosen=None, at=datetime(2026, 12, 20, tzinfo=UTC)
    ).cableways[0]

    assert (summer.hours, summer.adult_fen, summer.child_fen) == ("07:00–16:30", 8_000, 4_000)
    assert (winter.is_open, winter.adult_fen) == (False, 6_500)


def test_nobody_finds_an_area_of_another_region(client, product, slot):
    other = RegionFactory()

    assert client.get(f"/en/{other.slug}/areas/{product.area.slug}/").status_code == 404
    assert client.get(f"/en/nowhere/areas/{product.area.slug}/").status_code == 404
    product.area.region.is_open = False
    product.area.region.save()
    assert client.get(f"/en/{product.area.region.slug}/areas/").status_code == 404


def test_pages_are_only_read(client, product):
    path = f"/en/{product.area.region.slug}/areas/"

    assert client.post(path).status_code == 405
    assert client.post(f"{path}{product.area.slug}/").status_code == 405


def test_the_list_shows_open_areas_first_with_prices(client, product):
    region = product.area.region
    closed = ScenicAreaFactory(region=region, level="5A", closed_weekdays="1234567")

    html = client.get(f"/en/{region.slug}/areas/").content.decode()

    assert html.index(product.area.name_en) < html.index(closed.name_en)
    assert "adult ¥190" in html
    assert "free, no booking" in html


def test_the_list_costs_the_same_number_of_statements_for_any_number_of_areas(
    client, product, django_assert_num_queries, django_assert_max_num_queries
):
    region = product.area.region
    path = f"/en/{region.slug}/areas/"
    slot_on(product, region.local_date(AT), time(11))
    with django_assert_max_num_queries(17) as one:
        client.get(path)

    for _number in range(4):
        slot_on(ProductFactory(area__region=region), region.local_date(AT), time(11))
    with django_assert_num_queries(len(one)):
        client.get(path)


def test_a_page_of_an_area_costs_a_fixed_number_of_statements(
    client, product, django_assert_max_num_queries
):
    for day in range(30):
        slot_on(product, date(2026, 10, 1) + timedelta(days=day), time(8))
    slot_on(product, VISIT, time(13))

    # five of them tell what holds now, which a site that serves remembers for half a second; three the
    # shuttles that lead there
    with django_assert_max_num_queries(29):
        read(client, product)


def test_a_card_says_what_is_left_today(product):
    region = product.area.region
    today = region.local_date(AT)
    slot = slot_on(product, today, time(12))
    inventory.take([[Demand(slot.bucket_id, 45)]])

    [card] = cards.cards_of(region, at=AT)

    assert (card.state.is_open, card.price.fen, card.left, card.is_sample) == (
        True,
        19_000,
        5,
        True,
    )


def _whole(product):
    return areas.get_area(product.area.region, product.area.slug)


def test_a_warning_about_the_place_stands_on_its_page_and_not_on_others(client, product, slot):
    other = ProductFactory(area__region=product.area.region, area__place__latitude=10)
    PlaceWarning.objects.create(
        place=product.area.place, title_zh="雷暴", title_en="Storm", text_zh="请离开山顶。",
        text_en="Leave <the> summit.", affects_from=AT, affects_until=AT + timedelta(hours=3),
        sent_at=AT,
    )  # fmt: skip

    html = read(client, product)

    assert "Storm" in html
    assert "Leave &lt;the&gt; summit." in html
    assert "请离开山顶。" in read(client, product, language="zh-hans")
    assert "Storm" not in read(client, other)


def test_the_page_says_how_many_one_person_may_have(client, product, slot):
    PersonLimit.objects.create(product=product, period="MONTH", most=2)

    assert "At most 2 for one person a month." in read(client, product, f"?day={VISIT}")
