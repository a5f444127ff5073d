"""What is sold by day is laid out ahead; where it runs short somebody hears of it once a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kernel.outbox.models import Event
from kernel.places import horizons, loading, tasks
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 9, 20)


class Seller:
    """A loader that only remembers how far it was asked to go."""

    name = "test seller"

    def __init__(self, last: date | None) -> None:
        self.last = last
        self.asked: list[date] = []

    def extend(self, *, region, until, at):
        self.asked.append(until)
        return 0

    def horizon(self, *, region):
        return self.last


@pytest.fixture
def sells_until(monkeypatch):
    def registered(last: date | None) -> Seller:
        seller = Seller(last)
        monkeypatch.setattr(loading.loaders, "_loaders", [(10, seller)])
        return seller

    return registered


def test_every_open_region_is_extended_to_its_own_horizon(sells_until):
    RegionFactory(horizon_days=90)
    RegionFactory(horizon_days=7, is_open=False)
    seller = sells_until(TODAY + timedelta(days=90))

    assert horizons.extend_all(at=AT) == []
    assert seller.asked == [TODAY + timedelta(days=90)]
    assert not Event.objects.exists()


def test_what_is_far_behind_is_laid_out_ten_days_at_a_time(sells_until):
    RegionFactory(horizon_days=45)
    seller = sells_until(TODAY + timedelta(days=20))

    horizons.extend_all(at=AT)

    assert seller.asked == [TODAY + timedelta(days=days) for days in (30, 40, 45)]


def test_a_shortage_is_an_error_in_the_workers_log(sells_until, caplog):
    region = RegionFactory()
    sells_until(date.min)

    tasks.extend_horizons()

    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (line.getMessage(), line.region, line.days_left) == ("horizon is short", region.slug, 0)


def test_fewer_than_fourteen_days_is_news_once_a_day(sells_until):
    region = RegionFactory()
    sells_until(TODAY + timedelta(days=13))

    [short] = horizons.extend_all(at=AT)
    horizons.extend_all(at=AT + timedelta(hours=1))

    assert (short.region, short.seller, short.days_left) == (region, "test seller", 13)
    [event] = Event.objects.all()
    assert event.name == "kernel.horizon.ran-short"
    assert event.facts == {"region_id": region.pk, "seller": "test seller", "days_left": 13}


def test_fourteen_days_are_enough_and_a_seller_without_days_is_no_alarm(sells_until):
    RegionFactory()

    sells_until(TODAY + timedelta(days=14))
    assert horizons.short(at=AT) == []
    sells_until(None)
    assert horizons.short(at=AT) == []


def test_a_seller_that_has_nothing_laid_out_is_short_by_all(sells_until):
    RegionFactory()
    sells_until(date.min)

    [short] = horizons.short(at=AT)

    assert short.days_left == 0


def test_the_day_is_the_regions_own(sells_until):
    RegionFactory(timezone="Pacific/Auckland", horizon_days=10)
    seller = sells_until(date(2026, 12, 1))

    horizons.extend_all(at=datetime(2026, 9, 20, 20, 0, tzinfo=UTC))

    assert seller.asked == [date(2026, 10, 1)]
