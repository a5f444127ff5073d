"""Who is inside, counted from the scans themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.vouchers.models import Redemption
from kernel.audit.models import Entry
from tests.factories.tourism import CablewayFactory, ScenicAreaFactory
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.crowd import operations, queries
from tourism.crowd.models import Correction, Flow, Watch

pytestmark = pytest.mark.django_db


def inside(area, at=TEN) -> queries.Inside:
    operations.recount_all(at=at)
    return queries.inside([area.pk], at=at)[area.pk]


def test_counting_twice_counts_once(area, watch, walk):
    walk(3, TEN - minutes(30))

    assert operations.recount_all(at=TEN) == 1
    assert operations.recount_all(at=TEN) == 0
    assert inside(area).people == 3


def test_a_scan_that_comes_late_counts_at_its_own_time(area, watch, walk):
    walk(2, TEN - minutes(10))
    assert inside(area).people == 2

    walk(4, TEN - minutes(90))

    assert inside(area).people == 6
    assert sorted(Flow.objects.values_list("starts_at", "entries")) == [
        (TEN - minutes(90), 4),
        (TEN - minutes(10), 2),
    ]


def test_what_is_undone_is_no_longer_counted(area, watch, walk):
    walk(2, TEN - minutes(10))
    assert inside(area).people == 2

    Redemption.objects.filter(zone=area.zone).update(undone_at=TEN)

    assert inside(area).people == 0


def test_who_goes_out_is_no_longer_inside(area, watch, walk):
    walk(9, TEN - minutes(30))
    walk(4, TEN - minutes(10), out=True)

    here = inside(area)

    assert (here.people, here.sums.entries, here.sums.exits) == (5, 9, 4)


def test_every_door_has_its_own_count(area, watch, walk):
    walk(3, TEN - minutes(10), door="north")
    walk(2, TEN - minutes(10), door="south")

    assert inside(area).people == 5
    assert dict(Flow.objects.values_list("door", "entries")) == {"north": 3, "south": 2}


def test_scans_of_another_area_another_day_and_of_the_future_are_not_counted(area, watch, walk):
    other = ScenicAreaFactory(region=area.region)
    walk(5, TEN - minutes(10), zone=other.zone)
    walk(5, TEN - timedelta(days=1))
    walk(5, TEN + minutes(30))
    walk(1, TEN - minutes(10))

    assert inside(area).people == 1


def test_the_day_begins_at_midnight_of_the_place(area, watch, walk):
    midnight = TEN - timedelta(hours=10)
    walk(1, midnight)
    walk(1, midnight - timedelta(seconds=1))

    assert inside(area).sums.entries == 1


def test_yesterdays_late_scans_go_into_its_history(area, watch, walk):
    walk(5, TEN - timedelta(days=1))

    operations.recount_all(at=TEN, days_ago=1)

    assert Flow.objects.get().starts_at == TEN - timedelta(days=1)
    assert queries.inside([area.pk], at=TEN)[area.pk].people == 0


def test_without_exit_scans_it_is_an_estimate_by_the_usual_stay(area, walk):
    walk(7, TEN - minutes(121) - minutes(5))
    walk(2, TEN - minutes(60))

    here = inside(area)

    assert (here.people, here.is_counted, here.cap, here.percent) == (2, False, None, None)


def test_a_stay_of_its_own_goes_before_the_areas(area, walk):
    Watch.objects.create(area=area, stay_min=30)
    walk(2, TEN - minutes(60))

    assert inside(area).people == 0


def test_after_closing_nobody_stays_inside_who_was_not_scanned_out(area, watch, walk):
    walk(60, TEN)
    six = TEN + timedelta(hours=8)

    assert [
        (here.people, here.is_counted)
        for at in (six, six + minutes(20), six + minutes(60), six + timedelta(hours=3))
        for here in [inside(area, at)]
    ] == [(60, True), (40, False), (0, False), (0, False)]


def test_a_hand_correction_says_how_many_there_are_and_is_audited(area, watch, walk):
    walk(60, TEN - minutes(30))
    operations.recount_all(at=TEN)

    row = operations.correct(area=area, people=45, reason="counted", actor="user:7", at=TEN)

    assert row.delta == -15
    assert inside(area, TEN + minutes(1)).people == 45
    entry = Entry.objects.get(action="crowd.corrected")
    assert (entry.actor, entry.subject) == ("user:7", f"area:{area.pk}")
    assert entry.facts == {"people": 45, "was": 60, "reason": "counted"}


def test_a_correction_ends_with_its_day(area, watch, walk):
    operations.correct(area=area, people=45, reason="counted", actor="user:7", at=TEN)

    assert inside(area, TEN + timedelta(days=1)).people == 0
    assert Correction.objects.count() == 1


def test_any_number_of_areas_costs_four_statements(area, watch, walk, django_assert_num_queries):
    others = [ScenicAreaFactory(region=area.region).pk for _n in range(4)]

    with django_assert_num_queries(4):
        assert len(queries.inside([area.pk, *others], at=TEN)) == 5


def test_who_has_gone_up_and_down_by_a_cableway(area, watch, walk):
    lift = CablewayFactory(area=area)
    below, above = lift.from_place.slug, lift.to_place.slug
    walk(9, TEN - minutes(30), zone=f"lift:{lift.pk}", door=below)
    walk(2, TEN - minutes(20), zone=f"lift:{lift.pk}", door=above)
    walk(1, TEN - minutes(10), zone=f"lift:{lift.pk}", door=f"{above}.out", out=True)
    operations.recount_all(at=TEN)

    assert queries.rides(lift, region=area.region, at=TEN) == (9, 3)
