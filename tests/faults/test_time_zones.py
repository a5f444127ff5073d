"""Days are the place's own and moments are instants: through changing clocks, midnights and leaps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import BadInput
from kernel.places.models import Region
from kernel.web import requests
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, SlotPatternFactory
from tourism.tickets import operations as tickets
from tourism.tickets.models import Slot
from tourism.tickets.plans import LEAST_SLOT, plans_of
from transport.lines.models import ShuttleLine
from transport.lines.operations.runs import departure

ZONES = (
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Kathmandu", "America/New_York", "Europe/Berlin",
    "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Cairo", "America/St_Johns", "Pacific/Apia",
)  # fmt: skip
DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))
TIMES = st.times().map(lambda t: t.replace(microsecond=0))
CHANGES = {
    "America/New_York": (date(2027, 3, 14), date(2027, 11, 7)),
    "Europe/Berlin": (date(2027, 3, 28), date(2027, 10, 31)),
    "Australia/Lord_Howe": (date(2027, 10, 3), date(2027, 4, 4)),
}
EXAMPLES = 400


def of(zone: str) -> Region:
    return Region(timezone=zone)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(ZONES), DAYS, TIMES)
def test_a_moment_of_a_local_day_lies_on_that_day(zone, day, clock):
    region = of(zone)

    moment = region.at(day, clock).astimezone(UTC)

    assert region.local_date(moment) == day


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(ZONES), DAYS, st.integers(0, 30 * 60), st.integers(0, 600))
def test_a_bus_that_leaves_later_by_the_timetable_leaves_later_by_as_much(zone, day, minute, more):
    line = ShuttleLine(region=of(zone))

    first, second = (departure(line, 60 * m, day) for m in (minute, minute + more))

    assert second - first == timedelta(minutes=more)
    assert first.tzinfo is UTC


@pytest.mark.parametrize("zone", CHANGES)
def test_at_noon_the_timetable_is_the_clocks_on_days_when_clocks_change(zone):
    line = ShuttleLine(region=of(zone))

    for day in CHANGES[zone]:
        moment = departure(line, (13 * 60 + 5) * 60, day)
        assert moment.astimezone(line.tz).time() == time(13, 5)


@pytest.fixture
def night_park(db):
    """Open all day and night, with an entry time every hour, where the clocks change."""

    def make(zone: str):
        area = ScenicAreaFactory(region=RegionFactory(timezone=zone))
        area.hours.update(opens=time(0), closes=time(0))
        product = ProductFactory(area=area)
        for hour in range(23):
            SlotPatternFactory(product=product, starts=time(hour), ends=time(hour + 1), permille=40)
        return product

    return make


@pytest.mark.parametrize("zone", CHANGES)
def test_entry_times_are_instants_of_their_own_day_and_as_long_as_they_say(night_park, zone):
    product = night_park(zone)

    for change in CHANGES[zone]:
        plans = list(plans_of(product, change - timedelta(days=1), change + timedelta(days=1)))
        starts = [plan.starts_at.astimezone(UTC) for plan in plans]
        lengths = [p.ends_at.astimezone(UTC) - p.starts_at.astimezone(UTC) for p in plans]

        assert starts == sorted(set(starts))
        assert min(lengths) >= LEAST_SLOT
        assert all(product.area.region.local_date(p.starts_at) == p.date for p in plans)
        assert len({plan.key for plan in plans}) == len(plans)


@pytest.mark.parametrize("zone", CHANGES)
def test_laying_days_out_again_makes_nothing_and_closes_nothing(night_park, zone, report):
    product = night_park(zone)

    for change in CHANGES[zone]:
        span = {"first": change - timedelta(days=1), "last": change + timedelta(days=1)}
        made = tickets.create_days(product_ids=[product.pk], **span)
        again = tickets.create_days(product_ids=[product.pk], **span)
        followed = tickets.follow_patterns(
            product=product, actor="user:1", at=datetime(2027, 1, 1, tzinfo=UTC), **span
        )

        assert made.slots == Slot.objects.filter(day__date__range=tuple(span.values())).count()
        assert (again.slots, followed.made) == (0, 0)
        assert not Slot.objects.filter(is_open=False).exists()
    slots = Slot.objects.count()
    report("F80", f"the clocks of {zone} change, in process", n_ops=slots, acked=slots)


def test_the_year_ends_at_the_places_own_midnight():
    region = of("Asia/Shanghai")

    assert region.local_date(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert region.local_date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)


@pytest.mark.parametrize("users", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_a_persons_own_zone_moves_no_day(users):
    region, at = of("Asia/Shanghai"), datetime(2026, 10, 1, 16, 30, tzinfo=UTC)

    with timezone.override(users):
        assert region.local_date(at) == date(2026, 10, 2)
        assert region.at(date(2026, 10, 2), time(8)).astimezone(UTC).hour == 0


@pytest.mark.parametrize(
    ("text", "day"), [("2028-02-29", date(2028, 2, 29)), ("2000-02-29", date(2000, 2, 29))]
)
def test_the_leap_day_is_a_day(text, day):
    assert requests.day(text, field="day") == day
    assert of("Asia/Shanghai").local_date(of("Asia/Shanghai").at(day, time(23, 59))) == day


@pytest.mark.parametrize("text", ["2027-02-29", "2100-02-29", "2026-12-31T23:59:60", "23:59:60"])
def test_a_day_that_never_is_and_a_leap_second_are_refused(text):
    with pytest.raises(BadInput):
        requests.day(text, field="day")


@pytest.mark.django_db
def test_a_page_of_a_day_that_never_is_is_no_fault(client):
    region = RegionFactory()

    for day in ("2027-02-29", "2026-12-31T23:59:60Z", "9999-12-31", "0001-01-01"):
        assert client.get(f"/en/{region.slug}/", {"day": day}).status_code < 500
