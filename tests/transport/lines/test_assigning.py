"""Who drives what: refused to the second where a paper does not cover the ride; nobody at two places."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.audit.models import Entry
from kernel.errors import Refusal
from tests.factories import fleet
from tests.factories.accounts import OrganisationFactory
from transport.fleet.models import Paper, PaperKind, Vehicle
from transport.lines import driving
from transport.lines import operations as lines
from transport.lines.models import Assignment, Run

RIDE = timedelta(seconds=2_400)


@pytest.fixture
def vehicle(run) -> Vehicle:
    return fleet.vehicle(run.line.organisation)


@pytest.fixture
def driver(run):
    return fleet.driver(run.line.organisation)


@pytest.fixture
def assign(vehicle, driver, at):
    def assigned(run, vehicle=vehicle, driver=driver):
        return lines.assign(run=run, vehicle=vehicle, driver=driver, actor="user:1", at=at)

    return assigned


def test_with_good_papers_it_is_theirs_once(run, assign, vehicle, driver):
    made = assign(run)

    assert assign(run) == made
    assert (made.vehicle, made.driver) == (vehicle, driver)
    assert Entry.objects.filter(action="lines.assign").count() == 1


@pytest.mark.parametrize("kind", list(PaperKind))
def test_an_expired_paper_of_any_kind_refuses_with_its_name_and_date(run, assign, kind):
    Paper.objects.filter(kind=kind).update(valid_until=run.departs_at)

    with pytest.raises(lines.PaperOver) as refused:
        assign(run)

    assert str(PaperKind(kind).label) in refused.value.reason
    assert f"{run.departs_at.astimezone(run.line.tz):%Y-%m-%d %H:%M}" in refused.value.reason
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(("beyond", "is_good"), [(-1, False), (0, True), (1, True)])
def test_it_is_good_to_the_second_until_the_ride_is_over(run, assign, beyond, is_good):
    until = run.departs_at + RIDE + timedelta(seconds=beyond)
    Paper.objects.filter(kind=PaperKind.DRIVING_LICENCE).update(valid_until=until)

    if is_good:
        assert assign(run).pk
    else:
        with pytest.raises(lines.PaperOver):
            assign(run)


def test_from_that_hour_on_only(runs, assign):
    """Good for the 08:00, over by the 10:00."""
    until = runs[1].departs_at
    Paper.objects.filter(kind=PaperKind.COMPULSORY_INSURANCE).update(valid_until=until)

    assert assign(runs[0]).pk
    with pytest.raises(lines.PaperOver):
        assign(runs[2])


def test_a_renewal_beside_it_is_enough(run, assign, vehicle):
    Paper.objects.filter(kind=PaperKind.VEHICLE_LICENCE).update(valid_until=run.departs_at)
    fleet.paper(run.line.organisation, PaperKind.VEHICLE_LICENCE, vehicle=vehicle)

    assert assign(run).pk


def test_what_is_not_on_file_is_not_good(run, assign):
    Paper.objects.filter(kind=PaperKind.QUALIFICATION).delete()

    with pytest.raises(lines.PaperLacking):
        assign(run)


def test_anothers_paper_does_not_count(run, assign):
    Paper.objects.filter(kind=PaperKind.OPERATING_LICENCE).update(valid_until=run.departs_at)
    fleet.paper(OrganisationFactory(), PaperKind.OPERATING_LICENCE)

    with pytest.raises(lines.PaperOver):
        assign(run)


def test_another_houses_vehicle_and_one_out_of_service_are_refused(run, assign, vehicle):
    stranger = fleet.vehicle(OrganisationFactory(), plate="皖A00001")
    with pytest.raises(lines.OtherHouse):
        assign(run, vehicle=stranger)

    Vehicle.objects.filter(pk=vehicle.pk).update(is_retired=True)
    with pytest.raises(lines.OtherHouse):
        assign(run)


def test_nobody_is_on_two_runs_at_once(runs, assign, driver):
    overlapping = runs[1]
    overlapping.departs_at = runs[0].departs_at + RIDE - timedelta(seconds=1)
    overlapping.save()
    assign(runs[0])

    with pytest.raises(lines.Elsewhere):
        assign(overlapping)
    overlapping.departs_at = runs[0].departs_at + RIDE
    overlapping.save()
    assert assign(overlapping).pk


def test_who_is_late_is_not_free_before_the_late_arrival(runs, assign):
    assign(runs[0])
    Run.objects.filter(pk=runs[0].pk).update(delay_s=3600)

    with pytest.raises(lines.Elsewhere):
        assign(runs[1])
    Run.objects.filter(pk=runs[1].pk).update(delay_s=3600)

    assert assign(runs[1]).pk


def test_what_is_sold_fits_into_it(run, assign, vehicle, sell):
    sell(run, 3)
    Vehicle.objects.filter(pk=vehicle.pk).update(seats=2)

    with pytest.raises(lines.TooSmall):
        assign(run)
    Vehicle.objects.filter(pk=vehicle.pk).update(seats=3)
    assert assign(run).pk


def test_a_cancelled_run_has_none(run, assign, at):
    lines.cancel_run(run=run, actor="user:1", at=at)

    with pytest.raises(lines.NoRun):
        assign(run)


def test_another_driver_takes_the_place_of_the_first(run, assign):
    assign(run)
    other = fleet.driver(run.line.organisation, name="汪师傅")

    made = assign(run, driver=other)

    assert [each.driver for each in Assignment.objects.all()] == [other]
    lines.unassign(assignment=made, actor="user:1", at=run.departs_at)
    lines.unassign(assignment=made, actor="user:1", at=run.departs_at)
    assert Entry.objects.filter(action="lines.unassign").count() == 1


def test_a_second_vehicle_is_a_relief_and_only_where_one_runs(run, assign, vehicle):
    assign(run)
    second = fleet.vehicle(run.line.organisation, plate="皖J2BBBB")
    other = fleet.driver(run.line.organisation, name="汪师傅")

    with pytest.raises(lines.HasVehicles):
        assign(run, vehicle=second, driver=other)
    Run.objects.filter(pk=run.pk).update(vehicles=2)
    made = assign(run, vehicle=second, driver=other)

    assert made.number == 2
    assert [each.vehicle for each in driving.of_run(run.pk)] == [vehicle, second]


def test_the_vehicle_of_a_cancelled_run_is_free_for_another_one(runs, assign, at):
    runs[1].departs_at = runs[0].departs_at
    runs[1].save()
    assign(runs[0])
    lines.cancel_run(run=runs[0], actor="user:1", at=at)

    made = assign(runs[1])
    lines.restore_run(run=runs[0], actor="user:1", at=at)

    assert [*Assignment.objects.all()] == [made]


def test_a_refusal_changes_nothing(run, assign):
    assign(run)
    other = fleet.driver(run.line.organisation, name="汪师傅")
    Paper.objects.filter(driver=other).delete()

    with pytest.raises(Refusal):
        assign(run, driver=other)

    assert Assignment.objects.get().driver != other
