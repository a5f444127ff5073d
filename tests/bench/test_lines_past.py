"""A past of departures that the product could have had: every run with buckets of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bench import lines_past
from bookings.inventory.models import Bucket
from kernel import invariants
from kernel.places.models import Region
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from transport.lines import operations as lines
from transport.lines.models import Run

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
FIRST, TODAY = date(2027, 5, 1), date(2026, 10, 1)


@pytest.fixture
def region(fresh_db, django_db_blocker, socket_enabled):
    """A line with six departures on each of three days, copied back until there are sixty."""
    with django_db_blocker.unblock():
        made = shuttle_line(RegionFactory()).region
        last = FIRST + timedelta(days=2)
        lines.create_runs(region=made, first=FIRST, last=last)
        lines_past.lay_down(made, first=FIRST, last=last, before=TODAY, number=60)
        yield made


def test_there_are_as_many_as_was_asked_all_before_today(region: Region):
    past = Run.objects.filter(service_date__lt=FIRST)

    assert Run.objects.count() == 72
    assert past.order_by("-service_date")[0].service_date == TODAY - timedelta(days=1)
    assert past.values("service_date").distinct().count() == 9


def test_no_two_runs_share_a_bucket_and_names_are_the_products_own(region: Region):
    ids = [pk for run in Run.objects.all() for pk in run.segments]
    run = Run.objects.order_by("service_date", "pk")[0]
    keys = Bucket.objects.filter(pk__in=run.segments).order_by("pk").values_list("key", flat=True)

    assert len(set(ids)) == len(ids) == Bucket.objects.count()
    assert list(keys) == [f"transport.lines:{run.trip_id}:{run.service_date}:{n}" for n in range(2)]


def test_it_breaks_no_invariant_and_more_can_be_laid_out(region: Region):
    day = FIRST + timedelta(days=10)

    assert lines.create_runs(region=region, first=day, last=day) == 6
    assert invariants.check_all(at=AT) == []
