"""Fares by season, weekday and holiday, the same in every list, on the page and in the order."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.orders import operations as orders
from bookings.pricing.groups import price_together
from bookings.pricing.telling import Published
from kernel import clock
from kernel.places.models import CalendarDay, DayType
from tests.transport.lines.conftest import AT, DAY, FARE, ride, wish
from transport.lines import listings, offers, queries
from transport.lines.models import FareRule, GroupFare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def rule(line, permille: int, **more: object) -> FareRule:
    days = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
    return FareRule.objects.create(line=line, permille=permille, **{**days, **more})


def offered(run, riders: int = 1, **way: int):
    [[offer]] = offers.offer([ride(run, riders, **way)], at=AT)
    return offer


def test_without_a_rule_the_table_holds(line, run):
    rule(line, 1200, first_date=date(2026, 11, 1), last_date=date(2026, 11, 30))

    assert offered(run).price_fen == FARE


def test_what_is_listed_says_from_where_to_where(line, run):
    stops = line.patterns.get().stops
    first, last = stops.earliest("seq").place, stops.latest("seq").place

    [listed] = {
        row.subtitle["en"]
        for row in listings.browse(region_id=line.region_id, supplier_id=None, first=DAY, last=DAY)
    }

    assert listed == f"{first.name_en} → {last.name_en}" == offered(run).subtitle["en"]


def test_a_season_is_the_same_in_lists_on_the_page_and_in_the_order(line, run):
    rule(line, 1250)

    [listed] = {
        row.from_fen
        for row in listings.browse(region_id=line.region_id, supplier_id=None, first=DAY, last=DAY)
    }
    [departing] = {row.fare_fen for row in queries.next_departures(line.region, at=AT, limit=9)}
    page = Client().get(f"/en/{line.region.slug}/lines/{line.slug}/", {"day": DAY})
    order = orders.place(wish(ride(run), total_fen=3_750), at=AT)

    assert (listed, departing) == (3_750, 3_750)
    assert page.context["page"].price.fen == 3_750
    assert {row.fare_fen for row in page.context["page"].rows} == {3_750}
    assert order.due_now_fen == 3_750


def test_a_part_of_the_way_is_rounded_to_a_tenth_of_a_yuan(line, run):
    rule(line, 1111)

    assert offered(run, alight=1).price_fen == 1_670
    assert offered(run).price_fen == 3_330


def test_a_holiday_is_the_regions_and_goes_before_the_season(line, run):
    rule(line, 900)
    rule(line, 1500, day_kind="HOLIDAY")
    before = offered(run).price_fen
    CalendarDay.objects.create(region=line.region, date=DAY, day_type=DayType.HOLIDAY)

    assert (before, offered(run).price_fen) == (2_700, 4_500)
    [listed] = {row.fare_fen for row in queries.next_departures(line.region, at=AT, limit=9)}
    assert listed == 4_500


def test_another_lines_rules_and_another_regions_holidays_are_not_ours(line, run):
    from tests.factories.kernel import RegionFactory
    from tests.factories.transport import shuttle_line

    other = shuttle_line(RegionFactory())
    rule(other, 2000)
    rule(line, 1500, day_kind="HOLIDAY")
    CalendarDay.objects.create(region=other.region, date=DAY, day_type=DayType.HOLIDAY)

    assert offered(run).price_fen == FARE


def test_ten_riders_are_a_group(line, run):
    GroupFare.objects.create(
        line=line, name_zh="团体", first_date=DAY, last_date=DAY, least=10, permille=900
    )

    [nine], [ten] = (price_together([offered(run, riders)]) for riders in (9, 10))

    assert (nine.price_fen, ten.price_fen) == (9 * FARE, 27_000)
    assert orders.place(wish(ride(run, 10), total_fen=27_000), at=AT).total_fen == 27_000


def test_rules_cost_an_offer_no_statement(line, runs):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            offers.offer([ride(run) for run in runs], at=AT)
        return len(captured)

    bare = statements()
    rule(line, 1200, day_kind="HOLIDAY")
    GroupFare.objects.create(
        line=line, name_zh="团体", first_date=DAY, last_date=DAY, least=10, permille=900
    )

    assert bare == statements() == 3


def test_the_page_lists_the_group_fares_of_the_day(line, run):
    october = {"first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31)}
    rows = (
        {"name_en": "Pair", "members": "adult:2", "permille": 900, **october},
        {"name_en": "Party", "least": 10, "permille": 875, **october},
        {"name_en": "No gain", "members": "adult:2", "permille": 1000, **october},
        {"name_en": "Winter", "least": 2, "permille": 500,
         "first_date": date(2026, 12, 1), "last_date": date(2026, 12, 31)},
    )  # fmt: skip
    for row in rows:
        GroupFare.objects.create(line=line, name_zh="团", **row)

    page = Client().get(f"/en/{line.region.slug}/lines/{line.slug}/", {"day": DAY})

    assert page.context["page"].together == [
        Published("Pair", "2\u00a0×\u00a0seat", 5_400, 6_000),
        Published("Party", "from 10 people on", less="12.5 % less for each"),
    ]
    assert "Pair" in page.content.decode()
