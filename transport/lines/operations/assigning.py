"""Give a run its vehicle and driver; whose papers do not cover the ride get none."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from bookings.inventory import queries as inventory
from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.fleet import queries as fleet
from transport.fleet.models import Driver, Vehicle
from transport.lines import queries
from transport.lines.models import LATEST_S, MOST_DELAY, Assignment, Run, RunState


class OtherHouse(Refusal):
    """The vehicle, the driver and the run are not of one operator, or one is out of service."""

    code = "other_house"
    message = _("%(name)s does not drive for the operator of this departure.")


class PaperLacking(Refusal):
    """A paper that the ride needs is not on file."""

    code = "paper_lacking"
    message = _("%(holder)s: no %(paper)s is on file. Enter it first.")


class PaperOver(Refusal):
    """A paper is not good for the whole ride."""

    code = "paper_over"
    message = _(
        "%(holder)s: the %(paper)s %(number)s is good from %(begins)s until %(ends)s, not for this"
        " departure. Enter the renewed one, or choose another."
    )


class TooSmall(Refusal):
    """More is sold than the vehicle has places for."""

    code = "too_small"
    message = _("%(vehicle)s has %(places)s places of the kind “%(kind)s”; %(taken)s are sold.")


class Elsewhere(Refusal):
    """The vehicle or the driver is on another run then."""

    code = "elsewhere"
    message = _("%(name)s is on %(run)s at that time.")


class HasVehicles(Refusal):
    """As many vehicles are assigned as run."""

    code = "has_vehicles"
    message = _("%(run)s has all its vehicles. Take one off first.")


class NoRun(Refusal):
    """The run does not take place."""

    code = "run_gone"
    message = _("%(run)s was cancelled.")


def assign(*, run: Run, vehicle: Vehicle, driver: Driver, actor: str, at: datetime) -> Assignment:
    """Let a vehicle with a driver take a run. The same again changes nothing. Audited.

    The first one is the vehicle of the timetable, those after it are relief.

    :raises Refusal: NoRun, OtherHouse, PaperLacking, PaperOver, TooSmall, Elsewhere or HasVehicles;
        nothing changed.
    """
    with transaction.atomic():
        # Whoever gives either of them another run at once waits here.
        vehicle = Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
        driver = Driver.objects.select_for_update(no_key=True).get(pk=driver.pk)
        known = Assignment.objects.filter(run=run, vehicle=vehicle, driver=driver).first()
        if known:
            return known
        # And who gives this run another vehicle.
        Run.objects.select_for_update(no_key=True).get(pk=run.pk)
        run = check(run=run, vehicle=vehicle, driver=driver)
        number = _free_number(run, vehicle)
        _drop_replaced(run, vehicle, driver)
        made = Assignment.objects.create(
            run=run, number=number, vehicle=vehicle, driver=driver, assigned_at=at,
            assigned_by=actor,
        )  # fmt: skip
        _note(made, "lines.assign", actor, at)
    return made


def _drop_replaced(run: Run, vehicle: Vehicle, driver: Driver) -> None:
    """The vehicle's driver on this run until now; and runs that were cancelled, which may come back."""
    gone = [row.pk for row in _at_once(run, vehicle, driver, *_takes(run))]
    Assignment.objects.filter(Q(pk__in=gone) | Q(run=run, vehicle=vehicle)).delete()


def unassign(*, assignment: Assignment, actor: str, at: datetime) -> None:
    """Take a vehicle with its driver off a run. Again it changes nothing. Audited."""
    with transaction.atomic():
        count, _by_model = Assignment.objects.filter(pk=assignment.pk).delete()
        if count:
            _note(assignment, "lines.unassign", actor, at)


def check(*, run: Run, vehicle: Vehicle, driver: Driver) -> Run:
    """Whether this vehicle with this driver may take a run; the run as it is now.

    :raises Refusal: as ``assign``.
    """
    run = Run.objects.select_related("line__region", "line__organisation").get(pk=run.pk)
    if run.state != RunState.SCHEDULED:
        raise NoRun(run=str(run))
    for each in (vehicle, driver):
        if each.is_retired or each.organisation_id != run.line.organisation_id:
            raise OtherHouse(name=str(each))
    begins, ends = _takes(run)
    _check_papers(run, vehicle, driver, begins, ends)
    _check_places(run, vehicle)
    _check_free(run, vehicle, driver, begins, ends)
    _free_number(run, vehicle)
    return run


def _takes(run: Run) -> tuple[datetime, datetime]:
    """From when until when a run is under way, as late as it is."""
    return run.leaves_at, queries.arrives_at(run) + run.delay


def _free_number(run: Run, vehicle: Vehicle) -> int:
    """The lowest number that no other vehicle of the run has.

    :raises HasVehicles: it has them all.
    """
    others = Assignment.objects.filter(run=run).exclude(vehicle=vehicle)
    taken = set(others.values_list("number", flat=True))
    vehicles = Run.objects.values_list("vehicles", flat=True).get(pk=run.pk)
    free = next((n for n in range(1, vehicles + 1) if n not in taken), None)
    if free is None:
        raise HasVehicles(run=str(run))
    return free


def _check_papers(
    run: Run, vehicle: Vehicle, driver: Driver, begins: datetime, ends: datetime
) -> None:
    for each in fleet.standings(vehicle=vehicle, driver=driver, begins=begins, ends=ends):
        words = {"holder": each.holder, "paper": str(each.kind.label)}
        if each.paper is None:
            raise PaperLacking(**words)
        if not each.is_good:
            zone = run.line.tz.key
            raise PaperOver(
                **words,
                number=each.paper.number,
                begins=f"{each.paper.begins_in(zone):%Y-%m-%d %H:%M}",
                ends=f"{each.paper.ends_in(zone):%Y-%m-%d %H:%M}",
            )


def _check_places(run: Run, vehicle: Vehicle) -> None:
    """Of a run with one vehicle: what is sold must fit into it."""
    if run.vehicles > 1:
        return
    kinds = (
        (_("seats and places to stand"), run.segments, vehicle.seats + run.line.standing),
        (_("children on a lap"), run.lap_segments, vehicle.lap_places),
        (_("large luggage"), run.luggage_segments, vehicle.luggage_places),
    )
    counts = inventory.counts([bucket for _kind, buckets, _places in kinds for bucket in buckets])
    for kind, buckets, places in kinds:
        taken = max((counts[bucket][1] for bucket in buckets), default=0)
        if taken > places:
            raise TooSmall(vehicle=str(vehicle), kind=str(kind), places=places, taken=taken)


def _check_free(
    run: Run, vehicle: Vehicle, driver: Driver, begins: datetime, ends: datetime
) -> None:
    """Nobody is on two runs at once."""
    for other in _at_once(run, vehicle, driver, begins, ends):
        if other.run.state == RunState.SCHEDULED:
            name = vehicle if other.vehicle_id == vehicle.pk else driver
            raise Elsewhere(name=str(name), run=str(other.run))


def _at_once(
    run: Run, vehicle: Vehicle, driver: Driver, begins: datetime, ends: datetime
) -> list[Assignment]:
    """What else the vehicle or the driver has in that time, on runs that were cancelled, too."""
    others = Assignment.objects.filter(
        Q(vehicle=vehicle) | Q(driver=driver),
        run__departs_at__gt=begins - MOST_DELAY - timedelta(seconds=LATEST_S),
        run__departs_at__lt=ends,
    ).exclude(run=run)
    rows = others.select_related("run__line__region").annotate(
        ride_s=Max("run__pattern__stops__arrives_s")
    )
    return [
        row
        for row in rows
        if row.run.leaves_at < ends and row.run.leaves_at + timedelta(seconds=row.ride_s) > begins
    ]


def _note(assignment: Assignment, action: str, actor: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=f"run:{assignment.run_id}",
        facts={"vehicle_id": assignment.vehicle_id, "driver_id": assignment.driver_id},
        at=at,
    )
